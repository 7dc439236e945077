"""Signing in, with the demonstration's accounts at hand in the demonstration."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.addresses import client_address
from accounts.locks import Lock, lock_of
from accounts.models import User


def locked_page(request: HttpRequest, lock: Lock) -> HttpResponse:
    """Say until when, and why; nothing was looked at."""
    page = render(request, "registration/locked_out.html", {"lock": lock}, status=429)
    page.headers["Retry-After"] = str(lock.n_seconds)
    return page


@login_not_required
def administration_door(request: HttpRequest) -> HttpResponse:
    """Send to the one page where people sign in: Django's administration has a form of its own."""
    user: Any = request.user
    if not user.is_authenticated:
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
    if not user.is_staff:
        raise PermissionDenied(_("Only administrators enter the administration."))
    return redirect("admin:index")


class SignInView(LoginView):
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        if settings.DEMO:
            context["demo_accounts"] = self._demo_accounts()
            context["demo_password"] = settings.DEMO_PASSWORD
        return context

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        username = form.data.get("username", "")
        lock = lock_of(username, client_address(self.request)) if username else None
        return locked_page(self.request, lock) if lock else super().form_invalid(form)

    def _demo_accounts(self) -> QuerySet[User]:
        return User.objects.filter(is_demo=True).order_by("pk")


@method_decorator(login_not_required, name="dispatch")
class SignOutView(LogoutView):
    """Whoever is signed out already need not sign in to sign out."""


@require_POST
def same_person(request: HttpRequest) -> HttpResponse:
    """Tell a page whether its person is still the one who is signed in.

    The answer is the middleware's: `accounts.middleware.same_person`, or that of who is not signed
    in at all.
    """
    return HttpResponse(status=204)
