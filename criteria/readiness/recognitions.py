"""The decisions that recognised wards, as of a day, against the wards that are ready on it."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import Q

from criteria.models import Recognition, Round, Ward
from criteria.readiness.lineage import Lineage
from criteria.readiness.standing import READY, Standing, n_criteria, standing_of, with_standing
from criteria.readiness.timeline import Decision, Life


@dataclass(frozen=True)
class Seen:
    """A decision as seen on a day: it counts (holds), or was revoked, or names no ward of the day.

    heirs: of a ward that is no longer one.
    """

    recognition: Recognition
    holds: bool
    is_revoked: bool
    heirs: tuple[Ward, ...]

    @property
    def ward(self) -> Ward:
        return self.recognition.ward


@dataclass(frozen=True)
class Recognitions:
    """by_year: every decision of the day, the latest year first.

    n_recognised: wards with a decision that counts, for whichever year. ready_only: the wards that
    are ready and not recognised; recognised_only: the other way round.
    """

    by_year: tuple[tuple[int, tuple[Seen, ...]], ...]
    n_recognised: int
    ready_only: tuple[Standing, ...]
    recognised_only: tuple[Standing, ...]

    @property
    def decisions(self) -> list[Seen]:
        return [seen for _year, of_year in self.by_year for seen in of_year]

    @property
    def n_decisions(self) -> int:
        return len(self.decisions)

    @property
    def n_in_force(self) -> int:
        return sum(seen.holds for seen in self.decisions)

    @property
    def n_revoked(self) -> int:
        return sum(seen.is_revoked for seen in self.decisions)

    @property
    def n_of_former_wards(self) -> int:
        return self.n_decisions - self.n_in_force - self.n_revoked

    @property
    def latest_year(self) -> int | None:
        """The latest year that any decision is for, whatever became of it."""
        return self.by_year[0][0] if self.by_year else None

    @property
    def n_of_latest_year(self) -> int:
        """How many wards have a decision for the latest year that counts."""
        of_year = self.by_year[0][1] if self.by_year else ()
        return len({seen.ward.pk for seen in of_year if seen.holds})


def read_recognitions(on: date, round: Round | None, lineage: Lineage) -> Recognitions:
    """Read the decisions of a day. Two queries, whatever their number.

    round: the one that the day's standings come from.
    """
    decisions = Recognition.objects.filter(decided_on__lte=on, ward__kind=Ward.Kind.WARD)
    decisions = decisions.select_related("ward")
    seen = [
        _seen(decision, on, lineage)
        for decision in decisions.order_by("-year", "ward__sort_key", "ward", "decided_on", "pk")
    ]
    holders = {each.ward.pk for each in seen if each.holds}
    wards = with_standing(Ward.objects.in_scope(on), round).filter(READY | Q(pk__in=holders))
    total = n_criteria(round)
    standings = [standing_of(ward, round, total) for ward in wards]
    return Recognitions(
        tuple(
            (year, tuple(of_year))
            for year, of_year in groupby(seen, key=lambda each: each.recognition.year)
        ),
        n_recognised=len(holders),
        ready_only=tuple(s for s in standings if s.is_ready and s.ward.pk not in holders),
        recognised_only=tuple(s for s in standings if not s.is_ready),
    )


def _seen(recognition: Recognition, on: date, lineage: Lineage) -> Seen:
    ward, revoked_on = recognition.ward, recognition.revoked_on
    life = Life(ward.valid_from, ward.valid_to)
    decision = Decision(ward.pk, life, recognition.decided_on, revoked_on)
    return Seen(
        recognition,
        holds=decision.holds(on),
        is_revoked=revoked_on is not None and revoked_on <= on,
        heirs=() if ward.in_force(on) else tuple(lineage.heirs(ward, on)),
    )
