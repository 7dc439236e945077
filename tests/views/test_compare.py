"""Comparing rounds, wards and sets: the figures of the other pages, and names for who may see."""

from datetime import date

import pytest
from django.urls import reverse

from criteria.models import CriteriaSet, Criterion, Round, WardSuccession
from tests.factories import (
    CriterionFactory,
    MembershipFactory,
    RequirementFactory,
    RoundFactory,
    WardFactory,
    approve_with,
    make_set,
)
from tests.reading import find, one, text

pytestmark = pytest.mark.django_db

COMPARE, WHAT_IF = "/compare/", "/what-if/"
MET = {1: "met", 2: "met", 3: "met"}


@pytest.fixture
def rounds():
    """Two rounds of one set of three, 2024 and 2025."""
    criteria_set = make_set(n_criteria=3)
    for criterion in criteria_set.criteria.all():
        criterion.name = f"Bí mật {criterion.number}"
        criterion.save()
    return [RoundFactory(year=year, criteria_set=criteria_set) for year in (2024, 2025)]


@pytest.fixture
def wards(rounds):
    """Lộc Hạ rises to ready, Mỹ Xá falls, Vị Khê has no approved sheet of 2025."""
    first, second, third = (WardFactory(name=name) for name in ("Lộc Hạ", "Mỹ Xá", "Vị Khê"))
    approve_with(first, rounds[0], MET | {1: "not_met"})
    approve_with(first, rounds[1], MET)
    approve_with(second, rounds[0], MET)
    approve_with(second, rounds[1], MET | {2: "not_met", 3: "not_met"})
    approve_with(third, rounds[0], MET)
    return first, second, third


@pytest.fixture
def leader(client_of):
    client = client_of("leader")
    client.post(reverse("set_language"), {"language": "en"})
    return client


@pytest.fixture
def officer(client_of, make_user, wards):
    """Works for Lộc Hạ alone."""
    user = make_user("ward")
    MembershipFactory(user=user, ward=wards[0])
    client = client_of(user)
    client.post(reverse("set_language"), {"language": "en"})
    return client


# --- two rounds -----------------------------------------------------------------------------------


def test_the_last_two_rounds_are_compared_where_the_address_names_none(leader, wards, rounds):
    response = leader.get(COMPARE)
    found = response.context["comparison"]
    assert (found.before.round, found.after.round) == tuple(rounds)
    assert (found.n_rose, found.n_fell, found.net) == (1, 2, -1)
    page = text(response)
    assert "1 Bí mật 1" in page.replace("1. ", "1 ")
    assert "1 ward cannot be compared: a sheet is not approved. Vị Khê (Đợt 2025)" in page
    assert (found.before.n_unapproved, found.after.n_unapproved) == (0, 1)
    assert "Đợt 2025: 1 ward has no approved sheet" in page
    assert "Became ready" in page
    assert "No longer ready" in page


def test_the_totals_are_those_of_the_first_page(leader, wards, rounds):
    found = leader.get(COMPARE).context["comparison"]
    for end, round in zip((found.before, found.after), rounds, strict=True):
        today = leader.get("/", {"on": round.ends_on.isoformat()}).context["roadmap"].today
        assert (end.ready, end.in_scope) == (today.ready, today.in_scope)
    assert (found.before.ready, found.after.ready) == (2, 1)


def test_the_earlier_round_comes_first_whichever_is_named_first(leader, wards, rounds):
    asked = {"first": rounds[1].pk, "second": rounds[0].pk}
    found = leader.get(COMPARE, asked).context["comparison"]
    assert (found.before.round, found.after.round) == tuple(rounds)


def test_one_named_round_is_held_against_the_one_before_it(leader, rounds):
    earlier = RoundFactory(year=2023, criteria_set=rounds[0].criteria_set)
    found = leader.get(COMPARE, {"second": rounds[0].pk}).context["comparison"]
    assert (found.before.round, found.after.round) == (earlier, rounds[0])


def test_only_rounds_that_had_ended_by_the_day_are_offered(leader, rounds):
    response = leader.get(COMPARE, {"on": "2025-01-01"})
    assert response.context["comparison"] is None
    assert list(response.context["form"].rounds) == [rounds[0].pk]
    assert "There are no two rounds to compare" in text(response)


@pytest.mark.parametrize("what", ["rounds", "wards"])
def test_what_cannot_be_compared_is_said(leader, wards, rounds, what):
    one = rounds[0].pk if what == "rounds" else wards[0].pk
    same = leader.get(COMPARE, {"what": what, "first": one, "second": one})
    assert f"Choose two different {what}." in text(same)
    for nonsense in ("0", "x", "99999999999999999999"):
        response = leader.get(COMPARE, {"what": what, "first": nonsense, "second": one})
        assert response.status_code == 200
        assert 'role="alert"' in response.content.decode()


def test_where_nothing_can_be_compared_nothing_is_counted(leader, rounds):
    approve_with(WardFactory(), rounds[0], MET)
    page = text(leader.get(COMPARE))
    assert "– verdicts rose" in page
    assert "– verdicts fell" in page
    assert "– net change" in page
    assert "1 ward cannot be compared" in page


def test_rounds_of_two_sets_are_compared_over_what_continues_what(leader, rounds):
    newer = make_set(n_criteria=0, title="Bộ mới")
    for number in (3, 1):
        forerunner = rounds[0].criteria_set.criteria.get(number=number)
        CriterionFactory(criteria_set=newer, name=f"Mới {number}", replaces=forerunner)
    CriterionFactory(criteria_set=newer, name="Chưa từng có")
    Round.objects.filter(pk=rounds[1].pk).update(criteria_set=newer)
    ward = WardFactory(name="Lộc Hạ")
    approve_with(ward, rounds[0], MET | {3: "not_met"})
    approve_with(ward, Round.objects.get(pk=rounds[1].pk), {1: "met", 2: "met", 3: "not_met"})
    response = leader.get(COMPARE)
    found, page = response.context["comparison"], text(response)
    assert (found.n_rose, found.n_fell) == (1, 0)
    assert "1. Mới 3 before: 3. Bí mật 3" in page
    assert "Only in Đợt 2024 2. Bí mật 2" in page
    assert "Only in Đợt 2025 3. Chưa từng có" in page


def test_merged_wards_are_listed_apart(leader, rounds):
    end = date(2025, 7, 1)
    gone = WardFactory(name="Lộc Vượng", valid_to=end)
    heir = WardFactory(name="Nam Định", valid_from=end)
    WardSuccession.objects.create(
        predecessor=gone,
        successor=heir,
        effective_on=end,
        relation="merged_into",
        legal_basis="1674/NQ-UBTVQH15",
    )
    page = text(leader.get(COMPARE))
    assert "Lộc Vượng until before 01/07/2025 → Ward Nam Định" in page
    assert "Nam Định from 01/07/2025 ← Ward Lộc Vượng" in page


def test_an_officer_sees_the_changes_of_other_wards_as_numbers(leader, officer, wards):
    theirs, all_of_it = text(officer.get(COMPARE)), text(leader.get(COMPARE))
    for said in ("0 rose, 2 fell", "1 rose, 0 fell"):
        assert said not in all_of_it
    assert "0 rose, 2 fell" in theirs
    assert "▲ rose: 1. Bí mật 1" in theirs  # their own ward's
    assert "▼ fell: Mỹ Xá" in all_of_it
    assert "▼" not in theirs
    sheet = reverse("criteria:sheet", args=[Round.objects.get(year=2025).pk, wards[1].pk])
    assert sheet in leader.get(COMPARE).content.decode()
    assert sheet not in officer.get(COMPARE).content.decode()


# --- two wards ------------------------------------------------------------------------------------


def two(first, second, **more):
    return {"what": "wards", "first": first.pk, "second": second.pk, **more}


def test_two_wards_stand_side_by_side(leader, wards):
    response = leader.get(COMPARE, two(*wards[:2]))
    pair, page = response.context["pair"], text(response)
    assert [line.criterion.number for line in pair.only_first] == [2, 3]
    assert pair.only_second == []
    assert "Lộc Hạ meets, Mỹ Xá does not 2 2. Bí mật 2 3. Bí mật 3" in page


def test_two_wards_of_a_day_have_the_standing_of_that_day(leader, wards):
    pair = leader.get(COMPARE, two(*wards[:2], on="2024-11-15")).context["pair"]
    assert [line.criterion.number for line in pair.only_second] == [1]
    listed = leader.get("/wards/", {"on": "2024-11-15"}).context["standings"]
    tallies = {standing.ward.pk: standing.tally for standing in listed}
    assert tallies[wards[0].pk] == pair.first.tally


def test_a_ward_without_an_approved_sheet_lacks_nothing_by_name(leader, wards):
    response = leader.get(COMPARE, two(wards[0], wards[2]))
    assert not response.context["pair"].can_be_compared
    assert "meets," not in text(response)
    assert "No approved sheet" in text(response)


def test_a_ward_of_another_day_cannot_be_chosen(leader, wards):
    gone = WardFactory(valid_to=date(2024, 9, 1))
    assert leader.get(COMPARE, two(wards[0], gone)).context["pair"] is None


def test_an_officer_sees_only_the_own_wards_column(officer, wards):
    page = text(officer.get(COMPARE, two(*wards[:2])))
    assert "You see the criteria of your own wards by name" in page
    assert page.count("1. Bí mật 1") == 1
    assert "Not met" not in page.partition("Criterion by criterion")[2]
    assert "meets," not in page
    neither = text(officer.get(COMPARE, two(*wards[1:])))
    assert "Bí mật" not in neither
    assert "1 /3" in neither


def test_an_officers_own_ward_is_the_first_one(leader, officer, wards):
    user = wards[0].memberships.get().user
    own = set(user.memberships.values_list("ward", flat=True))
    chosen = [
        client.get(COMPARE, {"what": "wards"}).context["form"] for client in (officer, leader)
    ]
    assert chosen[0]["first"].value() in own
    assert chosen[1]["first"].value() == ""


# --- what if --------------------------------------------------------------------------------------


@pytest.fixture
def other(rounds):
    """A set without the second criterion."""
    made = make_set(n_criteria=0, title="Bộ ít hơn")
    for criterion in rounds[0].criteria_set.criteria.exclude(number=2):
        copy = CriterionFactory(criteria_set=made, name=criterion.name, replaces=criterion)
        RequirementFactory(criterion=copy, text=criterion.requirements.get().text)
    return made


def test_a_supposition_says_that_it_is_one(leader, wards, other):
    response = leader.get(WHAT_IF)
    page = text(response)
    assert "not an official result" in text(one(response, "title"))
    assert "A supposition – not an official result." in page
    assert "“Bộ ít hơn” (2 criteria)" in page


def test_the_same_evidence_by_another_set(leader, wards, other):
    found = leader.get(WHAT_IF, {"set": other.pk, "on": "2025-12-01"}).context["supposition"]
    today = leader.get("/", {"on": "2025-12-01"}).context["roadmap"].today
    assert found.n_ready_now == today.ready == 1
    tallies = {s.ward.name: (s.tally.met, s.tally.applicable) for s in found.wards}
    assert tallies == {"Lộc Hạ": (2, 2), "Mỹ Xá": (1, 2), "Vị Khê": (0, 2)}
    assert [(criterion.number, n) for criterion, n in found.dropped] == [(2, 1)]


def test_wards_that_cannot_be_told_are_a_list_and_the_total_a_range(leader, wards, rounds, other):
    """By the smaller set's evidence nobody knows of the criterion that it does not ask."""
    now = RoundFactory(year=2026, criteria_set=other)
    approve_with(wards[0], now, {1: "met", 2: "met"})
    response = leader.get(WHAT_IF, {"set": rounds[0].criteria_set_id})
    total, uncertain = find(response, ".is-supposed .headline-number")
    assert (text(total), text(uncertain)) == ("0 to 1 /3", "1 /3")
    turn = text(one(response, "section:has(#turn-title)"))
    assert f"Cannot be told {wards[0].name}" in turn
    assert "Would no longer be ready" not in turn


def test_nothing_is_stored(leader, wards, other):
    before = [list(model.objects.values()) for model in (Round, Criterion, CriteriaSet)]
    leader.get(WHAT_IF, {"set": other.pk})
    assert before == [list(model.objects.values()) for model in (Round, Criterion, CriteriaSet)]


def test_an_officer_reads_how_the_own_wards_would_come_out(leader, officer, wards, other):
    """Of the others the totals alone: how one would come out gives away what it lacks."""
    assert "no longer asked: 2. Bí mật 2" in text(leader.get(WHAT_IF))
    response = officer.get(WHAT_IF)
    seen = {supposed.ward for supposed in response.context["seen"]}
    assert seen & set(wards) == {wards[0]}
    page = text(response)
    assert "no longer asked: 2. Bí mật 2" not in page
    assert "Your own wards." in page
    assert wards[1].name not in page
    assert (
        response.context["supposition"].n_ready
        == leader.get(WHAT_IF).context["supposition"].n_ready
    )


def test_without_another_set_it_says_who_can_make_one(leader, wards):
    CriteriaSet.objects.create(
        code="nhap", title="Nháp", effective_from="2026-01-01", status=CriteriaSet.Status.DRAFT
    )
    page = text(leader.get(WHAT_IF))
    assert "There is no other criteria set" in page
    assert "publish it" in page


def test_without_an_ended_round_there_is_nothing_to_judge(leader):
    make_set()
    assert "No round has ended yet" in text(leader.get(WHAT_IF))


@pytest.mark.parametrize("asked", ["0", "x", "-1", "99999999999999999999"])
def test_an_unknown_set_is_refused(leader, wards, other, asked):
    response = leader.get(WHAT_IF, {"set": asked})
    assert response.context["supposition"] is None
    assert "There is no such criteria set" in text(response)


def test_the_rounds_own_set_is_refused(leader, wards, other, rounds):
    response = leader.get(WHAT_IF, {"set": rounds[1].criteria_set_id})
    assert response.context["supposition"] is None
