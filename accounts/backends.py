"""Sign-in and permissions: roles alone grant anything, and demo accounts stay in the demo."""

from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.db.models import BigIntegerField
from django.http import HttpRequest

from accounts.addresses import client_address
from accounts.locks import lock_of
from accounts.models import User, permission_name
from namdinh_wards.prepared import Given, Prepared


@cache
def _granted() -> Prepared:
    """A user, once for each permission that their roles grant."""
    user = User.objects.filter(pk=Given("user", BigIntegerField())).order_by()
    return Prepared(user.annotate(granted=permission_name("groups__permissions__")))


class RoleBackend(ModelBackend):
    """Permissions come from the groups only, and are read in the query that reads the user.

    Django's own backend asks three queries of every request (user, their permissions, their
    groups' permissions); a page's budget has better uses for two of them.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> Any:
        """Look at no password while the name or the address is locked, at whichever door."""
        if request is not None and username and lock_of(username, client_address(request)):
            raise PermissionDenied
        return super().authenticate(request, username=username, password=password, **kwargs)

    def get_user(self, user_id: int) -> User | None:
        users = [row for row in _granted().rows(user=user_id) if self.user_can_authenticate(row)]
        if not users:
            return None
        user: User = users[0]
        user.role_permissions = {row.granted for row in users}
        return user

    def user_can_authenticate(self, user: Any) -> bool:
        return super().user_can_authenticate(user) and (settings.DEMO or not user.is_demo)

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        granted: set[str] = user_obj.role_permissions
        return granted
