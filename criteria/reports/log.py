"""The log as a table: one row an entry, newest first."""

from collections.abc import Iterator, Mapping, Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from criteria.log.about import in_batches
from criteria.log.telling import EntryInWords, tell
from criteria.models import Activity, Ward
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
    # Translated once: Django's own get_…_display translates all choices anew for every row.
    verbs = {value: str(label) for value, label in Activity.Verb.choices}
    wards = {ward.pk: str(ward) for ward in Ward.objects.all()}
    for batch in in_batches(entries.select_related("actor"), BATCH):
        for in_words in tell(batch, {Ward: wards}):
            yield _row(in_words, verbs, wards)


def _row(
    line: EntryInWords, verbs: Mapping[str, str], wards: Mapping[int, str]
) -> Sequence[object]:
    entry, changes = line.entry, line.plain_changes
    return [
        entry.seq,
        time_in_words(entry.at),
        line.who,
        verbs.get(entry.verb, entry.verb),
        line.kind,
        entry.object_name,
        wards.get(entry.ward_id or 0, ""),
        "\n".join(f"{change.label}: {change.before}" for change in changes if change.before),
        "\n".join(f"{change.label}: {change.after}" for change in changes if change.after),
        entry.reason,
        entry.hash,
    ]
