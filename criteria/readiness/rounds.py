"""The rounds that figures come from: which one speaks for a day."""

from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from criteria.models import Criterion, Round


class Rounds(tuple[Any, ...]):
    """Every round that is not planned, the latest end first.

    Each has its set at hand, and `n_criteria`: the number of criteria in it.
    """

    def ended(self, on: date) -> "Rounds":
        return Rounds(round for round in self if round.ends_on <= on)

    def standing(self, on: date) -> Any | None:
        """The round that a day's standings come from: the latest that ended by `on`."""
        return next(iter(self.ended(on)), None)

    @property
    def opened(self) -> "Rounds":
        """The open rounds, the one that ends first before the others."""
        return Rounds(round for round in reversed(self) if round.is_open)

    @property
    def current(self) -> Any | None:
        """Of the open rounds the one that ends first; None where none is open."""
        return next(iter(self.opened), None)

    @property
    def begun_on(self) -> date | None:
        """The first day of the first round: where the programme starts."""
        return min((round.starts_on for round in self), default=None)


def read_rounds() -> Rounds:
    """Read them in one query."""
    of_set = (
        Criterion.objects.filter(criteria_set=OuterRef("criteria_set"))
        .order_by()
        .values("criteria_set")
        .annotate(n=Count("pk"))
    )
    begun = Round.objects.exclude(status=Round.Status.PLANNED)
    return Rounds(
        begun.select_related("criteria_set")
        .annotate(n_criteria=Coalesce(Subquery(of_set.values("n")), 0))
        .order_by("-ends_on")
    )
