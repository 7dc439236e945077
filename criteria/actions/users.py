"""Writes of accounts: what the log says of them leaves the password out."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction

from accounts.models import User
from criteria.actions.log import differences, entry, facts_of
from criteria.models import Activity

# Whoever reads the log must not be able to attack a password; a sign-in is not a change.
_LEFT_OUT = ("password", "last_login")


def _facts(user: User) -> dict[str, Any]:
    return {name: value for name, value in facts_of(user).items() if name not in _LEFT_OUT}


@transaction.atomic
def save_user(user: User, *, acting_user: User) -> None:
    """Store an account and log what changed. The caller has validated it."""
    Activity.objects.hold()
    stored = User.objects.filter(pk=user.pk).first() if user.pk else None
    before = _facts(stored) if stored else {}
    user.save()
    _log(user, before, _facts(user), acting_user, is_new=stored is None)


@transaction.atomic
def set_roles(user: User, roles: Iterable[Group], *, acting_user: User) -> None:
    """Give the account these roles and no others."""
    before = sorted(user.groups.values_list("name", flat=True))
    wanted = list(roles)
    user.groups.set(wanted)
    after = sorted(role.name for role in wanted)
    _log(user, {"roles": before}, {"roles": after}, acting_user)


def hold_user(pk: int) -> User:
    """Read an account as it is now, and let nobody else change it until the commit.

    The log comes first: a page of the administration that saves an account asks in this order.
    """
    Activity.objects.hold()
    return User.objects.select_for_update(no_key=True).get(pk=pk)


@transaction.atomic
def log_password(user: User, *, acting_user: User) -> None:
    """Log that the account's password is no longer the one that `user` was read with."""
    now = User.objects.get(pk=user.pk)
    if now.password != user.password:
        _log(user, {}, {"password": "***"}, acting_user)


def _log(
    user: User,
    before: dict[str, Any],
    after: dict[str, Any],
    acting_user: User,
    *,
    is_new: bool = False,
) -> None:
    gone, came = differences(before, after)
    if not came:
        return
    verb = Activity.Verb.CREATE if is_new else Activity.Verb.CHANGE
    row = entry(verb, user, acting_user=acting_user, before=gone, after=came)
    Activity.objects.append([row])
