"""Where wards and the city stand, in words and marks."""

from django import template

from criteria.readiness.rules import Reach
from criteria.readiness.standing import Standing
from criteria.readiness.words import reach_in_words

register = template.Library()

LINE = 9  # characters of a name that fit into a tile


@register.filter
def reach_word(reach: Reach) -> str:
    return reach_in_words(reach)


@register.filter
def reach_mark(standing: Standing) -> str:
    """Say in a character or two what a map's colour says: ✓, how many are missing, or –."""
    if standing.is_ready:
        return "✓"
    return str(standing.tally.missing) if standing.round else "–"


@register.filter
def in_lines(name: str) -> list[str]:
    """Break a ward's name into lines that fit into a tile."""
    lines: list[str] = []
    for word in name.split():
        if lines and len(lines[-1]) + 1 + len(word) <= LINE:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
