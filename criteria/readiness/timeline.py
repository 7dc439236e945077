"""The headline of any day: wards in scope, ready and recognised."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from criteria.models import Assessment, Recognition, Ward
from criteria.readiness.rounds import Rounds, read_rounds
from criteria.readiness.standing import READY


@dataclass(frozen=True)
class DayCount:
    """The headline of one day: numbers of wards."""

    on: date
    in_scope: int
    ready: int
    recognised: int


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

    lives: all wards ever. ready: by the round's pk, the wards with a ready sheet in it. Wards that
    live alike are one row each, so that both stay as short as the list of reorganisations.
    """

    rounds: Rounds
    lives: tuple[Life, ...]
    ready: dict[int, tuple[Life, ...]]
    decisions: tuple[Decision, ...]

    def in_scope(self, on: date) -> int:
        return sum(life.n_wards for life in self.lives if life.has(on))

    def count(self, on: date) -> DayCount:
        round = self.rounds.standing(on)
        ready = self.ready.get(round.pk, ()) if round else ()
        return DayCount(
            on,
            in_scope=self.in_scope(on),
            ready=sum(life.n_wards for life in ready if life.has(on)),
            recognised=len({decision.ward_id for decision in self.decisions if decision.holds(on)}),
        )

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


def read_timeline(rounds: Rounds | None = None) -> Timeline:
    """Read it: three queries, and one more where the rounds are not at hand."""
    sheets = Assessment.objects.approved().filter(READY, ward__kind=Ward.Kind.WARD).order_by()
    ready: dict[int, list[Life]] = {}
    for round_id, *life in sheets.values_list(
        "round", "ward__valid_from", "ward__valid_to"
    ).annotate(Count("pk")):
        ready.setdefault(round_id, []).append(Life(*life))
    decisions = Recognition.objects.filter(ward__kind=Ward.Kind.WARD).order_by()
    return Timeline(
        rounds=read_rounds() if rounds is None else rounds,
        lives=read_lives(),
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
