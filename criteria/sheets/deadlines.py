"""Who has a sheet, and where a day is against its deadline."""

from datetime import date, timedelta
from enum import StrEnum

from criteria.models import (
    Assessment,
)

State = Assessment.State

WITH_UNIT = frozenset(Assessment.WITH_UNIT)

WITH_VERIFIER = frozenset(Assessment.WITH_VERIFIER)

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
