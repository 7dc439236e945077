"""After too many failures a name, or a whole address, waits; what is told of it is true.

Nothing of a lock is stored but that it began and that it was lifted: whether it holds, and until
when, follows from the record. A try during a lock does not prolong it.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Access, User, sign_in_key

Kind = Access.Kind

WHOLE_ADDRESS = ""  # in the place of a name's key
FAILURES = (Kind.FAILURE, Kind.OLD_PASSWORD)
PROOFS = (Kind.SIGN_IN, Kind.PASSWORD)  # of who it is: the name's failures are forgotten


@dataclass(frozen=True)
class Lock:
    """key: of the name that waits, from this address alone; WHOLE_ADDRESS: every name from it."""

    key: str
    address: str
    until: datetime

    @property
    def is_of_address(self) -> bool:
        return self.key == WHOLE_ADDRESS

    @property
    def n_seconds(self) -> int:
        return max(1, math.ceil((self.until - timezone.now()).total_seconds()))

    @property
    def n_minutes(self) -> int:
        """How long it still lasts, rounded up."""
        return math.ceil(self.n_seconds / 60)


def lock_of(username: str, address: str) -> Lock | None:
    """Return what keeps a name from signing in from an address. One query."""
    rows = _recent().filter(address=address, key__in=[sign_in_key(username), WHOLE_ADDRESS])
    return max(_in_force(rows), key=lambda lock: lock.until, default=None)


def locks_of(user: User) -> list[Lock]:
    """Return every lock that keeps a person out: of the name, and of addresses they tried from."""
    key = sign_in_key(user.username)
    tried = Access.objects.filter(key=key, at__gt=timezone.now() - 2 * settings.LOCK_FOR)
    return [
        lock
        for lock in _in_force(_recent().filter(address__in=tried.values("address")))
        if lock.key in (key, WHOLE_ADDRESS)
    ]


def keys_to_lock(username: str, address: str) -> list[str]:
    """Return the keys that the latest failure locks: the name's, the whole address's. One query."""
    since = timezone.now() - settings.LOCK_FOR
    kinds = (*FAILURES, *PROOFS, Kind.LOCK, Kind.UNLOCK)
    rows = Access.objects.filter(address=address, at__gt=since, kind__in=kinds).order_by("pk")
    return _exceeded(sign_in_key(username), rows.values_list("kind", "key"))


def _exceeded(key: str, rows: Iterable[tuple[str, str]]) -> list[str]:
    """Count the failures of a name and of all names, each since it last began anew."""
    n_of = {key: 0, WHOLE_ADDRESS: 0}
    for kind, row_key in rows:
        if kind in FAILURES:
            n_of[WHOLE_ADDRESS] += 1
            n_of[key] += row_key == key
        elif row_key in n_of:
            n_of[row_key] = 0
    limits = {key: settings.FAILURES_OF_NAME, WHOLE_ADDRESS: settings.FAILURES_OF_ADDRESS}
    return [counted for counted, n in n_of.items() if n >= limits[counted]]


def _recent() -> QuerySet[Access]:
    """The beginnings and ends of locks that may hold."""
    since = timezone.now() - settings.LOCK_FOR
    return Access.objects.filter(kind__in=[Kind.LOCK, Kind.UNLOCK], at__gt=since)


def _in_force(rows: QuerySet[Access]) -> list[Lock]:
    latest = {(row.key, row.address): row for row in rows.order_by("pk")}
    return [
        Lock(row.key, row.address, row.at + settings.LOCK_FOR)
        for row in latest.values()
        if row.kind == Kind.LOCK
    ]
