"""The headline of any day: wards in scope, ready and recognised."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from criteria.models import Assessment, Recognition, Round, Ward
from criteria.readiness.rounds import Rounds, read_rounds
from criteria.readiness.standing import READY


@dataclass(frozen=True)
class DayCount:
    """The headline of one day: numbers of wards.

    founded_since: came into being after the round that speaks had ended, so that nothing can be
    said of them yet.
    """

    on: date
    in_scope: int
    ready: int
    recognised: int
    founded_since: int = 0


@dataclass(frozen=True)
class Provisional:
    """What a round under verification comes to so far: numbers of the wards in scope on a day.

    undecided: without an approved sheet in it, so that they may come out either way. Wards founded
    after its end are none of them.
    """

    round: Round
    on: date
    ready: int
    not_ready: int
    undecided: int

    @property
    def at_most(self) -> int:
        return self.ready + self.undecided


@dataclass(frozen=True)
class Change:
    """How many more wards are ready at the end of a round than at the end of the one before.

    net: of the wards that were in scope at both ends. by_mergers: what wards that came and went
    make of it.
    """

    before: Round
    after: Round
    net: int
    by_mergers: int


@dataclass(frozen=True)
class Life:
    """From when to before when wards live, and how many live so."""

    valid_from: date
    valid_to: date | None
    n_wards: int = 1

    def has(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True)
class Decision:
    """A recognition, and the life of the ward that it names."""

    ward_id: int
    life: Life
    decided_on: date
    revoked_on: date | None

    def holds(self, on: date) -> bool:
        is_revoked = self.revoked_on is not None and self.revoked_on <= on
        return self.decided_on <= on and not is_revoked and self.life.has(on)


@dataclass(frozen=True)
class Timeline:
    """What the headline of every day is counted from.

    lives: all wards ever. approved, ready: by the round's pk, the wards with an approved sheet in
    it, and with a ready one. Wards that live alike are one row each, so that all stay as short as
    the list of reorganisations.
    """

    rounds: Rounds
    lives: tuple[Life, ...]
    approved: dict[int, tuple[Life, ...]]
    ready: dict[int, tuple[Life, ...]]
    decisions: tuple[Decision, ...]

    def in_scope(self, on: date) -> int:
        return _alive(self.lives, on)

    def count(self, on: date, round: Round | None = None) -> DayCount:
        """Count a day by the round that speaks for it, or by another one."""
        round = round or self.rounds.standing(on)
        of_round = self.approved.get(round.pk, ()) if round else ()

        def since(lives: Iterable[Life]) -> int:
            return _alive((x for x in lives if round and x.valid_from > round.ends_on), on)

        return DayCount(
            on,
            in_scope=self.in_scope(on),
            ready=_alive(self.ready.get(round.pk, ()), on) if round else 0,
            recognised=len({each.ward_id for each in self.decisions if each.holds(on)}),
            founded_since=since(self.lives) - since(of_round),
        )

    def provisional(self, on: date, round: Round | None = None) -> Provisional | None:
        """Count a day by the latest round under verification, or by another one of them."""
        round = round or self.rounds.provisional(on)
        if round is None:
            return None
        ready = _alive(self.ready.get(round.pk, ()), on)
        of_round = self.approved.get(round.pk, ())

        def asked(lives: Iterable[Life]) -> int:
            return _alive((life for life in lives if life.valid_from <= round.ends_on), on)

        return Provisional(
            round,
            on,
            ready=ready,
            not_ready=_alive(of_round, on) - ready,
            undecided=asked(self.lives) - asked(of_round),
        )

    def last_change(self, on: date) -> Change | None:
        """Hold the last two rounds that speak on a day against each other; None with fewer."""
        after, before, *_earlier = (*self.rounds.settled(on), None, None)
        if after is None or before is None:
            return None

        def ready(round: Round) -> int:
            in_both = (
                life
                for life in self.ready.get(round.pk, ())
                if life.has(before.ends_on) and life.has(after.ends_on)
            )
            return sum(life.n_wards for life in in_both)

        net = ready(after) - ready(before)
        whole = self.count(after.ends_on).ready - self.count(before.ends_on).ready
        return Change(before, after, net, by_mergers=whole - net)

    @property
    def founded_on(self) -> date | None:
        """The first day on which there is a ward."""
        return min((life.valid_from for life in self.lives), default=None)

    def changes(self) -> list[date]:
        """Return the days from which other wards are in scope than on the day before."""
        days = {life.valid_from for life in self.lives}
        return sorted(days | {life.valid_to for life in self.lives if life.valid_to})


def read_lives() -> tuple[Life, ...]:
    """Read when the wards live, all that there ever were: one query."""
    wards = Ward.objects.filter(kind=Ward.Kind.WARD).order_by()
    lives = wards.values_list("valid_from", "valid_to").annotate(Count("pk"))
    return tuple(Life(*life) for life in lives)


def _alive(lives: Iterable[Life], on: date) -> int:
    return sum(life.n_wards for life in lives if life.has(on))


def read_timeline(rounds: Rounds | None = None) -> Timeline:
    """Read it: three queries, and one more where the rounds are not at hand."""
    rounds = read_rounds() if rounds is None else rounds
    sheets = Assessment.objects.approved(rounds.known).filter(ward__kind=Ward.Kind.WARD).order_by()
    approved: dict[int, list[Life]] = defaultdict(list)
    ready: dict[int, list[Life]] = defaultdict(list)
    for round_id, valid_from, valid_to, n_wards, n_ready in sheets.values_list(
        "round", "ward__valid_from", "ward__valid_to"
    ).annotate(Count("pk"), n_ready=Count("pk", filter=READY)):
        approved[round_id].append(Life(valid_from, valid_to, n_wards))
        ready[round_id].append(Life(valid_from, valid_to, n_ready))
    decisions = Recognition.objects.filter(ward__kind=Ward.Kind.WARD).order_by()
    return Timeline(
        rounds=rounds,
        lives=read_lives(),
        approved={round_id: tuple(lives) for round_id, lives in approved.items()},
        ready={round_id: tuple(lives) for round_id, lives in ready.items()},
        decisions=tuple(
            Decision(ward_id, Life(valid_from, valid_to), decided_on, revoked_on)
            for ward_id, valid_from, valid_to, decided_on, revoked_on in decisions.values_list(
                "ward", "ward__valid_from", "ward__valid_to", "decided_on", "revoked_on"
            )
        ),
    )


def day_counts(days: Iterable[date]) -> dict[date, DayCount]:
    """Return the headline of each day. Four queries, however many days."""
    timeline = read_timeline()
    return {day: timeline.count(day) for day in days}
