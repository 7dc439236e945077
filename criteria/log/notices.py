"""Notices: what others did that a person must know of. They are rows of the log, told anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from criteria.log.about import Log
from criteria.models import Activity, Assessment, Extension, Inbox, Round
from criteria.workflow import REGISTRY_VERBS, ROUND_STEPS, STEPS

SHOWN = 100


@dataclass(frozen=True)
class Notice:
    """One entry, and where it leads: to a sheet (round and ward) or to a round alone.

    is_overtaken: a later step was taken on the same sheet or round, so nothing is left to be done
    about this one, and it is not new to anybody any more.
    """

    entry: Activity
    is_unread: bool
    is_overtaken: bool
    round_id: int | None = None
    ward_id: int | None = None


def unread(notices: Log, user: User) -> Log:
    """Keep those of a person's notices that are new: not marked as read, and not overtaken."""
    seen = Inbox.objects.filter(user=user.pk).values("seen_seq")
    return notices.filter(~Exists(_later_steps()), seq__gt=Coalesce(Subquery(seen), 0))


def _later_steps() -> Log:
    """The steps that were taken on a notice's sheet or round after it."""
    steps = Activity.objects.filter(verb__in=[*STEPS, *ROUND_STEPS, *REGISTRY_VERBS]).order_by()
    return steps.filter(
        object_type=OuterRef("object_type"),
        object_id=OuterRef("object_id"),
        seq__gt=OuterRef("seq"),
    )


def read_notices(notices: Log, user: User) -> list[Notice]:
    """Return the latest of a person's notices, newest first. At most three queries.

    notices: what `permissions.visible_notices` lets them see.
    """
    seen = Inbox.objects.filter(user=user.pk).values("seen_seq")
    latest = (
        notices.select_related("actor")
        .annotate(seen=Coalesce(Subquery(seen), 0), is_overtaken=Exists(_later_steps()))
        .order_by("-seq")
    )
    entries: list[Any] = list(latest[:SHOWN])
    places = _places(entries)
    listed = []
    for entry in entries:
        round_id, ward_id = places.get((entry.object_type, entry.object_id or 0), (None, None))
        is_unread = entry.seq > entry.seen and not entry.is_overtaken
        listed.append(Notice(entry, is_unread, entry.is_overtaken, round_id, ward_id))
    return listed


def _places(entries: Sequence[Activity]) -> dict[tuple[str, int], tuple[int | None, int | None]]:
    """Return the round and ward that each entry speaks of, by its kind of record and key."""
    places: dict[tuple[str, int], tuple[int | None, int | None]] = {}
    for model in (Assessment, Extension):
        kind = model._meta.label_lower
        keys = {entry.object_id or 0 for entry in entries if entry.object_type == kind}
        if keys:
            rows = model._default_manager.filter(pk__in=keys).order_by()
            for pk, round_id, ward_id in rows.values_list("pk", "round", "ward"):
                places[kind, pk] = (round_id, ward_id)
    kind = Round._meta.label_lower
    for entry in entries:
        if entry.object_type == kind and entry.object_id:
            places[kind, entry.object_id] = (entry.object_id, None)
    return places
