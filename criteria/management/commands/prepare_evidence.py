"""Prepare the folder of the uploaded documents: `manage.py prepare_evidence`, once an installation.

Not at every update: where the documents' disk is not mounted, it would mark the empty mount point.
"""

from pathlib import Path
from typing import Any

from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _

from criteria.models import Evidence
from namdinh_wards import storage


class Command(BaseCommand):
    help = "Make the folder of the uploaded documents and mark it as theirs."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        root = Path(storages["evidence"].path(""))
        if not storage.is_prepared(root) and _is_missed():
            raise CommandError(
                _("Files of documents are not in %(folder)s: is its disk there?") % {"folder": root}
            )
        try:
            storage.prepare(root)
        except OSError as error:
            raise CommandError(
                _("%(file)s cannot be prepared (%(reason)s).")
                % {"file": root, "reason": error.strerror}
            ) from error
        self.stdout.write(_("%(folder)s is prepared for documents.") % {"folder": root})


def _is_missed() -> bool:
    try:
        latest = Evidence.objects.exclude(file="").first()
    except DatabaseError:  # nothing is installed yet
        return False
    return latest is not None and not storages["evidence"].exists(latest.file)
