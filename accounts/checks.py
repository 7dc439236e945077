"""Nothing invented may pass for real."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError

from accounts.models import User

NOT_MIGRATED = None  # nothing is in it


def _accounts() -> list[bool] | None:
    """Return of each account, in the order in which they were made, whether it is invented.

    The first one marks the database: a demonstration makes its accounts where there are none. No
    other column is read, so that a database of an earlier version says it, too.
    """
    try:
        return list(User.objects.order_by("pk").values_list("is_demo", flat=True))
    except DatabaseError:
        return NOT_MIGRATED


def is_demonstration() -> bool:
    """The database's first account was invented; whoever was added later is of the trial."""
    return (_accounts() or [False])[0]


def has_real_accounts() -> bool:
    """Somebody has accounts here that are none of a demonstration."""
    return bool(_accounts()) and not is_demonstration()


@register(Tags.database)
def check_demo_data_are_apart(
    *, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse invented accounts, and so invented results, in production; and the other way round.

    `migrate` asks this, too: a demonstration leaves a real database as it is.
    """
    if not databases:
        return []
    if not settings.DEMO and any(_accounts() or ()):
        return [
            Error(
                "This database holds the demonstration: its results are invented.",
                hint="Use another database, or set DEMO=on to look at it.",
                id="accounts.E001",
            )
        ]
    if settings.DEMO and has_real_accounts():
        return [
            Error(
                "This database is no demonstration: it holds accounts of real people.",
                hint="For a trial use another database; in production remove DEMO=on.",
                id="accounts.E002",
            )
        ]
    return []


@register(Tags.database, deploy=True)
def check_demonstration_is_made(
    *, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse to serve as a demonstration what is none yet: it may be production before its day."""
    if not databases or not settings.DEMO or _accounts() != []:
        return []
    return [
        Error(
            "This database is no demonstration: it has no accounts.",
            hint="Make it one with “make install”, or remove DEMO=on.",
            id="accounts.E003",
        )
    ]
