"""Check the log's chain from end to end: `manage.py verify_log [--head SEQ:HASH]`."""

import re
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from criteria.log.about import in_batches
from criteria.models import Activity
from criteria.models.activity import FIRST_HASH

BATCH = 1000  # entries in memory at a time


@dataclass(frozen=True)
class Head:
    """The last entry of a chain. A chain's head of old must stay in it, whatever follows."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


class Command(BaseCommand):
    help = (
        "Check that no entry of the log was changed, removed or put in, and print the last entry's "
        "number and hash. Keep that line elsewhere: it tells later whether the end was cut off."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head",
            metavar="SEQ:HASH",
            help="as printed by an earlier run; that entry must still be in the log",
        )

    def handle(self, *args: Any, head: str | None = None, **options: Any) -> None:
        known = None if head is None else _read_head(head)
        last, is_known_met = Head(0, FIRST_HASH), known in (None, Head(0, FIRST_HASH))
        for last in _walk(
            chain.from_iterable(in_batches(Activity.objects.all(), BATCH, oldest_first=True))
        ):
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
        n = ngettext("%(n)d entry, unbroken.", "%(n)d entries, unbroken.", last.seq)
        self.stdout.write(n % {"n": last.seq})
        self.stdout.write(str(last))


def _walk(rows: Iterable[Activity]) -> Iterator[Head]:
    """Yield each entry's number and hash; raise CommandError at the first that does not fit."""
    seq, previous = 0, FIRST_HASH
    for row in rows:
        if problem := _problem(row, seq + 1, previous):
            raise CommandError(f"{problem}\n{row}\n{row.at.isoformat()}")
        seq, previous = row.seq, row.hash
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


def _read_head(text: str) -> Head:
    match = re.fullmatch("([0-9]{1,18}):([0-9a-f]{64})", text.strip())
    if not match:
        raise CommandError(
            _("“%(text)s” is not a head. Write it as it was printed: number, colon, hash.")
            % {"text": text}
        )
    return Head(int(match[1]), match[2])
