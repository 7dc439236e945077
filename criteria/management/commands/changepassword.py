"""Django's own command, followed up as an administrator's: `manage.py changepassword NAME`."""

import getpass
from typing import Any

from django.contrib.auth.management.commands import changepassword

from accounts.models import User
from criteria.actions.users import password_was_given


class Command(changepassword.Command):
    def handle(self, *args: Any, **options: Any) -> str | None:
        username = options["username"] or getpass.getuser()
        before = User.objects.filter(username=username).first()
        done: str | None = super().handle(*args, **options)
        if before:
            password_was_given(before, acting_user=None)
        return done
