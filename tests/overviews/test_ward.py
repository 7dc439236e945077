"""One unit on a day, against an oracle that counts rows; then worked examples."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from criteria.models import Pledge, Round, Ward, WardSuccession
from criteria.overviews.ward import (
    Relatives,
    WardOnDay,
    differing,
    read_ward,
    telling_results,
    unmet,
)
from criteria.readiness.lineage import Tree, kin, read_lineage
from criteria.readiness.pledges import Outcome
from criteria.readiness.record import RoundRow, read_records
from criteria.readiness.rounds import Rounds, read_rounds
from criteria.readiness.standing import standings
from tests.factories import (
    AssessmentFactory,
    RecognitionFactory,
    RoundFactory,
    WardFactory,
    approve_with,
    make_set,
)
from tests.worlds import DAYS, City, Oracle, cities, counted, few, stored

pytestmark = pytest.mark.django_db

TODAY = DAYS[-1]


def read(
    ward: Ward, on: date, *, rounds: Rounds | None = None, is_today: bool = False
) -> WardOnDay:
    known = read_ward(ward.pk, rounds or read_rounds(), on, Ward.objects.all(), is_today=is_today)
    assert known is not None
    return known


# --- against the oracle ---------------------------------------------------------------------------


@few
@given(cities())
def test_the_standing_of_one_unit_is_the_one_of_the_aggregate(city: City) -> None:
    with stored(city) as oracle:
        rounds, records = read_rounds(), read_records(Ward.objects.all())
        assert records.keys() == {ward.pk for ward in oracle.wards}
        for on in DAYS:
            of_all = {standing.ward: standing for standing in standings(on)}
            for ward in oracle.wards:
                standing, other = (
                    records[ward.pk].standing(on, rounds.standing(on)),
                    of_all.get(ward),
                )
                if other is None:
                    assert standing is None
                else:
                    assert standing is not None
                    assert (standing.round, standing.tally) == (other.round, other.tally)


@few
@given(cities())
def test_a_ward_is_what_the_results_say_of_it_and_of_its_relatives(city: City) -> None:
    with stored(city) as oracle:
        rounds = read_rounds()
        for ward in oracle.wards:
            for on in DAYS:
                known = read(ward, on, rounds=rounds)
                assert told(known.rows) == history_of(oracle, ward, on)
                check_relatives(oracle, known.before, {ward.pk}, on, "predecessor")
                check_relatives(oracle, known.after, {ward.pk}, on, "successor")
                check_criteria(oracle, known, ward, on)
            found = read(ward, FIRST_OF_ALL, rounds=rounds, is_today=True)
            assert [row.round for row in found.rows] == counting(oracle, ward, until=TODAY)
            assert not any(row.is_official for row in found.rows)


FIRST_OF_ALL = DAYS[0]


def told(rows: Iterable[RoundRow]) -> list[tuple[Any, ...]]:
    return [
        (
            row.round,
            row.state,
            row.tally and (row.tally.met, row.tally.not_met, row.tally.pending),
            row.is_counted,
            row.is_ready,
            row.is_recognised,
            row.fewer,
        )
        for row in rows
    ]


def counting(oracle: Oracle, ward: Ward, until: date) -> list[Round]:
    """The rounds that the history tells of, the latest first."""
    return [
        round
        for day in reversed(DAYS)
        for round in oracle.rounds
        if round.ends_on == day <= until
        and round.status != "planned"
        and (ward in oracle.in_scope(day) or oracle.sheet(ward, round))
    ]


def history_of(oracle: Oracle, ward: Ward, on: date) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    lacked_before = None
    for round in reversed(counting(oracle, ward, until=on)):
        sheet = oracle.sheet(ward, round)
        met, not_met, _, pending = counted(oracle.verified(ward, round))
        is_approved = oracle.approved_sheet(ward, round) is not None
        lacks = not_met + pending if is_approved else None
        is_counted = ward in oracle.in_scope(round.ends_on)
        known = lacks is not None and lacked_before is not None
        row = (
            round,
            ("out" if sheet.state == "draft" and not is_counted else sheet.state) if sheet else "",
            (met, not_met, pending) if is_approved else None,
            is_counted,
            is_counted and oracle.is_ready(ward, round),
            # what is decided later than the day itself is not known on it
            ward in oracle.recognised(round.ends_on),
            lacked_before - lacks if known else None,
        )
        found.insert(0, row)
        lacked_before = lacks
    return found


def check_relatives(
    oracle: Oracle, relatives: Relatives, beside: set[int], on: date, side: str
) -> None:
    """They stand where they stood on their last day."""
    other = {"predecessor": "successor", "successor": "predecessor"}[side]
    rows = WardSuccession.objects.filter(**{f"{other}__in": beside})
    named = [getattr(row, f"{side}_id") for row in rows]
    assert sorted(relative.ward.pk for relative in relatives if relative.ward) == sorted(named)
    for relative in relatives:
        assert relative.ward is not None
        last = on
        while relative.ward.valid_to and last >= relative.ward.valid_to:
            last -= timedelta(days=1)
        standing, round = relative.standing, oracle.standing_round(last)
        assert (standing is None) == (relative.ward not in oracle.in_scope(last))
        if standing:
            assert (standing.round is None) == (oracle.approved_sheet(relative.ward, round) is None)
            assert standing.is_ready == oracle.is_ready(relative.ward, round)
        assert [(row[0], *row[1:5]) for row in told(relative.rows)] == [
            (row[0], *row[1:5]) for row in history_of(oracle, relative.ward, on)
        ]
        check_relatives(oracle, relative.beyond, {relative.ward.pk}, on, side)


def check_criteria(oracle: Oracle, known: WardOnDay, ward: Ward, on: date) -> None:
    """What the sheets say by name is what the results say."""
    results = telling_results(known)
    round = oracle.standing_round(on) if ward in oracle.in_scope(on) else None
    verdicts = oracle.verified(ward, round) if round else {}
    assert [result.criterion.number for result in unmet(known, results)] == [
        number for number, verdict in verdicts.items() if verdict == "not_met"
    ]
    assert [
        (row.round, [result.criterion.number for result in found])
        for row, found in differing(known, results)
    ] == opinions_of(oracle, ward, on)


def opinions_of(oracle: Oracle, ward: Ward, on: date) -> list[tuple[Round, list[int]]]:
    """The criteria on which the two opinions differ, by round, the latest first."""
    found = []
    for round in counting(oracle, ward, until=on):
        sheet = oracle.approved_sheet(ward, round)
        said = oracle.verdicts(sheet, round, side="self")
        verified = oracle.verdicts(sheet, round, side="verified")
        numbers = [n for n in said if verified[n] not in ("pending", said[n])]
        if sheet and numbers and round in oracle.settled(on):
            found.append((round, numbers))
    return found


# --- families -------------------------------------------------------------------------------------

N_UNITS = 6
_steps = st.lists(
    st.tuples(st.integers(0, N_UNITS - 1) | st.none(), st.integers(0, N_UNITS - 1)).filter(
        lambda step: step[0] != step[1]
    ),
    max_size=10,
    unique=True,
)


@few
@given(_steps)
def test_a_family_is_everything_that_can_be_reached_told_once(
    steps: list[tuple[int | None, int]],
) -> None:
    """Splits, mergers, and circles, which only a mistaken record can make."""
    with transaction.atomic():
        wards = WardFactory.create_batch(N_UNITS)
        for place, (start, end) in enumerate(steps):
            WardSuccession.objects.create(
                predecessor=None if start is None else wards[start],
                outside_name=f"Ngoài {place}" if start is None else "",
                successor=wards[end],
                effective_on=date(2024, 9, 1),
                relation="merged_into",
                legal_basis="Nghị quyết",
            )
        inside = [(wards[a].pk, wards[b].pk) for a, b in steps if a is not None]
        lineage = read_lineage()
        for ward in wards:
            before, after = lineage.before(ward.pk), lineage.after(ward.pk)
            assert kin([before]) | {ward.pk} == reached(ward.pk, [(b, a) for a, b in inside])
            assert kin([after]) | {ward.pk} == reached(ward.pk, inside)
            for tree in (before, after):
                told_of = list(units_told(tree))
                assert len(told_of) == len(set(told_of))
                assert ward.pk not in told_of
        transaction.set_rollback(True)


def reached(start: int, steps: list[tuple[int, int]]) -> set[int]:
    found, size = {start}, 0
    while len(found) != size:
        size = len(found)
        found |= {b for a, b in steps if a in found}
    return found


def units_told(tree: Tree) -> Iterable[int]:
    for branch in tree:
        if branch.ward_id is not None and not branch.is_repeated:
            yield branch.ward_id
        yield from units_told(branch.beyond)


def test_a_unit_split_and_merged_again_is_told_once() -> None:
    """0 became 1 and 2, which both became 3."""
    wards = WardFactory.create_batch(4)
    for start, end in ((0, 1), (0, 2), (1, 3), (2, 3)):
        succeed(wards[start], wards[end], date(2024, 9, 1))
    first, second = read_lineage().before(wards[3].pk)
    assert [branch.is_repeated for branch in (*first.beyond, *second.beyond)] == [False, True]


def succeed(old: Ward, new: Ward, on: date) -> None:
    WardSuccession.objects.create(
        predecessor=old,
        successor=new,
        effective_on=on,
        relation="merged_into",
        legal_basis="Nghị quyết 1104",
    )


# --- worked examples ------------------------------------------------------------------------------

ALL_MET = {1: "met", 2: "met", 3: "met"}
MERGED_ON = date(2025, 7, 1)


@pytest.fixture
def rounds() -> dict[int, Round]:
    """The police years 2024 to 2026, against a set of three criteria."""
    criteria_set = make_set(n_criteria=3)
    return {
        year: RoundFactory(
            year=year, criteria_set=criteria_set, status="open" if year == 2026 else "closed"
        )
        for year in (2024, 2025, 2026)
    }


def test_a_merged_ward_starts_anew_and_keeps_what_came_before(rounds: dict[int, Round]) -> None:
    old = [WardFactory(name=name, valid_to=MERGED_ON) for name in ("Vị Hoàng", "Vị Xuyên")]
    new = WardFactory(name="Thành Nam", valid_from=MERGED_ON)
    for ward, verdicts in zip(old, (ALL_MET, ALL_MET | {2: "not_met"}), strict=True):
        approve_with(ward, rounds[2024], verdicts)
        succeed(ward, new, MERGED_ON)
    approve_with(new, rounds[2025], ALL_MET | {1: "not_met"})
    known = read(new, date(2025, 12, 1))
    assert [(row.round.year, row.tally and row.tally.met) for row in known.rows] == [(2025, 2)]
    kept = [
        (relative.ward.name, relative.standing.tally.met, relative.standing.round.year)
        for relative in known.before
        if relative.ward and relative.standing and relative.standing.round
    ]
    assert kept == [("Vị Hoàng", 3, 2024), ("Vị Xuyên", 2, 2024)]
    gone = read(old[0], date(2025, 12, 1))
    assert gone.standing is None
    (heir,) = gone.after
    assert heir.ward == new
    assert heir.standing is not None
    assert (heir.standing.tally.met, heir.standing.is_ready) == (2, False)


def test_on_a_past_day_nothing_is_known_of_later(rounds: dict[int, Round]) -> None:
    ward = WardFactory()
    for year in (2024, 2025):
        approve_with(ward, rounds[year], ALL_MET)
    RecognitionFactory(ward=ward, year=2024, decided_on=date(2025, 3, 1))
    known = read(ward, date(2024, 12, 1))
    assert [row.round.year for row in known.rows] == [2024]
    assert list(known.recognitions) == []
    later = read(ward, date(2025, 12, 1))
    assert [(row.round.year, row.is_recognised) for row in later.rows] == [
        (2025, True),
        (2024, False),
    ]


def test_the_history_tells_how_many_criteria_fewer_are_missing(rounds: dict[int, Round]) -> None:
    ward = WardFactory()
    approve_with(ward, rounds[2024], {1: "met", 2: "not_met", 3: "not_met"})
    approve_with(ward, rounds[2025], ALL_MET | {1: "not_met"})
    approve_with(ward, rounds[2026], dict.fromkeys(ALL_MET, "not_met"))
    assert [row.fewer for row in read(ward, date(2026, 12, 1)).rows] == [-2, 1, None]


def test_a_round_under_way_is_provisional_and_of_today_alone(rounds: dict[int, Round]) -> None:
    ward = WardFactory()
    AssessmentFactory(ward=ward, round=rounds[2026])
    on = date(2026, 6, 1)
    (row,) = read(ward, on, is_today=True).under_way
    assert (row.round, row.state, row.is_official) == (rounds[2026], "draft", False)
    assert read(ward, on).under_way == []
    (row,) = read(ward, date(2026, 11, 15), is_today=True).under_way
    assert (row.round, row.state, row.is_official) == (rounds[2026], "draft", True)
    other = WardFactory()
    approve_with(other, rounds[2026], ALL_MET)
    assert read(other, date(2026, 11, 15), is_today=True).under_way == []
    assert read(other, on, is_today=True).under_way


def test_a_pledge_is_kept_by_the_round_of_its_year(rounds: dict[int, Round]) -> None:
    ward = WardFactory()
    approve_with(ward, rounds[2024], ALL_MET)
    approve_with(ward, rounds[2025], ALL_MET | {1: "not_met"})
    for year in (2024, 2025, 2026, 2027):
        Pledge.objects.create(ward=ward, year=year)
    promises = read(ward, date(2026, 12, 1)).promises
    assert [(promise.pledge.year, promise.outcome) for promise in promises] == [
        (2027, Outcome.AHEAD),
        (2026, Outcome.UNAPPROVED),
        (2025, Outcome.NOT_KEPT),
        (2024, Outcome.KEPT),
    ]


def test_there_is_no_unit_of_an_unknown_number() -> None:
    assert read_ward(10**9, read_rounds(), TODAY, Ward.objects.all(), is_today=True) is None


@pytest.mark.parametrize("n_mergers", [1, 12])
def test_a_family_costs_four_queries(rounds: dict[int, Round], n_mergers: int) -> None:
    ward = WardFactory()
    for _ in range(n_mergers):
        for old in (WardFactory(), WardFactory()):
            approve_with(old, rounds[2024], ALL_MET)
            succeed(old, ward, MERGED_ON)
        ward = old
    known = read_rounds()
    with CaptureQueriesContext(connection) as asked:
        read_ward(ward.pk, known, date(2026, 12, 1), Ward.objects.all(), is_today=True)
    assert len(asked) == 4
