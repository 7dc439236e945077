"""Writes of the records that administrators keep, and of reference data loaded from files."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Model

from accounts.models import User
from criteria.actions.log import differences, entry, facts_of
from criteria.models import Activity


@transaction.atomic
def save_record(record: Model, *, acting_user: User | None, reason: str = "") -> None:
    """Store a record and log what changed. The caller has validated it (`full_clean`)."""
    model = type(record)
    stored = model._default_manager.filter(pk=record.pk).first() if record.pk else None
    before = facts_of(stored) if stored else {}
    record.save()
    gone, came = differences(before, facts_of(record))
    if stored and not came:
        return
    verb = Activity.Verb.CHANGE if stored else Activity.Verb.CREATE
    row = entry(
        verb, record, acting_user=acting_user, before=gone, after=came, reason=reason
    )
    Activity.objects.append([row])


@transaction.atomic
def delete_record(record: Model, *, acting_user: User, reason: str = "") -> None:
    """Remove a record that nothing refers to yet; the log keeps what it said."""
    row = entry(
        Activity.Verb.DELETE,
        record,
        acting_user=acting_user,
        before=facts_of(record),
        reason=reason,
    )
    record.delete()
    Activity.objects.append([row])


@transaction.atomic
def store_reference(
    records: Iterable[Model], *, source: str, acting_user: User | None = None
) -> int:
    """Store new reference records and log them as one load from `source`; return how many.

    Records are validated one by one, in order, so that a later one may refer to an earlier.
    """
    stored: list[Model] = []
    for record in records:
        record.full_clean()
        record.save()
        stored.append(record)
    if stored:
        kinds = sorted({record._meta.label_lower for record in stored})
        after = {kind: sum(r._meta.label_lower == kind for r in stored) for kind in kinds}
        row = entry(
            Activity.Verb.LOAD, stored[0], acting_user=acting_user, name=source, after=after
        )
        row.object_id = None
        row.ward = None
        Activity.objects.append([row])
    return len(stored)
