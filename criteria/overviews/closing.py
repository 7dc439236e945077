"""What closing a round would make official: shown before it is closed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from criteria.models import Assessment, Round, Ward, under_review
from criteria.readiness.rounds import Rounds
from criteria.readiness.standing import lean, without_sheet
from criteria.readiness.timeline import DayCount, read_timeline
from criteria.sheets.current import with_sheet


@dataclass(frozen=True)
class Closing:
    """The headline of the round's last day, once it is settled and until then.

    before: None where no round speaks for that day yet. unapproved: the wards without an approved
    sheet, each with the state of its sheet or NOT_BEGUN, in Vietnamese order.
    n_reviewed: sheets that are being looked at again.
    """

    official: DayCount
    before: DayCount | None
    before_round: Round | None
    unapproved: tuple[tuple[Ward, str], ...]
    n_reviewed: int


def read_closing(round: Round, rounds: Rounds) -> Closing | None:
    """Read it: five queries, whatever the size. None for a round that speaks for no ward."""
    if not round.is_citywide:
        return None
    on = round.ends_on
    timeline = read_timeline(rounds)
    speaking = timeline.rounds.standing(on)
    wards: Any = with_sheet(lean(Ward.objects.in_scope(on)), round)
    unapproved: Iterable[Any] = without_sheet(wards)
    return Closing(
        official=timeline.count(on, round),
        before=timeline.count(on, speaking) if speaking else None,
        before_round=speaking,
        unapproved=tuple((ward, ward.state) for ward in unapproved),
        n_reviewed=Assessment.objects.filter(under_review(), round=round).count(),
    )
