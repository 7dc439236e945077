"""Who is signed in, and for whom a page was made that sends something."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.made_for import NOBODY, UNKNOWN, made_for, person_of
from accounts.models import User
from accounts.unsent import keep_refused, keep_signed_out
from namdinh_wards.htmx import htmx_of

Handler = Callable[[HttpRequest], HttpResponseBase]

# What stays open meanwhile: the page itself, the ways out, the language.
OPEN = {"login", "logout", "password_change", "set_language"}

# The request's own condition does not hold: not the state of what it would change (409), nor what
# its person may do (403).
SOMEBODY_ELSE = 412


class SignInFirst(LoginRequiredMiddleware):
    """Ask whoever is not signed in to sign in, and lose nothing that they typed.

    A row saved by script is answered with 401 in place of a sign-in page: its own page then says so
    and keeps what was typed. A form that was sent comes back, filled in, after the sign-in.
    """

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponseBase:
        if htmx_of(request):
            return HttpResponse(status=401)
        if request.method == "POST":
            keep_signed_out(request)
        answer: HttpResponseBase = super().handle_no_permission(request, view_func)
        return answer


class OwnPasswordMiddleware:
    """A first password, or one that an administrator set, is known to somebody else."""

    def __init__(self, get_response: Handler) -> None:
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
        if request.method == "POST":
            keep_refused(request)
        return redirect("password_change")


def same_person(get_response: Handler) -> Handler:
    """Refuse what a page sends that was made for somebody else than is signed in now.

    Where nobody is, the view asks to sign in, or needs nobody.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.method == "POST" and request.user.is_authenticated:
            person = made_for(request)
            if person not in (None, person_of(request.user)):
                return _refusal(request, str(person))
        return get_response(request)

    return middleware


def _refusal(request: HttpRequest, person: str) -> HttpResponse:
    if htmx_of(request):
        text = _("Not saved: somebody else has signed in since this page was opened.")
        return HttpResponse(text, status=SOMEBODY_ELSE, content_type="text/plain; charset=utf-8")
    is_person = person not in (NOBODY, UNKNOWN)
    context = {"author": User.objects.filter(pk=person).first() if is_person else None}
    return render(request, "412.html", context, status=SOMEBODY_ELSE)
