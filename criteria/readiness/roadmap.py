"""Required against achieved: each target of the roadmap, and the way there."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from criteria.models import RoadmapTarget, Round
from criteria.readiness.rules import target_day, wards_a_round, wards_required
from criteria.readiness.timeline import Change, DayCount, Provisional, Timeline, read_timeline


class Outcome(StrEnum):
    """What may be said of a target. SHORT: and its day is yet to come.

    UNSETTLED: whether it is reached or missed is not official yet.
    """

    REACHED = "reached"
    SHORT = "short"
    MISSED = "missed"
    UNSETTLED = "unsettled"


@dataclass(frozen=True)
class TargetStanding:
    """A target seen on a day: numbers of wards, both sides counted on `count.on`.

    provisional: what the round under verification on that day comes to so far; None where the
    latest round is settled. is_past: its day is over.
    """

    target: RoadmapTarget
    required: int
    count: DayCount
    provisional: Provisional | None
    is_past: bool

    @property
    def achieved(self) -> int:
        return self.count.ready

    @property
    def short(self) -> int:
        return max(self.required - self.achieved, 0)

    @property
    def is_settled(self) -> bool:
        return self.provisional is None

    @property
    def outcome(self) -> Outcome:
        if self.short and not self.is_past:
            return Outcome.SHORT
        if not self.is_settled:
            return Outcome.UNSETTLED
        return Outcome.MISSED if self.short else Outcome.REACHED

    @property
    def hundredths(self) -> int:
        """The wards required before rounding up, in hundredths: 660 for 30 % of 22."""
        return self.target.percent * self.count.in_scope


@dataclass(frozen=True)
class Pace:
    """Numbers of wards and rounds on the way to a target.

    rounds_left: those of the whole city that still end by the target's day. needed: how many of
    the wards short each of them must bring, rounded up; None where none is left. so_far: what the
    last round brought; None before the second one.
    """

    short: int
    days_left: int
    rounds_left: int
    so_far: Change | None

    @property
    def needed(self) -> int | None:
        return wards_a_round(self.short, self.rounds_left) if self.rounds_left else None


@dataclass(frozen=True)
class Step:
    """From a day to the eve of the next step: wards in scope, and required by the next target."""

    on: date
    in_scope: int
    required: int | None


@dataclass(frozen=True)
class Milestone:
    """The headline at the end of a round, with what the target next at that time required.

    provisional: of a round under verification, whose `count` is the official one of its last day.
    """

    round: Round
    count: DayCount
    required: int | None
    provisional: Provisional | None = None


@dataclass(frozen=True)
class Roadmap:
    """The headline of a day, and every target as seen on that day."""

    today: DayCount
    targets: tuple[TargetStanding, ...]
    timeline: Timeline

    @property
    def next_target(self) -> TargetStanding | None:
        """The earliest target that is not past; on its last day it still is the next."""
        return self.target_ahead(self.today.on)

    def target_ahead(self, on: date) -> TargetStanding | None:
        return next((seen for seen in self.targets if seen.target.due_on >= on), None)

    @property
    def last_past(self) -> TargetStanding | None:
        """The latest target whose day is over."""
        return next((seen for seen in reversed(self.targets) if seen.is_past), None)

    @property
    def pace(self) -> Pace | None:
        """The pace towards the next target."""
        target, on = self.next_target, self.today.on
        if target is None:
            return None
        due_on = target.target.due_on
        return Pace(
            short=target.short,
            days_left=(due_on - on).days,
            rounds_left=len(self.timeline.rounds.yet_to_end(on, until=due_on)),
            so_far=self.timeline.last_change(on),
        )

    @property
    def provisional(self) -> Provisional | None:
        """What the latest round under verification comes to so far on the day."""
        return self.timeline.provisional(self.today.on)

    def required_on(self, on: date, in_scope: int) -> int | None:
        """How many of so many wards the target next at a day requires; None after the last one."""
        seen = self.target_ahead(on)
        return wards_required(seen.target.percent, in_scope) if seen else None

    def milestones(self) -> list[Milestone]:
        """Return the ends of the rounds up to the day, the earliest first.

        After those that speak come those under verification.
        """
        rounds, timeline = self.timeline.rounds, self.timeline
        milestones = []
        for round in reversed(rounds.settled(self.today.on)):
            count = timeline.count(round.ends_on)
            milestones.append(Milestone(round, count, self.required_on(count.on, count.in_scope)))
        for round in reversed(rounds.under_verification(self.today.on)):
            count = timeline.count(round.ends_on)
            required = self.required_on(count.on, count.in_scope)
            provisional = timeline.provisional(round.ends_on, round)
            milestones.append(Milestone(round, count, required, provisional))
        return milestones

    def steps(self) -> list[Step]:
        """Return the stepped line from the first round's start, or the first ward's.

        After the day it is drawn from, the registry stays what it is then.
        """
        on = self.today.on
        begun_on = max(self.timeline.rounds.begun_on or on, self.timeline.founded_on or on)
        changes = [day for day in self.timeline.changes() if begun_on < day <= on]
        after = [seen.target.due_on + timedelta(days=1) for seen in self.targets]
        days = sorted({begun_on, *changes, *(day for day in after if day > begun_on)})
        steps = []
        for day in days:
            in_scope = self.timeline.in_scope(min(day, on))
            steps.append(Step(day, in_scope, self.required_on(day, in_scope)))
        return [steps[0], *(step for before, step in pairwise(steps) if _differ(before, step))]


def _differ(before: Step, after: Step) -> bool:
    return (before.in_scope, before.required) != (after.in_scope, after.required)


def roadmap(on: date, timeline: Timeline | None = None, round: Round | None = None) -> Roadmap:
    """Return the roadmap as seen on the day `on`.

    round: counts the headline, and each target from the round's end on, in place of the one that
    speaks. Five queries, however many targets; one where the timeline is at hand.
    """
    timeline = timeline or read_timeline()
    seen = []
    for target in RoadmapTarget.objects.order_by("due_on"):
        day = target_day(target.due_on, on)
        count = timeline.count(day, round if round and round.ends_on <= day else None)
        seen.append(
            TargetStanding(
                target,
                wards_required(target.percent, count.in_scope),
                count,
                timeline.provisional(day),
                is_past=target.due_on < on,
            )
        )
    return Roadmap(timeline.count(on, round), tuple(seen), timeline)
