"""Writes of accounts: what the log says of them leaves the password out."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction

from accounts.locks import Lock
from accounts.models import User
from accounts.record import unlock
from criteria.actions.log import differences, entry, facts_of
from criteria.models import Activity
from criteria.readiness.words import time_in_words

# Whoever reads the log must not be able to attack a password; a sign-in is not a change. What
# follows from the accounts, or from whose password it is, is the program's own book-keeping.
_LEFT_OUT = ("password", "last_login", "shares_name", "must_change_password")


def _facts(user: User) -> dict[str, Any]:
    return {name: value for name, value in facts_of(user).items() if name not in _LEFT_OUT}


@transaction.atomic
def save_user(user: User, *, acting_user: User) -> None:
    """Store an account and log what changed. The caller has validated it."""
    Activity.objects.hold()
    stored = User.objects.filter(pk=user.pk).first() if user.pk else None
    before = _facts(stored) if stored else {}
    if stored is None and not user.is_demo:
        user.must_change_password = True  # whoever made the account knows the first one
    user.save()
    _log(user, before, _facts(user), acting_user, is_new=stored is None)


@transaction.atomic
def log_made(user: User, *, acting_user: User | None) -> None:
    """Log an account that Django's own command has made."""
    _log(user, {}, _facts(user), acting_user, is_new=True)


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
def log_password(user: User, *, acting_user: User | None) -> bool:
    """Log that the account's password is no longer the one that `user` was read with, if so."""
    now = User.objects.get(pk=user.pk)
    if now.password == user.password:
        return False
    _log(user, {}, {"password": "***"}, acting_user)
    return True


@transaction.atomic
def password_was_given(user: User, *, acting_user: User | None) -> None:
    """Follow up a password that an administrator may have set; `user` as read before that.

    acting_user None: a command on the server.
    Who was locked out for not knowing the old one can come in with it, and then chooses another.
    """
    if log_password(user, acting_user=acting_user) and user != acting_user:
        User.objects.filter(pk=user.pk).update(must_change_password=not user.is_demo)
        unlock(user, by=acting_user)


@transaction.atomic
def unlock_user(user: User, *, acting_user: User) -> list[Lock]:
    """Let somebody who failed too often try again at once. Return the locks that there were."""
    Activity.objects.hold()
    locks = unlock(user, by=acting_user)
    if locks:
        held = ", ".join(f"{lock.address} → {time_in_words(lock.until)}" for lock in locks)
        row = entry(Activity.Verb.CHANGE, user, acting_user=acting_user, before={"lock": held})
        Activity.objects.append([row])
    return locks


def _log(
    user: User,
    before: dict[str, Any],
    after: dict[str, Any],
    acting_user: User | None,
    *,
    is_new: bool = False,
) -> None:
    gone, came = differences(before, after)
    if not came:
        return
    verb = Activity.Verb.CREATE if is_new else Activity.Verb.CHANGE
    row = entry(verb, user, acting_user=acting_user, before=gone, after=came)
    Activity.objects.append([row])
