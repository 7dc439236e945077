"""Writes of the records that administrators keep, and of reference data loaded from files."""

from collections import Counter
from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ForeignKey, Model

from accounts.models import User
from criteria.actions.log import differences, entry, facts_of
from criteria.models import Activity


@transaction.atomic
def save_record(record: Model, *, acting_user: User | None, reason: str = "") -> None:
    """Store a record and log what changed. The caller has validated it (`full_clean`).

    A page of the administration saves several records in one transaction: the log is asked for
    before any row is locked, so that two such pages cannot wait for each other.
    """
    Activity.objects.hold()
    model = type(record)
    stored = model._default_manager.filter(pk=record.pk).first() if record.pk else None
    before = facts_of(stored) if stored else {}
    record.save()
    gone, came = differences(before, facts_of(record))
    if stored and not came:
        return
    verb = Activity.Verb.CHANGE if stored else Activity.Verb.CREATE
    row = entry(verb, record, acting_user=acting_user, before=gone, after=came, reason=reason)
    Activity.objects.append([row])


@transaction.atomic
def delete_record(record: Model, *, acting_user: User, reason: str = "") -> None:
    """Remove a record that nothing refers to yet; the log keeps what it said."""
    Activity.objects.hold()
    row = entry(
        Activity.Verb.DELETE,
        record,
        acting_user=acting_user,
        before=facts_of(record),
        reason=reason,
    )
    record.delete()
    Activity.objects.append([row])


class ReferenceRefused(Exception):
    """Reference records that failed their validation. Nothing of the load was stored."""

    def __init__(self, errors: Sequence[tuple[Model, ValidationError]]) -> None:
        self.errors = errors
        super().__init__(errors)

    def error_of(self, record: Model) -> ValidationError | None:
        return next((error for refused, error in self.errors if refused is record), None)


@transaction.atomic
def store_reference(
    files: Iterable[tuple[str, Sequence[Model]]], *, acting_user: User | None = None
) -> None:
    """Store new reference records, by the name of the file they are from: all of them or none.

    Records are validated one by one, in order, so that a later one may refer to an earlier. Each
    file that brings any is one row of the log.
    """
    errors: list[tuple[Model, ValidationError]] = []
    rows: list[Activity] = []
    for name, records in files:
        for record in records:
            if _refers_to_refused(record):
                continue
            try:
                record.full_clean()
                record.save()
            except ValidationError as error:
                errors.append((record, error))
        if records:
            rows.append(_loaded(name, records, acting_user))
    if errors:
        raise ReferenceRefused(errors)
    Activity.objects.append(rows)


def _refers_to_refused(record: Model) -> bool:
    """Tell whether a foreign key has no row to point to; point the others at theirs.

    A key was set when its record had no primary key yet.
    """
    for field in record._meta.concrete_fields:
        if isinstance(field, ForeignKey) and field.is_cached(record):
            related = field.get_cached_value(record)
            if related is not None and related.pk is None:
                return True
            setattr(record, field.name, related)
    return False


def _loaded(name: str, records: Sequence[Model], acting_user: User | None) -> Activity:
    kinds = Counter(record._meta.label_lower for record in records)
    row = entry(
        Activity.Verb.LOAD, records[0], acting_user=acting_user, about=[name], after=dict(kinds)
    )
    row.object_id = None
    row.ward = None
    return row
