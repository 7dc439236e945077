"""The steps of a sheet from outside: by whose request, what is answered, and what is stored."""

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import transaction
from django.urls import get_resolver, reverse
from django.utils.translation import gettext

from criteria.models import (
    Activity,
    Assessment,
    EvidenceUse,
    Extension,
    RequirementValue,
    Result,
    Round,
)
from criteria.workflow import BEGIN, STEPS, SUBMIT
from tests import hands
from tests.conftest import again, make_person, signed_in
from tests.factories import EvidenceFactory, UserFactory, make_sheet
from tests.hands import NO, YES
from tests.reading import find, links, one, text
from tests.steps_table import ACTORS, ARROWS, HANDS, NEEDS_REASON, NEEDS_TIME, SITUATIONS

pytestmark = pytest.mark.django_db

SEEN_BY = set(ACTORS) - {"other"}


@pytest.fixture(scope="module")
def world(kept_for_module):
    """The sheets of one round by their state, one that nobody has begun (""), and the people."""
    unsaved = make_sheet(n_criteria=2)
    officer, verifier = UserFactory(), UserFactory()
    sheets = hands.sheets_by_state(unsaved.round, officer=officer, verifier=verifier)
    sheets[""] = unsaved
    roles = {"own": "ward", "other": "ward", "both": "verifier"}
    people = {actor: make_person(roles.get(actor, actor)) for actor in ACTORS}
    people["both"].groups.add(*people["city"].groups.all())
    for sheet in sheets.values():
        hands.join(people["own"], sheet)
    return sheets, people, {actor: signed_in(user) for actor, user in people.items()}


@pytest.fixture
def sheets(world, db):
    """Each test has its own of them, as they are stored."""
    made, _people, _clients = world
    return hands.as_stored(made)


@pytest.fixture
def sheet(sheets):
    return sheets[""]


@pytest.fixture
def people(world, db):
    _sheets, people, _clients = world
    return people


@pytest.fixture
def clients(world, db):
    _sheets, _people, clients = world
    return {actor: again(client) for actor, client in clients.items()}


def step_url(sheet, step):
    return reverse("criteria:sheet-step", args=[sheet.round_id, sheet.ward_id, step])


def sheet_url(sheet, **query):
    query = "&".join(f"{name}={value}" for name, value in query.items())
    url = reverse("criteria:sheet", args=[sheet.round_id, sheet.ward_id])
    return f"{url}?{query}" if query else url


def everything():
    models = (Assessment, Result, RequirementValue, EvidenceUse, Extension, Activity)
    return [list(model.objects.order_by("pk").values()) for model in models]


def as_left(sheet, step):
    """What a step has made of the sheet: of an approved one, a later revision."""
    return hands.as_it_is(sheet) if step == "reopen" else Assessment.objects.get(pk=sheet.pk)


@pytest.mark.usefixtures("bare_refusals")
@pytest.mark.parametrize("state", SITUATIONS)
@pytest.mark.parametrize("step", STEPS)
def test_a_request_takes_the_steps_of_its_own_hand_and_no_others(
    sheets, clients, people, step, state
):
    sheet, before = sheets[state], everything()
    target = ARROWS[step].get(state)
    for actor, client in clients.items():
        with transaction.atomic():
            said = {"version": sheet.version, "reason": "Vì thiếu"}
            response = client.post(step_url(sheet, step), said)
            mine = actor in HANDS[step]
            expected = 302 if mine else 403 if actor in SEEN_BY else 404
            assert (actor, response.status_code) == (actor, expected)
            if target and mine:
                assert (actor, as_left(sheet, step).state) == (actor, target)
                entry = Activity.objects.first()
                assert (entry.verb, entry.actor) == (step, people[actor])
                transaction.set_rollback(True)
            else:
                assert everything() == before


@pytest.mark.parametrize("state", SITUATIONS)
def test_the_page_offers_the_steps_that_are_open_and_no_others(sheets, clients, state):
    for actor in SEEN_BY:
        forms = find(clients[actor].get(sheet_url(sheets[state])), "form[action*='/steps/']")
        offered = {form.get("action").split("/")[-2] for form in forms}
        open_to = {step for step in ARROWS if state in ARROWS[step] and actor in HANDS[step]}
        assert (actor, offered) == (actor, open_to)


@pytest.mark.parametrize("step", STEPS)
def test_after_the_deadline_the_unit_s_steps_are_neither_offered_nor_taken(sheets, people, step):
    sheet = sheets[next(iter(ARROWS[step]))]
    actor = min(HANDS[step] - {"both"})
    with time_machine.travel("2026-12-01T09:00+07:00"):
        client = signed_in(people[actor])
        body = client.get(sheet_url(sheet)).content.decode()
        client.post(step_url(sheet, step), {"version": sheet.version, "reason": "Vì thiếu"})
    is_late = step in NEEDS_TIME
    assert (f"/steps/{step}/" not in body) == is_late
    target = next(iter(ARROWS[step].values()))
    assert as_left(sheet, step).state == (sheet.state if is_late else target)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_on_a_sheet_that_changed_meanwhile_says_so(sheets, clients, step):
    sheet = sheets[next(iter(ARROWS[step]))]
    client = clients[min(HANDS[step] - {"own", "city"} or HANDS[step])]
    before = everything()
    for version in (sheet.version - 1, sheet.version + 1, "", "x", "-1", "9" * 30):
        said = {"version": version, "reason": "Vì thiếu"}
        assert client.post(step_url(sheet, step), said).status_code == 302
    words = gettext("The sheet has changed since you opened it. Read it again.")
    assert text(client.get(sheet_url(sheet))).count(words) == 6
    assert everything() == before


@pytest.mark.parametrize("step", sorted(NEEDS_REASON))
def test_without_its_reason_a_step_is_refused_and_what_was_typed_stays(sheets, clients, step):
    sheet = sheets[next(iter(ARROWS[step]))]
    client = clients[min(HANDS[step] - {"both"})]
    pk = sheet.round.criteria_set.criteria.get(number=2).pk
    before = everything()
    said = {"version": sheet.version, "reason": "  ", "mend": [pk], f"note{pk}": "Thiếu dấu"}
    response = client.post(step_url(sheet, step), said)
    assert response.status_code == 422
    assert gettext("Say why.") in text(response)
    assert everything() == before
    if step == "return":
        assert one(response, f"#m{pk}").checked
        assert "Thiếu dấu" in response.content.decode()


def test_what_is_typed_into_a_return_may_be_anything(sheets, clients):
    sheet = sheets["verifying"]
    pk = sheet.round.criteria_set.criteria.get(number=2).pk
    said = {
        "version": sheet.version,
        "reason": "Thiếu",
        "mend": [pk, "x", "-1", "9" * 30, "10" * 4, ""],
        f"note{pk}": "Dấu\x00 đỏ " + "x" * 5000,
    }
    response = clients["verifier"].post(step_url(sheet, "return"), said)
    assert response.status_code in (302, 422)
    if response.status_code == 302:
        assert Assessment.objects.get(pk=sheet.pk).state == "returned"
        noted = Result.objects.get(assessment=sheet, criterion=pk).return_note
        assert len(noted) <= 2000


# --- an incomplete submission ------------------------------------------------------------------


def test_an_incomplete_submission_leads_to_each_row_that_keeps_it(sheet, clients, people):
    hands.save(sheet, 2, YES, people["own"], explanation="")
    stored = hands.open_sheet(sheet).assessment
    before = everything()
    response = clients["own"].post(step_url(sheet, "submit"), {"version": stored.version})
    assert response.status_code == 422
    first, second = sheet.round.criteria_set.criteria.order_by("number")
    listed = one(response, "#gaps")
    assert links(listed) == [f"#c{first.pk}", f"#id_c{second.pk}-explanation"]
    for way in links(listed):
        assert one(response, way) is not None
    for word in (
        gettext("not assessed yet"),
        gettext("neither evidence nor an explanation"),
    ):
        assert word in text(listed)
    assert everything() == before


# --- one's own ---------------------------------------------------------------------------------


def test_nobody_verifies_by_any_button_what_they_entered(sheet, clients, people):
    hands.save(sheet, 1, NO, people["both"])
    hands.save(sheet, 1, YES, people["city"])
    submitted = hands.submit(sheet, people["city"])
    own = gettext("You entered part of this sheet yourself: another verifier must verify it.")
    before = everything()
    client, said = clients["both"], {"reason": "Vì thiếu"}
    answer = client.post(
        step_url(sheet, "begin"), said | {"version": submitted.version}, follow=True
    )
    assert own in text(answer)
    assert everything() == before

    begun = hands.take(sheet, BEGIN, people["verifier"])
    before = everything()
    row = hands.open_sheet(sheet).rows[1]
    pk, requirement = row.criterion.pk, row.lines[0].requirement.pk
    names = [sheet.round_id, sheet.ward_id]
    find = reverse("criteria:sheet-verify-row", args=[*names, pk])
    verify = reverse("criteria:sheet-verify", args=names)
    found = {f"v{pk}-version": 1, f"v{pk}-choice{requirement}": "0", f"v{pk}-explanation": "Thiếu"}
    for url, posted in (
        (find, found),
        (find, {"agree": "1", f"v{pk}-version": 1}),
        (verify, {"agree_row": pk, f"v{pk}-version": 1}),
        (verify, {"agree_group": row.criterion.group_id, f"v{pk}-version": 1}),
        (verify, found),
        (step_url(sheet, "return"), said | {"version": begun.version}),
        (step_url(sheet, "approve"), said | {"version": begun.version}),
    ):
        answer = client.post(url, posted, follow=True)
        assert answer.status_code in (200, 422)
        assert own in text(answer), posted
        assert everything() == before


# --- the approved sheet ------------------------------------------------------------------------


def addresses(sheet):
    """Every address of the site that names a sheet, a row, or a document of it."""
    result = sheet.results.get(criterion__number=1)
    given = {
        "round_id": sheet.round_id,
        "ward_id": sheet.ward_id,
        "criterion_id": result.criterion_id,
        "evidence_id": result.evidence_uses.get().evidence_id,
    }
    for pattern in get_resolver("criteria.urls").url_patterns:
        parts = set(pattern.pattern.converters)
        steps = [*STEPS, "close_round", "open_round", "reopen_round"] if "step" in parts else [""]
        if parts <= {*given, "step"}:
            for step in steps:
                chosen = {name: given.get(name, step) for name in parts}
                yield reverse(f"criteria:{pattern.name}", kwargs=chosen)


def everything_at_once(sheet):
    """All that any form of the sheet could post."""
    stored = hands.open_sheet(sheet)
    posted = {
        "version": stored.assessment.version,
        "versions": f"{stored.assessment.pk}:{stored.assessment.version}",
        "sheet": f"{stored.assessment.pk}:{stored.assessment.version}",
        "chosen": f"{stored.assessment.pk}:{stored.assessment.version}",
        "reason": "Vì thiếu",
        "agree": "1",
        "title": "Kế hoạch mới",
        "number": "1",
        "issued_by": "UBND",
        "submit_by": "10/12/2026",
        "state": "draft",
    }
    for row in stored.rows:
        for prefix in (f"c{row.criterion.pk}", f"v{row.criterion.pk}", f"w{sheet.ward_id}"):
            for line in row.lines:
                posted[f"{prefix}-choice{line.requirement.pk}"] = "0"
            posted |= {f"{prefix}-version": row.version, f"{prefix}-keep": row.version}
            posted |= {f"{prefix}-explanation": "Đổi", f"{prefix}-was": ""}
        for use in row.result.evidence_uses.all():
            posted["evidence"] = use.evidence_id
    return posted


@pytest.mark.usefixtures("bare_refusals")
def test_nothing_of_an_approved_sheet_changes_by_any_address(sheets, clients, people):
    """Posted by each hand, and by one who may do whatever anybody may, who tries the rest, too."""
    sheet = sheets["approved"]
    sheet.results.get(criterion__number=1).evidence_uses.create(
        evidence=EvidenceFactory(ward=sheet.ward),
        attached_by=people["own"],
        attached_at="2026-11-20T00:00Z",
    )
    in_one = hands.join(UserFactory(), sheet)
    in_one.groups.set(Group.objects.all())
    everybody = signed_in(in_one)

    def kept():
        models = (Assessment, Result, RequirementValue, EvidenceUse)
        return [list(model.objects.order_by("pk").values()) for model in models]

    before, posted = kept(), everything_at_once(sheet)
    urls = [url for url in addresses(sheet) if url != step_url(sheet, "reopen")]
    assert len(urls) > 20
    for url in urls:
        asked = [(clients[actor], "post") for actor in ("own", "city", "verifier", "administrator")]
        asked += [(everybody, method) for method in ("post", "get", "put", "delete")]
        for client, method in asked:
            response = getattr(client, method)(url, posted)
            if response.streaming:
                b"".join(response)
            Round.objects.update(status="open")  # whatever the address has made of it
        assert kept() == before, url


def test_the_same_post_changes_a_sheet_that_is_still_the_unit_s(sheets, clients):
    """Else the test before would prove nothing."""
    sheet = sheets["draft"]
    row = hands.open_sheet(sheet).rows[0]
    names = [sheet.round_id, sheet.ward_id]
    for url in (
        reverse("criteria:sheet", args=names),
        reverse("criteria:sheet-row", args=[*names, row.criterion.pk]),
    ):
        with transaction.atomic():
            clients["own"].post(url, everything_at_once(sheet))
            assert sheet.results.filter(self_verdict="not_met").exists()
            transaction.set_rollback(True)
    submitted = hands.take(sheet, SUBMIT, UserFactory())
    hands.take(submitted, BEGIN, UserFactory())
    clients["verifier"].post(
        reverse("criteria:sheet-verify", args=names), everything_at_once(sheet)
    )
    assert set(sheet.results.values_list("verified_verdict", flat=True)) == {"not_met"}
