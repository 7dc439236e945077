"""What is stored of the sheets of a round and of the ones before: what rows are made from."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model, OuterRef, Q, QuerySet

from accounts.models import User
from criteria.models import (
    QUESTION,
    Assessment,
    AssessmentQuerySet,
    Question,
    Result,
    Round,
    official,
)
from criteria.readiness.rules import NO_ANSWER, Answer
from namdinh_wards.prepared import Given


@dataclass(frozen=True)
class StoredAnswers:
    """Both opinions on one requirement, and the threshold that the unit's was judged by.

    is_final: of an approved sheet, where the threshold is that of both opinions.
    """

    self_answer: Answer = NO_ANSWER
    verified_answer: Answer = NO_ANSWER
    threshold_applied: Decimal | None = None
    is_final: bool = False

    @property
    def last_word(self) -> Answer:
        """The verifier's once the sheet is approved; before, it is nobody's yet to read."""
        return self.verified_answer if self.is_final else self.self_answer


NOTHING_STORED = StoredAnswers()

Key = int | Question  # a requirement's pk, or what it asks


@dataclass(frozen=True)
class StoredResults:
    """Results by ward, criterion and whether they are of the round itself; answers by result."""

    results: dict[tuple[int, int, bool], Result] = field(default_factory=dict)
    answers: dict[tuple[int, Key], StoredAnswers] = field(default_factory=dict)

    def result(self, ward_id: int, criterion_id: int, *, is_of_round: bool) -> Result | None:
        return self.results.get((ward_id, criterion_id, is_of_round))

    def answer(self, result: Result | None, key: Key) -> StoredAnswers:
        if result is None:
            return NOTHING_STORED
        return self.answers.get((result.pk, key), NOTHING_STORED)


def earlier_sheets(ends_on: date | Given, ward: str) -> AssessmentQuerySet:
    """Return, inside a query, the sheets of the ward at `ward` before a round's, last one first.

    Of a round, the approved revision before one that is still worked on.
    """
    earlier = Assessment.objects.filter(ward=OuterRef(ward), round__ends_on__lt=ends_on)
    telling = earlier.filter(official() | Q(is_latest=True))
    return telling.order_by("-round__ends_on", "revision")


_VALUE = (
    "requirement",
    "self_value",
    "self_judgement",
    "verified_value",
    "verified_judgement",
    "threshold_applied",
)


_NAME = ("id", "username", "full_name", "shares_name")  # what a person is called by


class _Records:
    """Makes each record of a joined query once, however many of its rows carry it.

    names: of the columns that are read, the pk first; all where nothing is said.
    """

    def __init__(self, model: type[Model], path: str = "", names: Sequence[str] = ()) -> None:
        self.model = model
        self.names = names or [field.attname for field in model._meta.concrete_fields]
        self.columns = [f"{path}{name}" for name in self.names]
        self.made: dict[int | None, Any] = {None: None}

    def take(self, row: Iterator[Any]) -> Any:
        """Return the record that the next columns of a row are of, the first of which is its pk."""
        values = list(islice(row, len(self.names)))
        if values[0] not in self.made:
            self.made[values[0]] = self.model.from_db(DEFAULT_DB_ALIAS, self.names, values)
        return self.made[values[0]]


def _records() -> tuple[_Records, ...]:
    """What each joined row begins with."""
    return (
        _Records(Result),
        _Records(Assessment, "assessment__"),
        _Records(Round, "assessment__round__"),
        _Records(User, "entered_by__", _NAME),
        _Records(User, "verified_by__", _NAME),
    )


def stored_rows(within: Q) -> QuerySet[Result, tuple[Any, ...]]:
    """Return results with their values: one joined row a value, for `read_stored`.

    within: which results; of each ward, those of a round's sheet and of at most one before.
    """
    columns = [
        *(name for of in _records() for name in of.columns),
        *(f"values__{name}" for name in _VALUE),
        *(f"values__requirement__{name}" for name in QUESTION),
    ]
    return Result.objects.filter(within).order_by().values_list(*columns)


def read_stored(rows: Iterable[tuple[Any, ...]], round: Round) -> StoredResults:
    """Make results and answers of what `stored_rows` gives."""
    records = _records()
    stored = StoredResults()
    for values in rows:
        row = iter(values)
        result, *related = (of.take(row) for of in records)
        sheet, of_round, writer, verifier = related
        key = (sheet.ward_id, result.criterion_id, sheet.round_id == round.pk)
        if key not in stored.results:
            sheet.round, result.assessment = of_round, sheet
            result.entered_by, result.verified_by = writer, verifier
            stored.results[key] = result
        asked, self_value, self_judgement, verified_value, verified_judgement, threshold, *of = row
        if asked is not None:
            answers = StoredAnswers(
                Answer(self_value, self_judgement),
                Answer(verified_value, verified_judgement),
                threshold,
                sheet.is_approved,
            )
            question: Question = tuple(of)
            stored.answers[result.pk, asked] = stored.answers[result.pk, question] = answers
    return stored
