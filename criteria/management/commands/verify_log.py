"""Check the log's chain from end to end: `manage.py verify_log [--head SEQ:HASH]`."""

import re
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from criteria.log.about import in_batches
from criteria.log.replay import Replay
from criteria.log.triggers import unguarded
from criteria.models import Activity
from criteria.models.activity import FIRST_HASH

BATCH = 1000  # entries in memory at a time
MOST_PROBLEMS = 50  # that are told
LONGEST_WAIT = timedelta(minutes=10)  # of a writer for the log; a clock may be put right by less


@dataclass(frozen=True)
class Head:
    """The last entry of a chain. A chain's head of old must stay in it, whatever follows."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


class Command(BaseCommand):
    help = (
        "Check that nothing in the log was changed, removed or put in, that the database guards "
        "it, and that the tables say what it says; print the last entry's number and hash. Keep "
        "that line elsewhere: what is changed later in the entries before it would be noticed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head",
            metavar="SEQ:HASH",
            help="as printed by an earlier run; that entry must still be in the log",
        )

    def handle(self, *args: Any, head: str | None = None, **options: Any) -> None:
        known = None if head is None else _read_head(head)
        replay = Replay()
        last = _last_of(known, replay)
        problems = [_guard_is_gone(table) for table in unguarded()]
        problems += islice(replay.differences(), MOST_PROBLEMS)
        n = ngettext("%(n)d entry, unbroken.", "%(n)d entries, unbroken.", last.seq)
        self.stdout.write(n % {"n": last.seq})
        if problems:
            raise CommandError("\n".join(problems))
        self.stdout.write(
            _("The tables say what the log says: documents, accounts, sheets, results.")
        )
        self.stdout.write(_covered(known, last))
        self.stdout.write(str(last))


def _last_of(known: Head | None, replay: Replay) -> Head:
    """Walk the chain, and return its last entry; the known head must be in it."""
    last, is_known_met = Head(0, FIRST_HASH), known in (None, Head(0, FIRST_HASH))
    rows = chain.from_iterable(in_batches(Activity.objects.all(), BATCH, oldest_first=True))
    for last in _walk(rows, replay):
        if known and last.seq == known.seq:
            if last != known:
                raise CommandError(
                    _("Entry %(seq)d is not the one that was last then: the log was rewritten.")
                    % {"seq": last.seq}
                )
            is_known_met = True
    if known and not is_known_met:
        raise CommandError(
            _("The log ends with entry %(last)d, but had entry %(known)d: its end was cut off.")
            % {"last": last.seq, "known": known.seq}
        )
    return last


def _guard_is_gone(table: str) -> str:
    return _(
        "The database no longer refuses changes of the table %(table)s: its triggers are gone, "
        "switched off or others. Ask who owns the database."
    ) % {"table": table}


def _covered(known: Head | None, last: Head) -> str:
    """Say what was proved: whoever owns the database can write a whole chain anew."""
    if known is None or known.seq == 0:
        return _(
            "No checkpoint from outside was given: a log written anew as a whole would not be "
            "noticed. Keep the line below elsewhere and give it next time: --head"
        )
    if known.seq == last.seq:
        return _("The checkpoint covers every entry: a change of any would be noticed.")
    return _(
        "The checkpoint covers the entries up to %(known)d: a change of any of them would be "
        "noticed. For those after it, keep the line below."
    ) % {"known": known.seq}


def _walk(rows: Iterable[Activity], replay: Replay) -> Iterator[Head]:
    """Yield each entry's number and hash; raise CommandError at the first that does not fit."""
    seq, previous, latest = 0, FIRST_HASH, None
    for row in rows:
        if problem := _problem(row, seq + 1, previous) or _problem_of_time(row, latest):
            raise CommandError(f"{problem}\n{row}\n{row.at.isoformat()}")
        seq, previous = row.seq, row.hash
        latest = max(latest, row.at) if latest else row.at
        replay.take_in(row)
        yield Head(seq, previous)


def _problem(row: Activity, seq: int, previous: str) -> str:
    if row.seq != seq:
        return _("Entry %(missing)d is missing: after it comes entry %(found)d.") % {
            "missing": seq,
            "found": row.seq,
        }
    if row.hash != row.seal():
        return _("Entry %(seq)d does not say what was sealed: it was changed.") % {"seq": seq}
    if row.previous_hash != previous:
        return _("Entry %(seq)d does not follow the one before it: one of them was replaced.") % {
            "seq": seq
        }
    return ""


def _problem_of_time(row: Activity, latest: datetime | None) -> str:
    """An entry has the time at which it was made, and waits for others before it is written."""
    if row.at > timezone.now() + LONGEST_WAIT:
        return _("Entry %(seq)d is of a time to come.") % {"seq": row.seq}
    if latest and row.at < latest - LONGEST_WAIT:
        return _("Entry %(seq)d is older than one before it.") % {"seq": row.seq}
    return ""


def _read_head(text: str) -> Head:
    match = re.fullmatch("([0-9]{1,18}):([0-9a-f]{64})", text.strip())
    if not match:
        raise CommandError(
            _("“%(text)s” is not a head. Write it as it was printed: number, colon, hash.")
            % {"text": text}
        )
    return Head(int(match[1]), match[2])
