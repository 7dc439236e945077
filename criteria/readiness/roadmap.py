"""Required against achieved, for each target of the roadmap."""

from dataclasses import dataclass
from datetime import date

from criteria.models import RoadmapTarget
from criteria.readiness.aggregate import DayCount, day_counts
from criteria.readiness.rules import target_day, wards_required


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


@dataclass(frozen=True)
class Roadmap:
    """The headline of a day, and every target as seen on that day."""

    today: DayCount
    targets: tuple[TargetStanding, ...]

    @property
    def next_target(self) -> TargetStanding | None:
        """The earliest target that is not past; on its last day it still is the next."""
        ahead = (target for target in self.targets if target.target.due_on >= self.today.on)
        return next(ahead, None)


def roadmap(on: date) -> Roadmap:
    """Return the roadmap as seen on the day `on`. Five queries, however many targets."""
    ordered = list(RoadmapTarget.objects.order_by("due_on"))
    counts = day_counts([on, *(target_day(target.due_on, on) for target in ordered)])
    seen = []
    for target in ordered:
        count = counts[target_day(target.due_on, on)]
        seen.append(TargetStanding(target, wards_required(target.percent, count.in_scope), count))
    return Roadmap(counts[on], tuple(seen))
