"""Statements that are put together once for everybody who may do the same."""

from collections.abc import Callable
from copy import copy
from typing import Any

from django.db.models import BigIntegerField, DateTimeField, QuerySet

from accounts.models import User
from namdinh_wards.prepared import Given, Prepared


class PreparedForAnybody:
    """A queryset that depends on a user: on who they are when it is run, on what they may once."""

    def __init__(self, rows_for: Callable[[User], QuerySet[Any, Any]]) -> None:
        self._rows_for = rows_for
        self._prepared: dict[frozenset[str], Prepared] = {}

    def rows(self, user: User, **values: Any) -> list[Any]:
        """Return the user's rows, with these values for what else is given; one query."""
        may = frozenset(user.get_all_permissions())
        if may not in self._prepared:
            anybody: Any = copy(user)
            anybody.pk = Given("user", BigIntegerField())
            anybody.date_joined = Given("joined", DateTimeField())
            self._prepared[may] = Prepared(self._rows_for(anybody))
        return self._prepared[may].rows(user=user.pk, joined=user.date_joined, **values)
