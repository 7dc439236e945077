"""Nothing invented may pass for real."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError

from accounts.models import User


@register(Tags.database)
def check_no_demo_data(
    *, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse a database that holds demo accounts, and so invented results, in production."""
    if settings.DEMO or not databases:
        return []
    try:
        is_invented = User.objects.filter(is_demo=True).exists()
    except DatabaseError:  # not migrated yet: nothing is in it
        return []
    if not is_invented:
        return []
    return [
        Error(
            "This database holds the demonstration: its results are invented.",
            hint="Use another database, or set DEMO=on to look at it.",
            id="accounts.E001",
        )
    ]
