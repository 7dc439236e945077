"""Every URL × role × method, from the outside. A URL that is not in the table fails."""

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from criteria.models import Assessment
from tests.factories import (
    MembershipFactory,
    ResultFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    approve_with,
    make_set,
)

ACTORS = ["anonymous", "outsider", "own", "other", "city", "verifier", "leader", "administrator"]

# What each actor is answered, in the order of ACTORS. 302 of anonymous: to the sign-in page.
EVERYONE_WITH_A_ROLE = [302, 403, 200, 200, 200, 200, 200, 200]
SHEET = [302, 403, 200, 404, 200, 200, 200, 200]
ENTER = [302, 403, 302, 404, 302, 403, 403, 403]
ENTER_ROW = [302, 403, 200, 404, 200, 403, 403, 403]
ENTER_NOTHING = [302, 403, 422, 404, 422, 403, 403, 403]  # an empty form is refused as such
APPROVE = [302, 403, 403, 404, 403, 302, 403, 403]
ANYONE = [200] * 8
SIGNED_IN = [302] + [200] * 7
REDIRECTED = [302] * 8
NOT_ALLOWED = [302, 405, 405, 405, 405, 405, 405, 405]

TABLE = {
    ("criteria:dashboard", "get"): EVERYONE_WITH_A_ROLE,
    ("criteria:dashboard", "post"): [302, 403, 405, 405, 405, 405, 405, 405],
    ("criteria:ward-list", "get"): EVERYONE_WITH_A_ROLE,
    ("criteria:ward-list", "post"): [302, 403, 405, 405, 405, 405, 405, 405],
    ("criteria:ward-detail", "get"): EVERYONE_WITH_A_ROLE,
    ("criteria:ward-detail", "post"): [302, 403, 405, 405, 405, 405, 405, 405],
    ("criteria:round-current", "get"): EVERYONE_WITH_A_ROLE,
    ("criteria:round-current", "post"): [302, 403, 405, 405, 405, 405, 405, 405],
    ("criteria:round-detail", "get"): EVERYONE_WITH_A_ROLE,
    ("criteria:round-detail", "post"): [302, 403, 405, 405, 405, 405, 405, 405],
    ("criteria:sheet", "get"): SHEET,
    ("criteria:sheet", "post"): ENTER_NOTHING,
    ("criteria:sheet", "put"): NOT_ALLOWED,
    ("criteria:sheet-row", "get"): ENTER,
    ("criteria:sheet-row", "post"): ENTER_ROW,
    ("criteria:sheet-row", "put"): NOT_ALLOWED,
    ("criteria:sheet-approve", "get"): NOT_ALLOWED,
    ("criteria:sheet-approve", "post"): APPROVE,
    ("login", "get"): [200] + [302] * 7,
    ("login", "post"): [200] + [302] * 7,
    ("logout", "get"): [302] + [405] * 7,
    ("logout", "post"): REDIRECTED,
    ("password_change", "get"): SIGNED_IN,
    ("password_change", "post"): SIGNED_IN,
    ("password_change_done", "get"): SIGNED_IN,
    ("password_change_done", "post"): [302] + [405] * 7,
    ("set_language", "get"): REDIRECTED,
    ("set_language", "post"): REDIRECTED,
    # The pages of the admin are walked one by one in tests/admin.
    ("admin:index", "get"): [302] * 7 + [200],
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def sheet():
    """The begun sheet of a ward in an open round."""
    round = RoundFactory(criteria_set=make_set(n_criteria=2))
    sheet = Assessment.objects.create(ward=WardFactory(name="Trường Thi"), round=round)
    ResultFactory(assessment=sheet)
    return sheet


@pytest.fixture
def clients(sheet, make_user):
    outsider = UserFactory()
    own = make_user("ward")
    MembershipFactory(user=own, ward=sheet.ward)
    users = {
        "outsider": outsider,
        "own": own,
        "other": make_user("ward"),
        **{role: make_user(role) for role in ("city", "verifier", "leader", "administrator")},
    }
    clients = {"anonymous": Client()}
    for actor, user in users.items():
        clients[actor] = Client()
        clients[actor].force_login(user, "accounts.backends.RoleBackend")
    return clients


def address(name, sheet):
    parts = {
        "criteria:ward-detail": [sheet.ward_id],
        "criteria:round-detail": [sheet.round_id],
        "criteria:sheet": [sheet.round_id, sheet.ward_id],
        "criteria:sheet-row": [
            sheet.round_id,
            sheet.ward_id,
            sheet.round.criteria_set.criteria.get(number=2).pk,
        ],
        "criteria:sheet-approve": [sheet.round_id, sheet.ward_id],
    }
    return reverse(name, args=parts.get(name, []))


def body(name, sheet):
    if name != "criteria:sheet-row":
        return {}
    criterion = sheet.round.criteria_set.criteria.get(number=2)
    requirement = criterion.requirements.get()
    return {
        f"c{criterion.pk}-version": 0,
        f"c{criterion.pk}-choice{requirement.pk}": "",
        f"c{criterion.pk}-explanation": "",
    }


@pytest.mark.parametrize(("name", "method"), TABLE)
def test_each_actor_gets_what_the_table_says(name, method, sheet, clients):
    got = {}
    for actor, client in clients.items():
        response = getattr(client, method)(address(name, sheet), body(name, sheet))
        got[actor] = response.status_code
        if actor == "anonymous" and response.status_code == 302 and name != "set_language":
            assert "/login/" in response["Location"]
    assert got == dict(zip(ACTORS, TABLE[name, method], strict=True))


def test_every_url_is_in_the_table():
    def names(patterns, namespace=""):
        for pattern in patterns:
            if isinstance(pattern, URLResolver) and pattern.namespace != "admin":
                yield from names(
                    pattern.url_patterns,
                    namespace + (f"{pattern.namespace}:" if pattern.namespace else ""),
                )
            elif isinstance(pattern, URLPattern):
                yield f"{namespace}{pattern.name}"

    in_table = {name for name, _method in TABLE if not name.startswith("admin:")}
    assert set(names(get_resolver().url_patterns)) == in_table


@pytest.mark.parametrize("actor", ["own", "city"])
def test_nobody_enters_on_an_approved_sheet(actor, sheet, clients, make_user):
    approver = make_user("verifier")
    Assessment.objects.update(
        state="approved",
        n_met=1,
        n_not_met=0,
        n_not_applicable=0,
        n_pending=1,
        approved_by=approver,
        approved_at="2026-11-20T00:00Z",
    )
    url = address("criteria:sheet-row", sheet)
    assert clients[actor].post(url, body("criteria:sheet-row", sheet)).status_code == 403
    assert clients["verifier"].post(address("criteria:sheet-approve", sheet)).status_code == 403


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
