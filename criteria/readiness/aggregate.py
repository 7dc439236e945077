"""The one place that turns rows into readiness. Every page, command and export asks here.

The verified results of an approved sheet cannot change, and its tallies are frozen at approval;
so a ward's standing is one row, and a day's headline is a count of rows.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    Count,
    F,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce

from criteria.models import (
    Assessment,
    Criterion,
    Recognition,
    Result,
    Round,
    Verdict,
    Ward,
    WardQuerySet,
    in_scope_on,
    recognised_on,
)
from criteria.readiness.rules import Tally

TALLIES = ("n_met", "n_not_met", "n_not_applicable", "n_pending")

# Rules' `Tally.is_complete`, for an approved sheet and for a ward of `with_standing` alike.
_READY = Q(n_pending=0, n_not_met=0, n_met__gt=0)
_HAS_SHEET = Q(n_met__isnull=False)


@dataclass(frozen=True)
class Standing:
    """Where one ward stands: its approved sheet of `round`, or nothing (`round` is None)."""

    ward: Ward
    round: Round | None
    tally: Tally
    unmet: tuple[Criterion, ...] = ()

    @property
    def is_ready(self) -> bool:
        return self.round is not None and self.tally.is_complete


def standing_round(on: date) -> Round | None:
    """Return the round that a day's standings come from: the latest that ended by `on`.

    Annotated with `n_criteria`, the number of criteria of its own set.
    """
    ended = Round.objects.filter(ends_on__lte=on).exclude(status=Round.Status.PLANNED)
    return (
        ended.select_related("criteria_set")
        .annotate(n_criteria=Count("criteria_set__criteria"))
        .order_by("-ends_on")
        .first()
    )


def with_standing(wards: WardQuerySet, round: Round | None) -> WardQuerySet:
    """Annotate the four tallies of the ward's approved sheet of `round`, NULL where it has none.

    One row a ward and round, joined by its own name: safe to chain.
    """
    approved = Q(assessments__round=round, assessments__state=Assessment.State.APPROVED)
    return wards.annotate(
        approved_sheet=FilteredRelation("assessments", condition=approved)
    ).annotate(**{name: F(f"approved_sheet__{name}") for name in TALLIES})


def ready(wards: WardQuerySet) -> WardQuerySet:
    """Keep the wards of `with_standing` that are ready."""
    return wards.filter(_READY)


def not_ready(wards: WardQuerySet) -> WardQuerySet:
    """Keep the wards of `with_standing` whose approved sheet is not ready."""
    return wards.filter(_HAS_SHEET & ~_READY)


def without_sheet(wards: WardQuerySet) -> WardQuerySet:
    """Keep the wards of `with_standing` that have no approved sheet."""
    return wards.filter(~_HAS_SHEET)


def standing_of(ward: Any, round: Round | None, n_criteria: int) -> Standing:
    """Read the standing off a ward of `with_standing`; `unmet` is left empty."""
    if round is None or ward.n_met is None:
        return Standing(ward, None, Tally(pending=n_criteria))
    return Standing(ward, round, Tally(*(getattr(ward, name) for name in TALLIES)))


def n_criteria(round: Round | None) -> int:
    """Count the criteria of the round's own set; 0 where no round has ended yet."""
    if round is None:
        return 0
    counted: int | None = vars(round).get("n_criteria")
    if counted is None:
        counted = Criterion.objects.filter(criteria_set=round.criteria_set_id).count()
    return counted


def unmet_results(round: Round | None) -> QuerySet[Result]:
    """Return the verified “not met” of the approved sheets of `round`, of its own set alone.

    The sheets are named by a subquery: through a join SQLite reads the results of every round.
    """
    approved = Assessment.objects.filter(round=round, state=Assessment.State.APPROVED)
    return Result.objects.filter(
        assessment__in=approved.values("pk"),
        criterion__criteria_set=round.criteria_set_id if round else None,
        verified_verdict=Verdict.NOT_MET,
    )


def standings(
    on: date,
    narrow: Callable[[WardQuerySet], WardQuerySet] | None = None,
    *,
    round: Round | None = None,
) -> list[Standing]:
    """Return the standing of every ward in scope on the day `on`.

    narrow: keeps some of the wards; it may use what `with_standing` annotates.
    round: the day's `standing_round`, where the caller has it already.
    Shape: one Standing a ward, in Vietnamese order; `unmet` in the order of the criteria.
    Cost: three queries, whatever the size.
    """
    round = round or standing_round(on)
    total = n_criteria(round)
    wards = with_standing(Ward.objects.in_scope(on), round)
    results = unmet_results(round)
    if narrow:
        wards = narrow(wards)
        results = results.filter(assessment__ward__in=wards.values("pk"))
    unmet: dict[int, list[Criterion]] = {}
    for result in (
        results.select_related("criterion")
        .annotate(ward_id=F("assessment__ward"))
        .order_by("criterion__number")
    ):
        unmet.setdefault(result.ward_id, []).append(result.criterion)
    found = []
    for ward in wards:
        standing = standing_of(ward, round, total)
        found.append(Standing(ward, standing.round, standing.tally, tuple(unmet.get(ward.pk, ()))))
    return found


@dataclass(frozen=True)
class DayCount:
    """The headline of one day: numbers of wards."""

    on: date
    in_scope: int
    ready: int
    recognised: int


def day_counts(days: Iterable[date]) -> dict[date, DayCount]:
    """Return the headline of each day. Four queries, however many days."""
    wanted = sorted(set(days))
    ended = list(
        Round.objects.exclude(status=Round.Status.PLANNED)
        .order_by("ends_on")
        .values_list("ends_on", "pk")
    )
    round_of = {
        day: max(((end, pk) for end, pk in ended if end <= day), default=None) for day in wanted
    }

    names = {day: f"on_{day:%Y_%m_%d}" for day in wanted}
    wards = Ward.objects.aggregate(
        **{name: Count("pk", filter=in_scope_on(day)) for day, name in names.items()}
    )
    complete = Assessment.objects.filter(_READY, state=Assessment.State.APPROVED).aggregate(
        **{
            names[day]: Count("pk", filter=in_scope_on(day, "ward__") & Q(round=of_day[1]))
            for day, of_day in round_of.items()
            if of_day
        }
    )
    recognised = Recognition.objects.aggregate(
        **{
            name: Count(
                "ward", distinct=True, filter=in_scope_on(day, "ward__") & recognised_on(day)
            )
            for day, name in names.items()
        }
    )
    return {
        day: DayCount(day, wards[name], complete.get(name, 0), recognised[name])
        for day, name in names.items()
    }


@dataclass(frozen=True)
class UnmetCriterion:
    criterion: Criterion
    n_wards: int


def unmet_by_criterion(standings: Iterable[Standing]) -> list[UnmetCriterion]:
    """Return the criteria not met, the one that most wards lack first."""
    counts: dict[Criterion, int] = {}
    for standing in standings:
        for criterion in standing.unmet:
            counts[criterion] = counts.get(criterion, 0) + 1
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0].number))
    return [UnmetCriterion(criterion, n) for criterion, n in ranked]


def ward_sheets(ward: Ward) -> list[tuple[Assessment, Tally | None]]:
    """Return the sheets of one ward, the latest round first, with the tally of approved ones."""
    sheets = Assessment.objects.filter(ward=ward).select_related("round")
    return [
        (sheet, Tally(*(getattr(sheet, name) for name in TALLIES)) if sheet.is_approved else None)
        for sheet in sheets.order_by("-round__ends_on")
    ]


def differing_opinions(ward: Ward) -> list[Result]:
    """Return the results on which verifier and unit have come to different verdicts.

    The latest round first; of sheets whose verification runs, nothing: it may still change.
    """
    verified = Result.objects.filter(assessment__ward=ward).exclude(
        assessment__state=Assessment.State.VERIFYING
    )
    differing = verified.exclude(verified_verdict__in=[Verdict.PENDING, F("self_verdict")])
    return list(
        differing.select_related("assessment__round", "criterion").order_by(
            "-assessment__round__ends_on", "criterion__number"
        )
    )


def rounds_to_begin(ward: Ward) -> list[Round]:
    """Return the open rounds in which the ward is counted and has no sheet yet."""
    opened = Round.objects.filter(status=Round.Status.OPEN).exclude(assessments__ward=ward)
    return [round for round in opened if ward.is_in_scope(round.ends_on)]


def _count(rows: QuerySet, by: str) -> Coalesce:
    counted = rows.order_by().values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def open_rounds() -> list[Any]:
    """Return the open rounds, latest first, with how many of their wards' sheets have come how far.

    Annotates n_wards (in scope on the round's last day), n_begun and n_approved. One query.
    """
    in_scope = in_scope_on(OuterRef("ends_on"), "ward__")
    sheets = Assessment.objects.filter(in_scope, round=OuterRef("pk"))
    approved = sheets.filter(state=Assessment.State.APPROVED)
    wards = Ward.objects.filter(in_scope_on(OuterRef("ends_on")))
    return list(
        Round.objects.filter(status=Round.Status.OPEN).annotate(
            n_wards=_count(wards, by="kind"),
            n_begun=_count(sheets, by="round"),
            n_approved=_count(approved, by="round"),
        )
    )
