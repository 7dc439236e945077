"""The round's page: a round runs from opening to closing by clicking alone."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from criteria.models import Activity, Extension, Round
from tests.factories import (
    AssessmentFactory,
    MembershipFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    approve_with,
    make_set,
    put_into,
    steps_to,
)
from tests.reading import find, one, text

pytestmark = pytest.mark.django_db

READERS = ["ward", "city", "verifier", "leader"]


@pytest.fixture
def round():
    return RoundFactory(criteria_set=make_set(n_criteria=2))


@pytest.fixture
def office(client_of) -> Client:
    return client_of("administrator")


def page_of(round):
    return reverse("criteria:round-detail", args=[round.pk])


def step_of(round, name):
    return reverse("criteria:round-step", args=[round.pk, name])


def extension_of(round, ward):
    return reverse("criteria:round-extend", args=[round.pk, ward.pk])


def rows(response):
    """The text of each ward's row."""
    return [text(row) for row in find(response, "tbody tr")]


def fill(round):
    """A ward in every state, named after it, and one that has not begun."""
    for state in ("draft", "submitted", "verifying", "returned"):
        AssessmentFactory(ward=WardFactory(name=state), round=round, **steps_to(state))
    approve_with(WardFactory(name="approved"), round, {1: "met", 2: "not_met"})
    return WardFactory(name="none")


# --- steps ----------------------------------------------------------------------------------------


def test_a_round_runs_from_opening_to_closing_and_back_by_clicking_alone(office, round):
    put_into("planned")
    MembershipFactory(user=UserFactory(role="Ward officer"))
    for name, sent, status in [
        ("open_round", {}, "open"),
        ("close_round", {}, "closed"),
        ("reopen_round", {"reason": "Sót một phường"}, "open"),
    ]:
        offered = one(office.get(page_of(round)), "form[action*='/steps/']").get("action")
        assert offered == step_of(round, name)
        answer = office.post(offered, sent, follow=True)
        assert answer.redirect_chain == [(page_of(round), 302)]
        assert [message.level_tag for message in answer.context["messages"]] == ["success"]
        round.refresh_from_db()
        assert round.status == status
    verbs = Activity.objects.order_by("seq").values_list("verb", flat=True)
    assert list(verbs) == ["open_round", "close_round", "reopen_round"]


@pytest.mark.parametrize("role", READERS)
def test_only_an_administrator_is_offered_steps_and_extensions(client_of, round, role):
    WardFactory()
    for status in Round.Status.values:
        put_into(status)
        page = client_of(role).get(page_of(round))
        assert page.context["steps"] == set()
        for part in ("/steps/", "/extension/", "/admin/"):
            assert not find(page, f"main [href*='{part}'], main [action*='{part}']")


def test_closing_says_first_how_many_are_not_approved_and_where_they_stand(office, round):
    fill(round)
    AssessmentFactory(round=round)
    page = office.get(page_of(round))
    counts = {state: n for state, _label, n in page.context["counts"]}
    assert counts == {
        "": 1,
        "draft": 2,
        "submitted": 1,
        "verifying": 1,
        "returned": 1,
        "approved": 1,
    }
    assert list(map(text, find(page, ".round-counts strong"))) == ["1", "2", "1", "1", "1"]


def test_closing_a_round_whose_sheets_are_all_approved_names_no_state(office, round):
    approve_with(WardFactory(), round, {1: "met", 2: "met"})
    assert not find(office.get(page_of(round)), ".round-counts")


def test_a_round_that_cannot_be_opened_says_why_instead_of_asking(office):
    round = RoundFactory(status="planned", criteria_set=make_set(n_criteria=1, status="draft"))
    page = office.get(page_of(round))
    assert len(page.context["problems"]) == 2
    assert "/steps/" not in page.content.decode()
    refused = office.post(step_of(round, "open_round"), follow=True)
    assert [message.level_tag for message in refused.context["messages"]] == ["error"] * 2


def test_a_step_that_is_no_longer_possible_says_what_the_round_is_now(office, round):
    Round.objects.update(status="closed")
    again = office.post(step_of(round, "close_round"), follow=True)
    (said,) = again.context["messages"]
    assert str(Round.Status.CLOSED.label) in str(said)


def test_reopening_without_a_reason_is_refused(office, round):
    Round.objects.update(status="closed")
    answer = office.post(step_of(round, "reopen_round"), {"reason": " "}, follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    round.refresh_from_db()
    assert not round.is_open


def test_reopening_warns_of_a_deadline_that_is_past(office, round):
    for day, warns in [("2026-11-20", False), ("2026-11-19", True)]:
        Round.objects.update(status="closed", submit_by=day)
        assert ("text-short" in office.get(page_of(round)).content.decode()) == warns


def test_a_step_wants_its_token(make_user, round):
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("administrator"), "accounts.backends.RoleBackend")
    assert client.post(step_of(round, "close_round")).status_code == 403
    round.refresh_from_db()
    assert round.is_open


# --- extensions -----------------------------------------------------------------------------------


def test_more_time_is_given_and_everybody_who_sees_the_row_sees_it(office, client_of, round):
    ward = WardFactory(name="Lộc Hạ")
    assert extension_of(round, ward) in office.get(page_of(round)).content.decode()
    said = {"submit_by": "05/12/2026", "reason": "Bão số 9"}
    assert office.post(extension_of(round, ward), said).url == page_of(round)
    given = Extension.objects.get()
    assert (given.submit_by, given.reason) == (date(2026, 12, 5), "Bão số 9")
    for role in READERS:
        page = client_of(role).get(page_of(round), {"q": "loc ha"})
        (row,) = rows(page)
        assert row.count("05/12/2026") == 2  # when it is due, and that this is an extension


def test_more_time_is_offered_where_the_unit_has_the_sheet(office, round):
    none = fill(round)
    page = office.get(page_of(round))
    offered = {
        item.ward.name
        for item in page.context["sheets"]
        if extension_of(round, item.ward) in page.content.decode()
    }
    assert offered == {"draft", "returned", none.name}


@pytest.mark.parametrize("status", Round.Status.values)
def test_the_days_of_a_closed_round_are_not_offered_to_be_changed(office, round, status):
    put_into(status)
    link = reverse("admin:criteria_round_change", args=[round.pk])
    assert (link in office.get(page_of(round)).content.decode()) == (status != "closed")


def test_a_closed_round_whose_set_is_retired_says_why_it_stays_closed(office):
    retired = make_set(n_criteria=1, status="retired")
    round = RoundFactory(status="closed", criteria_set=retired)
    page = office.get(page_of(round))
    assert len(page.context["problems"]) == 1
    assert "/steps/" not in page.content.decode()


def test_of_several_open_rounds_the_newest_is_shown(office, round):
    RoundFactory(year=2024, status="closed", criteria_set=round.criteria_set)
    RoundFactory(year=2025, criteria_set=round.criteria_set)  # reopened
    RoundFactory(year=2028, status="planned", criteria_set=round.criteria_set)
    assert office.get(reverse("criteria:round-current")).context["round"] == round


def test_where_none_is_open_the_next_one_is_shown_and_planned_ones_come_last(office, round):
    put_into("closed")
    earlier = RoundFactory(year=2025, status="closed", criteria_set=round.criteria_set)
    planned = [
        RoundFactory(year=year, status="planned", criteria_set=round.criteria_set, **fields)
        for year, fields in ((2028, {}), (2027, {"is_citywide": False}))
    ]
    page = office.get(reverse("criteria:round-current"))
    assert page.context["round"] == planned[1]
    assert page.context["rounds"] == [round, earlier, *reversed(planned)]
    Round.objects.filter(status="planned").delete()
    assert office.get(reverse("criteria:round-current")).context["round"] == round


def test_the_form_shows_what_was_given_before(office, round):
    ward = WardFactory()
    giver = UserFactory(full_name="Người gia hạn")
    Extension.objects.create(
        round=round,
        ward=ward,
        submit_by=date(2026, 12, 5),
        reason="Bão số 9",
        given_by=giver,
        given_at="2026-11-20T02:00Z",
    )
    page = text(office.get(extension_of(round, ward)))
    for word in ("05/12/2026", "Bão số 9", "Người gia hạn"):
        assert word in page


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"submit_by": "30/11/2026", "reason": "Bão"}, "submit_by"),
        ({"submit_by": "16/12/2026", "reason": "Bão"}, "submit_by"),
        ({"submit_by": "31/11/2026", "reason": "Bão"}, "submit_by"),
        ({"submit_by": "05/12/2026", "reason": " "}, "reason"),
    ],
)
def test_a_refused_extension_says_where_and_keeps_what_was_typed(office, round, said, wrong):
    ward = WardFactory()
    refused = office.post(extension_of(round, ward), said)
    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == [wrong]
    assert said["submit_by"] in refused.content.decode()
    assert not Extension.objects.exists()


@pytest.mark.parametrize("status", ["planned", "closed"])
def test_a_round_that_is_not_open_is_not_extended(office, round, status):
    ward = WardFactory()
    put_into(status)
    assert not find(office.get(extension_of(round, ward)), "textarea")
    said = {"submit_by": "05/12/2026", "reason": "Bão"}
    assert office.post(extension_of(round, ward), said).status_code == 422
    assert not Extension.objects.exists()


def test_a_unit_that_is_not_in_the_round_is_not_extended(office, round):
    for ward in (WardFactory(kind="commune"), WardFactory(valid_to=round.ends_on)):
        assert office.get(extension_of(round, ward)).status_code == 404
    assert (
        office.get(reverse("criteria:round-extend", args=[0, WardFactory().pk])).status_code == 404
    )


# --- the table ------------------------------------------------------------------------------------


def test_each_row_says_where_the_sheet_stands_what_was_verified_and_when_it_is_due(office, round):
    fill(round)
    shown = {row.split()[0]: row for row in rows(office.get(page_of(round)))}
    assert "1 /2" in shown["approved"]  # verified as met
    for state, day in [
        ("draft", "30/11/2026"),
        ("none", "30/11/2026"),
        ("submitted", "15/12/2026"),
        ("verifying", "15/12/2026"),
        ("returned", "15/12/2026"),
    ]:
        assert day in shown[state]
        assert day not in shown["approved"]


def test_what_is_past_its_day_is_marked_late(office, round):
    fill(round)
    Round.objects.update(submit_by="2026-11-19")
    page = office.get(page_of(round))
    assert {item.ward.name for item in page.context["sheets"] if item.is_late} == {"draft", "none"}
    assert page.content.decode().count('due-late"') == 2


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"state": "draft"}, {"draft"}),
        ({"state": "submitted"}, {"submitted"}),
        ({"state": "verifying"}, {"verifying"}),
        ({"state": "returned"}, {"returned"}),
        ({"state": "approved"}, {"approved"}),
        ({"state": "none"}, {"none"}),
        ({"state": "late"}, set()),
        ({"state": "", "q": "ed"}, {"approved", "submitted", "returned"}),
        ({"state": "returned", "q": "turn"}, {"returned"}),
        ({"state": "draft", "q": "turn"}, set()),
        ({"state": "nonsense", "q": "draft"}, {"draft"}),
    ],
)
def test_the_list_is_narrowed_by_state_beside_the_search(office, round, query, names):
    fill(round)
    page = office.get(page_of(round), query)
    assert {item.ward.name for item in page.context["sheets"]} == names
    assert page.context["n_sheets"] == 6
    fragment = office.get(page_of(round), query, headers={"HX-Request": "true"})
    assert "<html" not in fragment.content.decode()
    assert {item.ward.name for item in fragment.context["sheets"]} == names


def test_the_filter_keeps_what_was_chosen_and_tells_how_many_each_state_has(office, round):
    fill(round)
    page = office.get(page_of(round), {"state": "returned", "q": "turn"})
    assert "(1)" in text(one(page, "[name=state] [value=returned][selected]"))
    assert one(page, "main [name=q]").value == "turn"


def test_a_planned_round_is_there_for_everyone(client_of):
    planned = RoundFactory(status="planned")
    for role in [*READERS, "administrator"]:
        page = client_of(role).get(reverse("criteria:round-current"))
        assert str(Round.Status.PLANNED.label) in text(page)
        assert page_of(planned) in page.content.decode()


def test_everybody_sees_the_counts_and_their_own_links_alone(client_of, make_user, round):
    other = fill(round)
    own = WardFactory(name="own")
    user = make_user("ward")
    MembershipFactory(user=user, ward=own)
    page = client_of(user).get(page_of(round))
    assert len(rows(page)) == len(page.context["sheets"]) > 6
    assert reverse("criteria:sheet", args=[round.pk, own.pk]) in page.content.decode()
    assert reverse("criteria:sheet", args=[round.pk, other.pk]) not in page.content.decode()


@pytest.mark.parametrize("status", Round.Status.values)
@pytest.mark.parametrize("role", ["ward", "administrator"])
def test_the_page_costs_the_same_for_any_number_of_wards(
    make_user, client_of, django_assert_max_num_queries, status, role
):
    round = RoundFactory(criteria_set=make_set(n_criteria=2), status=status)
    client = client_of(role)
    client.get(page_of(round))
    spent = []
    for _ in range(2):
        for _ in range(3):
            ward = fill(round)
            Extension.objects.create(
                round=round,
                ward=ward,
                submit_by=date(2026, 12, 5),
                reason="Bão",
                given_by=UserFactory(),
                given_at="2026-11-20T02:00Z",
            )
        with django_assert_max_num_queries(14) as queries:
            assert client.get(page_of(round)).status_code == 200
        spent.append(len(queries))
    assert spent[0] == spent[1]


def test_closing_says_first_what_becomes_official(office, round):
    """The new headline beside the one until now, and each ward without an approved sheet."""
    before = RoundFactory(year=2025, criteria_set=round.criteria_set)
    Round.objects.filter(pk=round.pk).update(settled_on=None)
    ready, short, missing = (WardFactory(name=name) for name in ("Đông A", "Lộc Hạ", "Mỹ Xá"))
    for ward in (ready, short):
        approve_with(ward, before, {1: "met", 2: "met"})
    approve_with(ready, round, {1: "met", 2: "met"})
    approve_with(short, round, {1: "met", 2: "not_met"})
    page = office.get(page_of(round))
    closing = page.context["closing"]
    assert (closing.official.ready, closing.official.in_scope) == (1, 3)
    assert (closing.before_round, closing.before.ready) == (before, 2)
    assert closing.unapproved == ((missing, ""),)
    (name,) = find(page, ".round-names li")
    assert text(name).startswith("Mỹ Xá")
    office.post(step_of(round, "close_round"))
    round.refresh_from_db()
    assert round.is_settled
