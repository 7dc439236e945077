"""One criterion over all wards: what the approved sheets of a day say of it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from criteria.models import Criterion, Requirement, Result, Round, WardQuerySet
from criteria.overviews.readings import RequirementDay, WardResult, requirement_day
from criteria.readiness.by_criterion import Agreement, CriterionCount, by_criterion
from criteria.readiness.rules import NO_ANSWER, Answer
from criteria.readiness.standing import (
    Opinion,
    Standing,
    n_criteria,
    standing_of,
)
from criteria.sheets.sheet import Line, Row
from criteria.sheets.stored import NOTHING_STORED, StoredAnswers
from criteria.verdicts import Verdict


@dataclass(frozen=True)
class Numbers:
    """How many wards are in scope, and on how many approved sheets a criterion has each verdict."""

    in_scope: int = 0
    met: int = 0
    not_met: int = 0
    not_applicable: int = 0
    pending: int = 0

    @property
    def with_sheet(self) -> int:
        return self.met + self.not_met + self.not_applicable + self.pending

    @property
    def applicable(self) -> int:
        """The base of those that meet it, and of those that lack it."""
        return self.with_sheet - self.not_applicable

    @property
    def without_sheet(self) -> int:
        return self.in_scope - self.with_sheet

    @property
    def verified(self) -> int:
        return self.with_sheet - self.pending

    @property
    def parts(self) -> tuple[int, ...]:
        """Everything that the wards in scope are made up of."""
        return self.met, self.not_met, self.not_applicable, self.pending, self.without_sheet


@dataclass(frozen=True)
class CriterionDay:
    """A criterion of the day's round, on that day. results: of each ward in scope, in order."""

    round: Round
    criterion: Criterion
    numbers: Numbers
    count: CriterionCount
    agreement: Agreement
    requirements: tuple[RequirementDay, ...]
    results: tuple[WardResult, ...]

    def in_sight(self) -> "CriterionDay":
        """Keep what is said by name of the wards in sight; the numbers stay those of all."""
        requirements = tuple(
            replace(asked, readings=tuple(r for r in asked.readings if r.ward.is_in_sight))
            for asked in self.requirements
        )
        results = tuple(result for result in self.results if result.ward.is_in_sight)
        return replace(self, requirements=requirements, results=results)

    @property
    def lacking(self) -> list[WardResult]:
        """The wards that do not meet it, first those that lack nothing else."""
        return sorted(self._with(Verdict.NOT_MET), key=lambda result: not result.is_alone)

    @property
    def falls_short(self) -> bool:
        """Of some ward it can be said by how much it misses a threshold."""
        missing = (reading for result in self.lacking for reading in result.missing)
        return any(reading.short_by is not None for reading in missing)

    @property
    def alone(self) -> list[WardResult]:
        return [result for result in self.results if result.is_alone]

    @property
    def meeting(self) -> list[WardResult]:
        return self._with(Verdict.MET)

    @property
    def not_applicable(self) -> list[WardResult]:
        return self._with(Verdict.NOT_APPLICABLE)

    @property
    def unknown(self) -> list[WardResult]:
        """The wards without an approved sheet, or on whose sheet nobody has judged it."""
        return [result for result in self.results if result.verdict in (None, Verdict.PENDING)]

    @property
    def differing(self) -> list[WardResult]:
        return [result for result in self.results if result.row and result.row.differs]

    def _with(self, verdict: Verdict) -> list[WardResult]:
        return [result for result in self.results if result.verdict == verdict]


def read_requirements(criteria: Iterable[Criterion]) -> dict[int, list[Requirement]]:
    """Return what each criterion asks for, in order, by the criterion's pk. One query."""
    asked: dict[int, list[Requirement]] = {criterion.pk: [] for criterion in criteria}
    for requirement in Requirement.objects.filter(criterion__in=asked).order_by("position"):
        asked[requirement.criterion_id].append(requirement)
    return asked


def read_day(
    round: Round,
    criterion: Criterion,
    requirements: Sequence[Requirement],
    wards: WardQuerySet,
) -> CriterionDay:
    """Read what the approved sheets of the day's round say of a criterion of the round's set.

    wards: of the day, as `wards_on`. Two queries, whatever the size; one more where the round has
    no `n_criteria`.
    """
    stored = _read_results(round, criterion)
    total = n_criteria(round)
    rows: list[tuple[Standing, Row | None]] = []
    for ward in wards:
        standing, row = standing_of(ward, round, total), None
        if standing.round:
            row = _row(criterion, requirements, stored.get(ward.pk))
            opinion = Opinion(criterion, row.self_verdict, row.verified_verdict)
            standing = replace(standing, telling=(opinion,))  # as far as this criterion goes
        rows.append((standing, row))
    counts = by_criterion(standing for standing, _ in rows)
    count = counts[0] if counts else CriterionCount(criterion)
    alone = {standing.ward.pk for standing in count.wards_alone}
    results = tuple(
        WardResult(standing.ward, standing.tally, row, standing.ward.pk in alone)
        for standing, row in rows
    )
    verdicts = Counter(str(result.verdict) for result in results if result.verdict)
    return CriterionDay(
        round,
        criterion,
        Numbers(len(results), **verdicts),
        count,
        _agreement(result.row for result in results),
        tuple(requirement_day(place, asked, results) for place, asked in enumerate(requirements)),
        results,
    )


def _agreement(rows: Iterable[Row | None]) -> Agreement:
    """Count over the wards' rows of one criterion, as `by_criterion.agreement` over all."""
    verified = [row for row in rows if row and row.verified_verdict != Verdict.PENDING]
    self_met = [row for row in verified if row.self_verdict == Verdict.MET]
    ways = [row.result.is_agreed_in_bulk for row in verified if row.result and not row.differs]
    return Agreement(
        n_verdicts=len(verified),
        n_differing=len(verified) - len(ways),
        n_self_met=len(self_met),
        n_refused=sum(row.differs for row in self_met),
        n_one_by_one=ways.count(False),
        n_in_bulk=ways.count(True),
    )


_RESULT = (
    "pk",
    "self_verdict",
    "verified_verdict",
    "explanation",
    "finding",
    "is_agreed_in_bulk",
)
_ANSWERS = ("self_value", "self_judgement", "verified_value", "verified_judgement")


@dataclass(frozen=True)
class _StoredResult:
    """What is stored of one ward: its result, and the answers by requirement."""

    result: Result
    answers: dict[int, StoredAnswers] = field(default_factory=dict)


def _read_results(round: Round, criterion: Criterion) -> dict[int, _StoredResult]:
    """Read the approved results by ward: one query, one row of plain values an answer.

    Not as `read_stored`: of a sheet that is read alone it takes people, round and the one before.
    """
    values = (f"values__{name}" for name in ("requirement", "threshold_applied", *_ANSWERS))
    rows = Result.objects.of_round(round).filter(criterion=criterion).order_by()
    stored: dict[int, _StoredResult] = {}
    for ward_id, *row in rows.values_list("assessment__ward", *_RESULT, *values):
        result, (asked, threshold, *answers) = row[: len(_RESULT)], row[len(_RESULT) :]
        if ward_id not in stored:
            stored[ward_id] = _StoredResult(Result(**dict(zip(_RESULT, result, strict=True))))
        if asked is not None:
            stored[ward_id].answers[asked] = StoredAnswers(
                Answer(*answers[:2]), Answer(*answers[2:]), threshold, is_final=True
            )
    return stored


def _row(
    criterion: Criterion, requirements: Iterable[Requirement], stored: _StoredResult | None
) -> Row:
    """Put the row of an approved sheet together: what was verified, and by which thresholds."""
    lines = []
    for asked in requirements:
        answers = stored.answers.get(asked.pk, NOTHING_STORED) if stored else NOTHING_STORED
        lines.append(
            Line(
                asked,
                answers.threshold_applied,
                self_answer=answers.self_answer,
                threshold_applied=answers.threshold_applied,
                previous=NO_ANSWER,
                verified_answer=answers.verified_answer,
            )
        )
    return Row(criterion, tuple(lines), stored.result if stored else None, None)
