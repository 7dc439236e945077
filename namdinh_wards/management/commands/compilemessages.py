from typing import Any

from django.core.management.base import BaseCommand, CommandError

from namdinh_wards.translations import compile_catalogue, stale


class Command(BaseCommand):
    """Stands in for Django's command of this name, which needs gettext's msgfmt."""

    help = "Compile the translations that are missing or older than their text."
    requires_system_checks: list[str] = []  # one of them asks for what is made here

    def handle(self, *args: Any, **options: Any) -> None:
        for path in stale():
            try:
                compile_catalogue(path)
            except (OSError, ValueError) as error:  # polib's words for a text that it cannot read
                raise CommandError(f"{path}: {error}") from error
            if options["verbosity"]:
                self.stdout.write(f"{path.with_suffix('.mo')}: compiled")
