"""The filter that a person chose last on a list, for when they come back to it.

It is kept in the session, which ends when somebody else signs in. Whoever comes back by an address
without a query is sent on to the one with it, so that the address, the page and its files never say
two things. Any query wins; a figure's link to all of a list therefore has an empty one (`?q=`).
Only what the list's own form sends is kept, which has all its fields, never what a link asked for.
Pages whose figures speak of the whole city (dashboard, roadmap, matrix) remember nothing.
"""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode

from namdinh_wards.htmx import htmx_of

KEY = "filters"
MOST_LISTS, MOST_CHARS = 30, 500


def empty_query(names: Sequence[str]) -> str:
    """The query that shows all of a list and forgets what was remembered."""
    return "?" + "&".join(f"{name}=" for name in names)


def remember(
    request: HttpRequest, place: str, names: Sequence[str], options: Sequence[str] = ()
) -> None:
    """Keep what the form of the list at `place` has just sent, of the whole list and of today.

    names: of the fields that it always sends; options: of those that some people's has besides.
    """
    sent = {name: str(value) for name, value in request.GET.items() if str(value).strip()}
    if not set(names) <= set(request.GET) or not set(sent) <= {*names, *options}:
        return
    query = urlencode(sent)
    filters: dict[str, str] = request.session.get(KEY, {})
    if query == filters.get(place, "") or len(query) > MOST_CHARS:
        return
    filters = {other: kept for other, kept in filters.items() if other != place}
    if query:
        filters[place] = query
    request.session[KEY] = dict(list(filters.items())[-MOST_LISTS:])


def way_back(request: HttpRequest, place: str) -> HttpResponse | None:
    """Send whoever comes back without a query on to the filter that they chose last."""
    query = request.session.get(KEY, {}).get(place)
    if not query or request.META.get("QUERY_STRING") or htmx_of(request):
        return None
    return redirect(f"{place}?{query}")


class RememberedFilter:
    """A page with a filter; its form's fields as in `remember`."""

    filter_names: tuple[str, ...]
    filter_options: tuple[str, ...] = ()
    request: HttpRequest

    @property
    def place(self) -> str:
        return self.request.path

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        came_back = way_back(request, self.place)
        if came_back:
            return came_back
        remember(request, self.place, self.filter_names, self.filter_options)
        response: HttpResponse = super().get(request, *args, **kwargs)  # type: ignore[misc]
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return {**context, "unfiltered": empty_query(self.filter_names)}
