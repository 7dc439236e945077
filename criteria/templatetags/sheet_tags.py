"""Answers, thresholds and values in words."""

from decimal import Decimal

from django import template
from django.forms import BoundField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from criteria.forms.sheet import ResultForm
from criteria.measures import figure as write_figure
from criteria.readiness.rules import NO_ANSWER, Answer
from criteria.readiness.words import answer_in_words
from criteria.sheets.outline import Point
from criteria.sheets.sheet import Line
from criteria.sheets.submission import Lack

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
    return line.measure.threshold_in_words(line.threshold, line.requirement)


@register.filter
def limit(line: Line) -> str:
    """Write the threshold of a line alone: “150 m²”."""
    return line.measure.limit_in_words(line.threshold or Decimal(0), line.requirement)


@register.filter
def fact(line: Line) -> str:
    """Say as a fact what was verified: “there is”, “182 m²”; “–” where it is not known."""
    value = line.verified_answer.value
    return "–" if value is None else line.measure.fact_in_words(value, line.requirement)


@register.simple_tag
def segments(field: BoundField) -> SafeString:
    """Write a choice as buttons side by side, the one that is chosen pressed."""
    name, chosen = field.html_name, field.value() or ""
    return format_html(
        '<span class="segments">{}</span>',
        format_html_join(
            "",
            '<label><input type="radio" name="{}" value="{}"{}><span>{}</span></label>',
            (
                (name, value, mark_safe(" checked") if value == chosen else "", label)
                for value, label in field.field.widget.choices
            ),
        ),
    )


@register.simple_tag
def said(line: Line, answer: Answer) -> str:
    """Write what an answer to the line's requirement says; “–” where it says nothing."""
    return answer_in_words(line.requirement, answer) or "–"


@register.simple_tag
def versions(form: ResultForm) -> SafeString:
    """Write what a save starts from, unseen: the row's version, and a mark of what it said."""
    hidden = '<input type="hidden" name="{}" value="{}">'
    fields = {"version": form.next_version, "was": form.stored_digest}
    return format_html_join(
        "", hidden, ((form.add_prefix(name), value) for name, value in fields.items())
    )


@register.filter
def anchor(point: Point) -> str:
    """Return the id of the place on the page where what the criterion lacks is given."""
    pk = point.criterion.pk
    is_said = point.lack in (Lack.GROUNDS, Lack.MENDING)
    return f"id_{ResultForm.letter}{pk}-explanation" if is_said else f"{ResultForm.letter}{pk}"


@register.simple_tag
def typed(form: ResultForm, line: Line) -> str:
    """Write what a valid form says of a line."""
    return said(line, form.entry.answers.get(line.requirement.pk, NO_ANSWER))


@register.simple_tag
def stored(form: ResultForm, line: Line) -> str:
    """Write what the row says of a line now, on the form's side."""
    return said(line, form.stored.answers.get(line.requirement.pk, NO_ANSWER))
