"""The log as a table: one row an entry, newest first."""

from collections.abc import Iterator, Sequence
from itertools import islice

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from criteria.models import Activity
from criteria.readiness.history import Told, tell
from criteria.readiness.words import time_in_words

BATCH = 500  # entries put into words at a time: what is held in memory


def head() -> list[str]:
    return [
        _("No."),
        _("Time"),
        _("Person"),
        _("What was done"),
        _("Kind of record"),
        _("Record"),
        _("Ward"),
        pgettext("of a change", "From"),
        pgettext("of a change", "To"),
        _("Reason"),
        _("Seal"),
    ]


def rows(entries: QuerySet[Activity]) -> Iterator[Sequence[object]]:
    """Yield the rows, reading a batch at a time however many there are."""
    found = entries.select_related("ward").iterator(chunk_size=BATCH)
    while batch := list(islice(found, BATCH)):
        yield from map(_row, tell(batch))


def _row(told: Told) -> Sequence[object]:
    entry, changes = told.entry, told.plain_changes
    return [
        entry.seq,
        time_in_words(entry.at),
        told.who,
        entry.get_verb_display(),
        told.kind,
        entry.object_name,
        str(entry.ward or ""),
        "\n".join(f"{change.label}: {change.before}" for change in changes if change.before),
        "\n".join(f"{change.label}: {change.after}" for change in changes if change.after),
        entry.reason,
        entry.hash,
    ]
