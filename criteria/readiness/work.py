"""What waits for whom in the open rounds, by deadline.

Rules receive the day; nothing here asks the clock.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Count, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from criteria.models import (
    Activity,
    Assessment,
    Criterion,
    Extension,
    Result,
    Round,
    Verdict,
    Ward,
    WardQuerySet,
    in_scope_on,
)
from criteria.readiness.rules import Tally, tally
from criteria.workflow import Duties, Hand

State = Assessment.State

WITH_UNIT = frozenset({State.DRAFT, State.RETURNED})
WITH_VERIFIER = frozenset({State.SUBMITTED, State.VERIFYING})
SOON = timedelta(days=7)


class Urgency(StrEnum):
    """Where a day is against a deadline. The deadline's own day is still in time."""

    LATE = "late"
    SOON = "soon"
    LATER = "later"


def urgency(due_on: date, on: date) -> Urgency:
    if due_on < on:
        return Urgency.LATE
    return Urgency.SOON if due_on - on <= SOON else Urgency.LATER


@dataclass(frozen=True)
class OpenSheet:
    """A ward's sheet of an open round, before its approval, as it is on the day `on`.

    sheet: unsaved where nobody has begun; its ward, round and `extended_to` are at hand.
    n_to_mend: the criteria that the last return named, and that nobody has changed since.
    """

    sheet: Assessment
    n_criteria: int
    n_judged: int
    n_to_mend: int
    on: date

    @property
    def state(self) -> str:
        """An Assessment.State, or "" where nobody has begun."""
        return self.sheet.state if self.sheet.pk else ""

    @property
    def is_with_unit(self) -> bool:
        return self.sheet.state in WITH_UNIT

    @property
    def is_returned(self) -> bool:
        return self.sheet.state == State.RETURNED

    @property
    def is_complete(self) -> bool:
        return self.n_judged == self.n_criteria

    @property
    def due_on(self) -> date:
        return self.sheet.enter_by if self.is_with_unit else self.sheet.round.verify_by

    @property
    def urgency(self) -> Urgency:
        return urgency(self.due_on, self.on)

    @property
    def days_left(self) -> int:
        """0 on the deadline's own day."""
        return (self.due_on - self.on).days


class Pile(tuple[OpenSheet, ...]):
    """Sheets that wait for the same thing, by deadline."""

    @property
    def n_late(self) -> int:
        return sum(item.urgency == Urgency.LATE for item in self)

    @property
    def n_soon(self) -> int:
        return sum(item.urgency == Urgency.SOON for item in self)


@dataclass(frozen=True)
class Work:
    """What waits for one person.

    rounds: all that are open, latest first. entered: the pks of the wards for which they fill in.
    not_submitted, unverified: of the whole city, for whoever answers for it. to_open, to_close:
    rounds whose day has come, for whoever runs them.
    """

    rounds: tuple[Round, ...]
    entered: frozenset[int]
    to_enter: Pile
    to_verify: Pile
    not_submitted: Pile
    unverified: Pile
    to_open: tuple[Round, ...]
    to_close: tuple[Round, ...]

    @property
    def returned(self) -> Pile:
        return Pile(item for item in self.to_enter if item.is_returned)

    @property
    def to_fill_in(self) -> Pile:
        return Pile(item for item in self.to_enter if not item.is_returned)

    @property
    def sheets(self) -> Pile:
        """Each sheet once, in whichever lists it is."""
        lists = (self.to_enter, self.to_verify, self.not_submitted, self.unverified)
        return Pile({id(item): item for pile in lists for item in pile}.values())

    @property
    def n_waiting(self) -> int:
        """What waits for the person's own hand."""
        own = (self.to_enter, self.to_verify, self.to_open, self.to_close)
        return sum(map(len, own))

    def where(self, keep: Callable[[OpenSheet], bool]) -> "Work":
        """Keep some of the sheets; the rounds are not narrowed."""
        return replace(
            self,
            to_enter=Pile(filter(keep, self.to_enter)),
            to_verify=Pile(filter(keep, self.to_verify)),
            not_submitted=Pile(filter(keep, self.not_submitted)),
            unverified=Pile(filter(keep, self.unverified)),
        )


def read_work(
    duties: Duties, on: date, narrow: Callable[[WardQuerySet], WardQuerySet] | None = None
) -> Work:
    """Return what waits for a person of these duties. narrow: keeps some of the wards.

    A round's wards are those in scope on its last day. Cost: six queries, whatever the size; one
    less for who enters nowhere, and for who runs no rounds.
    """
    rounds = _open_rounds()
    items = open_sheets(rounds, narrow(duties.sees) if narrow else duties.sees, on)
    mine: frozenset[int] = frozenset()
    if Hand.UNIT in duties.hands:
        mine = frozenset(duties.enters.values_list("pk", flat=True))
    with_unit = Pile(item for item in items if item.is_with_unit)
    with_verifier = Pile(item for item in items if not item.is_with_unit)
    runs_rounds = Hand.ADMINISTRATOR in duties.hands
    return Work(
        rounds=tuple(rounds),
        entered=mine,
        to_enter=Pile(item for item in with_unit if item.sheet.ward_id in mine),
        to_verify=with_verifier if Hand.VERIFIER in duties.hands else Pile(),
        not_submitted=with_unit if duties.oversees else Pile(),
        unverified=with_verifier if duties.oversees else Pile(),
        to_open=tuple(Round.objects.filter(_should_open(on))) if runs_rounds else (),
        to_close=tuple(round for round in rounds if round.verify_by < on) if runs_rounds else (),
    )


def _open_rounds() -> list[Any]:
    """Return the open rounds, latest first, with the size of their sets. One query."""
    opened = Round.objects.filter(status=Round.Status.OPEN).select_related("criteria_set")
    return list(opened.annotate(n_criteria=Count("criteria_set__criteria")))


def _should_open(on: date) -> Q:
    return Q(status=Round.Status.PLANNED, starts_on__lte=on)


def open_sheets(rounds: Iterable[Any], wards: WardQuerySet, on: date) -> list[OpenSheet]:
    """Return the sheets that are not approved yet, by deadline and then by ward.

    rounds: with `n_criteria`. Cost: four queries, whatever the size.
    """
    rounds = list(rounds)
    within = {"round__in": rounds, "ward__in": wards.order_by().values("pk")}
    extended = {
        (round_id, ward_id): day
        for round_id, ward_id, day in Extension.objects.filter(**within).values_list(
            "round", "ward", "submit_by"
        )
    }
    sheets = {
        (sheet.round_id, sheet.ward_id): sheet
        for sheet in Assessment.objects.filter(**within).order_by()
    }
    counts = _counts(within)
    found = []
    known = list(wards)
    for round in rounds:
        for ward in known:
            if not ward.is_in_scope(round.ends_on):
                continue
            sheet = sheets.get((round.pk, ward.pk)) or Assessment()
            if sheet.is_approved:
                continue
            sheet.ward, sheet.round = ward, round
            sheet.extended_to = extended.get((round.pk, ward.pk))
            n_judged, n_to_mend = counts.get(sheet.pk or 0, (0, 0))
            found.append(OpenSheet(sheet, round.n_criteria, n_judged, n_to_mend, on))
    return sorted(found, key=lambda item: item.due_on)


def _counts(within: dict[str, Any]) -> dict[int, tuple[int, int]]:
    """Return how many criteria are judged and how many are to be mended, by the sheet's pk."""
    of_sheets = Assessment.objects.filter(**within).exclude(state=State.APPROVED).order_by()
    results = Result.objects.filter(
        assessment__in=of_sheets.values("pk"),
        criterion__criteria_set=F("assessment__round__criteria_set"),
    )
    counted = results.values_list("assessment").annotate(
        n_judged=Count("pk", filter=~Q(self_verdict=Verdict.PENDING)),
        n_to_mend=Count(
            "pk", filter=~Q(return_note="") & Q(entered_at__lte=F("assessment__returned_at"))
        ),
    )
    return {pk: (n_judged, n_to_mend) for pk, n_judged, n_to_mend in counted.order_by()}


# --- what a step over many sheets is about to be taken on -----------------------------------------


@dataclass(frozen=True)
class Chosen:
    """A sheet that a step is about to be taken on, and what stands on it."""

    sheet: Assessment
    self_tally: Tally
    n_verified: int

    @property
    def is_unverified(self) -> bool:
        """No criterion has been verified by anybody."""
        return self.n_verified == 0

    @property
    def n_unseen(self) -> int:
        """How many criteria an approval would agree with although nobody has verified them."""
        return self.self_tally.total - self.n_verified


def read_chosen(sheets: Iterable[Assessment]) -> list[Chosen]:
    """Return what stands on each of the sheets, in their order; their rounds are at hand.

    Cost: two queries, whatever the number.
    """
    sheets = list(sheets)
    sets = {sheet.round.criteria_set_id for sheet in sheets}
    asked = Criterion.objects.filter(criteria_set__in=sets).order_by().values_list("criteria_set")
    n_criteria = dict(asked.annotate(Count("pk")))
    results = Result.objects.filter(
        assessment__in=sheets, criterion__criteria_set=F("assessment__round__criteria_set")
    )
    said: dict[int, list[tuple[str, str]]] = defaultdict(list)
    verdicts = results.order_by().values_list("assessment", "self_verdict", "verified_verdict")
    for pk, self_verdict, verified in verdicts:
        said[pk].append((self_verdict, verified))
    found = []
    for sheet in sheets:
        total = n_criteria.get(sheet.round.criteria_set_id, 0)
        n_verified = sum(verified != Verdict.PENDING for _own, verified in said[sheet.pk])
        tallied = tally((own for own, _verified in said[sheet.pk]), total)
        found.append(Chosen(sheet, tallied, n_verified))
    return found


# --- the two numbers over every page --------------------------------------------------------------


@dataclass(frozen=True)
class Waiting:
    """work: `Work.n_waiting`, nothing narrowed. unread: notices that were not marked as read."""

    work: int = 0
    unread: int = 0


def count_waiting(duties: Duties, on: date, unread: QuerySet[Activity], base: QuerySet) -> Waiting:
    """Return the counts for every page's head, in one query.

    base: any one row to ask from, such as the person's own.
    """
    counts = {"unread": _number_of(unread)}
    opened = Round.objects.filter(status=Round.Status.OPEN)
    sheets = Assessment.objects.filter(
        in_scope_on(F("round__ends_on"), "ward__"), round__status=Round.Status.OPEN
    )
    if Hand.UNIT in duties.hands:
        entered = duties.enters.order_by().values("pk")
        wards = Ward.objects.filter(in_scope_on(OuterRef("ends_on")), pk__in=entered)
        counts["pairs"] = _value(opened, Func(_number_of(wards), function="SUM"))
        counts["gone"] = _number_of(
            sheets.filter(ward__in=entered).exclude(state__in=sorted(WITH_UNIT))
        )
    if Hand.VERIFIER in duties.hands:
        counts["to_verify"] = _number_of(sheets.filter(state__in=sorted(WITH_VERIFIER)))
    if Hand.ADMINISTRATOR in duties.hands:
        past = Q(status=Round.Status.OPEN, verify_by__lt=on)
        counts["rounds"] = _number_of(Round.objects.filter(_should_open(on) | past))
    found = base.order_by().values(**counts)[0]
    work = sum(found.get(name, 0) for name in ("pairs", "to_verify", "rounds"))
    return Waiting(work - found.get("gone", 0), found["unread"])


def _number_of(rows: QuerySet) -> Coalesce:
    """Return the number of rows as an expression, 0 where there are none."""
    return _value(rows, Func("pk", function="COUNT", output_field=IntegerField()))


def _value(rows: QuerySet, of: Func) -> Coalesce:
    one = rows.order_by().annotate(counted=of).values("counted")
    return Coalesce(Subquery(one, output_field=IntegerField()), 0)
