"""The access record as a table: one row for each coming, going, failure or taking away."""

from collections.abc import Iterator, Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Access
from criteria.log.about import in_batches
from criteria.readiness.words import time_in_words

BATCH = 500


def head() -> list[str]:
    return [
        _("No."),
        _("Time"),
        _("Person"),
        _("What was done"),
        _("Of what"),
        _("Address"),
        _("Page"),
    ]


def rows(entries: QuerySet[Access]) -> Iterator[Sequence[object]]:
    kinds = {value: str(label) for value, label in Access.Kind.choices}
    for batch in in_batches(entries, BATCH, key="pk"):
        for entry in batch:
            yield [
                entry.pk,
                time_in_words(entry.at),
                entry.name,
                kinds.get(entry.kind, entry.kind),
                entry.about,
                entry.address,
                entry.path,
            ]
