"""Long lists a page at a time, `?page=2`, or folded until one asks for more: `?all=1`.

What fits one page is neither divided nor folded.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.core.paginator import InvalidPage, Page, Paginator
from django.http import HttpRequest

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
