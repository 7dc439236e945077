"""Verdicts, tallies and the number of wards required. Pure: no framework, no database."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from criteria.verdicts import Verdict


@dataclass(frozen=True)
class Answer:
    """What a sheet says of one requirement.

    value: what it stands for, the measure says (`criteria.measures`); None: not said.
    judgement: a person's verdict ("met", "not_met"), heard only where no threshold decides.
    """

    value: Decimal | None = None
    judgement: str = ""

    @property
    def is_empty(self) -> bool:
        return self.value is None and not self.judgement


NO_ANSWER = Answer()


class Measured(Protocol):
    """A measure, as far as the rules go: whether a threshold decides, or the value alone."""

    @property
    def is_compared(self) -> bool: ...


def needs_judgement(measure: Measured, threshold: Decimal | None) -> bool:
    """Tell whether a person must judge: a figure that no threshold is known for."""
    return measure.is_compared and threshold is None


def requirement_verdict(
    measure: Measured, comparator: str, threshold: Decimal | None, answer: Answer
) -> Verdict:
    """Return MET, NOT_MET or PENDING. A threshold itself meets it, from either side."""
    if needs_judgement(measure, threshold):
        return Verdict(answer.judgement) if answer.judgement else Verdict.PENDING
    if answer.value is None:
        return Verdict.PENDING
    if not measure.is_compared:
        is_met = answer.value > 0
    elif threshold is not None and comparator == ">=":
        is_met = answer.value >= threshold
    elif threshold is not None and comparator == "<=":
        is_met = answer.value <= threshold
    else:
        raise ValueError(f"cannot compare: {comparator=}")
    return Verdict.MET if is_met else Verdict.NOT_MET


def shortfall(comparator: str, threshold: Decimal | None, value: Decimal | None) -> Decimal | None:
    """Return by how much a figure misses its threshold, in the figure's unit; None: by nothing.

    Always positive: below a threshold that is at least, above one that is at most. None as well
    where there is nothing to compare.
    """
    if threshold is None or value is None or comparator not in (">=", "<="):
        return None
    missing = threshold - value if comparator == ">=" else value - threshold
    return missing if missing > 0 else None


def criterion_verdict(requirements: Iterable[Verdict], *, not_applicable: bool = False) -> Verdict:
    """Return the verdict of a criterion from those of its requirements.

    PENDING while any requirement is; a criterion that asks for nothing is never met.
    """
    if not_applicable:
        return Verdict.NOT_APPLICABLE
    verdicts = list(requirements)
    if not verdicts or Verdict.PENDING in verdicts:
        return Verdict.PENDING
    return Verdict.MET if all(verdict == Verdict.MET for verdict in verdicts) else Verdict.NOT_MET


@dataclass(frozen=True)
class Tally:
    """How many criteria of one sheet have each verdict; `total` is that of the round's own set."""

    met: int = 0
    not_met: int = 0
    not_applicable: int = 0
    pending: int = 0

    @property
    def total(self) -> int:
        return self.met + self.not_met + self.not_applicable + self.pending

    @property
    def applicable(self) -> int:
        """The N of k/N."""
        return self.total - self.not_applicable

    @property
    def judged(self) -> int:
        return self.total - self.pending

    @property
    def missing(self) -> int:
        """How many criteria keep the ward from being ready."""
        return self.not_met + self.pending

    @property
    def is_complete(self) -> bool:
        """Every applicable criterion is met, and there is at least one."""
        return self.pending == 0 and self.not_met == 0 and self.met > 0


def tally(verdicts: Iterable[str], total: int) -> Tally:
    """Count `verdicts`; the rest of the set's `total` criteria are pending."""
    counts = Counter(verdicts)
    met, not_met = counts[Verdict.MET], counts[Verdict.NOT_MET]
    not_applicable = counts[Verdict.NOT_APPLICABLE]
    pending = total - met - not_met - not_applicable
    if pending < 0:
        raise ValueError(f"more verdicts than criteria: {counts=} {total=}")
    return Tally(met, not_met, not_applicable, pending)


class Reach(StrEnum):
    """How far a ward is from ready: the six classes of a map."""

    READY = "ready"
    NEAR = "near"
    MIDDLING = "middling"
    FAR = "far"
    NOTHING_APPLIES = "nothing_applies"
    UNKNOWN = "unknown"


NEAR_AT_MOST, MIDDLING_AT_MOST = 2, 5  # criteria missing


def reach(counts: Tally | None) -> Reach:
    """Return the class of a tally; None: the ward has no approved sheet.

    A sheet on which nothing applies misses no criterion, and is not ready all the same.
    """
    if counts is None:
        return Reach.UNKNOWN
    if counts.is_complete:
        return Reach.READY
    if not counts.applicable:
        return Reach.NOTHING_APPLIES
    if counts.missing <= NEAR_AT_MOST:
        return Reach.NEAR
    return Reach.MIDDLING if counts.missing <= MIDDLING_AT_MOST else Reach.FAR


def wards_a_round(n_wards: int, n_rounds: int) -> int:
    """Return how many of `n_wards` each of so many rounds must bring, rounded up."""
    if n_wards < 0 or n_rounds < 1:
        raise ValueError(f"{n_wards=} {n_rounds=}")
    return -(-n_wards // n_rounds)


def wards_required(percent: int, n_wards: int) -> int:
    """Return how many of `n_wards` must be ready to reach `percent` (whole percent, 1 to 100).

    Rounds up with integers: 30 % of 22 is 6.6, so 7. A float would ask for 8 wards of 25 at
    28 %, because 0.28 * 25 is 7.000000000000001.
    """
    if not 1 <= percent <= 100 or n_wards < 0:
        raise ValueError(f"{percent=} {n_wards=}")
    return -(-n_wards * percent // 100)


def points_a_ward(n_wards: int) -> Decimal:
    """Return what one of `n_wards` is worth, in percentage points to one decimal, half up."""
    if n_wards < 1:
        raise ValueError(f"{n_wards=}")
    return Decimal((2000 + n_wards) // (2 * n_wards)) / 10


def target_day(due_on: date, seen_on: date) -> date:
    """Return the day on which both sides of a target are counted.

    A past target keeps what it was; a future one uses the registry of the day it is looked at.
    """
    return min(due_on, seen_on)
