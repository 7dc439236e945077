"""What a criterion asks for, in words."""

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from criteria.models import Requirement
from criteria.overviews.readings import Reading
from criteria.readiness.rules import NO_ANSWER, Answer
from criteria.readiness.words import answer_in_words
from criteria.sheets.sheet import Line
from criteria.templatetags.sheet_tags import threshold

register = template.Library()


@register.filter
def asks(requirement: Requirement) -> str:
    """Say what meets the requirement: “≥ 70 %”, a norm, a title, a yes, a person's judgement."""
    if requirement.measure == Requirement.Measure.YES_NO:
        return pgettext("answer", "Yes")
    if requirement.measure == Requirement.Measure.TITLE:
        return _("the title of the year")
    if requirement.norm_per_ward:
        return _("the norm of each ward")
    line = Line(requirement, requirement.threshold, NO_ANSWER, requirement.threshold, NO_ANSWER)
    return threshold(line) or _("no threshold: the verifier judges")


@register.filter
def found(reading: Reading) -> str:
    """Write what was found; beside a figure the verdict on it is not said again."""
    asked, answer = reading.line.requirement, reading.line.verified_answer
    if reading.is_figure:
        answer = Answer(answer.value)
    return answer_in_words(asked.measure, asked.unit, answer) or "–"
