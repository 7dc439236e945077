from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from accounts.checks import has_real_accounts
from criteria.management.demo.years import make_accounts, make_results, move_deadlines


class Command(BaseCommand):
    help = "Make one demo account a role and invented results; keep whatever was entered."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO or not settings.DEMO_PASSWORD:
            raise CommandError(
                "Refused: set DEMO=on and DEMO_PASSWORD. Production has no demo data."
            )
        if has_real_accounts():
            raise CommandError(
                "Refused: this database holds accounts of real people. Nothing is invented in it."
            )
        try:
            people = make_accounts()
        except ValueError as refused:
            raise CommandError(str(refused)) from refused
        today = timezone.localdate()
        move_deadlines(people, today)
        n_sheets = make_results(people, today)
        with override(settings.LANGUAGE_CODE):
            self.stdout.write(_("Demonstration accounts") + ":")
            for user in vars(people).values():
                self.stdout.write(
                    f"  {user.username:<14} {settings.DEMO_PASSWORD:<18} {user.full_name}"
                )
            unchanged = _("Sheets: kept as they are.")
            made = ngettext("%(n)d sheet invented.", "%(n)d sheets invented.", n_sheets)
            self.stdout.write(made % {"n": n_sheets} if n_sheets else unchanged)
