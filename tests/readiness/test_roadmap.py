"""Required against achieved, for every target and from every day."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given

from criteria.models import Ward
from criteria.readiness.roadmap import TargetStanding, roadmap
from tests.factories import (
    RecognitionFactory,
    RoadmapTargetFactory,
    RoundFactory,
    WardFactory,
    approve_with,
    make_set,
)
from tests.worlds import DAYS, City, Oracle, cities, counting_up, few, stored

pytestmark = pytest.mark.django_db

MERGED_2024, MERGED_2025 = date(2024, 9, 1), date(2025, 7, 1)


@few
@given(cities())
def test_the_roadmap_is_what_the_results_say(city: City) -> None:
    with stored(city) as oracle:
        for on in DAYS:
            found = roadmap(on)
            assert found.today.on == on
            assert found.today.in_scope == len(oracle.in_scope(on))
            assert found.today.ready == len(oracle.ready(on))
            assert found.today.recognised == len(oracle.recognised(on))
            assert [seen.target for seen in found.targets] == oracle.targets
            for seen in found.targets:
                day = on if on < seen.target.due_on else seen.target.due_on
                required = counting_up(seen.target.percent, len(oracle.in_scope(day)))
                achieved = len(oracle.ready(day))
                assert seen.count.on == day
                assert seen.count.recognised == len(oracle.recognised(day))
                assert (seen.required, seen.achieved) == (required, achieved)
                assert seen.short == (required - achieved if achieved < required else 0)
                assert seen.count.founded_since == oracle.founded_since(day)
                assert seen.is_past == (seen.target.due_on < on)
                assert seen.outcome == _outcome(oracle, on, seen)
                waiting = oracle.provisional_rounds(day)
                if seen.provisional is None:
                    assert waiting == []
                else:
                    numbers = seen.provisional
                    assert numbers.round == waiting[0]
                    told = (numbers.ready, numbers.not_ready, numbers.undecided)
                    assert told == oracle.provisional(day, waiting[0])
            ahead = [seen for seen in found.targets if seen.target.due_on >= on]
            assert found.next_target == (ahead[0] if ahead else None)


def _outcome(oracle: Oracle, on: date, seen: TargetStanding) -> str:
    day = min(on, seen.target.due_on)
    is_enough = seen.achieved >= seen.required
    if not is_enough and on <= seen.target.due_on:
        return "short"
    if oracle.provisional_rounds(day):
        return "unsettled"
    return "reached" if is_enough else "missed"


@pytest.fixture
def registry() -> None:
    """The city's wards in number: 22, from September 2024 14, from July 2025 8."""
    spans = [
        (date(2023, 1, 1), MERGED_2024, 22),
        (MERGED_2024, MERGED_2025, 14),
        (MERGED_2025, None, 8),
    ]
    for valid_from, valid_to, n_wards in spans:
        WardFactory.create_batch(n_wards, valid_from=valid_from, valid_to=valid_to)


@pytest.mark.usefixtures("registry")
def test_a_future_target_uses_the_registry_of_the_day_it_is_looked_at() -> None:
    RoadmapTargetFactory(due_on=date(2025, 12, 31), percent=30)
    seen_on = [
        date(2023, 4, 26),
        MERGED_2024 - timedelta(days=1),
        MERGED_2024,
        MERGED_2025 - timedelta(days=1),
        MERGED_2025,
        date(2025, 12, 31),
        date(2027, 1, 1),
    ]
    seen = [roadmap(on).targets[0] for on in seen_on]
    assert [target.count.in_scope for target in seen] == [22, 22, 14, 14, 8, 8, 8]
    assert [target.required for target in seen] == [7, 7, 5, 5, 3, 3, 3]


@pytest.mark.usefixtures("registry")
def test_a_past_target_keeps_its_day() -> None:
    """A target of 2024 asked 14 wards for 5; the merger of 2025 does not change what it was."""
    due_on = date(2024, 12, 31)
    RoadmapTargetFactory(due_on=due_on, percent=30)
    round = RoundFactory(year=2024, criteria_set=make_set(n_criteria=1))
    for ward in Ward.objects.in_scope(due_on)[:4]:
        approve_with(ward, round, {1: "met"})
    for on in (due_on, due_on + timedelta(days=1), MERGED_2025, date(2030, 12, 31)):
        (seen,) = roadmap(on).targets
        assert seen.count.on == due_on
        assert (seen.required, seen.achieved, seen.short) == (5, 4, 1)
    assert roadmap(MERGED_2025).today.ready == 0


def test_a_sheet_approved_late_still_counts_for_a_past_target() -> None:
    due_on = date(2025, 12, 31)
    RoadmapTargetFactory(due_on=due_on, percent=100)
    round = RoundFactory(year=2025, criteria_set=make_set(n_criteria=1))
    ward = WardFactory()
    seen_on = date(2026, 2, 1)
    assert roadmap(seen_on).targets[0].achieved == 0
    approve_with(ward, round, {1: "met"})
    assert roadmap(seen_on).targets[0].achieved == 1


def test_recognised_does_not_reach_a_target() -> None:
    RoadmapTargetFactory(due_on=date(2025, 12, 31), percent=100)
    RecognitionFactory(ward=WardFactory(), decided_on=date(2025, 3, 1))
    (seen,) = roadmap(date(2025, 6, 1)).targets
    assert (seen.count.recognised, seen.achieved, seen.short) == (1, 0, 1)


def test_more_than_required_is_short_of_nothing() -> None:
    RoadmapTargetFactory(due_on=date(2026, 12, 31), percent=30)
    round = RoundFactory(year=2026, criteria_set=make_set(n_criteria=1))
    for ward in WardFactory.create_batch(2):
        approve_with(ward, round, {1: "met"})
    (seen,) = roadmap(date(2026, 12, 1)).targets
    assert (seen.required, seen.achieved, seen.short) == (1, 2, 0)


def test_a_target_is_the_next_one_up_to_its_last_day() -> None:
    first = RoadmapTargetFactory(due_on=date(2025, 12, 31), percent=30)
    last = RoadmapTargetFactory(due_on=date(2030, 12, 31), percent=100)
    expected = {
        date(2025, 12, 31): first,
        date(2026, 1, 1): last,
        date(2030, 12, 31): last,
        date(2031, 1, 1): None,
    }
    for on, target in expected.items():
        found = roadmap(on).next_target
        assert (found.target if found else None) == target


def test_the_cost_does_not_grow_with_the_wards_or_the_targets() -> None:
    round = RoundFactory(year=2025, criteria_set=make_set(n_criteria=1))
    spent = []
    for n_more in (2, 6):
        for number, ward in enumerate(WardFactory.create_batch(n_more)):
            approve_with(ward, round, {1: "met"})
            RoadmapTargetFactory(due_on=date(2025 + n_more, 1, 1 + number), percent=30)
        with CaptureQueriesContext(connection) as queries:
            assert len(roadmap(date(2026, 6, 1)).targets) >= n_more
        spent.append(len(queries))
    assert spent == [5, 5]
