"""Long lists a page at a time: `?page=2`. What fits one page is never divided."""

from collections.abc import Sequence
from typing import TypeVar

from django.core.paginator import InvalidPage, Page, Paginator
from django.http import HttpRequest

PAGE_SIZE = 50  # wards: a city is one page, a province four

Item = TypeVar("Item")


def page_of(request: HttpRequest, items: Sequence[Item]) -> "Page[Item]":
    """Return the page that the address asks for; the first where there is none such."""
    pages = Paginator(items, PAGE_SIZE)
    try:
        return pages.page(request.GET.get("page", 1))
    except InvalidPage:
        return pages.page(1)
