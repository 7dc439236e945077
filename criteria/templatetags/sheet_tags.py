"""Answers, thresholds and values in words."""

from decimal import Decimal

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from criteria.forms.fields import figure as write_figure
from criteria.forms.sheet import ResultForm
from criteria.models import Verdict
from criteria.readiness.rules import NO_ANSWER, Answer
from criteria.readiness.sheet import Line

register = template.Library()


@register.filter
def figure(value: Decimal | None) -> str:
    """Write a figure without useless zeros, with the language's decimal mark; “–” for none."""
    return "–" if value is None else write_figure(value)


@register.filter
def threshold(line: Line) -> str:
    """Write the threshold of a line: “≥ 150 m²”; empty where none is known."""
    if line.threshold is None:
        return ""
    sign = {">=": "≥", "<=": "≤"}[line.requirement.comparator]
    return f"{sign} {write_figure(line.threshold)} {line.requirement.unit}".strip()


@register.simple_tag
def said(line: Line, answer: Answer) -> str:
    """Write what an answer to the line's requirement says; “–” where it says nothing."""
    if answer.is_empty:
        return "–"
    measure, value = line.requirement.measure, answer.value
    if measure == "yes_no":
        return pgettext("answer", "Yes") if value else pgettext("answer", "No")
    if measure == "title":
        won = _("Won for %(year)d")
        return won % {"year": value} if value else pgettext("title", "Not won")
    words = [] if value is None else [f"{write_figure(value)} {line.requirement.unit}".strip()]
    if answer.judgement:
        words.append(str(Verdict(answer.judgement).label))
    return " – ".join(words)


@register.simple_tag
def typed(form: ResultForm, line: Line) -> str:
    """Write what a valid form says of a line."""
    return said(line, form.entry.answers.get(line.requirement.pk, NO_ANSWER))
