"""The cells of the matrix: thousands, so they are written here and not by a template each."""

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import pgettext

from criteria.models import VERDICTS, Round
from criteria.overviews.matrix import Matrix, Opinions, Row
from criteria.verdicts import Verdict, differs

register = template.Library()

# The element that says in words what a cell says by its letter: it names the cell, and the style
# sheet takes the cell's colour from the name. One letter, because a page has thousands.
KEYS = {
    Verdict.MET: "m",
    Verdict.NOT_MET: "n",
    Verdict.NOT_APPLICABLE: "a",
    Verdict.PENDING: "p",
}
SELF, VERIFIED = "s", "f"  # the words “Self-assessment:” and “Verification:”


@register.filter
def letter(verdict: str) -> str:
    """Write a verdict as one letter."""
    return {
        Verdict.MET: pgettext("letter of a verdict", "M"),
        Verdict.NOT_MET: pgettext("letter of a verdict", "N"),
        Verdict.NOT_APPLICABLE: pgettext("letter of a verdict", "–"),
        Verdict.PENDING: pgettext("letter of a verdict", "·"),
    }[Verdict(verdict)]


@register.simple_tag
def verdict_words() -> list[tuple[str, str]]:
    return [(verdict, str(words)) for verdict, words in VERDICTS]


@register.simple_tag
def key(verdict: str) -> str:
    return KEYS[Verdict(verdict)]


@register.simple_tag
def with_cells(matrix: Matrix, round: Round, *, both: bool) -> list[tuple[Row, SafeString]]:
    """Return each row with its cells as HTML, of as few bytes as can be; empty where it has none.

    The addresses are relative to the matrix's own. both: where the opinions differ, show the unit's
    before the verifier's.
    """
    paths = [f"{column.criterion.pk}/" for column in matrix.columns]
    ends: dict[Opinions, str] = {}

    def written(row: Row) -> SafeString:
        head = f"<td><a href={round.pk}/{row.standing.ward.pk}/"
        cells = []
        for path, opinions in zip(paths, row.cells or (), strict=False):
            end = ends.get(opinions)
            if end is None:
                end = ends[opinions] = _end(opinions, both=both)
            cells.append(f"{head}{path}{end}")
        return mark_safe("".join(cells))  # noqa: S308 - numbers, and what `_end` has escaped

    return [(row, written(row)) for row in matrix.rows]


def _end(opinions: Opinions, *, both: bool) -> str:
    self_verdict, verified_verdict = (Verdict(opinion) for opinion in opinions)
    words, letters = KEYS[verified_verdict], str(conditional_escape(letter(verified_verdict)))
    if both and differs(self_verdict, verified_verdict):
        words = f'"{SELF} {KEYS[self_verdict]} {VERIFIED} {words}"'
        letters = f"<i>{conditional_escape(letter(self_verdict))}</i>{letters}"
    return f" aria-labelledby={words}>{letters}</a>"
