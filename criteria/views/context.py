"""What the head of every page says: how much waits for the person, and how much is new."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from criteria import permissions
from criteria.log.notices import unread
from criteria.overviews.waiting import Waiting, count_waiting
from criteria.views.base import user_of


def waiting(request: HttpRequest) -> dict[str, Any]:
    """One query, and none where nobody looks: in fragments, in the administration, signed out."""
    return {"waiting": SimpleLazyObject(lambda: _waiting(user_of(request)))}


def _waiting(user: User) -> Waiting:
    if not permissions.can_see_counts(user):
        return Waiting()
    return count_waiting(
        permissions.duties_of(user),
        timezone.localdate(),
        unread(permissions.visible_notices(user), user),
        User.objects.filter(pk=user.pk),
    )
