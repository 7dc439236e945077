"""What people do to their own account, so far as the log must know of it."""

from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import PasswordChangeView as DjangoPasswordChangeView
from django.db import transaction
from django.http import HttpResponse

from accounts.models import User
from criteria.actions.users import log_password
from criteria.views.base import user_of


class PasswordChangeView(DjangoPasswordChangeView):
    @transaction.atomic
    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        before = User.objects.get(pk=user_of(self.request).pk)
        response = super().form_valid(form)
        log_password(before, acting_user=before)
        return response
