"""What people do to their own account, so far as the log must know of it."""

from copy import copy
from typing import Any

from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import PasswordChangeView as DjangoPasswordChangeView
from django.db import transaction
from django.http import HttpResponse

from criteria.actions.users import hold_user, log_password


class OwnPasswordForm(PasswordChangeForm):
    def save(self, commit: bool = True) -> Any:
        """Store the password and nothing else of the account."""
        user = super().save(commit=False)
        if commit:
            user.save(update_fields=["password"])
        return user


class PasswordChangeView(DjangoPasswordChangeView):
    form_class = OwnPasswordForm

    @transaction.atomic
    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        """Change the account as it is now, which may not be as the request read it."""
        read = form.user
        form.user = hold_user(read.pk)
        if form.user.password != read.password:  # the old one has ceased to be it meanwhile
            form.add_error("old_password", form.error_messages["password_incorrect"])
            return self.form_invalid(form)
        before = copy(form.user)
        response = super().form_valid(form)
        log_password(before, acting_user=before)
        return response
