"""Where the whole city stands on a day: everything that the first page tells."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from criteria.models import Round, WardQuerySet
from criteria.readiness.by_criterion import (
    Agreement,
    CriterionCount,
    Ways,
    agreement,
    by_criterion,
    read_ways,
)
from criteria.readiness.roadmap import Roadmap, roadmap
from criteria.readiness.rounds import Rounds
from criteria.readiness.rules import Reach
from criteria.readiness.standing import Standing, standings, wards_on
from criteria.readiness.timeline import read_timeline
from criteria.sheets.current import Current, read_current


@dataclass(frozen=True)
class City:
    """round: whose approved sheets speak for the day. under_way: the open rounds, the
    newest first; of today alone, provisional.

    ways: how often verdicts were agreed with in bulk, and one by one.
    """

    roadmap: Roadmap
    round: Round | None
    standings: tuple[Standing, ...]
    under_way: tuple[Current, ...]
    ways: Ways

    @cached_property
    def reaches(self) -> dict[Reach, int]:
        """How many wards are in each class, the best first."""
        counts = Counter(standing.reach for standing in self.standings)
        return {reach: counts[reach] for reach in Reach}

    @property
    def n_without_sheet(self) -> int:
        return self.reaches[Reach.UNKNOWN]

    @property
    def n_unapproved(self) -> int:
        """How many of them could have an approved sheet of the round."""
        return self.n_without_sheet - self.roadmap.today.founded_since

    @property
    def n_not_ready(self) -> int:
        """How many wards have an approved sheet that is not ready."""
        return len(self.standings) - self.n_without_sheet - self.reaches[Reach.READY]

    @property
    def has_sheets(self) -> bool:
        return self.n_without_sheet < len(self.standings)

    @cached_property
    def nearest(self) -> list[Standing]:
        """The wards that miss a criterion, the fewest first."""
        waiting = [s for s in self.standings if s.round and s.tally.missing]
        return sorted(waiting, key=lambda standing: standing.tally.missing)

    @cached_property
    def criteria(self) -> list[CriterionCount]:
        return by_criterion(self.standings)

    @property
    def unmet(self) -> list[CriterionCount]:
        return [count for count in self.criteria if count.n_unmet]

    @property
    def n_late(self) -> int:
        """How many sheets are late, over all open rounds."""
        return sum(current.n_late for current in self.under_way)

    @property
    def agreement(self) -> Agreement:
        return agreement(self.standings, self.ways)

    @property
    def most_differing_criteria(self) -> list[CriterionCount]:
        differing = [count for count in self.criteria if count.n_differing]
        return sorted(differing, key=lambda count: -count.n_differing)

    @property
    def most_differing_wards(self) -> list[Standing]:
        differing = [standing for standing in self.standings if standing.differing]
        return sorted(differing, key=lambda standing: -len(standing.differing))


def read_city(
    on: date,
    rounds: Rounds,
    registry: WardQuerySet | None = None,
    *,
    round: Round | None = None,
    is_today: bool,
) -> City:
    """Read where the city stands on a day.

    registry: all wards, with more annotated. round: by which it is counted, in place of the one
    that speaks for the day. What is under way is known of today alone. Seven queries, whatever the
    size; of today at most two more for each open round.
    """
    round = round or rounds.standing(on)
    return City(
        roadmap(on, read_timeline(rounds), round),
        round,
        tuple(standings(on, wards_on(on, round, registry), round=round)),
        read_current(rounds, on, registry) if is_today else (),
        read_ways(on, round),
    )
