"""Rows of the log as the other actions write them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.utils.translation import override

from accounts.models import User
from criteria.models import Activity, Ward, WardBoundary

Facts = Mapping[str, Any]


def facts_of(record: Model) -> dict[str, Any]:
    """Return what a record says: its own columns by name; of an outline, what tells it apart."""
    facts = {
        field.attname: getattr(record, field.attname) for field in record._meta.concrete_fields
    }
    return facts | record.digest() if isinstance(record, WardBoundary) else facts


def differences(before: Facts, after: Facts) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return both sides of what changed, and nothing else."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return (
        {name: before[name] for name in names if name in before},
        {name: after[name] for name in names if name in after},
    )


def entry(
    verb: Activity.Verb,
    record: Model,
    *,
    acting_user: User | None,
    about: Sequence[object] = (),
    ward: Ward | None = None,
    before: Facts | None = None,
    after: Facts | None = None,
    reason: str = "",
) -> Activity:
    """Return an unsaved row about `record`. `acting_user` None: a command of the program itself.

    about: what names the record where its own words are not enough. Named in the installation's
    language, whatever language the person reads.
    """
    with override(settings.LANGUAGE_CODE):
        name = " – ".join(map(name_of, about or [record]))
    return Activity(
        verb=verb,
        actor=acting_user,
        actor_name=name_of(acting_user) if acting_user else "",
        object_type=record._meta.label_lower,
        object_id=record.pk,
        object_name=name[:500],
        ward=ward or _ward_of(record),
        before=dict(before or {}),
        after=dict(after or {}),
        reason=reason,
    )


def name_of(record: object) -> str:
    """Name a record; a person with their user name, since another may have the same full name."""
    return record.label if isinstance(record, User) else str(record)


def _ward_of(record: Model) -> Ward | None:
    if isinstance(record, Ward):
        return record
    ward = getattr(record, "ward", None)
    return ward if isinstance(ward, Ward) else None
