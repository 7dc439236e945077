"""What is stored of the sheets of a round and of the ones before: what rows are made from."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import F, OuterRef, Q

from criteria.models import QUESTION, Assessment, AssessmentQuerySet, Question, Result, Round
from criteria.readiness.rules import NO_ANSWER, Answer


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


def earlier_sheets(round: Round, ward: str) -> AssessmentQuerySet:
    """Return, inside a query, the sheets before a round's of the ward at `ward`, last one first."""
    earlier = Assessment.objects.filter(ward=OuterRef(ward), round__ends_on__lt=round.ends_on)
    return earlier.order_by("-round__ends_on")


def read_stored(within: Q, round: Round) -> StoredResults:
    """Read results with their values: one query, one joined row a value.

    within: which results; of each ward, those of the round's sheet and of at most one before.
    """
    results = (
        Result.objects.filter(within)
        .select_related("assessment__round", "entered_by", "verified_by")
        .annotate(
            asked=F("values__requirement"),
            **{name: F(f"values__requirement__{name}") for name in QUESTION},
            value=F("values__self_value"),
            judgement=F("values__self_judgement"),
            verified_value=F("values__verified_value"),
            verified_judgement=F("values__verified_judgement"),
            threshold_applied=F("values__threshold_applied"),
        )
        .order_by()
    )
    stored = StoredResults()
    for result in results:
        sheet = result.assessment
        stored.results[sheet.ward_id, result.criterion_id, sheet.round_id == round.pk] = result
        if result.asked is not None:
            answers = StoredAnswers(
                Answer(result.value, result.judgement),
                Answer(result.verified_value, result.verified_judgement),
                result.threshold_applied,
                sheet.is_approved,
            )
            stored.answers[result.pk, result.asked] = answers
            question: Question = tuple(getattr(result, name) for name in QUESTION)
            stored.answers[result.pk, question] = answers
    return stored
