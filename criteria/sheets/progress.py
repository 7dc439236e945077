"""How far the sheets of one round have come, verified or not: provisional."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Count, F, OuterRef, Q, Subquery

from criteria.models import Assessment, Extension, Result, Round, Ward, WardQuerySet
from criteria.readiness.rounds import Rounds
from criteria.readiness.rules import Tally
from criteria.readiness.standing import TALLIES, lean, n_criteria
from criteria.sheets.deadlines import WITH_UNIT, State, Urgency, urgency
from criteria.verdicts import Verdict

NOT_BEGUN = ""
STATES = (NOT_BEGUN, *Assessment.State.values)


@dataclass(frozen=True)
class Progress:
    """One ward's sheet as it is on the day `on`: unsaved where nobody has begun.

    tally: by the unit's own verdicts. `due_on` is None where nobody has anything left to do.
    """

    sheet: Assessment
    tally: Tally
    on: date

    @property
    def ward(self) -> Ward:
        return self.sheet.ward

    @property
    def state(self) -> str:
        """An Assessment.State, or NOT_BEGUN."""
        return self.sheet.state if self.sheet.pk else NOT_BEGUN

    @property
    def is_approved(self) -> bool:
        return self.sheet.is_approved

    @property
    def verified(self) -> Tally | None:
        """By the verified verdicts; None before approval."""
        if not self.is_approved:
            return None
        return Tally(*(getattr(self.sheet, name) for name in TALLIES))

    @property
    def extended_to(self) -> date | None:
        """The last day of the ward's extension, as long as it is one."""
        day = self.sheet.extended_to
        return day if day and day > self.sheet.round.submit_by else None

    @property
    def due_on(self) -> date | None:
        """The last day for whoever has the sheet: to submit it, or to verify it."""
        if self.is_approved or not self.sheet.round.is_open:
            return None
        return self.sheet.enter_by if self.sheet.is_with_unit else self.sheet.round.verify_by

    @property
    def urgency(self) -> Urgency | None:
        return urgency(self.due_on, self.on) if self.due_on else None

    @property
    def is_late(self) -> bool:
        return self.urgency == Urgency.LATE

    @property
    def days_left(self) -> int | None:
        return (self.due_on - self.on).days if self.due_on else None


def progress(round: Round, on: date) -> list[Progress]:
    """Return how far each ward of the round has come, in Vietnamese order.

    Cost: two queries, whatever the size; one more where the round has no `n_criteria`.
    """
    total = n_criteria(round)
    of_set = Q(results__criterion__criteria_set=round.criteria_set_id)
    sheets: dict[int, Any] = {
        sheet.ward_id: sheet
        for sheet in Assessment.objects.filter(round=round)
        .annotate(
            **{
                f"said_{verdict}": Count(
                    "results", filter=of_set & Q(results__self_verdict=verdict)
                )
                for verdict in (Verdict.MET, Verdict.NOT_MET, Verdict.NOT_APPLICABLE)
            }
        )
        .order_by()
        # SQLite groups by every column that is read.
        .only("ward", "state", "returned_at", *TALLIES)
    }
    extensions = Extension.objects.filter(ward=OuterRef("pk"), round=round).order_by()
    wards = lean(Ward.objects.in_scope(round.ends_on)).annotate(
        extended_to=Subquery(extensions.values("submit_by"))
    )
    found = []
    for ward in wards:
        sheet = sheets.get(ward.pk) or Assessment()
        sheet.ward, sheet.round, sheet.extended_to = ward, round, ward.extended_to
        found.append(Progress(sheet, _self_tally(sheet, total), on))
    return found


def _self_tally(sheet: Any, total: int) -> Tally:
    """By what the unit says of the criteria of the round's own set."""
    if not sheet.pk:
        return Tally(pending=total)
    met, not_met = sheet.said_met, sheet.said_not_met
    not_applicable = sheet.said_not_applicable
    return Tally(met, not_met, not_applicable, total - met - not_met - not_applicable)


@dataclass(frozen=True)
class Current:
    """An open round on a day, provisional: numbers of its wards, and what is late."""

    round: Any
    sheets: tuple[Progress, ...]

    @property
    def n_begun(self) -> int:
        return sum(bool(sheet.state) for sheet in self.sheets)

    @property
    def n_approved(self) -> int:
        return sum(sheet.is_approved for sheet in self.sheets)

    @property
    def n_ready(self) -> int:
        """Ready by their approved sheets of this round."""
        return sum(bool(sheet.verified and sheet.verified.is_complete) for sheet in self.sheets)

    @property
    def n_ready_as_said(self) -> int:
        """Ready if all is as the units say; of approved sheets, as verified."""
        return sum((sheet.verified or sheet.tally).is_complete for sheet in self.sheets)

    @cached_property
    def late(self) -> list[Progress]:
        return [sheet for sheet in self.sheets if sheet.is_late]

    @property
    def n_late(self) -> int:
        return len(self.late)

    @property
    def late_entries(self) -> list[Progress]:
        """Not submitted in time."""
        return [sheet for sheet in self.late if sheet.sheet.is_with_unit]

    @property
    def late_verifications(self) -> list[Progress]:
        return [sheet for sheet in self.late if not sheet.sheet.is_with_unit]


def read_current(rounds: Rounds, on: date) -> Current | None:
    """Return the open round that ends first as it is on the day. Two queries, or none."""
    round = rounds.current
    return Current(round, tuple(progress(round, on))) if round else None


def states(round: Round) -> dict[int, str]:
    """Return the state of each sheet of the round that somebody has begun, by ward. One query."""
    return dict(Assessment.objects.filter(round=round).order_by().values_list("ward", "state"))


def by_state(sheets: Iterable[Progress]) -> dict[str, int]:
    """Count the sheets by state, in the order in which a sheet goes through them."""
    counts = Counter(sheet.state for sheet in sheets)
    return {state: counts[state] for state in STATES}


# --- the sheets of all open rounds -------------------------------------------------------------


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
