"""Print the readiness of a day: `manage.py readiness [--on DATE] [--known DATE] [--json]`."""

import json
import unicodedata
from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy

from criteria.management.days import read_date
from criteria.readiness.roadmap import Outcome, Roadmap, TargetStanding, roadmap
from criteria.readiness.rounds import read_rounds
from criteria.readiness.standing import Standing, standings
from criteria.readiness.timeline import Provisional, read_timeline
from criteria.readiness.words import verdict_in_words
from criteria.verdicts import Verdict

NONE = "–"


class Command(BaseCommand):
    help = "Print how far each ward meets the criteria on a day, and the roadmap as seen on it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", metavar="DATE", help="2025-12-31 or 31/12/2025; default: today")
        parser.add_argument(
            "--known",
            metavar="DATE",
            help="as it was official at the end of this day; default: now",
        )
        parser.add_argument("--json", action="store_true", help="print JSON and nothing else")

    def handle(self, *, on: str | None, known: str | None, **options: Any) -> None:
        day = timezone.localdate() if on is None else read_date(on)
        known_on = read_date(known) if known else None
        if known_on and known_on < day:
            raise CommandError(_("The figures of a day are known from that day on."))
        rounds = read_rounds(known_on)
        seen = roadmap(day, read_timeline(rounds))
        ward_standings = standings(day, round=rounds.standing(day))
        if options["json"]:
            text = json.dumps(_document(seen, ward_standings), ensure_ascii=False, indent=2)
        else:
            text = _page(seen, ward_standings)
        self.stdout.write(text)


def _provisional(provisional: Provisional | None) -> dict[str, Any] | None:
    if provisional is None:
        return None
    return {
        "round": provisional.round.name,
        "ready": provisional.ready,
        "not_ready": provisional.not_ready,
        "undecided": provisional.undecided,
    }


def _document(seen: Roadmap, ward_standings: Sequence[Standing]) -> dict[str, Any]:
    round = seen.timeline.rounds.standing(seen.today.on)
    return {
        "on": seen.today.on.isoformat(),
        "known": known.isoformat() if (known := seen.timeline.rounds.known) else None,
        "in_scope": seen.today.in_scope,
        "ready": seen.today.ready,
        "recognised": seen.today.recognised,
        "founded_since": seen.today.founded_since,
        "round": round.name if round else None,
        "settled_on": round.settled_on.isoformat() if round and round.settled_on else None,
        "provisional": _provisional(seen.provisional),
        "targets": [
            {
                "due_on": target.target.due_on.isoformat(),
                "percent": target.target.percent,
                "required": target.required,
                "achieved": target.achieved,
                "short": target.short,
                "outcome": target.outcome.value,
                "provisional": _provisional(target.provisional),
            }
            for target in seen.targets
        ],
        "wards": [
            {
                "code": standing.ward.code,
                "name": standing.ward.name,
                "round": standing.round.name if standing.round else None,
                "met": standing.tally.met,
                "not_met": standing.tally.not_met,
                "not_applicable": standing.tally.not_applicable,
                "pending": standing.tally.pending,
                "applicable": standing.tally.applicable,
                "ready": standing.is_ready,
                "unmet": [criterion.number for criterion in standing.unmet],
            }
            for standing in ward_standings
        ],
    }


def _page(seen: Roadmap, ward_standings: Sequence[Standing]) -> str:
    today = seen.today
    headline = ngettext(
        "%(on)s: %(ready)d of %(wards)d ward meets every criterion; %(recognised)d recognised.",
        "%(on)s: %(ready)d of %(wards)d wards meet every criterion; %(recognised)d recognised.",
        today.in_scope,
    ) % {
        "on": _day(today.on),
        "ready": today.ready,
        "wards": today.in_scope,
        "recognised": today.recognised,
    }
    parts = [headline]
    if seen.provisional:
        parts.append(_under_verification(seen.provisional))
    if seen.targets:
        parts.append(_targets(seen.targets))
    if ward_standings:
        parts.append(_wards(ward_standings))
    return "\n\n".join(parts)


def _under_verification(provisional: Provisional) -> str:
    return _(
        "%(round)s is being verified (provisional): %(ready)d ready, %(not_ready)d not ready, "
        "%(undecided)d not verified yet."
    ) % {
        "round": provisional.round,
        "ready": provisional.ready,
        "not_ready": provisional.not_ready,
        "undecided": provisional.undecided,
    }


OUTCOMES = {
    Outcome.REACHED: pgettext_lazy("of a target", "reached"),
    Outcome.SHORT: NONE,
    Outcome.MISSED: pgettext_lazy("of a target", "missed"),
    Outcome.UNSETTLED: pgettext_lazy("of a target", "not settled yet"),
}


def _targets(targets: Sequence[TargetStanding]) -> str:
    head = [
        _("Target"),
        pgettext("of the wards", "Share"),
        _("Counted on"),
        _("Required"),
        _("Ready"),
        pgettext("of a target", "Short by"),
        pgettext("of a target", "Outcome"),
    ]
    rows = [
        [
            _day(seen.target.due_on),
            f"{seen.target.percent} %",
            _day(seen.count.on),
            str(seen.required),
            str(seen.achieved),
            str(seen.short),
            str(OUTCOMES[seen.outcome]),
        ]
        for seen in targets
    ]
    return _table(head, rows, to_the_right={1, 3, 4, 5})


def _wards(ward_standings: Sequence[Standing]) -> str:
    head = [
        _("Code"),
        _("Ward"),
        _("Round"),
        verdict_in_words(Verdict.MET),
        verdict_in_words(Verdict.NOT_MET),
        verdict_in_words(Verdict.NOT_APPLICABLE),
        verdict_in_words(Verdict.PENDING),
        _("Ready"),
        _("Criteria not met"),
    ]
    return _table(head, [_ward(standing) for standing in ward_standings], to_the_right={3, 4, 5, 6})


def _ward(standing: Standing) -> list[str]:
    tally = standing.tally
    return [
        standing.ward.code,
        standing.ward.name,
        standing.round.name if standing.round else _("no approved sheet"),
        f"{tally.met}/{tally.applicable}" if standing.round else NONE,
        str(tally.not_met),
        str(tally.not_applicable),
        str(tally.pending),
        (_("yes") if standing.is_ready else _("no")) if standing.round else NONE,
        ", ".join(str(criterion.number) for criterion in standing.unmet) or NONE,
    ]


def _day(day: date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], *, to_the_right: set[int]) -> str:
    """Align columns by their characters: composed, so that a letter with its marks is one."""
    lines = [[unicodedata.normalize("NFC", cell) for cell in row] for row in [head, *rows]]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["─" * width for width in widths])
    return "\n".join(
        "  ".join(
            cell.rjust(width) if number in to_the_right else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
