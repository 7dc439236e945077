"""What a criterion asks for, in words."""

from django import template

from criteria.measures import measure_of
from criteria.models import Requirement
from criteria.overviews.readings import Reading
from criteria.readiness.rules import Answer
from criteria.readiness.words import answer_in_words

register = template.Library()


@register.filter
def asks(requirement: Requirement) -> str:
    """Say what meets the requirement: “≥ 70 %”, a norm, a title, a yes, a person's judgement."""
    return measure_of(requirement).demand_in_words(requirement)


@register.filter
def found(reading: Reading) -> str:
    """Write what was found; beside a figure the verdict on it is not said again."""
    asked, answer = reading.line.requirement, reading.line.verified_answer
    if reading.is_figure:
        answer = Answer(answer.value)
    return answer_in_words(asked, answer) or "–"
