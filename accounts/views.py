"""Signing in, with the demonstration's accounts at hand in the demonstration."""

from typing import Any

from django.conf import settings
from django.contrib.auth.views import LoginView
from django.db.models import QuerySet

from accounts.models import User


class SignInView(LoginView):
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        if settings.DEMO:
            context["demo_accounts"] = self._demo_accounts()
            context["demo_password"] = settings.DEMO_PASSWORD
        return context

    def _demo_accounts(self) -> QuerySet[User]:
        return User.objects.filter(is_demo=True).order_by("pk")
