"""Cities whose sets continue each other, with questions and answers: and what follows, by loops.

To be stored inside the block of `worlds.stored`.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from hypothesis import strategies as st

from criteria.models import (
    Assessment,
    Criterion,
    Requirement,
    RequirementValue,
    Result,
    Round,
    Ward,
    WardNorm,
)
from tests.worlds import FIRST_DAY, Oracle

# What chance decides in this module; small numbers, so that thresholds and figures often agree.
chances = st.randoms(use_true_random=False)
TEXTS = ["Diện tích", "Quân số"]


def link(chance: Random) -> None:
    """Let criteria replace some of an earlier stored set; several may replace the same one."""
    criteria = list(Criterion.objects.order_by("criteria_set", "number"))
    for criterion in criteria:
        earlier = [c for c in criteria if c.criteria_set_id < criterion.criteria_set_id]
        if earlier and chance.random() < 0.8:
            like = [c for c in earlier if c.number == criterion.number]
            criterion.replaces = chance.choice(like or earlier)
            criterion.save()


def ask(chance: Random) -> None:
    """Give criteria questions, some with norms, and results verified answers to them."""
    for criterion in Criterion.objects.all():
        for position, text in enumerate(TEXTS[: chance.choice([1, 1, 2])], start=1):
            if chance.random() < 0.2:
                text = f"{text} khác"
            _requirement(chance, criterion, position, text)
    for asked in Requirement.objects.filter(norm_per_ward=True):
        for ward in Ward.objects.all():
            for n in range(chance.choice([0, 1, 2])):
                WardNorm.objects.create(
                    ward=ward,
                    requirement=asked,
                    threshold=chance.choice([1, 2]),
                    legal_basis="54/KH-UBND",
                    valid_from=date(2024, 5, 30 + n),
                )
    for result in Result.objects.select_related("assessment__round").all():
        for asked in result.criterion.requirements.all():
            if chance.random() < 0.8:
                _answer(chance, result, asked)


def _requirement(chance: Random, criterion: Criterion, position: int, text: str) -> None:
    is_number = chance.random() < 0.7
    has_norm = is_number and chance.random() < 0.3
    Requirement.objects.create(
        criterion=criterion,
        position=position,
        text=text,
        measure="number" if is_number else "yes_no",
        unit="m²" if is_number else "",
        comparator=chance.choice([">=", ">=", "<="]) if is_number else "",
        threshold=chance.choice([None, 1, 2, 2]) if is_number and not has_norm else None,
        norm_per_ward=has_norm,
    )


def _answer(chance: Random, result: Result, asked: Requirement) -> None:
    is_number = asked.measure == "number"
    applied = threshold_for(asked, result.assessment.ward, result.assessment.round.ends_on)
    RequirementValue.objects.create(
        result=result,
        requirement=asked,
        verified_value=chance.choice([None, 0, 1, 2, 3] if is_number else [None, 0, 1]),
        verified_judgement=chance.choice(["", "met", "not_met"]) if is_number else "",
        threshold_applied=applied,
    )


def threshold_for(asked: Requirement, ward: Ward, on: date) -> Decimal | None:
    """The last norm of the ward that is in force, or the threshold of all."""
    found, since = asked.threshold, FIRST_DAY.replace(year=1900)
    for norm in WardNorm.objects.filter(ward=ward, requirement=asked):
        if since < norm.valid_from <= on:
            found, since = norm.threshold, norm.valid_from
    return found


def ancestors(criterion: Criterion) -> list[Criterion]:
    """The criterion, what it replaces, and so on."""
    return [criterion, *(ancestors(criterion.replaces) if criterion.replaces else [])]


def in_line(criterion: Criterion, others: list[Criterion]) -> list[Criterion]:
    """Those of another set with which a common ancestor is reached in the fewest steps."""
    ways = [
        (mine, theirs, other)
        for mine, place in enumerate(ancestors(criterion))
        for other in others
        for theirs, there in enumerate(ancestors(other))
        if place == there
    ]
    nearest = min(((mine, theirs) for mine, theirs, _ in ways), default=None)
    return [other for mine, theirs, other in ways if (mine, theirs) == nearest]


@dataclass(frozen=True)
class Told:
    """What a sheet says of a question, and the verdict on the criterion that asked it."""

    verdict: str
    rule: tuple[str, Decimal | None]
    value: Decimal | None
    judgement: str


def supposed(oracle: Oracle, ward: Ward, round: Round, criterion: Criterion) -> str:
    """The verdict on a criterion of another set, by the definitions, question by question."""
    sheet = oracle.approved_sheet(ward, round)
    own = [c for c in oracle.criteria if c.criteria_set_id == round.criteria_set_id]
    sources = in_line(criterion, own)
    if sheet is None or not sources:
        return "pending"
    verdicts = oracle.verdicts(sheet, round, side="verified")
    carried = all_of([verdicts[source.number] for source in sources])
    told = _told(sheet, sources, verdicts)
    asked = {}
    for requirement in criterion.requirements.all():
        threshold = threshold_for(requirement, ward, round.ends_on)
        words = (requirement.measure, requirement.unit, requirement.text)
        asked[words] = (requirement.comparator, threshold)
    is_other = not set(told) & set(asked)
    is_same = {words: answer.rule for words, answer in told.items()} == asked
    if carried in ("pending", "not_applicable") or is_other or is_same:
        return carried
    return all_of([_question(told.get(words), rule) for words, rule in asked.items()])


def _told(
    sheet: Assessment, sources: list[Criterion], verdicts: dict[int, str]
) -> dict[tuple[str, str, str], Told]:
    told = {}
    for source in sources:
        for asked in source.requirements.all():
            values = RequirementValue.objects.filter(result__assessment=sheet, requirement=asked)
            rule, value, judgement = (asked.comparator, asked.threshold), None, ""
            for row in values:
                rule = (asked.comparator, row.threshold_applied)
                value, judgement = row.verified_value, row.verified_judgement
            words = (asked.measure, asked.unit, asked.text)
            told[words] = Told(verdicts[source.number], rule, value, judgement)
    return told


def _question(told: Told | None, rule: tuple[str, Decimal | None]) -> str:
    if told is None or told.verdict == "pending":
        return "pending"
    if told.verdict == "not_applicable" or (told.verdict == "met" and told.rule == rule):
        return told.verdict
    comparator, threshold = rule
    if comparator and threshold is None:
        return told.judgement or "pending"
    if told.value is None:
        return "pending"
    if not comparator:
        return "met" if told.value == 1 else "not_met"
    enough = told.value >= threshold if comparator == ">=" else told.value <= threshold
    return "met" if enough else "not_met"


def all_of(verdicts: list[str]) -> str:
    """One that is not met decides; then one that nobody knows; then one that is met."""
    for verdict in ("not_met", "pending", "met"):
        if verdict in verdicts:
            return verdict
    return "not_applicable"
