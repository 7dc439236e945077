"""One ward's sheet in a round: what is asked, what was answered, what it comes to."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import F, OuterRef, Q, Subquery

from criteria.models import Assessment, Criterion, CriterionGroup, Requirement, Result
from criteria.readiness import rules
from criteria.readiness.rules import NO_ANSWER, Answer, Tally, Verdict

NOT_SAID: tuple[Answer, Decimal | None] = (NO_ANSWER, None)


@dataclass(frozen=True)
class Entry:
    """What a person says of one criterion: an answer a requirement (by its pk), and why."""

    answers: Mapping[int, Answer]
    not_applicable: bool = False
    explanation: str = ""


@dataclass(frozen=True)
class Line:
    """One requirement of a criterion, its threshold for this ward, and its answer."""

    requirement: Requirement
    threshold: Decimal | None
    answer: Answer
    threshold_applied: Decimal | None
    previous: Answer

    @property
    def needs_judgement(self) -> bool:
        return rules.needs_judgement(self.requirement.measure, self.threshold)

    @property
    def verdict(self) -> Verdict:
        return self.judge(self.answer)

    def judge(self, answer: Answer) -> Verdict:
        asked = self.requirement
        return rules.requirement_verdict(asked.measure, asked.comparator, self.threshold, answer)


@dataclass(frozen=True)
class Row:
    """One criterion of a sheet. `result` None: nobody has judged it yet."""

    criterion: Criterion
    lines: tuple[Line, ...]
    result: Result | None
    previous: Result | None

    @property
    def version(self) -> int:
        return self.result.version if self.result else 0

    @property
    def verdict(self) -> Verdict:
        return Verdict(self.result.self_verdict) if self.result else Verdict.PENDING

    @property
    def entry(self) -> Entry:
        return Entry(
            {line.requirement.pk: line.answer for line in self.lines},
            self.verdict == Verdict.NOT_APPLICABLE,
            self.result.explanation if self.result else "",
        )

    @property
    def is_outdated(self) -> bool:
        """A threshold has changed since the save, so that the verdict must be looked at again."""
        if self.verdict == Verdict.NOT_APPLICABLE or self.result is None:
            return False
        return any(line.threshold_applied != line.threshold for line in self.lines)

    def judge(self, entry: Entry) -> Verdict:
        verdicts = (
            line.judge(entry.answers.get(line.requirement.pk, NO_ANSWER)) for line in self.lines
        )
        return rules.criterion_verdict(verdicts, not_applicable=entry.not_applicable)


@dataclass(frozen=True)
class Sheet:
    """A ward in a round: one row a criterion of the round's set, in order."""

    assessment: Assessment
    rows: tuple[Row, ...]

    @property
    def tally(self) -> Tally:
        return rules.tally((row.verdict for row in self.rows), len(self.rows))

    def groups(self) -> Iterator[tuple[CriterionGroup, list[Row]]]:
        """Yield each group with its rows, in the order of the groups' codes."""
        by_group: dict[CriterionGroup, list[Row]] = {}
        for row in sorted(
            self.rows, key=lambda row: (row.criterion.group.code, row.criterion.number)
        ):
            by_group.setdefault(row.criterion.group, []).append(row)
        yield from by_group.items()

    @property
    def first_pending(self) -> Row | None:
        """The first row that still needs a verdict, in the order in which the page shows them."""
        shown = (row for _group, rows in self.groups() for row in rows)
        return next((row for row in shown if row.verdict == Verdict.PENDING), None)

    def row(self, criterion_id: int) -> Row | None:
        return next((row for row in self.rows if row.criterion.pk == criterion_id), None)

    def with_result(self, criterion_id: int, result: Result, entry: Entry) -> "Sheet":
        """Return the sheet after a save, without asking the database again."""
        return replace(
            self,
            rows=tuple(
                _answered(row, result, entry) if row.criterion.pk == criterion_id else row
                for row in self.rows
            ),
        )


def _answered(row: Row, result: Result, entry: Entry) -> Row:
    lines = tuple(
        replace(
            line,
            answer=entry.answers.get(line.requirement.pk, NO_ANSWER),
            threshold_applied=line.threshold,
        )
        for line in row.lines
    )
    return replace(row, lines=lines, result=result)


def read_sheet(assessment: Assessment) -> Sheet:
    """Read a sheet with the last earlier sheet of the same ward beside it.

    The earlier sheet may be of another criteria set; then a criterion shows what the one that it
    replaces came to. Two queries, whatever the size.
    """
    round = assessment.round
    asked = (
        Requirement.objects.filter(criterion__criteria_set=round.criteria_set_id)
        .with_threshold_for(assessment.ward, on=round.ends_on)
        .select_related("criterion__group")
        .order_by("criterion__number", "position")
    )
    requirements: dict[Criterion, list[Requirement]] = {}
    for requirement in asked:
        requirements.setdefault(requirement.criterion, []).append(requirement)
    results, answers = _results(assessment)
    return Sheet(
        assessment,
        tuple(
            _row(criterion, lines, assessment, results, answers)
            for criterion, lines in requirements.items()
        ),
    )


Results = dict[tuple[int, bool], Result]  # (criterion, is of this sheet)
Asked = int | tuple[str, str, str]  # a requirement's pk, or what it asks for in words
Answers = dict[tuple[int, Asked], tuple[Answer, Decimal | None]]  # (result, asked)


def _results(assessment: Assessment) -> tuple[Results, Answers]:
    """Read the results of a sheet and of the one before, one joined row a value."""
    earlier = (
        Assessment.objects.filter(
            ward=OuterRef("assessment__ward"), round__ends_on__lt=assessment.round.ends_on
        )
        .order_by("-round__ends_on")
        .values("pk")[:1]
    )
    found = (
        Result.objects.filter(assessment__ward=assessment.ward)
        .filter(Q(assessment=assessment.pk) | Q(assessment=Subquery(earlier)))
        .select_related("assessment__round", "entered_by")
        .annotate(
            asked=F("values__requirement"),
            measure=F("values__requirement__measure"),
            unit=F("values__requirement__unit"),
            text=F("values__requirement__text"),
            value=F("values__self_value"),
            judgement=F("values__self_judgement"),
            threshold_applied=F("values__threshold_applied"),
        )
        .order_by()
    )
    results: Results = {}
    answers: Answers = {}
    for result in found:
        results[result.criterion_id, result.assessment_id == assessment.pk] = result
        if result.asked is not None:
            answer = (Answer(result.value, result.judgement), result.threshold_applied)
            answers[result.pk, result.asked] = answer
            answers[result.pk, (result.measure, result.unit, result.text)] = answer
    return results, answers


def _row(
    criterion: Criterion,
    requirements: Iterable[Requirement],
    assessment: Assessment,
    results: Results,
    answers: Answers,
) -> Row:
    result = results.get((criterion.pk, True)) if assessment.pk else None
    previous = results.get((criterion.pk, False)) or results.get(
        (criterion.replaces_id or 0, False)
    )
    lines = []
    for asked in requirements:
        answer, applied = answers.get((result.pk if result else 0, asked.pk), NOT_SAID)
        # Another set numbers its requirements otherwise; only the same question has that answer.
        words = (asked.measure, asked.unit, asked.text)
        before, _ = answers.get((previous.pk if previous else 0, words), NOT_SAID)
        # An approved sheet keeps the threshold that it was judged by, whatever the norm is now.
        threshold = applied if assessment.is_approved else asked.threshold_in_force
        lines.append(Line(asked, threshold, answer, applied, before))
    return Row(criterion, tuple(lines), result, previous)
