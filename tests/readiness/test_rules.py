"""Every rule from both sides, and against oracles that only count."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from criteria.measures import MEASURES, NUMBER
from criteria.readiness.rules import (
    NO_ANSWER,
    Answer,
    Tally,
    criterion_verdict,
    needs_judgement,
    points_a_ward,
    reach,
    requirement_verdict,
    tally,
    target_day,
    wards_a_round,
    wards_required,
)
from criteria.verdicts import Verdict
from tests.worlds import VERDICTS, counting_up

MET, NOT_MET = Verdict.MET, Verdict.NOT_MET
NOT_APPLICABLE, PENDING = Verdict.NOT_APPLICABLE, Verdict.PENDING

figures = st.decimals(-(10**9), 10**9, places=2)


def verdict_of(measure: str, comparator: str, threshold: Decimal | None, said: Answer) -> Verdict:
    return requirement_verdict(MEASURES[measure], comparator, threshold, said)


@pytest.mark.parametrize(
    ("measure", "comparator", "threshold", "value", "verdict"),
    [
        ("number", ">=", "12", "11.99", NOT_MET),
        ("number", ">=", "12", "12", MET),
        ("number", ">=", "12", "12.01", MET),
        ("number", "<=", "3", "2.99", MET),
        ("number", "<=", "3", "3", MET),
        ("number", "<=", "3", "3.01", NOT_MET),
        ("number", "<=", "0", "0", MET),
        ("number", "<=", "0", "1", NOT_MET),
        ("number", ">=", "0", "0", MET),
        ("percent", ">=", "95", "94.99", NOT_MET),
        ("percent", ">=", "95", "95.00", MET),
        ("percent", "<=", "0.50", "0.5", MET),
        ("percent", "<=", "0.50", "0.51", NOT_MET),
        ("yes_no", "", None, "1", MET),
        ("yes_no", "", None, "0", NOT_MET),
        ("title", "", None, "2024", MET),
        ("title", "", None, "0", NOT_MET),
        ("grade", ">=", "3", "4", MET),
        ("grade", ">=", "3", "3", MET),
        ("grade", ">=", "3", "2", NOT_MET),
    ],
)
def test_a_value_meets_its_requirement(measure, comparator, threshold, value, verdict):
    limit = None if threshold is None else Decimal(threshold)
    assert verdict_of(measure, comparator, limit, Answer(Decimal(value))) == verdict


@pytest.mark.parametrize(
    ("measure", "comparator", "threshold"),
    [
        ("number", ">=", Decimal(12)),
        ("number", "<=", Decimal(0)),
        ("percent", ">=", Decimal(95)),
        ("number", ">=", None),
        ("percent", "<=", None),
        ("yes_no", "", None),
        ("title", "", None),
    ],
)
def test_without_an_answer_a_requirement_is_pending(measure, comparator, threshold):
    assert verdict_of(measure, comparator, threshold, NO_ANSWER) == PENDING


@pytest.mark.parametrize("measure", ["number", "percent"])
def test_a_person_judges_where_no_threshold_is_known(measure):
    assert needs_judgement(MEASURES[measure], None)
    assert verdict_of(measure, ">=", None, Answer(Decimal(500), "met")) == MET
    assert verdict_of(measure, ">=", None, Answer(Decimal(500), "not_met")) == NOT_MET
    assert verdict_of(measure, ">=", None, Answer(judgement="met")) == MET
    assert verdict_of(measure, ">=", None, Answer(Decimal(500))) == PENDING
    with pytest.raises(ValueError, match="perhaps"):
        verdict_of(measure, ">=", None, Answer(judgement="perhaps"))


@pytest.mark.parametrize(
    ("measure", "comparator", "threshold"),
    [("number", ">=", Decimal(12)), ("yes_no", "", None), ("title", "", None)],
)
def test_a_judgement_is_not_heard_where_a_value_decides(measure, comparator, threshold):
    assert not needs_judgement(MEASURES[measure], threshold)
    said = Answer(Decimal(0), "met")
    assert verdict_of(measure, comparator, threshold, said) == NOT_MET
    unsaid = Answer(judgement="met")
    assert verdict_of(measure, comparator, threshold, unsaid) == PENDING


@pytest.mark.parametrize(
    ("measure", "comparator", "threshold"),
    [("number", ">", Decimal(1)), ("percent", "", Decimal(1))],
)
def test_what_cannot_be_compared_is_an_error_and_no_verdict(measure, comparator, threshold):
    with pytest.raises(ValueError, match="cannot compare"):
        verdict_of(measure, comparator, threshold, Answer(Decimal(1)))


def test_an_answer_is_empty_only_where_nothing_is_said():
    assert NO_ANSWER.is_empty
    assert not Answer(Decimal(0)).is_empty
    assert not Answer(judgement="not_met").is_empty


@given(figures, figures)
def test_at_least_and_at_most_meet_at_the_threshold_alone(value, threshold):
    at_least = requirement_verdict(NUMBER, ">=", threshold, Answer(value))
    at_most = requirement_verdict(NUMBER, "<=", threshold, Answer(value))
    assert (at_least == MET) == (value - threshold >= 0)
    assert (at_most == MET) == (threshold - value >= 0)
    assert (at_least == at_most == MET) == (value == threshold)


@pytest.mark.parametrize(
    ("requirements", "verdict"),
    [
        ([MET], MET),
        ([NOT_MET], NOT_MET),
        ([PENDING], PENDING),
        ([MET, MET], MET),
        ([MET, NOT_MET], NOT_MET),
        ([MET, PENDING], PENDING),
        ([NOT_MET, PENDING], PENDING),
        ([], PENDING),
    ],
)
def test_a_criterion_comes_from_its_requirements(requirements, verdict):
    assert criterion_verdict(requirements) == verdict
    assert criterion_verdict(iter(requirements)) == verdict


@pytest.mark.parametrize("requirements", [[], [MET], [NOT_MET], [PENDING]])
def test_a_criterion_that_does_not_apply_is_nothing_else(requirements):
    assert criterion_verdict(requirements, not_applicable=True) == NOT_APPLICABLE


@given(st.lists(st.sampled_from([MET, NOT_MET, PENDING]), max_size=6))
def test_a_criterion_is_as_bad_as_its_worst_requirement(requirements):
    """PENDING below NOT_MET below MET; a criterion that asks for nothing is at the bottom."""
    ladder = [PENDING, NOT_MET, MET]
    worst = min((ladder.index(verdict) for verdict in requirements), default=0)
    assert criterion_verdict(requirements) == ladder[worst]


@given(st.lists(st.sampled_from([MET, NOT_MET, PENDING]), min_size=1, max_size=6), st.data())
def test_the_order_of_the_requirements_does_not_matter(requirements, data):
    shuffled = data.draw(st.permutations(requirements))
    assert criterion_verdict(shuffled) == criterion_verdict(requirements)


@given(st.lists(st.sampled_from(VERDICTS), max_size=30), st.integers(0, 5))
def test_a_tally_counts_each_verdict_and_the_rest_is_pending(verdicts, unsaid):
    numbers = [0, 0, 0, unsaid]
    for verdict in verdicts:
        numbers[VERDICTS.index(verdict)] += 1
    found = tally(verdicts, len(verdicts) + unsaid)
    assert found == Tally(*numbers)
    assert found.total == len(verdicts) + unsaid
    assert found.applicable == sum(verdict != "not_applicable" for verdict in verdicts) + unsaid
    assert found.judged == sum(verdict != "pending" for verdict in verdicts)


@given(st.lists(st.sampled_from(VERDICTS), max_size=6), st.integers(0, 1))
def test_complete_means_every_applicable_criterion_met_and_one_at_least(verdicts, unsaid):
    applicable = [v for v in verdicts + ["pending"] * unsaid if v != "not_applicable"]
    expected = bool(applicable) and set(applicable) == {"met"}
    assert tally(verdicts, len(verdicts) + unsaid).is_complete == expected


def test_a_tally_refuses_more_verdicts_than_criteria():
    with pytest.raises(ValueError, match="more verdicts than criteria"):
        tally(["met", "met"], total=1)


def test_one_criterion_short_is_not_ready():
    assert tally(["met"] * 22, total=22).is_complete
    assert not tally(["met"] * 21, total=22).is_complete
    assert not tally(["met"] * 21 + ["not_met"], total=22).is_complete
    assert tally(["met"] * 21 + ["not_applicable"], total=22).is_complete


@pytest.mark.parametrize(
    ("percent", "n_wards", "required"),
    [
        (30, 22, 7),
        (30, 14, 5),
        (30, 8, 3),
        (30, 10, 3),
        (28, 25, 7),
        (100, 22, 22),
        (100, 8, 8),
        (1, 1, 1),
        (1, 100, 1),
        (1, 101, 2),
        (50, 0, 0),
    ],
)
def test_the_wards_required_round_up(percent, n_wards, required):
    assert wards_required(percent, n_wards) == required


def test_thirty_percent_rounds_up_after_each_merger():
    """The city's registries: 22 wards in 2023, 14 in September 2024, 8 from July 2025."""
    assert [wards_required(30, n) for n in (22, 14, 8)] == [7, 5, 3]


@given(st.integers(1, 100), st.integers(0, 500))
def test_the_wards_required_are_the_fewest_that_reach_the_percentage(percent, n_wards):
    assert wards_required(percent, n_wards) == counting_up(percent, n_wards)


@given(st.integers(1, 99), st.integers(0, 500))
def test_a_higher_percentage_or_more_wards_never_require_fewer(percent, n_wards):
    assert wards_required(percent, n_wards) <= wards_required(percent + 1, n_wards) <= n_wards
    assert wards_required(percent, n_wards) <= wards_required(percent, n_wards + 1)


@pytest.mark.parametrize(("percent", "n_wards"), [(0, 22), (101, 22), (-1, 22), (30, -1)])
def test_a_percentage_outside_1_to_100_is_an_error(percent, n_wards):
    with pytest.raises(ValueError, match="percent="):
        wards_required(percent, n_wards)


def test_a_target_is_counted_on_its_own_day_once_past_and_today_before():
    due_on = date(2025, 12, 31)
    assert target_day(due_on, due_on - timedelta(days=1)) == due_on - timedelta(days=1)
    assert target_day(due_on, due_on) == due_on
    assert target_day(due_on, due_on + timedelta(days=1)) == due_on


@pytest.mark.parametrize(
    ("n_wards", "points"),
    [(1, "100"), (8, "12.5"), (14, "7.1"), (22, "4.5"), (40, "2.5"), (64, "1.6"), (100, "1")],
)
def test_one_ward_is_worth_its_share_of_a_hundred_points(n_wards: int, points: str) -> None:
    assert points_a_ward(n_wards) == Decimal(points)


@given(st.integers(1, 10_000))
def test_points_are_rounded_to_a_tenth(n_wards: int) -> None:
    exact = Fraction(100, n_wards)
    assert -Fraction(1, 20) <= exact - Fraction(points_a_ward(n_wards)) < Fraction(1, 20)


# --- how far, and how fast ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (None, "unknown"),
        (Tally(met=22), "ready"),
        (Tally(met=21, not_applicable=1), "ready"),
        (Tally(met=21, not_met=1), "near"),
        (Tally(met=20, not_met=1, pending=1), "near"),
        (Tally(met=19, not_met=3), "middling"),
        (Tally(met=17, not_met=5), "middling"),
        (Tally(met=16, not_met=6), "far"),
        (Tally(not_met=22), "far"),
        (Tally(not_applicable=22), "nothing_applies"),
    ],
)
def test_a_ward_is_in_one_of_six_classes(found: Tally | None, expected: str) -> None:
    assert reach(found) == expected


@given(st.integers(0, 4000), st.integers(1, 60))
def test_a_pace_is_the_fewest_wards_a_round_that_suffice(n_wards: int, n_rounds: int) -> None:
    pace = wards_a_round(n_wards, n_rounds)
    assert pace * n_rounds >= n_wards
    assert pace == 0 or (pace - 1) * n_rounds < n_wards


def test_seven_short_in_four_rounds_are_two_a_round() -> None:
    assert wards_a_round(7, 4) == 2


@pytest.mark.parametrize(("n_wards", "n_rounds"), [(-1, 1), (1, 0), (0, -5)])
def test_a_pace_needs_wards_and_rounds(n_wards: int, n_rounds: int) -> None:
    with pytest.raises(ValueError, match="n_rounds"):
        wards_a_round(n_wards, n_rounds)
