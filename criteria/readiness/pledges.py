"""The yearly pledges, and what became of them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import Any

from criteria.models import Assessment, Pledge, Round, Ward
from criteria.readiness.lineage import Lineage
from criteria.readiness.rounds import Rounds
from criteria.readiness.rules import Tally
from criteria.readiness.standing import TALLIES
from criteria.readiness.timeline import Life


class Outcome(StrEnum):
    """What became of a pledge, as far as it is known on a day.

    UNAPPROVED: the round of its year is settled, and the ward's sheet is not approved. AHEAD: the
    round has not ended. UNSETTLED: a round of its year is still to be settled. OUTSIDE: when it
    ended, or before, the ward was no longer (or not yet) one.
    """

    KEPT = "kept"
    NOT_KEPT = "not_kept"
    UNAPPROVED = "unapproved"
    AHEAD = "ahead"
    UNSETTLED = "unsettled"
    OUTSIDE = "outside"


def outcome(
    on: date,
    life: Life,
    ends_on: date | None,
    tally: Tally | None,
    *,
    is_settled: bool = True,
) -> Outcome:
    """Judge a pledge on a day.

    life: of the ward. ends_on: the last day of the round of the pledged year, None where there is
    no such round. tally: what the ward's approved sheet in it comes to, None without one.
    is_settled: every round of the year is.
    """
    last = min(on, ends_on) if ends_on else on
    if life.valid_to is not None and life.valid_to <= last:
        return Outcome.OUTSIDE
    if ends_on is None or on < ends_on:
        return Outcome.AHEAD
    if not life.has(ends_on):
        return Outcome.OUTSIDE
    if not is_settled:
        return Outcome.UNSETTLED
    if tally is None:
        return Outcome.UNAPPROVED
    return Outcome.KEPT if tally.is_complete else Outcome.NOT_KEPT


@dataclass(frozen=True)
class Promise:
    """A pledge and what became of it.

    round: of the pledged year, if it has begun. tally: of the ward's approved sheet in it. heirs:
    what the ward has become, where it is no longer one on the day.
    """

    pledge: Pledge
    round: Round | None
    tally: Tally | None
    outcome: Outcome
    heirs: tuple[Ward, ...] = ()

    @property
    def ward(self) -> Ward:
        return self.pledge.ward


def rounds_by_year(rounds: Rounds) -> dict[int, Any]:
    """Return the round that a year's pledges are judged by: the last of the whole city in it."""
    return {round.year: round for round in reversed(rounds.of_city)}


def unsettled_years(rounds: Rounds) -> set[int]:
    """Return the years of which a round is still to be settled, a planned one included."""
    return {round.year for round in (*rounds.of_city, *rounds.planned) if not round.is_settled}


def outcomes(
    pledges: Iterable[Pledge],
    rounds: Rounds,
    tallies: Mapping[tuple[int, int], Tally],
    on: date,
) -> list[Promise]:
    """Judge pledges on a day, in their order. Asks no query where their wards are at hand.

    tallies: of approved sheets, by ward and round.
    """
    by_year, unsettled = rounds_by_year(rounds), unsettled_years(rounds)
    promises = []
    for pledge in pledges:
        ward, round = pledge.ward, by_year.get(pledge.year)
        ended = round if round and round.ends_on <= on else None
        tally = tallies.get((ward.pk, ended.pk)) if ended else None
        life = Life(ward.valid_from, ward.valid_to)
        judged = outcome(
            on,
            life,
            round.ends_on if round else None,
            tally,
            is_settled=pledge.year not in unsettled,
        )
        is_told = judged in (Outcome.KEPT, Outcome.NOT_KEPT)
        promises.append(Promise(pledge, round, tally if is_told else None, judged))
    return promises


@dataclass(frozen=True)
class PledgeYear:
    """The pledges of one year, and the round that judges them, if it has begun."""

    year: int
    round: Round | None
    promises: tuple[Promise, ...]

    @property
    def counts(self) -> dict[Outcome, int]:
        """How many came to what, in the order of `Outcome`; only what occurs."""
        counts = Counter(promise.outcome for promise in self.promises)
        return {outcome: counts[outcome] for outcome in Outcome if counts[outcome]}


def read_pledges(on: date, rounds: Rounds, lineage: Lineage) -> list[PledgeYear]:
    """Return every pledge of a ward that there is by a day, the latest year first. Two queries."""
    pledges = Pledge.objects.filter(ward__kind=Ward.Kind.WARD, ward__valid_from__lte=on)
    pledges = pledges.select_related("ward").order_by("-year", "ward__sort_key", "ward")
    sheets = (
        Assessment.objects.approved()
        .filter(
            round__in=[round.pk for round in rounds_by_year(rounds.ended(on)).values()],
            ward__in=pledges.order_by().values("ward"),
        )
        .order_by()
    )
    tallies = {
        (ward_id, round_id): Tally(*counts)
        for ward_id, round_id, *counts in sheets.values_list("ward", "round", *TALLIES)
    }
    promises = [
        promise
        if promise.ward.in_force(on)
        else replace(promise, heirs=tuple(lineage.heirs(promise.ward, on)))
        for promise in outcomes(pledges, rounds, tallies, on)
    ]
    return [
        PledgeYear(year, rounds_by_year(rounds).get(year), tuple(of_year))
        for year, of_year in groupby(promises, key=lambda promise: promise.pledge.year)
    ]
