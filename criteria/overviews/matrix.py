"""Wards against criteria: the verdicts of a day's approved sheets, one page of wards at a time."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    FloatField,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import Cast, Coalesce, NullIf

from criteria.models import Criterion, CriterionGroup, Result, Round, WardQuerySet
from criteria.readiness.standing import Standing, n_criteria, standing_of, wards_on
from criteria.verdicts import Verdict, differs

PAGE_SIZE = 200  # wards: a province is one page, the nation seventeen

Opinions = tuple[str, str]  # the unit's verdict and the verifier's
NOBODY = (Verdict.PENDING.value, Verdict.PENDING.value)


class Telling(StrEnum):
    """Which verdicts somebody looks for."""

    NOT_MET = "not_met"
    DIFFERING = "differing"


class Order(StrEnum):
    """By name, or by the share of the applicable criteria that are met."""

    NAME = "name"
    MOST = "most"
    LEAST = "least"


@dataclass(frozen=True)
class MatrixQuery:
    """What the reader wants to see.

    wards: some of the day's `wards_on`. telling: only wards and criteria that have
    such a verdict; of these, as of all cells, nothing is told of wards out of the reader's sight.
    """

    criteria: Sequence[Criterion]
    wards: WardQuerySet
    telling: Telling | None = None
    order: Order = Order.NAME
    page: int = 1


@dataclass(frozen=True)
class Column:
    """A criterion, and what the approved sheets say of it: numbers of wards."""

    criterion: Criterion
    n_sheets: int
    n_met: int = 0
    n_not_met: int = 0
    n_not_applicable: int = 0
    n_differing: int = 0

    @property
    def n_applicable(self) -> int:
        return self.n_sheets - self.n_not_applicable

    def has(self, telling: Telling | None) -> bool:
        numbers = {Telling.NOT_MET: self.n_not_met, Telling.DIFFERING: self.n_differing}
        return telling is None or numbers[telling] > 0


@dataclass(frozen=True)
class Row:
    """A ward, with both opinions a column; cells None: no approved sheet, or out of sight."""

    standing: Standing
    cells: tuple[Opinions, ...] | None


@dataclass(frozen=True)
class Matrix:
    """One page of it. n_wards: on all pages together.

    is_of_city: the columns count every ward of the day, whichever are shown; see `read_matrix`.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    n_wards: int
    page: int
    is_of_city: bool

    @property
    def n_pages(self) -> int:
        return -(-self.n_wards // PAGE_SIZE)

    def groups(self) -> list[tuple[CriterionGroup, int]]:
        """Return the groups in the order of the columns, each with how many it spans."""
        return [
            (group, len(list(columns)))
            for group, columns in groupby(self.columns, lambda column: column.criterion.group)
        ]


def criteria_of(round: Round | None) -> list[Criterion]:
    """Read the criteria of the round's set with their groups, in the order of the sheet."""
    if round is None:
        return []
    criteria = Criterion.objects.filter(criteria_set=round.criteria_set_id)
    return list(criteria.select_related("group").order_by("group__code", "number"))


def read_matrix(
    on: date, round: Round | None, query: MatrixQuery, visible: WardQuerySet | None
) -> Matrix:
    """Read a page of the day's matrix.

    visible: the wards whose results the reader may see; None: all.

    Whoever sees only some wards' results gets the columns of the whole city: of a few wards they
    would give away what each came to. Three queries, whatever the size.
    """
    pks = [criterion.pk for criterion in query.criteria]
    city = wards_on(on, round).annotate(sheet=F("approved_sheet__pk"))
    wards = query.wards.with_sight(visible).annotate(sheet=F("approved_sheet__pk"))
    if query.telling:
        results = Result.objects.filter(criterion__in=pks, assessment=OuterRef("sheet"))
        is_not_met = query.telling == Telling.NOT_MET
        telling = results.not_met() if is_not_met else results.differing()
        wards = wards.filter(Exists(telling), Q(is_in_sight=True))
    is_of_city = not (visible is None or query.telling)
    counted = city if is_of_city else wards
    total = n_criteria(round)
    shown, page = _page(wards, counted, query, total)
    columns = _columns(query, counted, shown[0].n_sheets) if shown else ()
    cells = _cells([ward.sheet for ward in shown if ward.is_in_sight], columns)
    return Matrix(
        columns,
        tuple(Row(standing_of(ward, round, total), cells.get(ward.sheet)) for ward in shown),
        n_wards=shown[0].n_wards if shown else 0,
        page=page,
        is_of_city=is_of_city,
    )


def _page(
    wards: WardQuerySet, counted: WardQuerySet, query: MatrixQuery, total: int
) -> tuple[list[Any], int]:
    """Read the wards of a page, each with the number of all and of the sheets counted.

    A page that does not exist is the first one.
    """
    # Wards in scope are of one kind: a group of all that are counted.
    sheets = counted.order_by().values("kind").annotate(n=Count("sheet")).values("n")
    numbered = _in_order(wards, query.order, total).annotate(
        n_wards=Window(Count("*")),
        n_sheets=Subquery(sheets, output_field=IntegerField()),
    )
    start = (query.page - 1) * PAGE_SIZE
    shown = list(numbered[start : start + PAGE_SIZE])
    if shown or not start:
        return shown, query.page
    return list(numbered[:PAGE_SIZE]), 1


def _in_order(wards: WardQuerySet, order: Order, total: int) -> WardQuerySet:
    """Sort: wards without an approved sheet last either way, equal ones by name.

    Equal shares are equal floats: IEEE division rounds one quotient one way.
    """
    by_name = ("sort_key", "valid_from", "pk")
    if order == Order.NAME:
        return wards.order_by(*by_name)
    applicable = NullIf(Value(total) - F("n_not_applicable"), 0)
    share = Coalesce(Cast(F("n_met"), FloatField()) / applicable, 0.0)
    missing = F("n_not_met") + F("n_pending")
    without = Case(When(n_met=None, then=1), default=0)
    if order == Order.MOST:
        return wards.order_by(without, share.desc(), missing.asc(), *by_name)
    return wards.order_by(without, share.asc(), missing.desc(), *by_name)


def _columns(query: MatrixQuery, counted: Any, n_sheets: int) -> tuple[Column, ...]:
    """Count what the sheets of `counted` say, wards that carry the pk of their `sheet`."""
    counts: dict[int, Counter[str]] = {criterion.pk: Counter() for criterion in query.criteria}
    # All criteria, because SQLite would begin with those asked for, and read every round's results.
    results = Result.objects.filter(assessment__in=counted.order_by().values("sheet"))
    grouped = results.order_by().values_list("criterion", "self_verdict", "verified_verdict")
    for pk, self_verdict, verified_verdict, n in grouped.annotate(n=Count("*")):
        if pk not in counts:
            continue
        counts[pk][verified_verdict] += n
        if differs(self_verdict, verified_verdict):
            counts[pk][Telling.DIFFERING] += n
    columns = (
        Column(
            criterion,
            n_sheets,
            n_met=counts[criterion.pk][Verdict.MET],
            n_not_met=counts[criterion.pk][Verdict.NOT_MET],
            n_not_applicable=counts[criterion.pk][Verdict.NOT_APPLICABLE],
            n_differing=counts[criterion.pk][Telling.DIFFERING],
        )
        for criterion in query.criteria
    )
    return tuple(column for column in columns if column.has(query.telling))


def _cells(
    sheets: Iterable[int | None], columns: Sequence[Column]
) -> dict[int, tuple[Opinions, ...]]:
    """Read both opinions of sheets, by their pk. Rows of plain values: there are thousands."""
    pks = [column.criterion.pk for column in columns]
    opinions: dict[int, dict[int, Opinions]] = {sheet: {} for sheet in sheets if sheet}
    results: QuerySet[Result] = Result.objects.filter(assessment__in=list(opinions))
    for sheet, pk, *pair in results.order_by().values_list(
        "assessment", "criterion", "self_verdict", "verified_verdict"
    ):
        opinions[sheet][pk] = (pair[0], pair[1])
    return {
        sheet: tuple(of_sheet.get(pk, NOBODY) for pk in pks) for sheet, of_sheet in opinions.items()
    }
