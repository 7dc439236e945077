"""What was official of a round when it was settled, what is now, and what made the difference."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import Count, F, Q

from criteria.models import Assessment, Round, in_scope_on
from criteria.readiness.standing import READY
from criteria.readiness.timeline import Timeline


@dataclass(frozen=True)
class Reported:
    """Numbers of wards ready on a round's last day: as settled, and as known since.

    later: the sheets of the round that were approved after its settling, in the order of that.
    """

    round: Round
    then: int
    now: int
    later: tuple[Assessment, ...]

    @property
    def difference(self) -> int:
        return self.now - self.then


def read_reported(timeline: Timeline, on: date) -> list[Reported]:
    """Read it of the rounds that speak by a day, the latest first. Two queries."""
    settled, known = timeline.rounds.settled(on), timeline.rounds.known
    settled_on = F("round__settled_on")
    approved = Assessment.objects.filter(
        round__in=[round.pk for round in settled], state=Assessment.State.APPROVED
    )
    is_in_place = Q(superseded_at=None) | Q(superseded_at__date__gt=settled_on)
    then = _n_ready(approved.filter(is_in_place, approved_at__date__lte=settled_on))
    later = _later(approved.filter(approved_at__date__gt=settled_on), known)
    return [
        Reported(
            round,
            then=then.get(round.pk, 0),
            now=timeline.count(round.ends_on).ready,
            later=later.get(round.pk, ()),
        )
        for round in settled
    ]


def _n_ready(sheets: Any) -> dict[int, int]:
    """Count the sheets on which a ward of the round's last day is ready, by round."""
    counted = sheets.filter(READY, in_scope_on(F("round__ends_on"), "ward__"))
    return dict(counted.order_by().values_list("round").annotate(n=Count("pk")))


def _later(sheets: Any, known: date | None) -> dict[int, tuple[Assessment, ...]]:
    if known:
        sheets = sheets.filter(approved_at__date__lte=known)
    in_order: Iterable[Assessment] = sheets.select_related("ward", "approved_by").order_by(
        "round", "approved_at", "pk"
    )
    return {pk: tuple(of) for pk, of in groupby(in_order, key=lambda sheet: sheet.round_id)}
