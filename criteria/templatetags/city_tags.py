"""Where wards and the city stand, in words and marks."""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from criteria.measures import figure
from criteria.readiness.rules import Reach, points_a_ward
from criteria.readiness.standing import Standing
from criteria.readiness.words import reach_in_words
from criteria.views.dashboard import Spot

register = template.Library()

LINE = 9  # characters of a name that fit into a tile
MANY = 100  # wards: of so many, each is worth a percentage point at most


@register.filter
def reach_word(reach: Reach) -> str:
    return reach_in_words(reach)


@register.filter
def worth_of_a_ward(n_wards: int) -> str:
    """Say what one ward is worth beside a percentage of so many; of many wards, nothing."""
    if not 1 <= n_wards < MANY:
        return ""
    points = points_a_ward(n_wards)
    sign = "=" if points * n_wards == 100 else "≈"
    return _("1 ward %(sign)s %(points)s percentage points") % {
        "sign": sign,
        "points": figure(points),
    }


# A province's map has hundreds of shapes: they are written here and not by a template each.


@register.simple_tag
def ward_shapes(spots: Iterable[Spot]) -> SafeString:
    return format_html_join(
        "\n      ",
        '<a class="ward-spot" href="{}" aria-label="{}"><title>{}</title>'
        '<path fill="url(#reach-{})" d="{}" /></a>',
        ((s.url, s.words, s.words, s.reach, s.place.path) for s in spots if s.place),
    )


@register.simple_tag
def ward_mark(spot: Spot) -> SafeString:
    place = spot.place
    return (
        format_html(
            '<text class="ward-mark {}" x="{}" y="{}">{}</text>',
            spot.reach,
            place.x,
            place.y,
            reach_mark(spot.standing),
        )
        if place
        else SafeString()
    )


@register.simple_tag
def ward_items(spots: Iterable[Spot]) -> SafeString:
    items = ((s.url, s.standing.ward.name, reach_mark(s.standing)) for s in spots)
    return format_html_join("", '<li><a href="{}">{}</a> {}</li>', items)


@register.filter
def reach_mark(standing: Standing) -> str:
    """Say in a few characters what a map's colour says: ✓, how many are missing, 0/0, or –."""
    if standing.is_ready:
        return "✓"
    if standing.reach == Reach.NOTHING_APPLIES:
        return "0/0"
    return str(standing.tally.missing) if standing.round else "–"


@register.filter
def in_lines(name: str, width: int = LINE) -> list[str]:
    """Break a ward's name into lines that fit into a tile."""
    lines: list[str] = []
    for word in name.split():
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
