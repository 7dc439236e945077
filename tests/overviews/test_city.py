"""Everything that the first page tells, against an oracle that counts rows."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given

from criteria.models import Ward
from criteria.overviews.city import City as CityStanding
from criteria.overviews.city import read_city
from criteria.readiness.changes import Changes, read_changes
from criteria.readiness.roadmap import Step, roadmap
from criteria.readiness.rounds import read_rounds
from criteria.readiness.rules import Reach, Tally
from criteria.readiness.standing import standings, with_standing, within
from criteria.readiness.timeline import Change
from tests.factories import RoadmapTargetFactory, RoundFactory, WardFactory, approve_with, make_set
from tests.worlds import DAYS, City, Oracle, cities, counted, counting_up, few, stored

pytestmark = pytest.mark.django_db

Opinions = dict[int, tuple[str, str]]  # by the criterion's number: what was said, what was found


def read(on: date, *, is_today: bool = False) -> CityStanding:
    return read_city(on, read_rounds(), is_today=is_today)


def opinions(oracle: Oracle, ward: Ward, on: date) -> Opinions:
    round = oracle.standing_round(on)
    sheet = oracle.approved_sheet(ward, round)
    if sheet is None:
        return {}
    said = oracle.verdicts(sheet, round, side="self")
    found = oracle.verdicts(sheet, round, side="verified")
    return {number: (said[number], found[number]) for number in said}


def missing(verdicts: Opinions) -> list[int]:
    return [number for number, (_, found) in verdicts.items() if found in ("not_met", "pending")]


def reach_of(oracle: Oracle, ward: Ward, on: date) -> str:
    verdicts = opinions(oracle, ward, on)
    if oracle.approved_sheet(ward, oracle.standing_round(on)) is None:
        return "unknown"
    if oracle.is_ready(ward, oracle.standing_round(on)):
        return "ready"
    if all(found == "not_applicable" for _, found in verdicts.values()):
        return "nothing_applies"
    n = len(missing(verdicts))
    return "near" if n <= 2 else "middling" if n <= 5 else "far"


@few
@given(cities())
def test_every_ward_is_in_its_class(city: City) -> None:
    with stored(city) as oracle:
        for on in DAYS:
            found = read(on)
            wards = oracle.in_scope(on)
            reaches = [reach_of(oracle, ward, on) for ward in wards]
            assert [standing.reach for standing in found.standings] == reaches
            assert found.reaches == {reach: reaches.count(reach) for reach in Reach}
            annotated = with_standing(Ward.objects.in_scope(on), oracle.standing_round(on))
            for reach in Reach:
                expected = [w for w, of in zip(wards, reaches, strict=True) if of == reach]
                assert list(within(annotated, reach)) == expected
            waiting = [s.ward for s in found.nearest]
            assert waiting == sorted(
                (w for w in wards if reach_of(oracle, w, on) in ("near", "middling", "far")),
                key=lambda ward: len(missing(opinions(oracle, ward, on))),
            )


@few
@given(cities())
def test_every_criterion_is_counted_as_the_results_say(city: City) -> None:
    with stored(city) as oracle:
        for on in DAYS:
            told = {ward: opinions(oracle, ward, on) for ward in oracle.in_scope(on)}
            numbers = sorted({number for verdicts in told.values() for number in verdicts})
            expected = {}
            for number in numbers:
                pairs = [verdicts[number] for verdicts in told.values() if number in verdicts]
                differing = [(s, f) for s, f in pairs if f not in ("pending", s)]
                counts = (
                    sum(found == "not_met" for _, found in pairs),
                    sum(
                        verdicts.get(number, ("", ""))[1] == "not_met"
                        and missing(verdicts) == [number]
                        for verdicts in told.values()
                    ),
                    len(differing),
                    differing.count(("met", "not_met")),
                    differing.count(("not_met", "met")),
                )
                if counts[0] or counts[2]:
                    expected[number] = counts
            found = read(on)
            assert {
                c.criterion.number: (
                    c.n_unmet,
                    c.n_alone,
                    c.n_differing,
                    c.n_kinder,
                    c.n_stricter,
                )
                for c in found.criteria
            } == expected
            order = [(-c.n_unmet, c.criterion.number) for c in found.unmet]
            assert order == sorted(order)


@few
@given(cities())
def test_what_one_criterion_holds_back_is_what_would_be_ready_without_it(city: City) -> None:
    with stored(city) as oracle:
        on = DAYS[-1]
        for count in read(on).unmet:
            number = count.criterion.number
            gained = 0
            for ward in oracle.in_scope(on):
                verdicts = {n: found for n, (_, found) in opinions(oracle, ward, on).items()}
                if verdicts.get(number) == "not_met":
                    others = [
                        v for v in {**verdicts, number: "met"}.values() if v != "not_applicable"
                    ]
                    gained += all(verdict == "met" for verdict in others)
            assert count.n_alone == gained


@few
@given(cities())
def test_agreement_counts_the_verdicts_of_approved_sheets(city: City) -> None:
    with stored(city) as oracle:
        for on in DAYS:
            expected = oracle.agreement(range(1, 5), on)
            found = read(on).agreement
            assert {name: getattr(found, name) for name in expected} == expected
            agreed = found.n_one_by_one + found.n_in_bulk + found.n_unknown
            assert agreed == found.n_agreed == found.n_verdicts - found.n_differing


@few
@given(cities())
def test_milestones_and_steps_are_what_each_day_says(city: City) -> None:
    with stored(city) as oracle:
        for on in DAYS:
            seen = roadmap(on)
            milestones = seen.milestones()
            assert [
                (m.count.on, m.count.in_scope, m.count.ready, m.count.recognised)
                for m in milestones
                if not m.provisional
            ] == [
                (
                    day,
                    len(oracle.in_scope(day)),
                    len(oracle.ready(day)),
                    len(oracle.recognised(day)),
                )
                for day in sorted(r.ends_on for r in oracle.settled(on))
            ]
            assert [
                (m.round, p.ready, p.not_ready, p.undecided)
                for m in milestones
                if (p := m.provisional)
            ] == [
                (round, *oracle.provisional(round.ends_on, round))
                for round in reversed(oracle.provisional_rounds(on))
            ]
            _follow(seen.steps(), oracle, on)


def _follow(steps: list[Step], oracle: Oracle, on: date) -> None:
    """Every day from the first step on is what the step that it is in says."""
    for n in range(15):
        day = steps[0].on + timedelta(days=n)
        (step,) = [step for step in steps if step.on <= day][-1:]
        in_scope = len(oracle.in_scope(min(day, on)))
        ahead = [target for target in oracle.targets if target.due_on >= day]
        required = counting_up(ahead[0].percent, in_scope) if ahead else None
        assert (step.in_scope, step.required) == (in_scope, required)


@few
@given(cities())
def test_the_pace_is_what_is_missing_over_the_rounds_that_are_left(city: City) -> None:
    with stored(city) as oracle:
        for on in DAYS:
            seen = roadmap(on)
            pace, target = seen.pace, seen.next_target
            assert (pace is None) == (target is None)
            if pace is None or target is None:
                continue
            due_on = target.target.due_on
            assert pace.days_left == (due_on - on).days
            left = [r for r in oracle.rounds if r.is_citywide and on < r.ends_on <= due_on]
            assert pace.rounds_left == len(left)
            assert pace.needed == (-(-target.short // len(left)) if left else None)
            _check_last_change(pace.so_far, oracle, on)


def _check_last_change(change: Change | None, oracle: Oracle, on: date) -> None:
    """Ward by ward: what the last round brought in those that were in both."""
    if len(oracle.settled(on)) < 2:
        assert change is None
        return
    after, before = oracle.settled(on)[:2]
    wards_before, wards_after = (oracle.in_scope(r.ends_on) for r in (before, after))
    in_both = [ward for ward in wards_before if ward in wards_after]
    net = sum(oracle.is_ready(ward, after) - oracle.is_ready(ward, before) for ward in in_both)
    whole = len(oracle.ready(after.ends_on)) - len(oracle.ready(before.ends_on))
    assert change is not None
    assert (change.before, change.after) == (before, after)
    assert (change.net, change.by_mergers) == (net, whole - net)


@few
@given(cities())
def test_every_ward_that_is_ready_at_one_end_of_two_rounds_alone_is_told_of(city: City) -> None:
    with stored(city) as oracle:
        for on in DAYS:
            rounds = read_rounds()
            shown = [*oracle.settled(on)[:1], *oracle.provisional_rounds(on)]
            for after in shown:
                before = rounds.before(after, on)
                others = [round for round in oracle.settled(on) if round != after]
                assert before == next(iter(others), None)
                if before:
                    _check_changes(read_changes(before, after), oracle)
            if len(oracle.settled(on)) > 1:
                changes = read_changes(*reversed(oracle.settled(on)[:2]))
                change = roadmap(on).timeline.last_change(on)
                n_lost = len(changes.no_longer) + len(changes.undecided)
                assert change is not None
                assert change.net == len(changes.became) - n_lost


def _check_changes(changes: Changes, oracle: Oracle) -> None:
    before, after = changes.before, changes.after
    were, are = (
        {ward for ward in oracle.in_scope(round.ends_on) if oracle.is_ready(ward, round)}
        for round in (before, after)
    )
    was_there, is_there = (set(oracle.in_scope(round.ends_on)) for round in (before, after))
    lost = (were - are) & is_there
    verified = {ward for ward in lost if oracle.approved_sheet(ward, after)}
    assert set(changes.became) == (are - were) & was_there
    assert set(changes.no_longer) == verified
    assert set(changes.undecided) == lost - verified
    assert set(changes.founded) == are - was_there
    assert set(changes.gone) == were - is_there


@few
@given(cities())
def test_the_open_rounds_are_counted_as_provisional(city: City) -> None:
    with stored(city) as oracle:
        opened = [round for round in oracle.rounds if round.status == "open"]
        under_way = read(DAYS[-1], is_today=True).under_way
        newest_first = sorted(opened, key=lambda round: round.ends_on, reverse=True)
        assert [current.round for current in under_way] == newest_first
        for current in under_way:
            round = current.round
            wards = oracle.in_scope(round.ends_on)
            sheets = [sheet for ward in wards if (sheet := oracle.sheet(ward, round))]
            assert current.n_wards == len(wards)
            assert current.n_begun == len(sheets)
            assert current.n_approved == sum(sheet.state == "approved" for sheet in sheets)
            ready = [ward for ward in wards if oracle.is_ready(ward, round)]
            assert current.n_ready == len(ready)
            unapproved = [sheet for sheet in sheets if sheet.state != "approved"]
            said = [counted(oracle.verdicts(sheet, round, side="self")) for sheet in unapproved]
            as_assessed = sum(Tally(*verdicts).is_complete for verdicts in said)
            verified = [ward for ward in ready if oracle.sheet(ward, round).state == "approved"]
            assert current.n_ready_as_assessed == len(verified) + as_assessed


def test_a_past_day_tells_nothing_of_what_is_under_way() -> None:
    RoundFactory()
    assert read(date(2026, 11, 15)).under_way == ()
    assert len(read(date(2026, 11, 20), is_today=True).under_way) == 1


def test_one_criterion_short_is_near_and_held_back_by_it_alone() -> None:
    round = RoundFactory(criteria_set=make_set(n_criteria=8))
    met = dict.fromkeys(range(1, 9), "met")
    approve_with(WardFactory(name="A"), round, met | {3: "not_met"})
    approve_with(WardFactory(name="B"), round, met | {3: "not_met", 4: "not_met"})
    approve_with(WardFactory(name="C"), round, dict.fromkeys(range(1, 9), "not_met"))
    WardFactory(name="D")
    found = read(round.ends_on)
    assert [s.reach for s in found.standings] == ["near", "near", "far", "unknown"]
    assert [(c.criterion.number, c.n_unmet, c.n_alone) for c in found.unmet[:2]] == [
        (3, 3, 1),
        (4, 2, 0),
    ]
    assert [standing.ward.name for standing in found.nearest] == ["A", "B", "C"]


@pytest.mark.parametrize("size", [1, 3])
def test_it_costs_the_same_for_any_city(size: int) -> None:
    for year in range(2026 - size, 2026):
        round = RoundFactory(year=year, criteria_set=make_set(n_criteria=1 + size), status="closed")
        RoadmapTargetFactory(due_on=date(year + 10, 1, 1))
        for _ in range(size):
            approve_with(WardFactory(), round, {1: "met", 2: "not_met"})
    RoundFactory(submit_by=date(2026, 11, 19))
    WardFactory()  # late in the open round: one query more
    with CaptureQueriesContext(connection) as captured:
        read(date(2026, 11, 20), is_today=True)
    assert len(captured) == 10


def test_the_standings_of_a_day_are_those_of_its_city() -> None:
    round = RoundFactory(criteria_set=make_set(n_criteria=2))
    approve_with(WardFactory(), round, {1: "met", 2: "not_met"})
    on = round.ends_on
    assert list(read(on).standings) == standings(on)
