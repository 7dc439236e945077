"""Required against achieved: each target of the roadmap, and the way there."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from criteria.models import RoadmapTarget, Round
from criteria.readiness.rules import target_day, wards_a_year, wards_required
from criteria.readiness.timeline import DayCount, Timeline, read_timeline


@dataclass(frozen=True)
class TargetStanding:
    """A target seen on a day: numbers of wards, both sides counted on `count.on`."""

    target: RoadmapTarget
    required: int
    count: DayCount

    @property
    def achieved(self) -> int:
        return self.count.ready

    @property
    def short(self) -> int:
        return max(self.required - self.achieved, 0)

    @property
    def hundredths(self) -> int:
        """The wards required before rounding up, in hundredths: 660 for 30 % of 22."""
        return self.target.percent * self.count.in_scope


@dataclass(frozen=True)
class Pace:
    """Wards a year, to one decimal. needed: rounded up; so_far: from the first round's first day.

    so_far is None before the programme's second day.
    """

    days_left: int
    needed: Decimal
    so_far: Decimal | None


@dataclass(frozen=True)
class Step:
    """From a day to the eve of the next step: wards in scope, and required by the next target."""

    on: date
    in_scope: int
    required: int | None


@dataclass(frozen=True)
class Milestone:
    """The headline at the end of a round, with what the target next at that time required."""

    round: Round
    count: DayCount
    required: int | None


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
    def pace(self) -> Pace | None:
        """The pace towards the next target. On its last day, as if there was still a day."""
        target, begun_on = self.next_target, self.timeline.rounds.begun_on
        if target is None:
            return None
        days_left = (target.target.due_on - self.today.on).days
        gone = (self.today.on - begun_on).days if begun_on else 0
        return Pace(
            days_left,
            needed=wards_a_year(target.short, max(days_left, 1), round_up=True),
            so_far=wards_a_year(self.today.ready, gone) if gone > 0 else None,
        )

    def required_on(self, on: date, in_scope: int) -> int | None:
        """How many of so many wards the target next at a day requires; None after the last one."""
        seen = self.target_ahead(on)
        return wards_required(seen.target.percent, in_scope) if seen else None

    def milestones(self) -> list[Milestone]:
        """Return the ends of the rounds up to the day, the earliest first."""
        milestones = []
        for round in reversed(self.timeline.rounds.ended(self.today.on)):
            count = self.timeline.count(round.ends_on)
            milestones.append(Milestone(round, count, self.required_on(count.on, count.in_scope)))
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


def roadmap(on: date, timeline: Timeline | None = None) -> Roadmap:
    """Return the roadmap as seen on the day `on`.

    Five queries, however many targets; one where the timeline is at hand.
    """
    timeline = timeline or read_timeline()
    seen = []
    for target in RoadmapTarget.objects.order_by("due_on"):
        count = timeline.count(target_day(target.due_on, on))
        seen.append(TargetStanding(target, wards_required(target.percent, count.in_scope), count))
    return Roadmap(timeline.count(on), tuple(seen), timeline)
