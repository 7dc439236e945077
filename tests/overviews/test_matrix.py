"""The matrix against an oracle that looks at each row, then what it must keep to itself."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from criteria.models import Criterion, Round, Ward, WardQuerySet
from criteria.overviews import matrix
from criteria.overviews.matrix import (
    Matrix,
    MatrixQuery,
    Order,
    Telling,
    criteria_of,
    read_matrix,
)
from criteria.readiness.by_criterion import by_criterion
from criteria.readiness.rounds import read_rounds
from criteria.readiness.standing import standings, wards_on
from tests.factories import (
    CriterionFactory,
    CriterionGroupFactory,
    ResultFactory,
    RoundFactory,
    WardFactory,
    approve_with,
    make_set,
)
from tests.worlds import DAYS, City, Oracle, cities, counted, few, stored

pytestmark = pytest.mark.django_db

ON = date(2026, 11, 15)


EVERYBODY = None  # the reader may see every ward's results


def only(pks: set[int]) -> WardQuerySet:
    return Ward.objects.filter(pk__in=pks)


@dataclass
class Expected:
    """What a page of the matrix says, counted row by row.

    Pairs of (unit, verifier) by ward, in the order of `numbers`: the criteria that are shown.
    """

    wards: list[Ward]
    cells: dict[Ward, list[tuple[str, str]] | None]
    numbers: list[int]
    counts: list[tuple[int, int, int, int, int]]


class Named:
    """A filter of querysets and of the oracle's lists alike."""

    def __init__(self, letters: str) -> None:
        self.letters = letters

    def __call__(self, wards):
        if isinstance(wards, list):
            return [ward for ward in wards if ward.name[0] in self.letters]
        names = [ward.pk for ward in Ward.objects.all() if ward.name[0] in self.letters]
        return wards.filter(pk__in=names)


def expect(
    oracle: Oracle, on: date, asked: MatrixQuery, named: Named, seen: set[int] | None
) -> Expected:
    round = oracle.standing_round(on)
    numbers = [criterion.number for criterion in asked.criteria]

    def opinions(ward: Ward) -> dict[int, tuple[str, str]] | None:
        sheet = oracle.approved_sheet(ward, round)
        if sheet is None:
            return None
        sides = [oracle.verdicts(sheet, round, side=side) for side in ("self", "verified")]
        return {number: (sides[0][number], sides[1][number]) for number in numbers}

    def is_telling(pair: tuple[str, str]) -> bool:
        said, found = pair
        if asked.telling == Telling.NOT_MET:
            return found == "not_met"
        return found not in (said, "pending")

    def is_seen(ward: Ward) -> bool:
        return seen is None or ward.pk in seen

    city = oracle.in_scope(on)
    kept = named(city)
    if asked.telling:
        kept = [
            ward
            for ward in kept
            if is_seen(ward) and any(is_telling(pair) for pair in (opinions(ward) or {}).values())
        ]
    counted_wards = city if seen is not None and not asked.telling else kept
    sheets = [found for ward in counted_wards if (found := opinions(ward)) is not None]
    shown, counts = [], []
    for number in numbers if kept else []:
        pairs = [sheet[number] for sheet in sheets]
        if asked.telling and not any(map(is_telling, pairs)):
            continue
        found = [verified for _, verified in pairs]
        differing = sum(verified not in (said, "pending") for said, verified in pairs)
        shown.append(number)
        counts.append(
            (
                found.count("met"),
                found.count("not_met"),
                found.count("not_applicable"),
                len(found),
                differing,
            )
        )
    cells = {}
    for ward in kept:
        found = opinions(ward) if is_seen(ward) else None
        cells[ward] = None if found is None else [found[number] for number in shown]
    return Expected(_sorted(oracle, round, kept, asked.order), cells, shown, counts)


def _sorted(oracle: Oracle, round: Round | None, wards: list[Ward], order: Order) -> list[Ward]:
    """`wards` are by name already, and Python's sort keeps that among equals."""

    def key(ward: Ward) -> tuple:
        if oracle.approved_sheet(ward, round) is None:
            return (1,)
        met, not_met, _, pending = counted(oracle.verified(ward, round))
        applicable = met + not_met + pending
        share = Fraction(met, applicable) if applicable else Fraction(0)
        sign = -1 if order == Order.MOST else 1
        return (0, sign * share, -sign * (not_met + pending))

    return wards if order == Order.NAME else sorted(wards, key=key)


def check(found: Matrix, expected: Expected) -> None:
    assert [row.standing.ward for row in found.rows] == expected.wards
    assert found.n_wards == len(expected.wards)
    assert [column.criterion.number for column in found.columns] == expected.numbers
    assert [
        (c.n_met, c.n_not_met, c.n_not_applicable, c.n_sheets, c.n_differing) for c in found.columns
    ] == expected.counts
    for row in found.rows:
        wanted = expected.cells[row.standing.ward]
        assert row.cells == (None if wanted is None else tuple(wanted))


EVERY_WARD, SOME_WARDS = Named("BCĐLMNTV"), Named("BĐMT")
_way = st.tuples(
    st.sampled_from([EVERY_WARD, SOME_WARDS]),
    st.sampled_from([None, *Telling]),
    st.sampled_from(Order),
)


@few
@given(cities(), st.lists(_way, min_size=2, max_size=2), st.sampled_from([1, 2]))
def test_the_matrix_is_what_the_results_say(city: City, ways: list[tuple], step: int) -> None:
    with stored(city) as oracle:
        seen = {ward.pk for ward in oracle.wards[::2]}
        rounds = read_rounds()
        for on in DAYS:
            round = rounds.standing(on)
            if round is None:
                continue
            for named, telling, order in ways:
                wards = named(wards_on(on, round))
                asked = MatrixQuery(criteria_of(round)[::step], wards, telling, order)
                for visible, whom in ((EVERYBODY, None), (only(seen), seen)):
                    found = read_matrix(on, round, asked, visible)
                    check(found, expect(oracle, on, asked, named, whom))
                    assert found.is_of_city == (whom is not None and telling is None)


@few
@given(cities())
def test_the_matrix_says_what_the_standings_and_counts_of_the_day_say(city: City) -> None:
    with stored(city) as oracle:
        rounds = read_rounds()
        for on in DAYS:
            round = rounds.standing(on)
            asked = MatrixQuery(criteria_of(round), wards_on(on, round))
            found = read_matrix(on, round, asked, EVERYBODY)
            told = standings(on, round=round)
            assert [row.standing.ward for row in found.rows] == [s.ward for s in told]
            assert [row.standing.tally for row in found.rows] == [s.tally for s in told]
            assert [row.standing.reach for row in found.rows] == [s.reach for s in told]
            for row in found.rows:
                if row.cells is not None:
                    verified = dict(enumerate(verified for _, verified in row.cells))
                    tally = row.standing.tally
                    assert counted(verified) == (
                        tally.met,
                        tally.not_met,
                        tally.not_applicable,
                        tally.pending,
                    )
            counts = {
                count.criterion.number: (count.n_unmet, count.n_differing)
                for count in by_criterion(told)
            }
            for column in found.columns:
                shown = column.n_not_met, column.n_differing
                assert shown == counts.get(column.criterion.number, (0, 0))
        assert oracle.wards


@few
@given(cities(), _way)
def test_pages_put_together_are_the_whole(city: City, way: tuple) -> None:
    with stored(city), pytest.MonkeyPatch.context() as patched:
        rounds = read_rounds()
        for on in DAYS[1::3]:
            round = rounds.standing(on)
            if round is None:
                continue
            criteria = criteria_of(round)

            def page(number: int, on: date = on, round: Round = round, criteria=criteria) -> Matrix:
                named, *order = way
                asked = MatrixQuery(criteria, named(wards_on(on, round)), *order, number)
                return read_matrix(on, round, asked, EVERYBODY)

            patched.setattr(matrix, "PAGE_SIZE", 100)
            whole = page(1)
            patched.setattr(matrix, "PAGE_SIZE", 2)
            pages = [page(number + 1) for number in range(max(page(1).n_pages, 1))]
            assert [row for one in pages for row in one.rows] == list(whole.rows)
            assert {one.columns for one in pages} == {whole.columns}
            assert {one.n_wards for one in pages} == {whole.n_wards}
            assert page(99).rows == pages[0].rows
            assert page(99).page == 1


# --- worked examples ----------------------------------------------------------------------------


@pytest.fixture
def round() -> Round:
    return RoundFactory(year=2026, ends_on=ON, criteria_set=make_set(n_criteria=3))


def read(round: Round, visible: WardQuerySet | None = EVERYBODY, **asked: object) -> Matrix:
    every = {"criteria": criteria_of(round), "wards": wards_on(ON, round)}
    return read_matrix(ON, round, MatrixQuery(**{**every, **asked}), visible)


def test_columns_stand_by_group_and_number_as_on_the_sheet() -> None:
    made = RoundFactory(ends_on=ON)
    later = CriterionGroupFactory(criteria_set=made.criteria_set, code="B")
    first = CriterionGroupFactory(criteria_set=made.criteria_set, code="A")
    for group in (later, first, later, first):
        CriterionFactory(criteria_set=made.criteria_set, group=group)
    assert [criterion.number for criterion in criteria_of(made)] == [2, 4, 1, 3]
    WardFactory(name="Bà Triệu")
    assert read(made).groups() == [(first, 2), (later, 2)]
    assert criteria_of(None) == []


def test_wards_without_a_sheet_come_last_by_share_and_equal_shares_by_what_is_missing(
    round: Round,
) -> None:
    verdicts = {
        "Bà Triệu": {},
        "Cửa Bắc": {1: "met", 2: "not_met", 3: "not_met"},
        "Đông Mạc": {1: "met", 2: "met", 3: "met"},
        "Lộc Hạ": {1: "not_applicable", 2: "not_applicable", 3: "not_applicable"},
        "Mỹ Xá": {1: "met", 2: "met", 3: "not_applicable"},
        "Năng Tĩnh": {1: "not_met", 2: "not_met", 3: "not_applicable"},
        "Trần Đăng Ninh": {1: "met", 2: "met", 3: "not_met"},
        "Vị Xuyên": {1: "met", 2: "not_applicable", 3: "not_applicable"},
    }
    for name, said in verdicts.items():
        ward = WardFactory(name=name)
        if said:
            approve_with(ward, round, said)

    def names(order: Order) -> list[str]:
        return [row.standing.ward.name for row in read(round, order=order).rows]

    full = ["Đông Mạc", "Mỹ Xá", "Vị Xuyên"]
    assert names(Order.MOST) == [
        *full,
        "Trần Đăng Ninh",
        "Cửa Bắc",
        "Lộc Hạ",
        "Năng Tĩnh",
        "Bà Triệu",
    ]
    assert names(Order.LEAST) == [
        "Năng Tĩnh",
        "Lộc Hạ",
        "Cửa Bắc",
        "Trần Đăng Ninh",
        *full,
        "Bà Triệu",
    ]


def test_who_sees_one_ward_learns_nothing_of_the_others(round: Round) -> None:
    """Two others may change places in all but their counts, and the matrix stays the same."""
    own, left, right = (WardFactory(name=name) for name in ("Bà Triệu", "Cửa Bắc", "Đông Mạc"))
    approve_with(own, round, {1: "met", 2: "not_met", 3: "met"})
    sheets = [
        approve_with(left, round, {1: "not_met", 2: "met", 3: "met"}),
        approve_with(right, round, {1: "met", 2: "met", 3: "not_met"}),
    ]
    visible = only({own.pk})

    def everything() -> list[Matrix]:
        criteria = criteria_of(round)
        return [
            read(
                round,
                visible,
                criteria=columns,
                wards=named(wards_on(ON, round)),
                telling=telling,
                order=order,
            )
            for columns in (criteria, criteria[:1], criteria[2:])
            for named, telling, order in product(map(Named, "BCĐ"), [None, *Telling], Order)
        ]

    before = everything()
    for criterion in Criterion.objects.filter(number__in=[1, 3]):
        for sheet in sheets:
            result = sheet.results.get(criterion=criterion)
            other = {"met": "not_met", "not_met": "met"}[result.verified_verdict]
            result.self_verdict = result.verified_verdict = other
            result.save()
    assert everything() == before
    assert any(row.cells for found in before for row in found.rows)


def test_a_result_of_another_set_is_no_cell(round: Round) -> None:
    sheet = approve_with(WardFactory(name="Bà Triệu"), round, {1: "met"})
    other = make_set(n_criteria=1).criteria.get()
    ResultFactory(assessment=sheet, criterion=other, self_verdict="not_met")
    (row,) = read(round).rows
    assert row.cells == (("met", "met"), matrix.NOBODY, matrix.NOBODY)


def test_what_nobody_has_verified_is_no_difference(round: Round) -> None:
    sheet = approve_with(WardFactory(name="Bà Triệu"), round, {1: "pending"})
    sheet.results.update(self_verdict="met")
    assert [column.n_differing for column in read(round).columns] == [0, 0, 0]
    assert read(round, telling=Telling.DIFFERING).rows == ()


@pytest.mark.parametrize("n_wards", [1, 30])
def test_the_matrix_costs_three_queries(round: Round, n_wards: int) -> None:
    for _ in range(n_wards):
        approve_with(WardFactory(name="Bà Triệu"), round, {1: "met", 2: "not_met"})
    asked = MatrixQuery(criteria_of(round), wards_on(ON, round).search("bà"))
    (known,) = read_rounds()
    with CaptureQueriesContext(connection) as captured:
        found = read_matrix(ON, known, asked, EVERYBODY)
    assert len(captured) == 3
    assert len(found.rows) == n_wards
