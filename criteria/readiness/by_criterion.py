"""The criteria over all wards of a day: who lacks which, and where the two opinions differ."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count

from criteria.models import Criterion, Result, Round, in_scope_on
from criteria.readiness.standing import Standing
from criteria.verdicts import Verdict


@dataclass
class CriterionCount:
    """What the approved sheets of a day say of one criterion: numbers of wards.

    n_sheets: of all wards. wards_alone: lack this criterion and no other, so would be ready without
    it. n_kinder: the unit says met, the verifier not; n_stricter: the other way round; n_differing
    counts every difference, such as “not applicable” as well.
    """

    criterion: Criterion
    n_sheets: int = 0
    n_not_applicable: int = 0
    wards_unmet: list[Standing] = field(default_factory=list)
    wards_alone: list[Standing] = field(default_factory=list)
    n_differing: int = 0
    n_kinder: int = 0
    n_stricter: int = 0

    @property
    def n_applicable(self) -> int:
        return self.n_sheets - self.n_not_applicable

    @property
    def n_unmet(self) -> int:
        return len(self.wards_unmet)

    @property
    def n_alone(self) -> int:
        return len(self.wards_alone)


def by_criterion(standings: Iterable[Standing]) -> list[CriterionCount]:
    """Count the criteria that somebody lacks or that opinions differ on, most lacked first."""
    counts: dict[int, CriterionCount] = {}
    standings = [standing for standing in standings if standing.round]
    for standing in standings:
        for opinion in standing.telling:
            criterion = opinion.criterion
            count = counts.setdefault(criterion.pk, CriterionCount(criterion, len(standings)))
            verdicts = opinion.self_verdict, opinion.verified_verdict
            if opinion.verified_verdict == Verdict.NOT_MET:
                count.wards_unmet.append(standing)
                if standing.tally.missing == 1:
                    count.wards_alone.append(standing)
            count.n_not_applicable += opinion.verified_verdict == Verdict.NOT_APPLICABLE
            count.n_differing += opinion.differs
            count.n_kinder += verdicts == (Verdict.MET, Verdict.NOT_MET)
            count.n_stricter += verdicts == (Verdict.NOT_MET, Verdict.MET)
    telling = (count for count in counts.values() if count.n_unmet or count.n_differing)
    return sorted(telling, key=lambda count: (-count.n_unmet, count.criterion.number))


def unmet_by_criterion(standings: Iterable[Standing]) -> list[CriterionCount]:
    return [count for count in by_criterion(standings) if count.n_unmet]


@dataclass(frozen=True)
class Agreement:
    """How often verifier and unit agree on the approved sheets of a day: numbers of verdicts.

    n_self_met: the unit says met; n_refused: of these, the verifier says something else. Of those
    agreed, n_in_bulk were agreed with together with others, n_one_by_one each by itself.
    """

    n_verdicts: int
    n_differing: int
    n_self_met: int
    n_refused: int
    n_one_by_one: int
    n_in_bulk: int

    @property
    def n_agreed(self) -> int:
        return self.n_verdicts - self.n_differing

    @property
    def n_unknown(self) -> int:
        """How many were agreed with before it was kept how."""
        return self.n_agreed - self.n_one_by_one - self.n_in_bulk


Ways = Mapping[bool | None, int]  # verdicts agreed with: in bulk, one by one, unknown


def agreement(standings: Iterable[Standing], ways: Ways) -> Agreement:
    """Count over all approved sheets. What nobody has verified is no verdict."""
    with_sheet = [standing for standing in standings if standing.round]
    differing = [opinion for standing in with_sheet for opinion in standing.differing]
    refused = sum(opinion.self_verdict == Verdict.MET for opinion in differing)
    granted = sum(opinion.verified_verdict == Verdict.MET for opinion in differing)
    return Agreement(
        n_verdicts=sum(standing.tally.judged for standing in with_sheet),
        n_differing=len(differing),
        n_self_met=sum(standing.tally.met for standing in with_sheet) - granted + refused,
        n_refused=refused,
        n_one_by_one=ways.get(False, 0),
        n_in_bulk=ways.get(True, 0),
    )


def read_ways(on: date, round: Round | None) -> Ways:
    """Count how the verdicts of a day's approved sheets were agreed with. One query."""
    results = Result.objects.of_round(round).agreed()
    results = results.filter(in_scope_on(on, "assessment__ward__"))
    return dict(results.order_by().values_list("is_agreed_in_bulk").annotate(Count("pk")))
