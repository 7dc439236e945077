"""How far the sheets of one round have come, verified or not: provisional."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, OuterRef, Subquery

from criteria.models import Assessment, Extension, Result, Round, Ward
from criteria.readiness.aggregate import TALLIES, n_criteria
from criteria.readiness.rules import Tally
from criteria.readiness.rules import tally as tally_of
from criteria.readiness.work import Urgency, urgency

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

    Cost: four queries, whatever the size.
    """
    total = n_criteria(round)
    sheets = {sheet.ward_id: sheet for sheet in Assessment.objects.filter(round=round).order_by()}
    verdicts = _self_verdicts(round)
    extensions = Extension.objects.filter(ward=OuterRef("pk"), round=round)
    wards = Ward.objects.in_scope(round.ends_on).annotate(
        extended_to=Subquery(extensions.values("submit_by"))
    )
    found = []
    for ward in wards:
        sheet = sheets.get(ward.pk) or Assessment()
        sheet.ward, sheet.round, sheet.extended_to = ward, round, ward.extended_to
        found.append(Progress(sheet, tally_of(verdicts.get(ward.pk, []), total), on))
    return found


def _self_verdicts(round: Round) -> dict[int, list[str]]:
    """Return what each ward's unit says of the criteria of the round's own set, by its pk."""
    results = Result.objects.filter(
        assessment__round=round, criterion__criteria_set=round.criteria_set_id
    )
    counted = results.values_list("assessment__ward", "self_verdict").annotate(n=Count("pk"))
    verdicts: dict[int, list[str]] = {}
    for ward_id, verdict, n in counted.order_by():
        verdicts.setdefault(ward_id, []).extend([verdict] * n)
    return verdicts


def by_state(sheets: Iterable[Progress]) -> dict[str, int]:
    """Count the sheets by state, in the order in which a sheet goes through them."""
    counts = Counter(sheet.state for sheet in sheets)
    return {state: counts[state] for state in STATES}
