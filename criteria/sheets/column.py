"""One criterion over every ward of a round: what is asked of each, answered, and comes to."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery

from criteria.models import (
    Assessment,
    Criterion,
    Extension,
    Requirement,
    Result,
    Round,
    Ward,
    WardNorm,
    WardQuerySet,
)
from criteria.sheets.deadlines import WITH_UNIT
from criteria.sheets.sheet import Sheet, make_row
from criteria.sheets.stored import earlier_sheets, read_stored, stored_rows
from criteria.sheets.submission import lack
from criteria.verdicts import Verdict


@dataclass(frozen=True)
class Progress:
    """How far a criterion is filled in: of how many of the round's wards somebody has judged it.

    n_complete: of how many it keeps nobody from submitting.
    """

    criterion: Criterion
    n_judged: int
    n_complete: int
    n_wards: int

    @property
    def is_complete(self) -> bool:
        return self.n_complete == self.n_wards


def read_progress(round: Round) -> list[Progress]:
    """Return the round's criteria in the order of the sheet. Three queries, whatever the size."""
    wards = Ward.objects.in_scope(round.ends_on)
    sheets = round.assessments.latest_revisions().filter(ward__in=wards.order_by().values("pk"))
    judged = Result.objects.exclude(self_verdict=Verdict.PENDING).filter(
        assessment__in=sheets.order_by().values("pk")
    )
    may_go = ~Q(assessment__state__in=WITH_UNIT) | Q(lack="")
    by_criterion = (
        judged.annotate(lack=lack())
        .order_by()
        .values_list("criterion")
        .annotate(n_judged=Count("pk"), n_complete=Count("pk", filter=may_go))
    )
    counts = {pk: (n_judged, n_complete) for pk, n_judged, n_complete in by_criterion}
    criteria = Criterion.objects.filter(criteria_set=round.criteria_set_id).select_related("group")
    n_wards, progress = wards.count(), []
    for criterion in criteria.order_by("group__code", "number"):
        n_judged, n_complete = counts.get(criterion.pk, (0, 0))
        progress.append(Progress(criterion, n_judged, n_complete, n_wards))
    return progress


def read_column(round: Round, criterion: Criterion, wards: WardQuerySet) -> list[Sheet]:
    """Return the sheets of wards in scope, each with the row of this one criterion alone.

    Where nobody has begun, the assessment is a new, unsaved one; each has its `extended_to`.
    Shape: one Sheet a ward, in Vietnamese order; its row is the one that `read_sheet` reads.
    Cost: five queries, whatever the size.
    """
    requirements = list(Requirement.objects.filter(criterion=criterion).order_by("position"))
    norms = WardNorm.objects.filter(requirement__criterion=criterion).in_force(round.ends_on)
    known = _with_sheets(wards, round)
    assessments = _assessments(round, known)
    sheets = {assessment.pk for assessment in assessments if assessment.pk}
    sheets |= {ward.sheet_before for ward in known if ward.sheet_before}
    criteria = {criterion.pk, criterion.replaces_id} - {None}
    stored = read_stored(stored_rows(Q(assessment__in=sheets, criterion__in=criteria)), round)
    column = []
    for assessment in assessments:
        in_force = [
            (asked, norms.get((assessment.ward_id, asked.pk), asked.threshold))
            for asked in requirements
        ]
        column.append(Sheet(assessment, (make_row(criterion, in_force, assessment, stored),)))
    return column


def _with_sheets(wards: WardQuerySet, round: Round) -> list[Any]:
    """Read the wards with `extended_to`, and `sheet_before`: their last earlier one."""
    extensions = Extension.objects.filter(ward=OuterRef("pk"), round=round)
    return list(
        wards.annotate(
            extended_to=Subquery(extensions.values("submit_by")),
            sheet_before=Subquery(earlier_sheets(round.ends_on, "pk").values("pk")[:1]),
        )
    )


def _assessments(round: Round, wards: list[Any]) -> list[Assessment]:
    latest = round.assessments.latest_revisions()
    sheets_of_round = latest.filter(ward__in=[ward.pk for ward in wards])
    begun = {sheet.ward_id: sheet for sheet in sheets_of_round.order_by()}
    sheets = []
    for ward in wards:
        sheet = Assessment.of(ward, round, begun.get(ward.pk), extended_to=ward.extended_to)
        sheets.append(sheet)
    return sheets
