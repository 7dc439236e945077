"""Values in the reader's words: figures, days, codes, answers to requirements. Asks no query."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from criteria.measures import RequirementFacts, figure, measure_of
from criteria.models import VERDICTS
from criteria.readiness.rules import MIDDLING_AT_MOST, NEAR_AT_MOST, Answer, Reach

_VERDICTS = dict(VERDICTS)


def reach_in_words(reach: Reach) -> str:
    """Name a class of the map."""
    numbers = {"near": NEAR_AT_MOST, "middling": MIDDLING_AT_MOST}
    words = {
        Reach.READY: _("Ready"),
        Reach.NEAR: _("1 to %(near)d criteria missing"),
        Reach.MIDDLING: _("%(from)d to %(middling)d criteria missing"),
        Reach.FAR: _("%(more)d or more criteria missing"),
        Reach.NOTHING_APPLIES: _("No criterion applies"),
        Reach.UNKNOWN: _("No approved sheet"),
    }
    numbers |= {"from": NEAR_AT_MOST + 1, "more": MIDDLING_AT_MOST + 1}
    return words[reach] % numbers


def answer_in_words(asked: RequirementFacts, answer: Answer) -> str:
    """Write what an answer to a requirement says; empty where it says nothing."""
    measure, words = measure_of(asked), []
    if answer.value is not None:
        words.append(measure.answer_in_words(answer.value, asked))
    if answer.judgement and measure.is_figure:
        words.append(verdict_in_words(answer.judgement))
    return " – ".join(words)


def verdict_in_words(verdict: str) -> str:
    """Write a verdict; the log may hold one that is none any more, which is written as it is."""
    return str(_VERDICTS.get(verdict, verdict))


def value_in_words(field: models.Field | None, value: Any) -> str:
    """Write what JSON has kept of a column's value, or of what is no column (`field` None).

    Empty where there is nothing. A value that its column could no longer hold is written as it is.
    """
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if field is None:
        return str(value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    try:
        return _typed(field, str(value))
    except (ValueError, InvalidOperation):
        return str(value)


def _typed(field: models.Field, text: str) -> str:
    if isinstance(field, models.DateTimeField):  # before DateField, which it is one of
        moment = parse_datetime(text)
        return text if moment is None else time_in_words(moment)
    if isinstance(field, models.DateField):
        return date_format(date.fromisoformat(text))
    if isinstance(field, models.DecimalField):
        return figure(Decimal(text))
    return text


def time_in_words(moment: Any) -> str:
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")
