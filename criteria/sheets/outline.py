"""A sheet at a glance: what each criterion came to, and what it lacks for the sheet's next step."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import F, FilteredRelation, Q

from criteria.models import Assessment, Criterion, CriterionGroup
from criteria.readiness import rules
from criteria.readiness.rules import Tally
from criteria.sheets.sheet import Row, Sheet
from criteria.sheets.submission import Lack, lack
from criteria.verdicts import Verdict, differs


@dataclass(frozen=True)
class Point:
    """One criterion of the sheet. lack: what keeps it from the next step, if anything."""

    criterion: Criterion
    self_verdict: Verdict
    verified_verdict: Verdict
    lack: Lack | None


@dataclass(frozen=True)
class GroupOutline:
    group: CriterionGroup
    points: tuple[Point, ...]

    @property
    def n_lacking(self) -> int:
        return sum(point.lack is not None for point in self.points)


@dataclass(frozen=True)
class Outline:
    """All criteria of a sheet in the order of the page.

    is_verified: seen from the verifier's side, where the next step is the approval; else it is the
    submission.
    """

    points: tuple[Point, ...]
    is_verified: bool

    @property
    def lacking(self) -> list[Point]:
        return [point for point in self.points if point.lack]

    @property
    def n_complete(self) -> int:
        return len(self.points) - len(self.lacking)

    @property
    def tally(self) -> Tally:
        verdicts = (p.verified_verdict if self.is_verified else p.self_verdict for p in self.points)
        return rules.tally(verdicts, len(self.points))

    @property
    def n_differing(self) -> int:
        return sum(differs(point.self_verdict, point.verified_verdict) for point in self.points)

    def groups(self) -> Iterator[GroupOutline]:
        by_group: dict[CriterionGroup, list[Point]] = {}
        for point in self.points:
            by_group.setdefault(point.criterion.group, []).append(point)
        for group, points in by_group.items():
            yield GroupOutline(group, tuple(points))

    def lack_of(self, criterion_id: int) -> Lack | None:
        return next((p.lack for p in self.points if p.criterion.pk == criterion_id), None)


def read_outline(assessment: Assessment) -> Outline:
    """Read it as it is now, from the unit's side. One query, whatever the size."""
    mine = Q(results__assessment=assessment.pk or 0)
    criteria = (
        Criterion.objects.filter(criteria_set=assessment.round.criteria_set_id)
        .annotate(its=FilteredRelation("results", condition=mine))
        .annotate(
            self_verdict=F("its__self_verdict"),
            verified_verdict=F("its__verified_verdict"),
            lack=lack("its__"),
        )
        .select_related("group")
        .order_by("group__code", "number")
    )
    points = tuple(
        Point(
            criterion,
            Verdict(criterion.self_verdict or Verdict.PENDING),
            Verdict(criterion.verified_verdict or Verdict.PENDING),
            Lack(criterion.lack) if criterion.lack else None,
        )
        for criterion in criteria
    )
    return Outline(points, is_verified=False)


def verification_outline(sheet: Sheet) -> Outline:
    """The outline from the verifier's side, by what the sheet says: no query."""
    points = tuple(
        Point(row.criterion, row.self_verdict, row.verified_verdict, _lack_of_approval(row))
        for row in sheet.in_order()
    )
    return Outline(points, is_verified=True)


def _lack_of_approval(row: Row) -> Lack | None:
    if row.verified_verdict == Verdict.PENDING:
        return Lack.FINDING
    return Lack.NORM if row.needs_verifying_again else None
