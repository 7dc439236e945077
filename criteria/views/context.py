"""What the head of every page says: how much waits for the person, and how much is new to them."""

from copy import copy
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, DateField, DateTimeField
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts.models import User
from criteria import permissions
from criteria.log.notices import unread
from criteria.overviews.waiting import Waiting, waiting_of, waiting_row
from criteria.views.base import user_of
from namdinh_wards.prepared import Given, Prepared


def waiting(request: HttpRequest) -> dict[str, Any]:
    """One query, and none where nobody looks: in fragments, in the administration, signed out."""
    return {
        "waiting": SimpleLazyObject(lambda: waiting_for(user_of(request), timezone.localdate())),
        "work_title": SimpleLazyObject(lambda: work_title_for(user_of(request))),
    }


def work_title_for(user: User) -> str:
    """Name the page of work: whoever takes no step on any sheet watches that others do."""
    return _("My work") if permissions.hands_of(user) else _("Work to follow")


_statements: dict[frozenset[str], Prepared] = {}  # by what the person may do


def waiting_for(user: User, on: date) -> Waiting:
    if not permissions.can_see_counts(user):
        return Waiting()
    may = frozenset(user.get_all_permissions())
    if may not in _statements:
        _statements[may] = _prepare(user)
    return waiting_of(_statements[may].row(pk=user.pk, joined=user.date_joined, on=on))


def _prepare(user: User) -> Prepared:
    """Prepare the count for everybody who may do what the user may."""
    anybody: Any = copy(user)
    anybody.pk = Given("pk", BigIntegerField())
    anybody.date_joined = Given("joined", DateTimeField())
    news = unread(permissions.visible_notices(anybody), anybody)
    own = User.objects.filter(pk=anybody.pk)
    day: Any = Given("on", DateField())
    return Prepared(waiting_row(permissions.duties_of(anybody), day, news, own))
