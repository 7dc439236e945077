"""How a criterion has fared, round by round, through the sets."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from criteria.models import Assessment, CriteriaSet, Criterion, Result, Round, in_scope_on
from criteria.overviews.criterion import Numbers
from criteria.readiness.continuity import Catalogue
from criteria.readiness.rounds import Rounds
from criteria.readiness.timeline import read_lives
from criteria.verdicts import Verdict


@dataclass(frozen=True)
class Turn:
    """A criterion at the end of a round, over the wards in scope on that day.

    criterion: the one of the round's set that continues it; None: that set has none.
    """

    round: Round
    criterion: Criterion | None
    numbers: Numbers


def read_neighbours(criterion: Criterion) -> tuple[list[Criterion], list[Criterion]]:
    """Return what it replaces, and what has replaced it, with their published sets. One query."""
    near = Criterion.objects.filter(Q(pk=criterion.replaces_id) | Q(replaces=criterion))
    neighbours = list(
        near.exclude(criteria_set__status=CriteriaSet.Status.DRAFT)
        .select_related("criteria_set")
        .order_by("criteria_set__effective_from", "criteria_set__code", "number")
    )
    before = [near for near in neighbours if near.pk == criterion.replaces_id]
    return before, [near for near in neighbours if near.replaces_id == criterion.pk]


def criteria_in(set_id: int, criterion: Criterion, catalogue: Catalogue) -> list[Criterion]:
    """Return the criteria of a set that continue a criterion, or that it continues.

    Of its own set it is the criterion itself. More than one is left where a criterion was split.
    """
    if set_id == criterion.criteria_set_id:
        return [criterion]
    pks = catalogue.continued([criterion], catalogue.of_set(set_id))[criterion.pk]
    return [catalogue.criteria[pk] for pk in pks]


def read_trend(criterion: Criterion, catalogue: Catalogue, rounds: Rounds) -> list[Turn]:
    """Follow a criterion through the rounds, the earliest first. Three queries, however many.

    Where a set has split it, the first half stands for it.
    """
    lives = read_lives()
    sets = {round.criteria_set_id for round in rounds}
    by_set = {pk: next(iter(criteria_in(pk, criterion, catalogue)), None) for pk in sets}
    sheets = (
        Assessment.objects.approved(rounds.known)
        .filter(
            in_scope_on(F("round__ends_on"), "ward__"),
            round__in=[round.pk for round in rounds],
        )
        .order_by()
    )
    n_sheets = dict(sheets.values_list("round").annotate(Count("pk")))
    verdicts = _verdicts([each for each in by_set.values() if each], sheets)
    turns = []
    for round in reversed(rounds):
        in_scope = sum(life.n_wards for life in lives if life.has(round.ends_on))
        counts = verdicts.get(round.pk, {})
        counts["pending"] = n_sheets.get(round.pk, 0) - sum(counts.values())
        turns.append(Turn(round, by_set[round.criteria_set_id], Numbers(in_scope, **counts)))
    return turns


def _verdicts(
    criteria: Iterable[Criterion], sheets: QuerySet[Assessment]
) -> dict[int, dict[str, int]]:
    """Count the verdicts of the sheets on whichever of the criteria is of their own set, by round.

    What is pending is left out.
    """
    results = Result.objects.filter(
        assessment__in=sheets.values("pk"),
        criterion__in=[criterion.pk for criterion in criteria],
        criterion__criteria_set=F("assessment__round__criteria_set"),
    ).exclude(verified_verdict=Verdict.PENDING)
    counts: dict[int, dict[str, int]] = {}
    for round_id, verdict, n in (
        results.order_by()
        .values_list("assessment__round", "verified_verdict")
        .annotate(Count("pk"))
    ):
        counts.setdefault(round_id, {})[verdict] = n
    return counts
