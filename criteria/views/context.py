"""What the head of every page says: how much waits for the person, and how much is new to them."""

from datetime import date
from typing import Any

from django.db.models import DateField
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts.anybody import PreparedForAnybody
from accounts.models import User
from criteria import permissions
from criteria.log.notices import unread
from criteria.overviews.waiting import Waiting, waiting_of, waiting_row
from criteria.views.base import user_of
from namdinh_wards.prepared import Given


def waiting(request: HttpRequest) -> dict[str, Any]:
    """One query, and none where nobody looks: in fragments, in the administration, signed out."""
    return {
        "waiting": SimpleLazyObject(lambda: waiting_for(user_of(request), timezone.localdate())),
        "work_title": SimpleLazyObject(lambda: work_title_for(user_of(request))),
    }


def work_title_for(user: User) -> str:
    """Name the page of work: whoever takes no step on any sheet watches that others do."""
    return _("My work") if permissions.hands_of(user) else _("Work to follow")


def waiting_for(user: User, on: date) -> Waiting:
    if not permissions.can_see_counts(user):
        return Waiting()
    (row,) = _waiting.rows(user, on=on)
    return waiting_of(row)


def _waiting_row(user: User) -> Any:
    news = unread(permissions.visible_notices(user), user)
    own = User.objects.filter(pk=user.pk)
    day: Any = Given("on", DateField())
    return waiting_row(permissions.duties_of(user), day, news, own)


_waiting = PreparedForAnybody(_waiting_row)
