"""Send everybody who wants it one e-mail a day: `manage.py send_digest`, as often as one likes."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from criteria.actions.notices import claim_digest, give_digest_back
from criteria.models import Inbox
from criteria.reports.digest import inboxes_due, message_of, read_digest


class Command(BaseCommand):
    help = (
        "Send the daily e-mail to those who want it and have something new or due. Run it from a "
        "timer: a person gets one a day however often it runs. Fails where an e-mail could not be "
        "sent; the next run tries that one again."
    )

    def handle(self, **options: Any) -> None:
        today = timezone.localdate()
        n_sent, failed = 0, []
        for inbox in inboxes_due(today):
            try:
                n_sent += _send(inbox, today)
            except Exception as error:  # whatever it is, the others must get theirs
                failed.append(f"{inbox.user.username}: {error}")
        self.stdout.write(f"Sent: {n_sent}.")
        if failed:
            raise CommandError("Not sent, to be tried again:\n" + "\n".join(failed))


def _send(inbox: Inbox, on: date) -> bool:
    """Send one e-mail; False where there is nothing to say or another run has taken it."""
    digest = read_digest(inbox, on)
    if digest.is_empty:
        return False
    message = message_of(digest)
    if not claim_digest(inbox, on):
        return False
    try:
        message.send()
    except Exception:
        give_digest_back(inbox, on)
        raise
    return True
