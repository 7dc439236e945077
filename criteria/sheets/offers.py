"""What a new sheet may take over: the last round's values, or what the predecessors all met.

Nothing is written here, and nothing counts until a person takes it over.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest

from criteria.measures import grades_of, measure_of
from criteria.models import (
    QUESTION,
    Assessment,
    Question,
    Requirement,
    RequirementValue,
    Result,
    Ward,
    WardSuccession,
)
from criteria.readiness.rules import NO_ANSWER, Answer
from criteria.readiness.words import answer_in_words
from criteria.sheets.sheet import Entry, Line, Row, Sheet
from criteria.verdicts import Verdict


@dataclass(frozen=True)
class Change:
    """What was asked before, and what is asked now; empty where there was or is nothing.

    said: what was answered then.
    """

    before: str
    after: str
    said: str = ""


@dataclass(frozen=True)
class Offer:
    """What one criterion may take over, and from where.

    source: the earlier round, or the predecessors. is_provisional: that round's sheet is not
    approved. changes: how the criterion differs from the one
    that was judged then; where there are any, it must be looked at anew and nothing can be taken.
    """

    entry: Entry
    source: str
    is_inherited: bool = False
    is_provisional: bool = False
    changes: tuple[Change, ...] = ()

    @property
    def can_be_taken(self) -> bool:
        has_answer = any(not answer.is_empty for answer in self.entry.answers.values())
        return not self.changes and (has_answer or self.entry.not_applicable)


def offers(sheet: Sheet) -> dict[int, Offer]:
    """Return what each criterion that is not judged yet may take over, by its pk.

    At most three queries: two where criteria were replaced, three for a merged ward's first sheet.
    """
    open_rows = [row for row in sheet.rows if row.self_verdict == Verdict.PENDING]
    if any(row.previous for row in sheet.rows):
        return _from_previous([row for row in open_rows if row.previous])
    return _from_predecessors(sheet.assessment, open_rows) if open_rows else {}


def unassessed_predecessors(sheet: Sheet) -> list[str]:
    """Return the predecessors that were never assessed here, so that nothing can be inherited.

    Empty where that is not what keeps a merged ward's first sheet from being offered anything.
    """
    if any(row.previous for row in sheet.rows) or sheet.tally.judged:
        return []
    successions = WardSuccession.objects.filter(successor=sheet.assessment.ward)
    return [
        succession.outside_name or str(succession.predecessor)
        for succession in successions.select_related("predecessor")
        if succession.predecessor is None or succession.predecessor.kind != Ward.Kind.WARD
    ]


# --- from the round before ----------------------------------------------------------------------

Requirements = dict[int, list[Requirement]]  # by criterion


def _from_previous(rows: Sequence[Row]) -> dict[int, Offer]:
    replaced = [
        row.previous.criterion_id
        for row in rows
        if row.previous and row.previous.criterion_id != row.criterion.pk
    ]
    asked_before: Requirements = defaultdict(list)
    if replaced:
        for asked in (
            Requirement.objects.filter(criterion__in=replaced)
            .select_related("criterion")
            .order_by("position")
        ):
            asked_before[asked.criterion_id].append(asked)
    answers = _answers_before(rows) if replaced else {}
    return {row.criterion.pk: _offer_of(row, asked_before, answers) for row in rows}


@dataclass(frozen=True)
class _Answered:
    """What was answered to a requirement of the round before, and what that was held against."""

    words: str
    threshold: Decimal | None


def _answers_before(rows: Sequence[Row]) -> dict[int, _Answered]:
    """What was answered to requirements of the round before, by their pk."""
    of_rows = {row.previous.pk: row.previous for row in rows if row.previous}
    answers: dict[int, _Answered] = {}
    for value in RequirementValue.objects.filter(result__in=of_rows).select_related("requirement"):
        asked = value.requirement
        answer = Answer(value.self_value, value.self_judgement)
        if of_rows[value.result_id].assessment.is_approved:
            answer = Answer(value.verified_value, value.verified_judgement)
        if not answer.is_empty:
            answers[asked.pk] = _Answered(answer_in_words(asked, answer), value.threshold_applied)
    return answers


def _offer_of(row: Row, asked_before: Requirements, answers: Mapping[int, _Answered]) -> Offer:
    previous = row.previous
    assert previous is not None  # noqa: S101 - the caller keeps only such rows
    is_approved = previous.assessment.is_approved
    last_word = previous.verified_verdict if is_approved else previous.self_verdict
    does_not_apply = last_word == Verdict.NOT_APPLICABLE
    entry = Entry(
        {
            line.requirement.pk: NO_ANSWER if does_not_apply else _repeatable(line)
            for line in row.lines
        },
        does_not_apply,
        previous.explanation if does_not_apply else "",
    )
    before = asked_before.get(previous.criterion_id)
    changes = tuple(_new_thresholds(row) if before is None else _differences(row, before, answers))
    source = str(previous.assessment.round)
    return Offer(entry, source, is_provisional=not is_approved, changes=changes)


def _repeatable(line: Line) -> Answer:
    """A title was won for its own year only; anything else may still hold."""
    return NO_ANSWER if line.measure.is_yearly else line.previous


def _new_thresholds(row: Row) -> Iterable[Change]:
    """The criterion is the same; the ward's norms may have changed since."""
    for line in row.lines:
        then = line.previous_threshold
        if not line.previous.is_empty and then != line.threshold:
            yield Change(_words(line.requirement, then), _words(line.requirement, line.threshold))


def _differences(
    row: Row, before: Sequence[Requirement], answers: Mapping[int, _Answered]
) -> Iterable[Change]:
    """The criterion took another's place: compare what the two ask for, text by text.

    Where both ask the same, the ward's norm of now may not be the one that it was judged by.
    """
    old, new = before[0].criterion, row.criterion
    if old.name != new.name:
        yield Change(old.display_name, new.display_name)
    for asked, line in zip_longest(before, row.lines):
        then = _words(asked, asked.threshold) if asked else ""
        now = _words(line.requirement, line.requirement.threshold) if line else ""
        answered = answers.get(asked.pk) if asked else None
        if then == now and answered:
            then = _words(asked, answered.threshold)
            now = _words(line.requirement, line.threshold)
        if then != now:
            yield Change(then, now, answered.words if answered else "")


def _words(asked: Requirement, threshold: Decimal | None) -> str:
    """Write all that decides a requirement: text, measure, comparison, threshold, whose norm."""
    parts = [asked.text, str(asked.get_measure_display())]
    parts += grades_of(asked)
    if threshold is not None:
        parts.append(measure_of(asked).threshold_in_words(threshold, asked))
    elif asked.norm_per_ward:
        parts.append(str(asked._meta.get_field("norm_per_ward").verbose_name))
    return " · ".join(parts)


# --- from the predecessors ----------------------------------------------------------------------


def _from_predecessors(assessment: Assessment, rows: Sequence[Row]) -> dict[int, Offer]:
    """Offer what every predecessor was verified to meet; a unit from outside was never verified."""
    successions = list(
        WardSuccession.objects.filter(successor=assessment.ward).select_related("predecessor")
    )
    if not successions or any(s.predecessor is None for s in successions):
        return {}
    latest: dict[int, Assessment] = {}
    approved = Assessment.objects.approved().filter(
        ward__in=[s.predecessor_id for s in successions],
        round__ends_on__lt=assessment.round.ends_on,
    )
    for sheet in approved.order_by("round__ends_on"):
        latest[sheet.ward_id] = sheet
    if len(latest) < len(successions):
        return {}
    source = ", ".join(str(s.predecessor) for s in successions)
    met = _met_by_sheet(list(latest.values()))
    offered = {}
    for row in rows:
        of_all = [met.get((sheet.pk, _criterion_of(row, sheet, met))) for sheet in latest.values()]
        answers = [answers for answers in of_all if answers is not None]
        if len(answers) == len(of_all):
            entry = Entry({line.requirement.pk: _inherited(line, answers) for line in row.lines})
            if row.judge(entry) != Verdict.NOT_MET:  # a new set may ask for more
                offered[row.criterion.pk] = Offer(entry, source, is_inherited=True)
    return offered


Met = dict[tuple[int, int], dict[Question, Answer]]  # (sheet, criterion): what was verified


def _met_by_sheet(sheets: Sequence[Assessment]) -> Met:
    met: Met = defaultdict(dict)
    results = Result.objects.filter(
        assessment__in=sheets, verified_verdict=Verdict.MET
    ).values_list(
        "assessment",
        "criterion",
        "values__verified_value",
        "values__verified_judgement",
        *(f"values__requirement__{name}" for name in QUESTION),
    )
    for sheet, criterion, value, judgement, *question in results.order_by():
        met[sheet, criterion][tuple(question)] = Answer(value, judgement or "")
    return met


def _criterion_of(row: Row, sheet: Assessment, met: Met) -> int:
    """The criterion of the earlier sheet that asks what this row does: itself or its forerunner."""
    if (sheet.pk, row.criterion.pk) in met:
        return row.criterion.pk
    return row.criterion.replaces_id or 0


def _inherited(line: Line, answers: Sequence[dict[Question, Answer]]) -> Answer:
    asked = line.requirement
    values = [of_one.get(asked.question, NO_ANSWER).value for of_one in answers]
    return Answer(line.measure.inherited(values, asked, line.threshold))
