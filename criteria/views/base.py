"""What the pages share."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers

from accounts.models import User
from criteria import permissions


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
            # Else the browser's Back would show the bare fragment.
            patch_vary_headers(response, ["HX-Request"])
        return response

    def get_template_names(self) -> list[str]:
        headers = self.request.headers
        is_restored = "HX-History-Restore-Request" in headers  # Back wants the whole page
        if self.fragment_name and "HX-Request" in headers and not is_restored:
            return [self.fragment_name]
        names: list[str] = super().get_template_names()  # type: ignore[misc]
        return names
