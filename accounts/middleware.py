"""Whoever was given a password chooses their own before anything else."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from namdinh_wards.htmx import htmx_of

# What stays open meanwhile: the page itself, the ways out, the language.
OPEN = {"login", "logout", "password_change", "set_language"}


class OwnPasswordMiddleware:
    """A first password, or one that an administrator set, is known to somebody else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        user: Any = request.user
        place = request.resolver_match
        if not getattr(user, "must_change_password", False) or (place and place.view_name in OPEN):
            return None
        if htmx_of(request):  # as after a session's end: the page keeps what was typed, and says so
            return HttpResponse(status=401)
        return redirect("password_change")
