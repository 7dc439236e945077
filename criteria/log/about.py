"""Which entries of the log speak of what."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet

from criteria.models import (
    Activity,
    Assessment,
    Criterion,
    EvidenceUse,
    Extension,
    Requirement,
    Result,
    WardNorm,
    WardSuccession,
)

Log = QuerySet[Activity]


def about_record(log: Log, object_type: str, object_id: int) -> Log:
    return log.filter(object_type=object_type, object_id=object_id)


def about_ward(log: Log, ward_id: int) -> Log:
    """Everything that was done for a ward, and what became of it; the ward itself may be gone."""
    successions = WardSuccession.objects.filter(Q(predecessor=ward_id) | Q(successor=ward_id))
    return log.filter(Q(ward=ward_id) | _speaks_of(successions))


def about_sheet(log: Log, assessment: Assessment) -> Log:
    """The sheet in all its revisions, its results and their documents, the ward's more time."""
    extensions = Extension.objects.filter(ward=assessment.ward_id, round=assessment.round_id)
    revisions = Assessment.objects.revisions_of(assessment)
    results = Result.objects.filter(assessment__in=revisions.order_by().values("pk"))
    return log.filter(
        _speaks_of(revisions)
        | _speaks_of(results)
        | _speaks_of(EvidenceUse.objects.filter(result__in=results.order_by().values("pk")))
        | _speaks_of(extensions)
    )


def about_criterion(log: Log, criterion: Criterion) -> Log:
    """The criterion, what it requires, and its results on every sheet."""
    return log.filter(
        Q(object_type=Criterion._meta.label_lower, object_id=criterion.pk)
        | _speaks_of(Requirement.objects.filter(criterion=criterion))
        | _speaks_of(WardNorm.objects.filter(requirement__criterion=criterion))
        | _speaks_of(Result.objects.filter(criterion=criterion))
        | _speaks_of(EvidenceUse.objects.filter(result__criterion=criterion))
    )


def _speaks_of(records: QuerySet[Any]) -> Q:
    return Q(
        object_type=records.model._meta.label_lower, object_id__in=records.order_by().values("pk")
    )


def in_batches(
    log: QuerySet[Any], size: int, *, key: str = "seq", oldest_first: bool = False
) -> Iterator[list[Any]]:
    """Read what only grows, the log above all, by its numbers, a batch at a time.

    No more is in memory, and no cursor is left open. Newest first, as it is read everywhere,
    unless told otherwise.
    """
    order, beyond = (key, f"{key}__gt") if oldest_first else (f"-{key}", f"{key}__lt")
    rest = log = log.order_by(order)
    while batch := list(rest[:size]):
        yield batch
        rest = log.filter(**{beyond: batch[-1].pk})
