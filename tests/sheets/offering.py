"""Rounds that ask, sheets that answer, wards that merge: what offers are made of."""

from datetime import date
from decimal import Decimal

from criteria.models import Assessment, Ward, WardNorm, WardSuccession
from criteria.readiness.rules import NO_ANSWER, Answer
from criteria.sheets.sheet import read_sheet
from tests.factories import (
    AssessmentFactory,
    CriterionFactory,
    RequirementFactory,
    ResultFactory,
    WardFactory,
    make_set,
    steps_to,
)

MERGED_ON = date(2026, 1, 1)
AT_LEAST = {"measure": "number", "comparator": ">=", "unit": "%"}


def ask(round, **requirement):
    """Let a round ask for one thing more, in a criterion of its own."""
    criterion = CriterionFactory(criteria_set=round.criteria_set)
    return RequirementFactory(criterion=criterion, **requirement)


def store(ward, round, said, *, state="draft", verified=None):
    """A sheet that answers requirements; `verified`: what was found instead of what was said.

    An answer of None: the criterion does not apply.
    """
    found = {**said, **(verified or {})} if state == "approved" else {}
    verdicts = [verdict_of(asked, answer) for asked, answer in found.items()]
    tallies = {
        "n_met": verdicts.count("met"),
        "n_not_met": verdicts.count("not_met"),
        "n_not_applicable": verdicts.count("not_applicable"),
        "n_pending": 0,
    }
    sheet = AssessmentFactory(
        ward=ward, round=round, **steps_to(state), **(tallies if state == "approved" else {})
    )
    for asked, answer in said.items():
        last = found.get(asked, NO_ANSWER)
        is_verified = asked in found
        result = ResultFactory(
            assessment=sheet,
            criterion=asked.criterion,
            self_verdict=verdict_of(asked, answer),
            verified_verdict=verdict_of(asked, last) if is_verified else "pending",
            explanation="Không có hộ nào",
            finding="Theo sổ" if is_verified else "",
            verified_by=sheet.approved_by,
            verified_at=sheet.approved_at,
        )
        answer, last = answer or NO_ANSWER, last or NO_ANSWER
        result.values.create(
            requirement=asked,
            self_value=answer.value,
            self_judgement=answer.judgement,
            verified_value=last.value,
            verified_judgement=last.judgement,
            threshold_applied=threshold_of(asked, ward, round),
        )
    return sheet


def threshold_of(asked, ward, round):
    norms = WardNorm.objects.filter(
        ward=ward, requirement=asked, valid_from__lte=round.ends_on
    ).order_by("-valid_from")
    norm = norms.first()
    return norm.threshold if norm else asked.threshold


def verdict_of(asked, answer):
    if answer is None:
        return "not_applicable"
    if answer.judgement:
        return answer.judgement
    if answer.value is None:
        return "pending"
    if asked.measure in ("yes_no", "title"):
        return "met" if answer.value else "not_met"
    threshold = asked.threshold if asked.threshold is not None else Decimal(0)
    is_met = answer.value >= threshold if asked.comparator == ">=" else answer.value <= threshold
    return "met" if is_met else "not_met"


def opened(ward, round):
    stored = Assessment.objects.filter(ward=ward, round=round).first()
    return read_sheet(stored or Assessment(ward=ward, round=round))


def number(value, judgement=""):
    return Answer(Decimal(value), judgement)


YES, NO = number(1), number(0)


def renewed(asked, **changes):
    """A new set in which a criterion takes the place of this one, and asks `changes` otherwise."""
    old = asked.criterion
    set_ = make_set(n_criteria=0)
    name = changes.pop("name", old.name)
    criterion = CriterionFactory(criteria_set=set_, name=name, replaces=old)
    fields = {
        name: getattr(asked, name)
        for name in ("text", "measure", "comparator", "threshold", "unit", "norm_per_ward")
    }
    return RequirementFactory(criterion=criterion, **fields | changes)


def merge(*predecessors, outside=""):
    """Let a new ward take the place of others, and of one from outside the city."""
    merged = WardFactory(valid_from=MERGED_ON)
    facts = {"effective_on": MERGED_ON, "relation": "merged_into", "legal_basis": "1104"}
    for predecessor in predecessors:
        Ward.objects.filter(pk=predecessor.pk).update(valid_to=MERGED_ON)
        WardSuccession.objects.create(successor=merged, predecessor=predecessor, **facts)
    if outside:
        WardSuccession.objects.create(successor=merged, outside_name=outside, **facts)
    return merged
