"""Every URL × role × method, from the outside. A URL that is not in the table fails.

A name may be followed by a word that sets its row apart from others of the same URL: the step in
the address, or the state that the sheet is in. What an address, a body or a state needs more than
that stands in `address`, `body` and `prepare`.
"""

import pytest
from django.urls import reverse

from criteria.models import Assessment, Result, Round
from criteria.workflow import STEPS
from tests.factories import ResultFactory, WardFactory, approve_with, steps_to
from tests.pages import patterns
from tests.permissions.conftest import ACTORS

# What each actor is answered, in the order of ACTORS. 302 of anonymous: to the sign-in page.
EVERYONE_WITH_A_ROLE = [302, 403, 200, 200, 200, 200, 200, 200]
SHEET = [302, 403, 200, 404, 200, 200, 200, 200]
ENTER = [302, 403, 302, 404, 302, 403, 403, 403]
ENTER_ROW = [302, 403, 200, 404, 200, 403, 403, 403]
ENTER_NOTHING = [302, 403, 422, 404, 422, 403, 403, 403]  # an empty form is refused as such
LOG = [302, 403, 200, 200, 403, 403, 200, 200]  # of all, or of one's own actions
ACCESS = [302, 403, 403, 403, 403, 403, 403, 200]  # of administrators alone
NOT_NOW = [302, 403, 403, 404, 403, 403, 403, 403]  # seen, but for nobody to change
STEP_OF_UNIT = [302, 403, 302, 404, 302, 403, 403, 403]
STEP_OF_VERIFIER = [302, 403, 403, 404, 403, 302, 403, 403]
APPROVE_TOO_EARLY = [302, 403, 403, 404, 403, 422, 403, 403]  # says what is not verified
STEP_OF_ADMINISTRATOR = [302, 403, 403, 404, 403, 403, 403, 302]
VERIFY_ROW = [302, 403, 403, 404, 403, 200, 403, 403]
GRID = [302, 403, 403, 403, 200, 403, 403, 403]
NO_GRID = [302, 403, 403, 403, 405, 403, 403, 403]
GRID_BACK = [302, 403, 403, 403, 302, 403, 403, 403]
GRID_NOT_NOW = [302, 403, 403, 403, 403, 403, 403, 403]
RUN_ROUNDS = [302, 403, 403, 403, 403, 403, 403, 302]
EXTEND = [302, 403, 403, 403, 403, 403, 403, 200]
EXTEND_NOTHING = [302, 403, 403, 403, 403, 403, 403, 422]
MANY = [302, 403, 403, 403, 403, 200, 403, 403]  # asked to confirm first
ANYONE = [200] * 8
SIGNED_IN = [302] + [200] * 7
REDIRECTED = [302] * 8
TO_PAGE = [302] * 8  # from a button's address to the page above it
TO_ROW = [302, 403, 302, 404, 302, 302, 302, 302]
NOT_ALLOWED = [302, 405, 405, 405, 405, 405, 405, 405]

TABLE = {
    ("criteria:dashboard", "get"): EVERYONE_WITH_A_ROLE,
    ("criteria:dashboard", "post"): [302, 403, 405, 405, 405, 405, 405, 405],
    ("criteria:wall", "get"): EVERYONE_WITH_A_ROLE,
    ("criteria:wall", "post"): [302, 403, 405, 405, 405, 405, 405, 405],
    ("criteria:ward-list", "get"): EVERYONE_WITH_A_ROLE,
    ("criteria:ward-list", "post"): [302, 403, 405, 405, 405, 405, 405, 405],
    ("criteria:ward-detail", "get"): EVERYONE_WITH_A_ROLE,
    ("criteria:ward-detail", "post"): [302, 403, 405, 405, 405, 405, 405, 405],
    ("criteria:criterion-detail", "get"): EVERYONE_WITH_A_ROLE,
    ("criteria:criterion-detail", "post"): [302, 403, 405, 405, 405, 405, 405, 405],
    ("criteria:matrix", "get"): EVERYONE_WITH_A_ROLE,
    ("criteria:matrix", "post"): [302, 403, 405, 405, 405, 405, 405, 405],
    ("criteria:result-detail", "get"): SHEET,
    ("criteria:result-detail verifying", "get"): SHEET,
    ("criteria:result-detail approved", "get"): SHEET,
    ("criteria:result-detail", "post"): [302, 403, 405, 405, 405, 405, 405, 405],
    ("criteria:roadmap", "get"): EVERYONE_WITH_A_ROLE,
    ("criteria:roadmap", "post"): [302, 403, 405, 405, 405, 405, 405, 405],
    ("criteria:compare", "get"): EVERYONE_WITH_A_ROLE,
    ("criteria:compare", "post"): [302, 403, 405, 405, 405, 405, 405, 405],
    ("criteria:what-if", "get"): EVERYONE_WITH_A_ROLE,
    ("criteria:what-if", "post"): [302, 403, 405, 405, 405, 405, 405, 405],
    ("criteria:round-current", "get"): EVERYONE_WITH_A_ROLE,
    ("criteria:round-current", "post"): [302, 403, 405, 405, 405, 405, 405, 405],
    ("criteria:round-detail", "get"): EVERYONE_WITH_A_ROLE,
    ("criteria:round-detail", "post"): [302, 403, 405, 405, 405, 405, 405, 405],
    # An administrator is redirected whether the round allows the step or not.
    ("criteria:round-step open_round", "post"): RUN_ROUNDS,
    ("criteria:round-step close_round", "get"): TO_PAGE,
    ("criteria:round-step close_round", "post"): RUN_ROUNDS,
    ("criteria:round-step reopen_round", "post"): RUN_ROUNDS,
    ("criteria:round-step nonsense", "post"): [302] + [404] * 7,
    ("criteria:round-extend", "get"): EXTEND,
    ("criteria:round-extend", "post"): EXTEND_NOTHING,
    ("criteria:round-extend", "put"): NOT_ALLOWED,
    ("criteria:sheet", "get"): SHEET,
    ("criteria:sheet", "post"): ENTER,
    ("criteria:sheet", "put"): NOT_ALLOWED,
    ("criteria:sheet-revisions", "get"): SHEET,
    ("criteria:sheet-revisions", "post"): NOT_ALLOWED,
    ("criteria:sheet-row", "get"): TO_ROW,
    ("criteria:sheet-row", "post"): ENTER_ROW,
    ("criteria:sheet-row", "put"): NOT_ALLOWED,
    **{
        (f"{name} {state}", "post"): NOT_NOW
        for name in (
            "criteria:sheet",
            "criteria:sheet-row",
            "criteria:sheet-take-over",
            "criteria:sheet-take-over-group",
        )
        for state in ("submitted", "verifying", "approved", "closed", "late")
    },
    ("criteria:sheet-row returned", "post"): ENTER_ROW,
    ("criteria:sheet-take-over", "get"): TO_PAGE,
    ("criteria:sheet-take-over", "post"): ENTER,
    ("criteria:sheet-take-over-group", "get"): TO_PAGE,
    ("criteria:sheet-take-over-group", "post"): ENTER,
    **{
        (f"{name} {state}", "post"): NOT_NOW
        for name in ("criteria:sheet-verify", "criteria:sheet-verify-row")
        for state in ("draft", "submitted", "returned", "approved", "closed")
    },
    ("criteria:sheet-verify-row draft", "get"): TO_ROW,
    ("criteria:sheet-verify-row verifying", "get"): TO_ROW,
    ("criteria:sheet-verify-row verifying", "post"): VERIFY_ROW,
    ("criteria:sheet-verify-row verifying", "put"): NOT_ALLOWED,
    ("criteria:sheet-verify verifying", "get"): TO_PAGE,
    ("criteria:sheet-verify verifying", "post"): STEP_OF_VERIFIER,
    # The right actor is redirected whether the state allows the step or not: see test_steps.
    ("criteria:sheet-step submit", "get"): TO_PAGE,
    ("criteria:sheet-step submit", "post"): STEP_OF_UNIT,
    ("criteria:sheet-step withdraw", "post"): STEP_OF_UNIT,
    ("criteria:sheet-step begin", "post"): STEP_OF_VERIFIER,
    ("criteria:sheet-step return", "post"): STEP_OF_VERIFIER,
    ("criteria:sheet-step approve", "post"): APPROVE_TOO_EARLY,
    ("criteria:sheet-step reopen", "post"): STEP_OF_ADMINISTRATOR,
    ("criteria:sheet-step cancel_reopening", "post"): STEP_OF_ADMINISTRATOR,
    ("criteria:sheet-step nonsense", "post"): [302] + [404] * 7,
    ("criteria:evidence-row", "get"): SHEET,
    ("criteria:evidence-row", "post"): ENTER_NOTHING,
    ("criteria:evidence-row", "put"): NOT_ALLOWED,
    ("criteria:evidence-attach", "get"): TO_PAGE,
    ("criteria:evidence-attach", "post"): ENTER,
    ("criteria:evidence-detach", "get"): TO_PAGE,
    ("criteria:evidence-detach", "post"): ENTER,
    **{
        (f"criteria:evidence-{name} {state}", "post"): NOT_NOW
        for name in ("row", "attach", "detach")
        for state in ("submitted", "verifying", "approved", "closed", "late")
    },
    ("criteria:evidence-row approved", "get"): SHEET,
    ("criteria:evidence-detail", "get"): SHEET,
    ("criteria:evidence-detail", "post"): ENTER_NOTHING,
    ("criteria:evidence-detail", "put"): NOT_ALLOWED,
    ("criteria:evidence-file", "get"): SHEET,
    ("criteria:evidence-file", "post"): NOT_ALLOWED,
    ("criteria:ward-evidence", "get"): SHEET,
    ("criteria:ward-evidence", "post"): ENTER_NOTHING,
    ("criteria:ward-evidence", "put"): NOT_ALLOWED,
    ("criteria:columns-current", "get"): GRID,
    ("criteria:columns-current", "post"): NO_GRID,
    ("criteria:columns", "get"): GRID,
    ("criteria:columns", "post"): NO_GRID,
    ("criteria:round-criterion", "get"): GRID,
    ("criteria:round-criterion", "post"): GRID_BACK,  # an empty form changes nothing
    ("criteria:round-criterion", "put"): NOT_ALLOWED,
    ("criteria:grid-row", "get"): GRID_BACK,
    ("criteria:grid-row", "post"): GRID,
    ("criteria:grid-row", "put"): NOT_ALLOWED,
    ("criteria:grid-row returned", "post"): GRID,
    **{
        ("criteria:grid-row " + state, "post"): GRID_NOT_NOW
        for state in ("submitted", "verifying", "approved", "closed", "late")
    },
    ("criteria:work", "get"): EVERYONE_WITH_A_ROLE,
    ("criteria:work", "post"): [302, 403, 405, 405, 405, 405, 405, 405],
    ("criteria:work-approve", "get"): TO_PAGE,
    ("criteria:work-approve submitted", "post"): MANY,
    ("criteria:work-return", "get"): TO_PAGE,
    ("criteria:work-return submitted", "post"): MANY,
    ("criteria:help", "get"): EVERYONE_WITH_A_ROLE,
    ("criteria:help", "post"): [302, 403, 405, 405, 405, 405, 405, 405],
    ("criteria:keys", "get"): EVERYONE_WITH_A_ROLE,
    ("criteria:keys", "post"): [302, 403, 405, 405, 405, 405, 405, 405],
    ("criteria:notices", "get"): EVERYONE_WITH_A_ROLE,
    ("criteria:notices", "post"): NOT_ALLOWED,
    ("criteria:notices-read", "get"): TO_PAGE,
    ("criteria:notices-read", "post"): [302, 403] + [302] * 6,
    ("criteria:notices-digest", "get"): TO_PAGE,
    ("criteria:notices-digest", "post"): [302, 403] + [302] * 6,
    ("criteria:search", "get"): EVERYONE_WITH_A_ROLE,
    ("criteria:search", "post"): [302, 403, 405, 405, 405, 405, 405, 405],
    ("criteria:log", "get"): LOG,
    ("criteria:log", "post"): [302, 403, *[405] * 6],
    ("criteria:log-export", "get"): LOG,
    ("criteria:log-export", "post"): NOT_ALLOWED,
    ("criteria:access", "get"): ACCESS,
    ("criteria:access", "post"): [302, 403, *[405] * 6],
    ("criteria:access-export", "get"): ACCESS,
    ("criteria:access-export", "post"): NOT_ALLOWED,
    ("login", "get"): [200] + [302] * 7,
    ("login", "post"): [200] + [302] * 7,
    ("administration_door", "get"): [302] + [403] * 6 + [302],
    ("administration_door", "post"): [302] + [403] * 6 + [302],
    ("logout", "get"): TO_PAGE,
    ("logout", "post"): REDIRECTED,
    ("password_change", "get"): SIGNED_IN,
    ("password_change", "post"): SIGNED_IN,
    ("password_change_done", "get"): SIGNED_IN,
    ("password_change_done", "post"): [302] + [405] * 7,
    ("same_person", "get"): TO_PAGE,
    ("same_person", "post"): [302] + [204] * 7,
    ("set_language", "get"): REDIRECTED,
    ("set_language", "post"): REDIRECTED,
    # The pages of the admin are walked one by one in tests/admin.
    ("admin:index", "get"): [302] * 7 + [200],
}

pytestmark = pytest.mark.django_db


def prepare(word, sheet):
    """Bring the sheet into the state that a row of the table speaks of."""
    state = {
        "submit": "draft",
        "withdraw": "submitted",
        "begin": "submitted",
        "return": "verifying",
        "approve": "verifying",
        "reopen": "approved",
        "cancel_reopening": "returned",
    }.get(word, word)
    if state in Assessment.State.values:
        tallies = dict.fromkeys(("n_met", "n_not_met", "n_not_applicable", "n_pending"), 0)
        columns = steps_to(state) | (tallies if state == "approved" else {})
        Assessment.objects.filter(pk=sheet.pk).update(**columns)
    if word == "closed":
        Round.objects.update(status=Round.Status.CLOSED)
    if word == "late":
        Round.objects.update(submit_by="2026-11-19")
    if word == "submit":
        ResultFactory(assessment=sheet)
        Result.objects.update(explanation="Có hồ sơ")


def address(name, sheet, word="", document=None):
    of_sheet = [sheet.round_id, sheet.ward_id]
    of_row = [*of_sheet, sheet.round.criteria_set.criteria.get(number=2).pk]
    parts = {
        "criteria:ward-detail": [sheet.ward_id],
        "criteria:criterion-detail": of_row[-1:],
        "criteria:round-detail": [sheet.round_id],
        "criteria:round-step": [sheet.round_id, word],
        "criteria:round-extend": of_sheet,
        "criteria:sheet": of_sheet,
        "criteria:sheet-revisions": of_sheet,
        "criteria:result-detail": of_row,
        "criteria:sheet-row": of_row,
        "criteria:columns": [sheet.round_id],
        "criteria:round-criterion": [sheet.round_id, of_row[-1]],
        "criteria:grid-row": [sheet.round_id, of_row[-1], sheet.ward_id],
        "criteria:sheet-take-over": of_row,
        "criteria:sheet-take-over-group": [
            *of_sheet,
            sheet.round.criteria_set.criteria.get(number=2).group_id,
        ],
        "criteria:sheet-verify-row": of_row,
        "criteria:sheet-verify": of_sheet,
        "criteria:sheet-step": [*of_sheet, word],
        "criteria:evidence-row": of_row,
        "criteria:evidence-attach": of_row,
        "criteria:evidence-detach": of_row,
        "criteria:evidence-detail": [document and document.pk],
        "criteria:evidence-file": [document and document.pk],
        "criteria:ward-evidence": [sheet.ward_id],
    }
    return reverse(name, args=parts.get(name, []))


def body(name, sheet, document):
    if name in ("criteria:evidence-attach", "criteria:evidence-detach"):
        return {"evidence": document.pk, "version": 0}
    criterion = sheet.round.criteria_set.criteria.get(number=2)
    requirement = criterion.requirements.get()
    if name == "criteria:sheet-row":
        return {
            f"c{criterion.pk}-version": 0,
            f"c{criterion.pk}-choice{requirement.pk}": "",
            f"c{criterion.pk}-explanation": "",
        }
    return {
        "criteria:grid-row": {f"w{sheet.ward_id}-version": 0},
        "criteria:sheet-verify-row": {"agree": "1", f"v{criterion.pk}-version": 0},
        "criteria:sheet-verify": {"agree_group": criterion.group_id},
        "criteria:sheet-step": {"version": 0, "reason": "Lý do"},
        "criteria:work-approve": {"all": "1"},
        "criteria:work-return": {"all": "1"},
    }.get(name, {})


NEED_NOBODY = {"set_language", "logout"}


@pytest.mark.usefixtures("bare_refusals")
@pytest.mark.parametrize(("row", "method"), TABLE)
def test_each_actor_gets_what_the_table_says(row, method, sheet, clients, request):
    name, _, word = row.partition(" ")
    prepare(word, sheet)
    document = request.getfixturevalue("document") if "evidence" in name else None
    url, posted, got = address(name, sheet, word, document), body(name, sheet, document), {}
    for actor, client in clients.items():
        response = getattr(client, method)(url, posted)
        if response.streaming:  # else it would be closed later, with the connection of a test
            b"".join(response)
        got[actor] = response.status_code
        if actor == "anonymous" and response.status_code == 302 and name not in NEED_NOBODY:
            assert "/login/" in response["Location"]
    assert got == dict(zip(ACTORS, TABLE[row, method], strict=True))


def test_every_url_is_in_the_table():
    in_table = {row.partition(" ")[0] for row, _method in TABLE if not row.startswith("admin:")}
    assert set(patterns()) == in_table


def test_every_step_of_the_workflow_is_in_the_table():
    words = {row.partition(" ")[2] for row, _method in TABLE if "sheet-step" in row}
    assert words == set(STEPS) | {"nonsense"}


def test_a_unit_that_is_not_in_the_round_has_no_sheet(sheet, clients):
    commune = WardFactory(kind="commune")
    gone = WardFactory(valid_to=sheet.round.ends_on)
    for ward in (commune, gone):
        url = reverse("criteria:sheet", args=[sheet.round_id, ward.pk])
        assert clients["city"].get(url).status_code == 404
    unknown = reverse("criteria:sheet", args=[sheet.round_id, 10**9])
    assert clients["city"].get(unknown).status_code == 404


def test_an_htmx_request_without_a_session_is_told_so_and_keeps_its_page(sheet, clients):
    url = address("criteria:sheet-row", sheet)
    response = clients["anonymous"].post(url, headers={"HX-Request": "true"})
    assert response.status_code == 401


def test_another_wards_officer_sees_counts_but_no_criterion_by_name(sheet, clients):
    sheet.round.criteria_set.criteria.update(name="Tiêu chí bí mật")
    ward = WardFactory(name="Lộc Hạ")
    approve_with(ward, sheet.round, {1: "not_met", 2: "met"})
    for url in [
        reverse("criteria:dashboard"),
        reverse("criteria:ward-list"),
        reverse("criteria:ward-detail", args=[ward.pk]),
    ]:
        other = clients["other"].get(url).content.decode()
        assert "1</strong>/2" in other
        city = clients["city"].get(url).content.decode()
        assert "1. Tiêu chí bí mật" in city
        if url != reverse("criteria:dashboard"):
            assert "bí mật" not in other
        else:  # the city's own ranking counts wards and names none
            assert other.count("bí mật") == city.count("bí mật") - 1
