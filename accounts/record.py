"""Who comes and goes, fails or is refused, reads or takes away: written down as it happens."""

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import override

from accounts.addresses import client_address
from accounts.locks import WHOLE_ADDRESS, Lock, keys_to_lock, lock_of, locks_of
from accounts.models import Access, User, sign_in_key
from namdinh_wards.text import fold, one_line

logger = logging.getLogger(__name__)

Kind = Access.Kind
# Of what is refused during a lock, one a name and minute is noted, and so many of an address:
# whoever goes on hammering fills no disk.
REFUSALS_A_MINUTE = 20


def note(request: HttpRequest, kind: Kind, *, about: object = "") -> None:
    """Note what the signed-in person takes: to read, or away.

    about: named in the installation's language, whatever language the person reads.
    """
    user: Any = request.user
    with override(settings.LANGUAGE_CODE):
        _write(kind, client_address(request), user.username, user, about=str(about), of=request)


def note_failure(request: HttpRequest, username: str, kind: Kind = Kind.FAILURE) -> Lock | None:
    """Note that a password was wrong, and lock what has failed too often. Return the lock, if any.

    During a lock nothing is counted: it ends when it was said to.
    """
    address = client_address(request)
    if lock := lock_of(username, address):
        _note_refusal(request, username, lock)
        return lock
    _write(kind, address, username, of=request)
    for key in keys_to_lock(username, address):
        is_of_address = key == WHOLE_ADDRESS
        logger.warning("Too many failed sign-ins from %s: locked.", address)
        _write(Kind.LOCK, address, "" if is_of_address else username, of=request)
    return lock_of(username, address)


def _note_refusal(request: HttpRequest, username: str, lock: Lock) -> None:
    since = timezone.now() - timedelta(minutes=1)
    noted = Access.objects.filter(kind=Kind.REFUSED, address=lock.address, at__gt=since)
    keys = list(noted.values_list("key", flat=True)[:REFUSALS_A_MINUTE])
    if len(keys) < REFUSALS_A_MINUTE and sign_in_key(username) not in keys:
        _write(Kind.REFUSED, lock.address, username, of=request)


def unlock(user: User, *, by: User | None) -> list[Lock]:
    """Lift every lock that keeps a person out; return those that there were.

    by: None where a command on the server does it.
    """
    about = by.label if by else ""
    locks = locks_of(user)
    for lock in locks:
        username = "" if lock.is_of_address else user.username
        _write(Kind.UNLOCK, lock.address, username, about=about)
    return locks


def _write(
    kind: Kind,
    address: str,
    username: str,
    user: User | None = None,
    *,
    about: str = "",
    of: HttpRequest | None = None,
) -> None:
    """Store one row. username: as typed; who it is, if anybody, is looked up where not given."""
    if username and user is None:
        user = _account_of(username)
    name = user.label if user else one_line(username)[:150]
    about = one_line(about)[:500]
    Access.objects.create(
        kind=kind,
        user=user,
        name=name,
        key=sign_in_key(username) if username else WHOLE_ADDRESS,
        address=address[:45],
        about=about,
        path=one_line(of.get_full_path())[:500] if of else "",
        search_text=fold(f"{name} {username} {about} {address}")[:1000],
    )


def _account_of(username: str) -> User | None:
    try:
        return User.objects.get_by_natural_key(username)
    except User.DoesNotExist:
        return None


@receiver(user_logged_in)
def _signed_in(sender: Any, request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    if request is not None:
        _write(Kind.SIGN_IN, client_address(request), user.username, user, of=request)


@receiver(user_logged_out)
def _signed_out(sender: Any, request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    if request is not None and user is not None:
        _write(Kind.SIGN_OUT, client_address(request), user.username, user, of=request)


@receiver(user_login_failed)
def _failed(
    sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    if request is not None:
        note_failure(request, str(credentials.get("username") or ""))
