"""What the pages share."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponseBase

from accounts.models import User
from criteria import permissions
from namdinh_wards.htmx import htmx_of, vary_by_htmx


def user_of(request: HttpRequest) -> User:
    """The signed-in user; LoginRequiredMiddleware lets nobody else in."""
    return cast(User, request.user)


class PageMixin:
    """A page for anyone with a role, which answers htmx with its fragment at the same URL."""

    fragment_name = ""
    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        permissions.require_counts(user_of(request))
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        if self.fragment_name:
            vary_by_htmx(response)
        return response

    def get_template_names(self) -> list[str]:
        htmx = htmx_of(self.request)
        # Back wants the whole page.
        if self.fragment_name and htmx and not htmx.history_restore_request:
            return [self.fragment_name]
        names: list[str] = super().get_template_names()  # type: ignore[misc]
        return names
