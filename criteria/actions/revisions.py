"""What was approved never changes: reopening makes a later revision of it, beside it.

The approved one counts until the later one is approved in its place, or for good where the
reopening is cancelled. All at once for a sheet of any size, and for many sheets.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Exists, Max, Model, OuterRef

from accounts.models import User
from criteria.models import Assessment, EvidenceUse, RequirementValue, Result

Record = TypeVar("Record", bound=Model)


def make_revision(
    approved: Assessment, user: User, reason: str, notes: Mapping[int, str], now: datetime
) -> Assessment:
    """Copy an approved sheet, which is locked, for the unit to mend. Nine queries at most.

    notes: what to mend, by the criterion's pk. Versions begin above whatever any revision had, so
    that nothing typed over one of them is ever taken for this one's.
    """
    revisions = Assessment.objects.revisions_of(approved)
    last = revisions.aggregate(revision=Max("revision"), version=Max("version"))
    Assessment.objects.filter(pk=approved.pk).update(is_latest=False)
    made = Assessment.objects.create(
        ward=approved.ward,
        round=approved.round,
        revision=last["revision"] + 1,
        version=last["version"] + 1,
        state=Assessment.State.RETURNED,
        reopened_by=user,
        reopened_at=now,
        reopening_reason=reason,
        returned_by=user,
        returned_at=now,
        return_reason=reason,
    )
    made.is_own, made.extended_to = approved.is_own, approved.extended_to
    _copy_results(approved, made, notes)
    return made


def _copy_results(approved: Assessment, made: Assessment, notes: Mapping[int, str]) -> None:
    of_revisions = Result.objects.filter(
        assessment__in=Assessment.objects.revisions_of(approved).values("pk")
    )
    versions = of_revisions.order_by().values("criterion").annotate(last=Max("version"))
    last = dict(versions.values_list("criterion", "last"))
    results = list(Result.objects.filter(assessment=approved))
    copies = Result.objects.bulk_create(
        _copy(
            result,
            assessment=made,
            version=last[result.criterion_id] + 1,
            return_note=notes.get(result.criterion_id, ""),
        )
        for result in results
    )
    copy_of = {result.pk: copy for result, copy in zip(results, copies, strict=True)}
    values = RequirementValue.objects.filter(result__in=copy_of)
    RequirementValue.objects.bulk_create(
        _copy(value, result=copy_of[value.result_id]) for value in values
    )
    uses = EvidenceUse.objects.attached().filter(result__in=copy_of).order_by("attached_at", "pk")
    EvidenceUse.objects.bulk_create(_copy(use, result=copy_of[use.result_id]) for use in uses)


def _copy(record: Record, **changes: Any) -> Record:
    """Return the record once more, unsaved, with some of its fields set."""
    columns = (field for field in record._meta.concrete_fields if not field.primary_key)
    copy = type(record)(**{field.attname: getattr(record, field.attname) for field in columns})
    for name, value in changes.items():
        setattr(copy, name, value)
    return copy


def supersede_former(sheets: Sequence[Assessment], now: datetime) -> None:
    """End the approved revisions in whose place the sheets are being approved."""
    later = [sheet.pk for sheet in sheets if sheet.revision > 1]
    if later:
        same = Assessment.objects.filter(
            pk__in=later, ward=OuterRef("ward"), round=OuterRef("round")
        )
        Assessment.objects.approved().filter(Exists(same)).update(superseded_at=now)


def restore_approved(cancelled: Assessment) -> None:
    """Make the approved revision the ward's sheet again, after a later one was cancelled."""
    Assessment.objects.approved().revisions_of(cancelled).update(is_latest=True)
