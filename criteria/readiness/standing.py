"""The one place that turns rows into readiness. Every page, command and export asks here.

The verified results of an approved sheet cannot change, and its tallies are frozen at approval;
so a ward's standing is one row, and a day's headline is a count of rows.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from types import EllipsisType
from typing import Any

from django.db.models import F, FilteredRelation, Q

from criteria.models import (
    Criterion,
    Result,
    ResultQuerySet,
    Round,
    Ward,
    WardQuerySet,
    official,
    under_review,
)
from criteria.readiness.rounds import read_rounds
from criteria.readiness.rules import MIDDLING_AT_MOST, NEAR_AT_MOST, Reach, Tally
from criteria.readiness.rules import reach as reach_of
from criteria.verdicts import Verdict, differs

TALLIES = ("n_met", "n_not_met", "n_not_applicable", "n_pending")

# Rules' `Tally.is_complete`, for an approved sheet and for a ward of `with_standing` alike.
READY = Q(n_pending=0, n_not_met=0, n_met__gt=0)
_HAS_SHEET = Q(n_met__isnull=False)
_CRITERION = ("pk", "number", "code", "name", "name_en")


@dataclass(frozen=True)
class Opinion:
    """Both verdicts on a criterion of an approved sheet."""

    criterion: Criterion
    self_verdict: Verdict
    verified_verdict: Verdict

    @property
    def differs(self) -> bool:
        return differs(self.self_verdict, self.verified_verdict)


@dataclass(frozen=True)
class Standing:
    """Where one ward stands: its approved sheet of `round`, or nothing (`round` is None).

    telling: the opinions that say something: not met, not applicable, or not the same; in the
    set's order. reviewed_since: when the sheet was reopened, where a later revision of it is not
    approved yet.
    """

    ward: Ward
    round: Round | None
    tally: Tally
    telling: tuple[Opinion, ...] = ()
    reviewed_since: datetime | None = None

    @property
    def is_ready(self) -> bool:
        return self.round is not None and self.tally.is_complete

    @property
    def reach(self) -> Reach:
        return reach_of(self.tally if self.round else None)

    @property
    def unmet(self) -> tuple[Criterion, ...]:
        return tuple(o.criterion for o in self.telling if o.verified_verdict == Verdict.NOT_MET)

    @property
    def differing(self) -> tuple[Opinion, ...]:
        return tuple(opinion for opinion in self.telling if opinion.differs)


def standing_round(on: date) -> Round | None:
    """Return the round that a day's standings come from, with `n_criteria`."""
    return read_rounds().standing(on)


def lean(wards: WardQuerySet) -> WardQuerySet:
    """Leave out the columns that no list shows."""
    return wards.defer("search_name", "source")


def with_standing(wards: WardQuerySet, round: Round | None) -> WardQuerySet:
    """Annotate the four tallies of the ward's approved sheet of `round`, NULL where it has none.

    And `reviewed_since`, as `Standing` has it. One row a ward and round each, joined by its own
    name: safe to chain.
    """
    of_round, path = Q(assessments__round=round), "assessments__"
    known = round.known if round else None
    return wards.annotate(
        approved_sheet=FilteredRelation("assessments", condition=of_round & official(path, known)),
        review=FilteredRelation("assessments", condition=of_round & under_review(path, known)),
    ).annotate(
        reviewed_since=F("review__reopened_at"),
        **{name: F(f"approved_sheet__{name}") for name in TALLIES},
    )


def ready(wards: WardQuerySet) -> WardQuerySet:
    """Keep the wards of `with_standing` that are ready."""
    return wards.filter(READY)


def not_ready(wards: WardQuerySet) -> WardQuerySet:
    """Keep the wards of `with_standing` whose approved sheet is not ready."""
    return wards.filter(_HAS_SHEET & ~READY)


def without_sheet(wards: WardQuerySet) -> WardQuerySet:
    """Keep the wards of `with_standing` that have no approved sheet."""
    return wards.filter(~_HAS_SHEET)


def within(wards: WardQuerySet, reach: Reach) -> WardQuerySet:
    """Keep the wards of `with_standing` of one class, as `rules.reach` has it."""
    if reach == Reach.UNKNOWN:
        return without_sheet(wards)
    if reach == Reach.READY:
        return ready(wards)
    wards = not_ready(wards).alias(n_missing=F("n_not_met") + F("n_pending"))
    n_missing = {
        Reach.NOTHING_APPLIES: Q(n_missing=0),
        Reach.NEAR: Q(n_missing__range=(1, NEAR_AT_MOST)),
        Reach.MIDDLING: Q(n_missing__range=(NEAR_AT_MOST + 1, MIDDLING_AT_MOST)),
        Reach.FAR: Q(n_missing__gt=MIDDLING_AT_MOST),
    }
    return wards.filter(n_missing[reach])


def standing_of(ward: Any, round: Round | None, n_criteria: int) -> Standing:
    """Read the standing off a ward of `with_standing`; `telling` is left empty."""
    if round is None or ward.n_met is None:
        return Standing(ward, None, Tally(pending=n_criteria))
    tally = Tally(*(getattr(ward, name) for name in TALLIES))
    return Standing(ward, round, tally, reviewed_since=ward.reviewed_since)


def n_criteria(round: Round | None) -> int:
    """Count the criteria of the round's own set; 0 where no round has ended yet."""
    if round is None:
        return 0
    counted: int | None = vars(round).get("n_criteria")
    if counted is None:
        counted = Criterion.objects.filter(criteria_set=round.criteria_set_id).count()
    return counted


def wards_on(on: date, round: Round | None, registry: WardQuerySet | None = None) -> WardQuerySet:
    """Return the wards in scope on a day, with their standing by the day's round, for a list.

    registry: all there are, with more annotated.
    """
    registry = Ward.objects.all() if registry is None else registry
    return with_standing(lean(registry.in_scope(on)), round)


def standings(
    on: date,
    wards: WardQuerySet | None = None,
    *,
    round: Round | EllipsisType | None = ...,
) -> list[Standing]:
    """Return the standing of every ward in scope on the day `on`.

    wards: some of `wards_on`, or with more annotated; None: all of them.
    round: that they come from, None where none speaks; without it, the day's `standing_round`.
    Shape: one Standing a ward, in Vietnamese order.
    Cost: three queries, whatever the size.
    """
    if isinstance(round, EllipsisType):
        round = standing_round(on)
    total = n_criteria(round)
    results = Result.objects.of_round(round)
    if wards is None:
        wards = wards_on(on, round)
    else:
        results = results.filter(assessment__ward__in=wards.order_by().values("pk"))
    telling = _telling(results)
    return [
        replace(standing_of(ward, round, total), telling=tuple(telling.get(ward.pk, ())))
        for ward in wards
    ]


def _telling(results: ResultQuerySet) -> dict[int, list[Opinion]]:
    """Return the telling opinions by ward. Rows of plain values: there may be thousands."""
    criteria: dict[int, Criterion] = {}
    telling: dict[int, list[Opinion]] = {}
    rows = results.telling().order_by("criterion__number")
    names = (f"criterion__{name}" for name in _CRITERION)
    for ward_id, self_verdict, verified_verdict, *of in rows.values_list(
        "assessment__ward", "self_verdict", "verified_verdict", *names
    ):
        criterion = criteria.get(of[0])
        if criterion is None:
            criterion = criteria[of[0]] = Criterion(**dict(zip(_CRITERION, of, strict=True)))
        opinion = Opinion(criterion, Verdict(self_verdict), Verdict(verified_verdict))
        telling.setdefault(ward_id, []).append(opinion)
    return telling
