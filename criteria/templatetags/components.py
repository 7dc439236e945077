"""The components that pages repeat by the hundred: drawn once for the same values.

In the settings' `builtins`, so that no template need load them.
"""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BoundField
from django.template import Context, Engine, Template
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import get_language

from criteria.readiness.rules import Tally

register = template.Library()

# Equal ones are drawn alike. Rows of the database are equal by their key alone, whatever they say;
# Decimals by their value, whatever their zeros; time stamps are written in the reader's time zone.
PLAIN = (str, int, type(None), Tally)


@register.simple_tag
def component(component: str, **values: Any) -> SafeString:
    """Draw templates/components/<component>.html, which sees these values and nothing else."""
    # A template that was changed is another one: what was drawn by the old one is forgotten.
    drawn_by = Engine.get_default().get_template(f"components/{component}.html")
    values = {name: _in_words(value) for name, value in values.items()}
    if all(map(_is_plain, values.values())):
        # True equals 1 and a safe string an unsafe one; they are not drawn alike.
        kinds = tuple(map(type, values.values()))
        return _drawn_once(drawn_by, get_language(), kinds, tuple(values.items()))
    return _drawn(drawn_by, values)


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw a small picture beside a word; never instead of one."""
    drawn: SafeString = component("icon", name=name)
    return drawn


@register.filter
def stamp(at: datetime) -> str:
    """Write a moment for machines; HTML knows no millionths of a second."""
    return localtime(at).isoformat(timespec="seconds")


@register.simple_tag
def options(field: BoundField) -> SafeString:
    """Write what a drop-down offers. Of a nation's wards there are thousands: no spaces between.

    Values are compared and written as text: a number would be written in the reader's language.
    """
    asked = str(field.value())
    choices = ((str(value), words) for value, words in field.field.widget.choices)
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((v, mark_safe(" selected") if v == asked else "", words) for v, words in choices),
    )


def _in_words(value: Any) -> Any:
    """Write what waits to be translated: it would be equal to itself in every language."""
    return str(value) if isinstance(value, Promise) else value


def _is_plain(value: object) -> bool:
    return isinstance(value, PLAIN) or (isinstance(value, date) and not isinstance(value, datetime))


@lru_cache(maxsize=4096)
def _drawn_once(
    drawn_by: Template, language: str, kinds: tuple[type, ...], values: tuple[tuple[str, Any], ...]
) -> SafeString:
    return _drawn(drawn_by, dict(values))


def _drawn(drawn_by: Template, values: Mapping[str, Any]) -> SafeString:
    """Draw it with a line's end on either side, which keeps an icon and its word apart."""
    return SafeString(f"\n{drawn_by.render(Context(dict(values))).strip()}\n")
