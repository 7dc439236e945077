"""The daily e-mail: who gets one, what it says. Counts, names of wards and links; nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from accounts.models import User
from criteria import permissions
from criteria.log.notices import unread
from criteria.models import Inbox
from criteria.overviews.work import Work, read_work
from criteria.sheets.deadlines import Urgency
from criteria.sheets.progress import SheetOnDay

LISTED = 20


@dataclass(frozen=True)
class Digest:
    """What is new or due for one person. n_new: unread notices since the last e-mail."""

    inbox: Inbox
    n_new: int
    work: Work

    @property
    def due(self) -> list[SheetOnDay]:
        return [item for item in self.work.sheets if item.urgency != Urgency.LATER]

    @property
    def n_rounds(self) -> int:
        return len(self.work.to_open) + len(self.work.to_close)

    @property
    def is_empty(self) -> bool:
        return not (self.n_new or self.due or self.n_rounds)


def inboxes_due(on: date) -> QuerySet[Inbox]:
    """Return those who want an e-mail, can be sent one and can sign in, and have had none today."""
    open_to_send = Inbox.objects.filter(wants_digest=True, user__is_active=True)
    open_to_send = open_to_send.filter(Q(digest_on=None) | Q(digest_on__lt=on))
    if not settings.DEMO:
        open_to_send = open_to_send.filter(user__is_demo=False)
    return open_to_send.exclude(user__email="").select_related("user").order_by("user")


def read_digest(inbox: Inbox, on: date) -> Digest:
    user = inbox.user
    work = read_work(permissions.duties_of(user), on)
    new = unread(permissions.visible_notices(user), user)
    if inbox.digest_on:
        # An e-mail says its day and no hour: what came later that day must not be lost.
        midnight = datetime.combine(inbox.digest_on, time.min)
        new = new.filter(at__gte=timezone.make_aware(midnight, timezone.get_default_timezone()))
    return Digest(inbox, new.count(), work)


def message_of(digest: Digest) -> EmailMessage:
    """Write the e-mail, in the installation's language."""
    user: User = digest.inbox.user
    due = digest.due
    with override(settings.LANGUAGE_CODE):
        context = {
            "digest": digest,
            "lines": [_line(item) for item in due[:LISTED]],
            "n_more": max(len(due) - LISTED, 0),
            "work_url": _url("work"),
            "notices_url": _url("notices"),
        }
        text = render_to_string("criteria/notices/digest.txt", context)
        return EmailMessage(_subject(digest), text, to=[user.email])


def _subject(digest: Digest) -> str:
    return _("Model ward police: %(counts)s") % {"counts": ", ".join(_counts(digest))}


def _counts(digest: Digest) -> Iterator[str]:
    sheets = digest.work.sheets
    if sheets.n_late:
        yield _say(ngettext("%(n)d sheet late", "%(n)d sheets late", sheets.n_late), sheets.n_late)
    if sheets.n_soon:
        due = ngettext("%(n)d sheet due soon", "%(n)d sheets due soon", sheets.n_soon)
        yield _say(due, sheets.n_soon)
    if digest.n_rounds:
        rounds = ngettext(
            "%(n)d round to open or close", "%(n)d rounds to open or close", digest.n_rounds
        )
        yield _say(rounds, digest.n_rounds)
    if digest.n_new:
        yield _say(ngettext("%(n)d new notice", "%(n)d new notices", digest.n_new), digest.n_new)


def _say(text: str, n: int) -> str:
    return text % {"n": n}


@dataclass(frozen=True)
class Line:
    item: SheetOnDay
    url: str


def _line(item: SheetOnDay) -> Line:
    return Line(item, _url("sheet", item.sheet.round_id, item.sheet.ward_id))


def _url(name: str, *args: int) -> str:
    return str(settings.SITE_URL).rstrip("/") + reverse(f"criteria:{name}", args=args)
