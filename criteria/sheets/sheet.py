"""One ward's sheet in a round: what is asked, what was answered, what it comes to."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from django.db.models import BigIntegerField, DateField, Q, Subquery

from criteria.measures import Measure, measure_of
from criteria.models import Assessment, Criterion, CriterionGroup, Requirement, Result
from criteria.readiness import rules
from criteria.readiness.rules import NO_ANSWER, Answer, Tally
from criteria.sheets.stored import StoredResults, earlier_sheets, read_stored, stored_rows
from criteria.verdicts import Verdict, differs
from namdinh_wards.prepared import Given, Prepared


@dataclass(frozen=True)
class Entry:
    """What a person says of one criterion: an answer a requirement (by its pk), and why.

    The unit's explanation, or the verifier's finding.
    """

    answers: Mapping[int, Answer]
    not_applicable: bool = False
    explanation: str = ""


@dataclass(frozen=True)
class Line:
    """One requirement of a criterion, its threshold for this ward, and both answers.

    The unit's answer was judged by `threshold_applied`; `previous` is the last word of the round
    before, judged by `previous_threshold`.
    """

    requirement: Requirement
    threshold: Decimal | None
    self_answer: Answer
    threshold_applied: Decimal | None
    previous: Answer
    verified_answer: Answer = NO_ANSWER
    previous_threshold: Decimal | None = None

    @property
    def measure(self) -> Measure:
        return measure_of(self.requirement)

    @property
    def needs_judgement(self) -> bool:
        return rules.needs_judgement(self.measure, self.threshold)

    @property
    def self_verdict(self) -> Verdict:
        return self.judge(self.self_answer)

    @property
    def verified_verdict(self) -> Verdict:
        return self.judge(self.verified_answer)

    @property
    def short_by(self) -> Decimal | None:
        """By how much the verifier's figure misses the threshold; None: by nothing."""
        if not self.measure.is_figure:
            return None
        return rules.shortfall(
            self.requirement.comparator, self.threshold, self.verified_answer.value
        )

    def judge(self, answer: Answer) -> Verdict:
        comparator = self.requirement.comparator
        return rules.requirement_verdict(self.measure, comparator, self.threshold, answer)


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
    def self_verdict(self) -> Verdict:
        return Verdict(self.result.self_verdict) if self.result else Verdict.PENDING

    @property
    def self_entry(self) -> Entry:
        """What the unit says."""
        return Entry(
            {line.requirement.pk: line.self_answer for line in self.lines},
            self.self_verdict == Verdict.NOT_APPLICABLE,
            self.result.explanation if self.result else "",
        )

    @property
    def verified_verdict(self) -> Verdict:
        return Verdict(self.result.verified_verdict) if self.result else Verdict.PENDING

    @property
    def verified_entry(self) -> Entry:
        """What the verifier says."""
        return Entry(
            {line.requirement.pk: line.verified_answer for line in self.lines},
            self.verified_verdict == Verdict.NOT_APPLICABLE,
            self.result.finding if self.result else "",
        )

    @property
    def previous_verdict(self) -> Verdict:
        """The last word of the round before: the verifier's once that sheet is approved."""
        if self.previous is None:
            return Verdict.PENDING
        is_final = self.previous.assessment.is_approved
        return Verdict(self.previous.verified_verdict if is_final else self.previous.self_verdict)

    @property
    def differs(self) -> bool:
        """The verifier has come to another verdict than the unit."""
        return differs(self.self_verdict, self.verified_verdict)

    @property
    def is_outdated(self) -> bool:
        """A norm has changed since the unit's save, so that its verdict must be looked at again."""
        if self.self_verdict == Verdict.NOT_APPLICABLE or self.result is None:
            return False
        return any(line.threshold_applied != line.threshold for line in self.lines)

    @property
    def needs_verifying_again(self) -> bool:
        """By the norms in force the verifier's answers would come to another verdict."""
        if self.verified_verdict in (Verdict.PENDING, Verdict.NOT_APPLICABLE):
            return False
        return self.judge(self.verified_entry) != self.verified_verdict

    @property
    def is_verification_begun(self) -> bool:
        """The verifier has said something here that is no verdict yet."""
        entry = self.verified_entry
        is_silent = not entry.explanation and all(a.is_empty for a in entry.answers.values())
        return self.verified_verdict == Verdict.PENDING and not is_silent

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
        """By the unit's own verdicts."""
        return rules.tally((row.self_verdict for row in self.rows), len(self.rows))

    @property
    def verified_tally(self) -> Tally:
        return rules.tally((row.verified_verdict for row in self.rows), len(self.rows))

    @property
    def n_agreed_in_bulk(self) -> int:
        """On how many the verifier agreed with the unit together with others."""
        return sum(bool(row.result and row.result.is_agreed_in_bulk) for row in self.rows)

    def groups(self) -> Iterator[tuple[CriterionGroup, list[Row]]]:
        """Yield each group with its rows, in the order of the groups' codes."""
        by_group: dict[CriterionGroup, list[Row]] = {}
        for row in sorted(
            self.rows, key=lambda row: (row.criterion.group.code, row.criterion.number)
        ):
            by_group.setdefault(row.criterion.group, []).append(row)
        yield from by_group.items()

    def in_order(self) -> Iterator[Row]:
        """Yield the rows in the order in which the page shows them."""
        for _group, rows in self.groups():
            yield from rows

    def has_changed(self, row: Row) -> bool:
        """The unit has changed the row since the last return, its documents included."""
        returned_at = self.assessment.returned_at
        return bool(returned_at and row.result and row.result.entered_at > returned_at)

    def is_to_mend(self, row: Row) -> bool:
        """The last return asked for this row, and the unit has not touched it since."""
        return bool(row.result and row.result.return_note) and not self.has_changed(row)

    @property
    def to_mend(self) -> list[Row]:
        return [row for row in self.in_order() if self.is_to_mend(row)]

    @property
    def changed(self) -> list[Row]:
        return [row for row in self.in_order() if self.has_changed(row)]

    @property
    def first_pending(self) -> Row | None:
        """The first row that still needs the unit's verdict."""
        return next((row for row in self.in_order() if row.self_verdict == Verdict.PENDING), None)

    @property
    def first_unverified(self) -> Row | None:
        """The first row that still needs the verifier's verdict."""
        return next(
            (row for row in self.in_order() if row.verified_verdict == Verdict.PENDING), None
        )

    def row(self, criterion_id: int) -> Row | None:
        return next((row for row in self.rows if row.criterion.pk == criterion_id), None)

    def with_result(
        self,
        result: Result,
        *,
        self_entry: Entry | None = None,
        verified_entry: Entry | None = None,
    ) -> "Sheet":
        """Return the sheet after a save of one side, without asking the database again.

        What the unit enters leaves nothing of the verifier's answers.
        """
        return replace(
            self,
            rows=tuple(
                _answered(row, result, self_entry, verified_entry)
                if row.criterion.pk == result.criterion_id
                else row
                for row in self.rows
            ),
        )


def _answered(
    row: Row, result: Result, self_entry: Entry | None, verified_entry: Entry | None
) -> Row:
    lines = []
    for line in row.lines:
        pk, self_answer, verified_answer = line.requirement.pk, line.self_answer, NO_ANSWER
        if self_entry:
            self_answer = self_entry.answers.get(pk, NO_ANSWER)
        if verified_entry:
            verified_answer = verified_entry.answers.get(pk, NO_ANSWER)
        applied = line.threshold_applied if verified_entry else line.threshold
        answered = replace(
            line,
            self_answer=self_answer,
            verified_answer=verified_answer,
            threshold_applied=applied,
        )
        lines.append(answered)
    return replace(row, lines=tuple(lines), result=result)


def read_sheet(assessment: Assessment) -> Sheet:
    """Read a sheet with the last earlier sheet of the same ward beside it.

    The earlier sheet may be of another criteria set; then a criterion shows what the one that it
    replaces came to. Two queries, whatever the size.
    """
    round = assessment.round
    asked = _asked().rows(
        criteria_set=round.criteria_set_id, ward=assessment.ward_id, ends_on=round.ends_on
    )
    requirements: dict[Criterion, list[RequirementInForce]] = {}
    for requirement in asked:
        of_criterion = requirements.setdefault(requirement.criterion, [])
        of_criterion.append((requirement, requirement.threshold_in_force))
    answered = _answers().rows(sheet=assessment.pk, ward=assessment.ward_id, ends_on=round.ends_on)
    stored = read_stored(answered, round)
    return Sheet(
        assessment,
        tuple(
            make_row(criterion, lines, assessment, stored)
            for criterion, lines in requirements.items()
        ),
    )


_SHEET = Given("sheet", BigIntegerField())
_WARD = Given("ward", BigIntegerField())
_CRITERIA_SET = Given("criteria_set", BigIntegerField())
_ENDS_ON = Given("ends_on", DateField())


@cache
def _asked() -> Prepared:
    """The requirements of a criteria set, in order, with the thresholds for a ward on a day."""
    of_set = Requirement.objects.filter(criterion__criteria_set=_CRITERIA_SET)
    in_force = of_set.with_threshold_for(_WARD, on=_ENDS_ON)
    return Prepared(
        in_force.select_related("criterion__group").order_by("criterion__number", "position")
    )


@cache
def _answers() -> Prepared:
    """What is stored of a ward's sheet, and of the one before its round."""
    before = earlier_sheets(_ENDS_ON, "assessment__ward").values("pk")[:1]
    one_of_both = Q(assessment=_SHEET) | Q(assessment=Subquery(before))
    return Prepared(stored_rows(Q(assessment__ward=_WARD) & one_of_both))


RequirementInForce = tuple[Requirement, Decimal | None]  # with the ward's threshold


def make_row(
    criterion: Criterion,
    requirements: Iterable[RequirementInForce],
    assessment: Assessment,
    stored: StoredResults,
) -> Row:
    """Put one row of a sheet together from what is asked and what is stored of it."""
    ward_id = assessment.ward_id
    result = stored.result(ward_id, criterion.pk, is_of_round=True) if assessment.pk else None
    previous = stored.result(ward_id, criterion.pk, is_of_round=False) or stored.result(
        ward_id, criterion.replaces_id or 0, is_of_round=False
    )
    lines = []
    for requirement, threshold in requirements:
        answers = stored.answer(result, requirement.pk)
        # Another set numbers its requirements otherwise; only the same question has that answer.
        before = stored.answer(previous, requirement.question)
        # An approved sheet keeps the threshold that it was judged by, whatever the norm is now.
        applied = answers.threshold_applied
        lines.append(
            Line(
                requirement,
                applied if assessment.is_approved else threshold,
                answers.self_answer,
                applied,
                before.last_word,
                answers.verified_answer,
                before.threshold_applied,
            )
        )
    return Row(criterion, tuple(lines), result, previous)
