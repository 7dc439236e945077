"""What the database counts of a round's sheets, against each sheet looked at by itself."""

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest
from django.utils import timezone

from criteria.models import Assessment, Extension, Round, Ward
from criteria.readiness.rounds import read_rounds
from criteria.sheets.current import (
    LATE_AT_MOST,
    STATES,
    count_states,
    late,
    read_current,
    with_sheet,
)
from criteria.sheets.progress import SheetOnDay, progress
from tests.factories import (
    AssessmentFactory,
    ResultFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    approve_with,
    make_set,
    put_into,
    steps_to,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
SUBMIT_BY, EXTENDED_TO, VERIFY_BY = date(2026, 11, 30), date(2026, 12, 5), date(2026, 12, 15)
DAYS = [day + n * DAY for day in (SUBMIT_BY, EXTENDED_TO, VERIFY_BY) for n in (0, 1)]


def build(chance: Random, n_wards: int = 24) -> Round:
    """A round in which sheets of every state are and are not late, beside rounds of no concern."""
    round = RoundFactory(criteria_set=make_set(n_criteria=3))
    other = RoundFactory(year=2025, criteria_set=round.criteria_set, status="closed")
    people = {"given_by": UserFactory(), "given_at": timezone.now(), "reason": "Bão"}
    for _ in range(n_wards):
        end = round.ends_on if chance.random() < 0.1 else None
        ward = WardFactory(kind=chance.choice(["ward"] * 9 + ["commune"]), valid_to=end)
        for one in (round, other):
            if chance.random() < 0.3:
                day = chance.choice([EXTENDED_TO, VERIFY_BY + 9 * DAY])
                Extension.objects.create(round=one, ward=ward, submit_by=day, **people)
            if state := chance.choice([*STATES, *STATES[1:-1]]):
                fill(ward, one, state, chance)
    return round


def fill(ward: Ward, round: Round, state: str, chance: Random) -> None:
    self_verdicts = chance.choice(
        [
            ["met", "met", "met"],
            ["met", "met", "not_applicable"],
            ["not_applicable", "not_applicable", "not_applicable"],
            ["met", "not_met", "met"],
            ["met", "met", "pending"],
            ["met"],
            [],
        ]
    )
    if state == "approved":
        verdicts = dict(enumerate(self_verdicts, start=1))
        approve_with(ward, round, verdicts)
        return
    columns = steps_to(state)
    if state == "draft" and chance.random() < 0.5:
        back = steps_to("returned")
        columns = {name: back[name] for name in back if name.startswith("return")}
    sheet = AssessmentFactory(ward=ward, round=round, **columns)
    criteria = round.criteria_set.criteria.order_by("number")
    for criterion, verdict in zip(criteria, self_verdicts, strict=False):
        reason = "Không có" if verdict == "not_applicable" else ""
        ResultFactory(
            assessment=sheet, criterion=criterion, self_verdict=verdict, explanation=reason
        )
    stray = make_set(n_criteria=1).criteria.get()  # of another set: not asked in this round
    ResultFactory(assessment=sheet, criterion=stray)


def is_ready(item: SheetOnDay) -> bool:
    return bool(item.verified and item.verified.is_complete)


@pytest.mark.parametrize("seed", range(4))
def test_the_counts_are_those_of_the_sheets_one_by_one(seed):
    round = build(Random(seed))  # noqa: S311
    for on in DAYS:
        sheets = progress(round, on)
        counts = Counter(item.state for item in sheets)
        n_late = sum(item.is_late for item in sheets)
        assert count_states(round, on) == ({state: counts[state] for state in STATES}, n_late)
        wards = with_sheet(Ward.objects.in_scope(round.ends_on), round)
        assert [ward.state for ward in wards] == [item.state for item in sheets]
        late_wards = [item.ward for item in sheets if item.is_late]
        assert list(wards.filter(late(round, on))) == late_wards
        (current,) = read_current(read_rounds(), on)
        assert (current.round, current.n_wards) == (round, len(sheets))
        assert current.n_begun == sum(bool(item.state) for item in sheets)
        assert current.n_approved == sum(item.is_approved for item in sheets)
        assert current.n_ready == sum(map(is_ready, sheets))
        said = [item.verified or item.tally for item in sheets]
        assert current.n_ready_as_assessed == sum(tally.is_complete for tally in said)
        assert current.n_late == n_late
        for kind, is_entry in ((current.late_entries, True), (current.late_verifications, False)):
            found = [item for item in sheets if item.is_late and item.is_with_unit == is_entry]
            assert kind.n == len(found)
            assert [(sheet.ward, sheet.due_on) for sheet in kind.sheets] == [
                (item.ward, item.due_on) for item in found[:LATE_AT_MOST]
            ]


@pytest.mark.parametrize("status", ["planned", "closed"])
def test_nothing_is_late_in_a_round_that_is_not_open(status):
    round = build(Random(5))  # noqa: S311
    put_into(status)
    round.refresh_from_db()
    assert count_states(round, date(2027, 1, 1))[1] == 0
    assert read_current(read_rounds(), date(2027, 1, 1)) == ()


def test_a_reopened_old_round_hides_nothing_of_the_newest():
    criteria_set = make_set(n_criteria=1)
    old, new = (RoundFactory(year=year, criteria_set=criteria_set) for year in (2025, 2026))
    approve_with(WardFactory(name="Lộc Hạ"), old, {1: "met"})
    WardFactory(name="Mỹ Xá")
    newest, reopened = read_current(read_rounds(), new.submit_by + DAY)
    assert (newest.round, newest.n_late) == (new, 2)
    assert (reopened.round, reopened.n_late) == (old, 1)


def test_the_states_are_counted_in_the_order_of_the_way():
    round = RoundFactory(criteria_set=make_set(n_criteria=2))
    for state in ("returned", "returned", "draft"):
        AssessmentFactory(round=round, **steps_to(state))
    WardFactory()
    approve_with(WardFactory(), round, {1: "met", 2: "met"})
    assert list(count_states(round, SUBMIT_BY)[0].items()) == [
        ("", 1),
        ("draft", 1),
        ("submitted", 0),
        ("verifying", 0),
        ("returned", 2),
        ("approved", 1),
    ]


@pytest.mark.parametrize(("on", "n_queries"), [(SUBMIT_BY, 1), (VERIFY_BY + DAY, 2)])
@pytest.mark.parametrize("n_wards", [2, 30])
def test_it_costs_the_same_for_any_number_of_wards(
    on, n_queries, n_wards, django_assert_num_queries
):
    round = RoundFactory(criteria_set=make_set(n_criteria=2))
    for ward in WardFactory.create_batch(n_wards):
        AssessmentFactory(ward=ward, round=round)
    rounds = read_rounds()
    with django_assert_num_queries(n_queries):
        (current,) = read_current(rounds, on)
    assert current.n_wards == n_wards == Assessment.objects.count()
