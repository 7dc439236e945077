"""The yearly pledges, and what became of them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
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
class Heir:
    """What a ward that pledged has become, and how that did in the round of the pledged year."""

    ward: Ward
    outcome: Outcome


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
    heirs: tuple[Heir, ...] = ()

    @property
    def ward(self) -> Ward:
        return self.pledge.ward

    @property
    def heir_wards(self) -> list[Ward]:
        return [heir.ward for heir in self.heirs]


def rounds_by_year(rounds: Rounds) -> dict[int, Any]:
    """Return the round that a year's pledges are judged by: the last of the whole city in it."""
    return {round.year: round for round in reversed(rounds.of_city)}


def unsettled_years(rounds: Rounds) -> set[int]:
    """Return the years of which a round is still to be settled, a planned one included."""
    city = rounds.of_city
    return {round.year for round in (*city, *city.planned) if not round.is_settled}


@dataclass(frozen=True)
class Judge:
    """Judges the pledges of a day. tallies: of approved sheets, by ward and round."""

    on: date
    rounds: Rounds
    tallies: Mapping[tuple[int, int], Tally]

    @cached_property
    def _by_year(self) -> dict[int, Any]:
        return rounds_by_year(self.rounds)

    @cached_property
    def _unsettled(self) -> set[int]:
        return unsettled_years(self.rounds)

    def round(self, year: int) -> Round | None:
        return self._by_year.get(year)

    def tally(self, ward: Ward, year: int) -> Tally | None:
        """Of the ward's approved sheet in the round of the year, once that has ended."""
        round = self.round(year)
        return self.tallies.get((ward.pk, round.pk)) if round and round.ends_on <= self.on else None

    def outcome(self, ward: Ward, year: int) -> Outcome:
        round = self.round(year)
        return outcome(
            self.on,
            Life(ward.valid_from, ward.valid_to),
            round.ends_on if round else None,
            self.tally(ward, year),
            is_settled=year not in self._unsettled,
        )

    def promise(self, pledge: Pledge, heirs: Iterable[Ward] = ()) -> Promise:
        ward, year = pledge.ward, pledge.year
        judged = self.outcome(ward, year)
        is_known = judged in (Outcome.KEPT, Outcome.NOT_KEPT)
        return Promise(
            pledge,
            self.round(year),
            self.tally(ward, year) if is_known else None,
            judged,
            tuple(Heir(heir, self.outcome(heir, year)) for heir in heirs),
        )


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
    stored = Pledge.objects.filter(ward__kind=Ward.Kind.WARD, ward__valid_from__lte=on)
    pledges = list(stored.select_related("ward").order_by("-year", "ward__sort_key", "ward"))
    heirs = {
        pledge.ward.pk: lineage.heirs(pledge.ward, on)
        for pledge in pledges
        if not pledge.ward.in_force(on)
    }
    wards = {pledge.ward.pk for pledge in pledges} | {w.pk for of in heirs.values() for w in of}
    judge = Judge(on, rounds, _tallies(rounds, on, wards))
    promises = [judge.promise(pledge, heirs.get(pledge.ward.pk, ())) for pledge in pledges]
    return [
        PledgeYear(year, judge.round(year), tuple(of_year))
        for year, of_year in groupby(promises, key=lambda promise: promise.pledge.year)
    ]


def _tallies(rounds: Rounds, on: date, wards: Iterable[int]) -> dict[tuple[int, int], Tally]:
    ended = rounds_by_year(rounds.ended(on)).values()
    sheets = Assessment.objects.approved(rounds.known).filter(
        round__in=[round.pk for round in ended], ward__in=wards
    )
    return {
        (ward_id, round_id): Tally(*counts)
        for ward_id, round_id, *counts in sheets.order_by().values_list("ward", "round", *TALLIES)
    }
