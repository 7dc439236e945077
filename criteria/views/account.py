"""What people do to their own account, so far as the log must know of it; where they come in."""

from copy import copy
from typing import Any

from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import PasswordChangeView as DjangoPasswordChangeView
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.addresses import client_address
from accounts.locks import lock_of
from accounts.models import Access
from accounts.record import note, note_failure
from accounts.views import SignInView as PlainSignInView
from accounts.views import locked_page
from criteria.actions.users import hold_user, log_password
from criteria.views.base import user_of
from criteria.views.context import waiting_for


class SignInView(PlainSignInView):
    """Whom something waits for comes in to it; everybody else to the dashboard."""

    def get_redirect_url(self, *args: Any, **kwargs: Any) -> str:
        """Where they were going; of the mere name of the site nobody has asked for a page."""
        asked: str = super().get_redirect_url(*args, **kwargs)
        return "" if asked == reverse("criteria:dashboard") else asked

    def get_default_redirect_url(self) -> str:
        waiting = waiting_for(user_of(self.request), timezone.localdate())
        return reverse("criteria:work" if waiting.work else "criteria:dashboard")


class OwnPasswordForm(PasswordChangeForm):
    def clean(self) -> Any:
        cleaned: Any = super().clean()
        chosen = cleaned.get("new_password1")
        if chosen and self.user.check_password(chosen):
            self.add_error("new_password1", _("This is the present password. Choose another one."))
        return cleaned

    def save(self, commit: bool = True) -> Any:
        """Store the password and nothing else of the account."""
        user = super().save(commit=False)
        user.must_change_password = False
        if commit:
            user.save(update_fields=["password", "must_change_password"])
        return user


class PasswordChangeView(DjangoPasswordChangeView):
    """Whoever sits at an open session may not try old passwords without end: see accounts.locks."""

    form_class = OwnPasswordForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if lock := lock_of(user_of(request).username, client_address(request)):
            return locked_page(request, lock)
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response

    def form_invalid(self, form: PasswordChangeForm) -> HttpResponse:
        if form.has_error("old_password", "password_incorrect"):
            name = user_of(self.request).username
            if lock := note_failure(self.request, name, Access.Kind.OLD_PASSWORD):
                return locked_page(self.request, lock)
        return super().form_invalid(form)

    @transaction.atomic
    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        """Change the account as it is now, which may not be as the request read it."""
        read = form.user
        form.user = hold_user(read.pk)
        if form.user.password != read.password:  # the old one has ceased to be it meanwhile
            form.add_error("old_password", form.error_messages["password_incorrect"])
            return super().form_invalid(form)
        before = copy(form.user)
        response = super().form_valid(form)
        log_password(before, acting_user=before)
        note(self.request, Access.Kind.PASSWORD)
        return response
