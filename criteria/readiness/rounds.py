"""The rounds that figures come from: which one speaks for a day."""

from datetime import date

from criteria.models import Round


class Rounds(tuple[Round, ...]):
    """Every round that is not planned, the latest end first.

    Each has its set at hand, and `n_criteria`: the number of criteria in it.
    """

    def ended(self, on: date) -> "Rounds":
        return Rounds(round for round in self if round.ends_on <= on)

    def standing(self, on: date) -> Round | None:
        """The round that a day's standings come from: the latest that ended by `on`."""
        return next(iter(self.ended(on)), None)

    @property
    def opened(self) -> "Rounds":
        """The open rounds, the one that ends first before the others."""
        return Rounds(round for round in reversed(self) if round.is_open)

    @property
    def current(self) -> Round | None:
        """Of the open rounds the one that ends first; None where none is open."""
        return next(iter(self.opened), None)

    @property
    def begun_on(self) -> date | None:
        """The first day of the first round: where the programme starts."""
        return min((round.starts_on for round in self), default=None)


def read_rounds() -> Rounds:
    """Read them in one query."""
    begun = Round.objects.exclude(status=Round.Status.PLANNED)
    return Rounds(begun.select_related("criteria_set").with_n_criteria().order_by("-ends_on"))
