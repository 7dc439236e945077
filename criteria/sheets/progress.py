"""How far each sheet of a round has come on a day, verified or not: provisional."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q

from accounts.models import User
from criteria.models import (
    Assessment,
    AssessmentQuerySet,
    Extension,
    Result,
    Round,
    Ward,
    WardQuerySet,
)
from criteria.readiness.rules import Tally
from criteria.readiness.standing import TALLIES, lean, n_criteria
from criteria.sheets.deadlines import WITH_UNIT, State, Urgency, urgency
from criteria.sheets.submission import lack, to_mend
from criteria.verdicts import Verdict

NOT_BEGUN = ""


@dataclass(frozen=True)
class SheetOnDay:
    """One ward's sheet of a round as it is on the day `on`: unsaved where nobody has begun.

    Its ward, round and `extended_to` are at hand. tally: by the unit's own verdicts on the
    criteria of the round's set. n_to_mend: the criteria that the last return named, and that
    nobody has changed since. n_complete: those that lack nothing to be submitted, as long as the
    unit has the sheet. n_verified: those on which the verifier has come to a verdict.
    """

    sheet: Assessment
    tally: Tally
    on: date
    n_to_mend: int = 0
    n_complete: int = 0
    n_verified: int = 0

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
    def is_with_unit(self) -> bool:
        return self.sheet.is_with_unit

    @property
    def is_returned(self) -> bool:
        return self.sheet.state == State.RETURNED

    @property
    def is_complete(self) -> bool:
        """Nothing keeps the unit from submitting it."""
        return self.n_complete == self.tally.total

    @property
    def verifier(self) -> User | None:
        """Who is verifying it."""
        return self.sheet.verifying_by if self.sheet.state == State.VERIFYING else None

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
        """The last day for whoever has the sheet: to submit it, or to verify it.

        None where nobody has anything left to do.
        """
        if self.is_approved or not self.sheet.round.is_open:
            return None
        return self.sheet.enter_by if self.is_with_unit else self.sheet.round.verify_by

    @property
    def urgency(self) -> Urgency | None:
        return urgency(self.due_on, self.on) if self.due_on else None

    @property
    def is_late(self) -> bool:
        return self.urgency == Urgency.LATE

    @property
    def days_left(self) -> int | None:
        """0 on the deadline's own day."""
        return (self.due_on - self.on).days if self.due_on else None


def read_sheets(rounds: Iterable[Any], wards: WardQuerySet, on: date) -> list[SheetOnDay]:
    """Return the sheets of the wards in scope of each round, in the order of rounds and wards.

    Cost: four queries, whatever the size; one more for each round without `n_criteria`.
    """
    rounds, known = list(rounds), list(lean(wards))
    within = {"round__in": rounds, "ward__in": wards.order_by().values("pk")}
    extended = {
        (round_id, ward_id): day
        for round_id, ward_id, day in Extension.objects.filter(**within).values_list(
            "round", "ward", "submit_by"
        )
    }
    sheets = {
        (sheet.round_id, sheet.ward_id): sheet
        for sheet in _sheets(within).select_related("verifying_by")
    }
    counts = _counts(within)
    items = []
    for round in rounds:
        total = n_criteria(round)
        for ward in known:
            if not ward.is_in_scope(round.ends_on):
                continue
            sheet = sheets.get((round.pk, ward.pk)) or Assessment()
            sheet.ward, sheet.round = ward, round
            sheet.extended_to = extended.get((round.pk, ward.pk))
            counted = counts.get(sheet.pk or 0, (0, 0, 0, 0, 0, 0))
            met, not_met, not_applicable, *of_work = counted
            pending = total - met - not_met - not_applicable
            tally = Tally(met, not_met, not_applicable, pending)
            items.append(SheetOnDay(sheet, tally, on, *of_work))
    return items


def _sheets(within: dict[str, Any]) -> AssessmentQuerySet:
    return Assessment.objects.latest_revisions().filter(**within).order_by()


def _counts(within: dict[str, Any]) -> dict[int, tuple[int, ...]]:
    """Count criteria by the sheet's pk: by the unit's verdict; to be mended, complete, verified."""
    results = Result.objects.filter(
        # Through a join SQLite reads the results of every round.
        assessment__in=_sheets(within).values("pk"),
        criterion__criteria_set=F("assessment__round__criteria_set"),
    )

    def judged(verdict: Verdict) -> Count:
        return Count("pk", filter=Q(self_verdict=verdict))

    counted = (
        results.annotate(lack=lack())
        .values_list("assessment")
        .annotate(
            met=judged(Verdict.MET),
            not_met=judged(Verdict.NOT_MET),
            not_applicable=judged(Verdict.NOT_APPLICABLE),
            n_to_mend=Count("pk", filter=to_mend()),
            n_complete=Count("pk", filter=Q(assessment__state__in=WITH_UNIT) & Q(lack="")),
            n_verified=Count("pk", filter=~Q(verified_verdict=Verdict.PENDING)),
        )
    )
    return {row[0]: row[1:] for row in counted.order_by()}


def progress(round: Round, on: date) -> list[SheetOnDay]:
    """Return how far each ward of the round has come, in Vietnamese order."""
    return read_sheets([round], Ward.objects.in_scope(round.ends_on), on)


def open_sheets(rounds: Iterable[Any], wards: WardQuerySet, on: date) -> list[SheetOnDay]:
    """Return the sheets of open rounds that are not approved yet.

    Those of the newest round first, so that one that was reopened hides nothing; in each by
    deadline and then by ward.
    """
    newest_first = sorted(rounds, key=lambda round: round.ends_on, reverse=True)
    unapproved = [item for item in read_sheets(newest_first, wards, on) if not item.is_approved]
    place = {round.pk: place for place, round in enumerate(newest_first)}
    return sorted(
        unapproved, key=lambda item: (place[item.sheet.round.pk], item.due_on or date.max)
    )
