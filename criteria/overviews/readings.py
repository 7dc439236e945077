"""What was verified of one criterion in one ward, requirement by requirement."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from criteria.measures import measure_of
from criteria.models import Requirement, Ward
from criteria.readiness.rules import Tally
from criteria.sheets.sheet import Line, Row
from criteria.verdicts import Verdict

JUDGED = (Verdict.MET, Verdict.NOT_MET)


@dataclass(frozen=True)
class Reading:
    """A line of one ward's approved sheet, as a figure among those of other wards."""

    ward: Ward
    line: Line

    @property
    def value(self) -> Decimal | None:
        """The verified figure."""
        return self.line.verified_answer.value

    @property
    def self_value(self) -> Decimal | None:
        """The unit's own figure, where it is another one."""
        value = self.line.self_answer.value
        return None if value == self.value else value

    @property
    def threshold(self) -> Decimal | None:
        return self.line.threshold

    @property
    def short_by(self) -> Decimal | None:
        return self.line.short_by

    @property
    def is_figure(self) -> bool:
        return self.line.measure.is_figure and self.value is not None

    @cached_property
    def verdict(self) -> Verdict:
        return self.line.verified_verdict

    @property
    def is_met(self) -> bool:
        return self.verdict == Verdict.MET

    @property
    def order(self) -> tuple[bool, Decimal]:
        """The furthest on the wrong side of its threshold first; without one, by the value."""
        above = (self.value or Decimal(0)) - (self.threshold or 0)
        is_least = self.line.requirement.comparator == Requirement.Comparator.AT_LEAST
        return self.is_met, above if is_least else -above


@dataclass(frozen=True)
class WardResult:
    """What one ward's approved sheet says of the criterion; row None: it has no such sheet.

    tally: of the whole sheet. is_alone: the ward lacks this criterion and no other.
    """

    ward: Ward
    tally: Tally
    row: Row | None
    is_alone: bool = False

    @property
    def verdict(self) -> Verdict | None:
        return self.row.verified_verdict if self.row else None

    @cached_property
    def readings(self) -> list[Reading]:
        """One a requirement, in order."""
        return [Reading(self.ward, line) for line in self.row.lines] if self.row else []

    @property
    def missing(self) -> list[Reading]:
        return [reading for reading in self.readings if reading.verdict == Verdict.NOT_MET]

    @property
    def figures(self) -> list[Reading]:
        return [reading for reading in self.readings if reading.is_figure]


@dataclass(frozen=True)
class RequirementDay:
    """One requirement: on how many sheets it is met, and the figures, the worst first.

    Only sheets to which the criterion applies; readings: of numbers and percentages alone.
    """

    requirement: Requirement
    n_met: int
    n_not_met: int
    readings: tuple[Reading, ...]

    @property
    def is_measured(self) -> bool:
        return measure_of(self.requirement).is_figure


def requirement_day(
    place: int, requirement: Requirement, results: Iterable[WardResult]
) -> RequirementDay:
    """Judge the requirement at a place of every row to which the criterion applies."""
    readings = [result.readings[place] for result in results if result.verdict in JUDGED]
    counts = Counter(reading.verdict for reading in readings)
    figures = [reading for reading in readings if reading.is_figure]
    figures.sort(key=lambda reading: reading.order)
    return RequirementDay(requirement, counts[Verdict.MET], counts[Verdict.NOT_MET], tuple(figures))
