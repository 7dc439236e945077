"""Send everybody who wants it one e-mail a day: `manage.py send_digest`, as often as one likes."""

from datetime import date
from smtplib import (
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
)
from typing import Any

from django.core.mail import get_connection
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from criteria.actions.notices import claim_digest, give_digest_back
from criteria.models import Inbox
from criteria.reports.digest import inboxes_due, message_of, read_digest

# The server has said no: it has the e-mail of nobody. After any other error it may have it.
_SURELY_NOT_SENT = (SMTPRecipientsRefused, SMTPResponseException)


class Unreachable(Exception):
    """The mail server cannot be spoken to, so nobody else's e-mail can be sent either."""


class PerhapsSent(Exception):
    """The server fell silent after it had begun to take the e-mail."""


class Command(BaseCommand):
    help = (
        "Send the daily e-mail to those who want it and have something new or due. Run it from a "
        "timer: a person gets one a day however often it runs. Fails where an e-mail could not be "
        "sent; the next run tries that one again, unless it may have been sent. Waits for the mail "
        "server for EMAIL_TIMEOUT seconds at a time."
    )

    def handle(self, **options: Any) -> None:
        today = timezone.localdate()
        n_sent = 0
        failed: list[str] = []
        perhaps: list[str] = []
        inboxes = list(inboxes_due(today))
        for place, inbox in enumerate(inboxes):
            try:
                n_sent += _send(inbox, today)
            except Unreachable as error:
                rest = ", ".join(each.user.username for each in inboxes[place:])
                failed.append(f"{error}; not tried: {rest}")
                break
            except PerhapsSent as error:
                perhaps.append(f"{inbox.user.username}: {error}")
            except Exception as error:  # whatever it is, the others must get theirs
                failed.append(f"{inbox.user.username}: {error}")
        self.stdout.write(f"Sent: {n_sent}.")
        problems = []
        if failed:
            problems.append("Not sent, to be tried again:\n" + "\n".join(failed))
        if perhaps:
            problems.append("Perhaps sent, and not tried again today:\n" + "\n".join(perhaps))
        if problems:
            raise CommandError("\n".join(problems))


def _send(inbox: Inbox, on: date) -> bool:
    """Send one e-mail; False where there is nothing to say or another run has taken it.

    Nobody gets it twice: what may have been sent stays claimed.
    """
    digest = read_digest(inbox, on)
    if digest.is_empty:
        return False
    message = message_of(digest)
    message.connection = get_connection()
    if not claim_digest(inbox, on):
        return False
    try:
        message.connection.open()
    except (OSError, SMTPException) as error:
        give_digest_back(inbox, on)
        raise Unreachable(f"The mail server does not answer: {error}") from error
    try:
        n_taken = message.send()
    except (OSError, SMTPException) as error:
        if not isinstance(error, _SURELY_NOT_SENT):
            raise PerhapsSent(str(error)) from error
        give_digest_back(inbox, on)
        raise
    except Exception:
        give_digest_back(inbox, on)
        raise
    finally:
        message.connection.close()
    if not n_taken:
        give_digest_back(inbox, on)
        raise Unreachable("The mail server took nothing")
    return True
