"""How far the sheets of a round have come, counted by the database: there may be thousands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, FilteredRelation, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from criteria.models import Assessment, Result, Round, Ward, WardQuerySet, official
from criteria.readiness.rounds import Rounds
from criteria.readiness.standing import READY, TALLIES, lean, n_criteria
from criteria.sheets.deadlines import WITH_UNIT, WITH_VERIFIER, State
from criteria.sheets.progress import NOT_BEGUN
from criteria.verdicts import Verdict

STATES = (NOT_BEGUN, *(state for state in State.values if state != State.CANCELLED))
_ENTRIES = frozenset({NOT_BEGUN, *WITH_UNIT})
LATE_AT_MOST = 8  # of each kind are named where the whole city is told of


def with_sheet(wards: WardQuerySet, round: Round) -> WardQuerySet:
    """Annotate of the ward's sheet of `round`: its `state`, or NOT_BEGUN, its days.

    And the tallies of what is approved of it, which counts while it is looked at again. One row a
    ward and round each, joined by its own name: safe to chain.
    """
    of_round = Q(assessments__round=round)
    latest, approved = Q(assessments__is_latest=True), official("assessments__")
    return wards.annotate(
        its_sheet=FilteredRelation("assessments", condition=of_round & latest),
        its_approved=FilteredRelation("assessments", condition=of_round & approved),
        its_extension=FilteredRelation("extensions", condition=Q(extensions__round=round)),
    ).annotate(
        state=Coalesce(F("its_sheet__state"), Value(NOT_BEGUN)),
        returned_at=F("its_sheet__returned_at"),
        extended_to=F("its_extension__submit_by"),
        **{name: F(f"its_approved__{name}") for name in TALLIES},
    )


def late(round: Round, on: date) -> Q:
    """Wards of `with_sheet` whose sheet is late, as `SheetOnDay.is_late` has it."""
    if not round.is_open or on <= round.submit_by:
        return Q(pk__in=())
    not_extended = Q(extended_to=None) | Q(extended_to__lt=on)
    with_unit = Q(state__in=_ENTRIES) & not_extended
    if on <= round.verify_by:
        return with_unit & Q(returned_at=None)
    return with_unit | Q(state__in=WITH_VERIFIER)


def count_states(round: Round, on: date) -> tuple[dict[str, int], int]:
    """Count the wards of a round by the state of their sheet, and those that are late. One query.

    The states are in the order in which a sheet goes through them.
    """
    rows = _by_state(round, n_late=Count("pk", filter=late(round, on)))
    counts = {row["state"]: row["n"] for row in rows}
    n_late = sum(row["n_late"] for row in rows)
    return {state: counts.get(state, 0) for state in STATES}, n_late


def _by_state(round: Round, **counts: Count) -> list[dict[str, Any]]:
    wards: Any = with_sheet(Ward.objects.in_scope(round.ends_on), round)
    return list(wards.order_by().values("state").annotate(n=Count("pk"), **counts))


@dataclass(frozen=True)
class LateSheet:
    """Of which ward a sheet is late, and by when it was due."""

    ward: Ward
    due_on: date


@dataclass(frozen=True)
class Late:
    """What is late of one kind: how many wards' sheets, and the first LATE_AT_MOST of them."""

    n: int = 0
    sheets: tuple[LateSheet, ...] = ()


@dataclass(frozen=True)
class Current:
    """An open round on a day, provisional: numbers of its wards, and what is late.

    n_ready: by their approved sheets of this round. n_ready_as_assessed: if all is as the units
    say; of approved sheets that nobody looks at again, as verified. late_entries: not submitted in
    time.
    """

    round: Round
    n_wards: int
    n_begun: int
    n_approved: int
    n_ready: int
    n_ready_as_assessed: int
    late_entries: Late
    late_verifications: Late

    @property
    def n_late(self) -> int:
        return self.late_entries.n + self.late_verifications.n


def read_current(
    rounds: Rounds, on: date, registry: WardQuerySet | None = None
) -> tuple[Current, ...]:
    """Return the open rounds as they are on the day, the newest first.

    registry: all wards, with more annotated, for those whose sheets are late. One query an open
    round; one more where something is late in it.
    """
    return tuple(_read(round, on, registry) for round in rounds.opened)


def _read(round: Round, on: date, registry: WardQuerySet | None) -> Current:
    rows = _by_state(
        round,
        n_late=Count("pk", filter=late(round, on)),
        n_ready=Count("pk", filter=READY),
        n_complete=Count("pk", filter=Q(its_sheet__in=_complete(round))),
    )

    def total(name: str, states: Iterable[str] = STATES) -> int:
        return sum(row[name] for row in rows if row["state"] in states)

    n_late = {states: total("n_late", states) for states in (_ENTRIES, WITH_VERIFIER)}
    late_sheets = _first_late(round, on, registry) if any(n_late.values()) else []
    entries, verifications = (
        Late(n, tuple(sheet for state, sheet in late_sheets if state in states))
        for states, n in n_late.items()
    )
    return Current(
        round,
        n_wards=total("n"),
        n_begun=total("n", State.values),
        n_approved=total("n", {State.APPROVED}),
        n_ready=total("n_ready"),
        n_ready_as_assessed=total("n_ready", {State.APPROVED}) + total("n_complete"),
        late_entries=entries,
        late_verifications=verifications,
    )


def _complete(round: Round) -> QuerySet[Any, Any]:
    """The sheets, not approved yet, on which the unit says that it meets all that applies to it."""
    sheets = Assessment.objects.latest_revisions().filter(round=round)
    sheets = sheets.exclude(state=State.APPROVED)
    results = Result.objects.filter(
        assessment__in=sheets.order_by().values("pk"),
        criterion__criteria_set=round.criteria_set_id,
        self_verdict__in=[Verdict.MET, Verdict.NOT_APPLICABLE],
    )
    counted = results.order_by().values("assessment")
    counted = counted.annotate(n=Count("pk"), n_met=Count("pk", filter=Q(self_verdict=Verdict.MET)))
    return counted.filter(n=n_criteria(round), n_met__gt=0).values("assessment")


def _first_late(
    round: Round, on: date, registry: WardQuerySet | None
) -> list[tuple[str, LateSheet]]:
    """Return the first late sheets of both kinds by state, in Vietnamese order."""
    registry = Ward.objects.all() if registry is None else registry
    wards = lean(with_sheet(registry.in_scope(round.ends_on), round)).filter(late(round, on))
    of_kinds = [
        Q(pk__in=wards.filter(Q(state__in=states)).values("pk")[:LATE_AT_MOST])
        for states in (_ENTRIES, WITH_VERIFIER)
    ]
    late_sheets = []
    ward: Any
    for ward in wards.filter(of_kinds[0] | of_kinds[1]):
        due_on = round.verify_by
        if ward.state in _ENTRIES:
            sheet = Assessment(round=round, returned_at=ward.returned_at)
            sheet.extended_to = ward.extended_to
            due_on = sheet.enter_by
        late_sheets.append((ward.state, LateSheet(ward, due_on)))
    return late_sheets


def states(round: Round) -> dict[int, str]:
    """Return the state of each sheet of the round that somebody has begun, by ward. One query."""
    sheets = Assessment.objects.latest_revisions().filter(round=round)
    return dict(sheets.order_by().values_list("ward", "state"))
