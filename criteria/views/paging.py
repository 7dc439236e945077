"""Long lists a page at a time, `?page=2`, or folded until one asks for more: `?all=1`; what grows
all the time by its numbers, `?before=900`.

What fits one page is neither divided nor folded.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from namdinh_wards.text import number

PAGE_SIZE = 50  # wards: a city is one page, a province four
WIDE_PAGE_SIZE = 200  # where many are scanned or pasted into: a province is one page
UNFOLDED_AT_MOST = 200  # of more a page would weigh too much

Item = TypeVar("Item")
Key = TypeVar("Key")


def page_of(request: HttpRequest, items: Sequence[Item], size: int = PAGE_SIZE) -> "Page[Item]":
    """Return the page that the address asks for; the first where there is none such."""
    pages = Paginator(items, size)
    try:
        return pages.page(request.GET.get("page", 1))
    except InvalidPage:
        return pages.page(1)


@dataclass(frozen=True)
class Fold:
    """How much of each list of a page is shown. most: entries; head: as a slice for templates."""

    is_open: bool = False

    @property
    def most(self) -> int:
        return UNFOLDED_AT_MOST if self.is_open else PAGE_SIZE

    @property
    def head(self) -> str:
        return f":{self.most}"

    def cut(self, groups: Iterable[tuple[Key, Sequence[Item]]]) -> list[tuple[Key, Sequence[Item]]]:
        """Keep the first entries of a list that stands in groups, and the groups that have any."""
        left, shown = self.most, []
        for key, items in groups:
            if left > 0:
                shown.append((key, items[:left]))
                left -= len(items)
        return shown


def fold_of(request: HttpRequest) -> Fold:
    return Fold(is_open="all" in request.GET)


@dataclass(frozen=True)
class Stretch:
    """Entries newest first. before, after: of which number the next page either way begins.

    By number and not by place: what is written meanwhile moves nothing.
    """

    entries: list[Any]
    before: int | None
    after: int | None


def stretch_of(rows: QuerySet[Any], query: Mapping[str, str], key: str = "pk") -> Stretch:
    """Return the page that the address asks for of rows that are numbered by `key`."""
    if query.get("after"):
        newer = rows.filter(**{f"{key}__gt": number_or_404(query["after"])}).order_by(key)
        taken = list(newer[: PAGE_SIZE + 1])
        shown = taken[:PAGE_SIZE][::-1]
        older, newer_still = bool(shown), len(taken) > PAGE_SIZE
    else:
        before = query.get("before")
        later = rows.filter(**{f"{key}__lt": number_or_404(before)}) if before else rows
        taken = list(later[: PAGE_SIZE + 1])
        shown = taken[:PAGE_SIZE]
        older, newer_still = len(taken) > PAGE_SIZE, bool(before and shown)
    return Stretch(
        shown,
        before=shown[-1].pk if older else None,
        after=shown[0].pk if newer_still else None,
    )


def number_or_404(text: str) -> int:
    value = number(text)
    if value is None:
        raise Http404
    return value
