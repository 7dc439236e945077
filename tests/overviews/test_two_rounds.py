"""Two rounds, and two wards, side by side."""

from datetime import date
from itertools import combinations
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given

from criteria.models import Ward, WardSuccession
from criteria.overviews.two_rounds import read_comparison
from criteria.overviews.two_wards import read_two_wards
from criteria.readiness.continuity import continued
from criteria.readiness.rounds import read_rounds
from criteria.readiness.standing import standings
from criteria.readiness.timeline import read_timeline
from tests import lineages
from tests.factories import (
    CriterionFactory,
    RequirementFactory,
    RoundFactory,
    WardFactory,
    approve_with,
    make_set,
)
from tests.lineages import chances
from tests.worlds import DAYS, City, Oracle, cities, few, stored

CHANGES = {("not_met", "met"): "rose", ("met", "not_met"): "fell"}


@pytest.mark.parametrize(
    ("these", "others", "replaces", "expected"),
    [
        ([1, 2], [1, 2], {}, {1: (1,), 2: (2,)}),  # one set
        ([3], [1], {3: 1}, {3: (1,)}),
        ([1], [3], {3: 1}, {1: (3,)}),  # the other way round
        ([5], [1], {5: 4, 4: 1}, {5: (1,)}),  # through a set in between
        ([3], [4], {3: 1, 4: 1}, {3: (4,)}),  # two sets that continue the same
        ([1], [3, 4], {3: 1, 4: 1}, {1: (3, 4)}),  # split
        ([3, 4], [1], {3: 1, 4: 1}, {3: (1,), 4: (1,)}),
        ([3], [1, 2], {3: 2, 2: 1}, {3: (2,)}),  # the nearest
        ([1], [3, 4], {3: 1, 4: 2, 2: 1}, {1: (3,)}),  # the nearest, the other way round
        ([3], [1], {}, {3: ()}),
        ([3], [1], {3: 4, 4: 3}, {3: ()}),  # a circle ends
    ],
)
def test_criteria_are_paired_over_chains(these, others, replaces, expected):
    assert continued(these, others, replaces) == expected


@pytest.mark.django_db
@few
@given(cities(), chances)
def test_what_rose_and_fell_is_what_the_results_say(city: City, chance: Random) -> None:
    with stored(city):
        lineages.link(chance)
        oracle, rounds = Oracle(), read_rounds()
        timeline = read_timeline(rounds)
        for after, before in combinations(rounds, 2):
            found = read_comparison(before, after)
            ends = [oracle.in_scope(before.ends_on), oracle.in_scope(after.ends_on)]
            for end, round in ((found.before, before), (found.after, after)):
                count = timeline.count(round.ends_on, round)
                assert (end.in_scope, end.ready) == (count.in_scope, count.ready)
            both = [ward for ward in ends[0] if ward in ends[1]]
            assert [w for w, _heirs in found.gone] == [w for w in ends[0] if w not in ends[1]]
            assert [w for w, _units in found.new] == [w for w in ends[1] if w not in ends[0]]
            lacking = {
                ward: [r for r in (before, after) if oracle.approved_sheet(ward, r) is None]
                for ward in both
            }
            assert [(w, list(rs)) for w, rs in found.unapproved] == [
                (ward, rounds) for ward, rounds in lacking.items() if rounds
            ]
            compared = [ward for ward in both if not lacking[ward]]
            assert [change.ward for change in found.wards] == compared
            _check_changes(found, oracle, before, after)


def _check_changes(found, oracle: Oracle, before, after) -> None:
    sets = [
        [c for c in oracle.criteria if c.criteria_set_id == round.criteria_set_id]
        for round in (before, after)
    ]
    pairs = [(old, new) for new in sets[1] for old in lineages.in_line(new, sets[0])]
    held = {criterion.pk for pair in pairs for criterion in pair}
    assert {(p.before.pk, p.after.pk) for p in found.pairs} == {(o.pk, n.pk) for o, n in pairs}
    assert list(found.dropped) == [c for c in sets[0] if c.pk not in held]
    assert list(found.added) == [c for c in sets[1] if c.pk not in held]
    totals = {"rose": 0, "fell": 0, "other": 0}
    by_pair = {}
    for change in found.wards:
        was, came = oracle.verified(change.ward, before), oracle.verified(change.ward, after)
        told = {"rose": [], "fell": []}
        n_other = 0
        for old, new in pairs:
            verdicts = was[old.number], came[new.number]
            kind = CHANGES.get(verdicts)
            if kind:
                told[kind].append((old.pk, new.pk))
                by_pair.setdefault((old.pk, new.pk), {"rose": [], "fell": []})[kind].append(
                    change.ward
                )
            elif verdicts[0] != verdicts[1]:
                n_other += 1
        assert {(p.before.pk, p.after.pk) for p in change.rose} == set(told["rose"])
        assert {(p.before.pk, p.after.pk) for p in change.fell} == set(told["fell"])
        assert change.n_other == n_other
        assert change.net == len(told["rose"]) - len(told["fell"])
        assert change.before.is_complete == oracle.is_ready(change.ward, before)
        assert change.after.is_complete == oracle.is_ready(change.ward, after)
        totals["rose"] += len(told["rose"])
        totals["fell"] += len(told["fell"])
        totals["other"] += n_other
    assert (found.n_rose, found.n_fell, found.n_other) == tuple(totals.values())
    assert found.net == totals["rose"] - totals["fell"]
    assert {(c.pair.before.pk, c.pair.after.pk) for c in found.criteria} == set(by_pair)
    for item in found.criteria:
        expected = by_pair[item.pair.before.pk, item.pair.after.pk]
        assert (item.rose, item.fell) == (expected["rose"], expected["fell"])
    nets = [item.net for item in found.criteria]
    assert nets == sorted(nets, reverse=True)
    assert len(found.changed) + found.n_unchanged == len(found.wards)


@pytest.fixture
def rounds(db):
    """Two rounds of one set, the earlier first."""
    criteria_set = make_set(n_criteria=3)
    for year in (2024, 2025):
        RoundFactory(year=year, criteria_set=criteria_set)
    return tuple(reversed(read_rounds()))


MET = {1: "met", 2: "met", 3: "met"}


def test_what_a_ward_lost_and_won(rounds):
    ward = WardFactory()
    approve_with(ward, rounds[0], MET | {1: "not_met", 3: "not_applicable"})
    approve_with(ward, rounds[1], MET | {2: "not_met"})
    found = read_comparison(*rounds)
    (change,) = found.wards
    assert [pair.after.number for pair in change.rose] == [1]
    assert [pair.after.number for pair in change.fell] == [2]
    assert (change.net, change.n_other, found.has_one_set) == (0, 1, True)


def test_wards_that_merged_are_listed_with_what_they_became(rounds):
    moved, end = date(2025, 3, 1), date(2025, 7, 1)
    old = WardFactory(name="Lộc Hòa", valid_to=moved)
    between = WardFactory(name="Lộc Hòa", valid_from=moved, valid_to=end)
    new = WardFactory(name="Đông A", valid_from=end)
    steps = [(old, between, moved), (between, new, end)]
    for predecessor, successor, on in steps:
        WardSuccession.objects.create(
            predecessor=predecessor,
            successor=successor,
            effective_on=on,
            relation="merged_into",
            legal_basis="1674/NQ-UBTVQH15",
        )
    WardSuccession.objects.create(
        outside_name="xã Mỹ Hà",
        successor=new,
        effective_on=end,
        relation="merged_into",
        legal_basis="1674/NQ-UBTVQH15",
    )
    found = read_comparison(*rounds)
    assert found.gone == ((old, (new,)),)
    assert found.new == ((new, (old, "xã Mỹ Hà")),)


@pytest.mark.parametrize("size", [2, 12])
def test_two_rounds_cost_the_same_whatever_the_size(db, size):
    sets = [make_set(n_criteria=size), make_set(n_criteria=0)]
    for criterion in sets[0].criteria.all():
        CriterionFactory(criteria_set=sets[1], replaces=criterion)
    for year, criteria_set in zip((2024, 2025), sets, strict=True):
        RoundFactory(year=year, criteria_set=criteria_set)
    after, before = read_rounds()
    for ward in WardFactory.create_batch(size):
        for round, verdict in ((before, "met"), (after, "not_met")):
            approve_with(ward, round, {1: verdict, 2: verdict})
    with CaptureQueriesContext(connection) as queries:
        found = read_comparison(before, after)
    assert len(queries) == 5
    assert (found.n_rose, found.n_fell, found.net) == (0, 2 * size, -2 * size)


# --- two wards ------------------------------------------------------------------------------------


@pytest.mark.django_db
@few
@given(cities())
def test_two_wards_have_what_their_sheets_say(city: City) -> None:
    with stored(city) as oracle:
        on = DAYS[-1]
        round = read_rounds().standing(on)
        found = standings(on, round=round) if round else []
        for first, second in combinations(found, 2):
            pair = read_two_wards(first, second, round)
            verdicts = [oracle.verified(ward.ward, round) for ward in (first, second)]
            numbers = [line.criterion.number for line in pair.lines]
            assert numbers == sorted(verdicts[0])
            for line in pair.lines:
                said = tuple(told[line.criterion.number] for told in verdicts)
                assert (line.first.verdict, line.second.verdict) == said
                assert line.only_first == (said == ("met", "not_met"))
                assert line.only_second == (said == ("not_met", "met"))
            with_sheets = [oracle.approved_sheet(s.ward, round) for s in (first, second)]
            assert pair.can_be_compared == all(with_sheets)


def test_verified_figures_stand_with_their_thresholds(db):
    round = RoundFactory(year=2025, criteria_set=make_set(n_criteria=1))
    criterion = round.criteria_set.criteria.get()
    asked = RequirementFactory(criterion=criterion, measure="number", comparator=">=", unit="m²")
    first, second = (WardFactory(name=name) for name in ("Đông A", "Lộc Hạ"))
    for ward, value, threshold in ((first, "221.5", 220), (second, "300", None)):
        sheet = approve_with(ward, round, {1: "met"})
        sheet.results.get().values.create(
            requirement=asked,
            self_value=1,
            verified_value=value,
            threshold_applied=threshold,
        )
    round = read_rounds()[0]
    with CaptureQueriesContext(connection) as queries:
        pair = read_two_wards(*standings(date(2026, 1, 1), round=round), round)
    assert len(queries) == 5  # two of them the standings'
    assert Ward.objects.count() == 2
    (line,) = pair.lines
    assert line.first.figures == ("221,5 m² (≥ 220)",)
    assert line.second.figures == ("300 m²",)
    assert [group.code for group, _lines in pair.groups] == ["A"]
