"""The rounds that figures come from: which one speaks for a day, and which ones will."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Self

from criteria.models import Round


class Rounds(tuple[Round, ...]):
    """Every round that is not planned, the latest end first.

    Each has its set at hand, and `n_criteria`: the number of criteria in it. planned: those of the
    whole city that are yet to be opened.
    """

    planned: tuple[Round, ...]

    def __new__(cls, rounds: Iterable[Round] = (), planned: Iterable[Round] = ()) -> Self:
        made = super().__new__(cls, rounds)
        made.planned = tuple(planned)
        return made

    def ended(self, on: date) -> "Rounds":
        return Rounds(round for round in self if round.ends_on <= on)

    @property
    def of_city(self) -> "Rounds":
        """Those of the whole city: a trial or thematic round speaks for nobody."""
        return Rounds((round for round in self if round.is_citywide), self.planned)

    def settled(self, on: date) -> "Rounds":
        """The rounds that speak: of the whole city, settled, and ended by the day."""
        return Rounds(round for round in self.of_city.ended(on) if round.is_settled)

    def standing(self, on: date) -> Round | None:
        """The round that a day's standings come from: the latest that speaks."""
        return next(iter(self.settled(on)), None)

    def under_verification(self, on: date) -> "Rounds":
        """The rounds that will take the standing one's place: ended by the day, not settled yet."""
        standing = self.standing(on)
        return Rounds(
            round
            for round in self.of_city.ended(on)
            if not round.is_settled and (standing is None or standing.ends_on < round.ends_on)
        )

    def provisional(self, on: date) -> Round | None:
        """The latest round under verification."""
        return next(iter(self.under_verification(on)), None)

    def yet_to_end(self, on: date, until: date) -> list[Round]:
        """The rounds of the whole city that end after the day and by another one."""
        ahead = [*self.of_city, *self.planned]
        return [round for round in ahead if on < round.ends_on <= until]

    @property
    def opened(self) -> "Rounds":
        """The open rounds, the newest first: one that was reopened comes behind it."""
        return Rounds(round for round in self if round.is_open)

    @property
    def begun_on(self) -> date | None:
        """The first day of the first round of the whole city: where the programme starts."""
        return min((round.starts_on for round in self.of_city), default=None)


def read_rounds() -> Rounds:
    """Read them in one query."""
    rounds: Any = Round.objects.select_related("criteria_set").with_n_criteria()
    return begun(rounds.order_by("-ends_on", "pk"))


def begun(rounds: Iterable[Round]) -> Rounds:
    """Tell the rounds that have begun from those that are only planned."""
    rounds, planned = list(rounds), Round.Status.PLANNED
    return Rounds(
        (round for round in rounds if round.status != planned),
        (round for round in rounds if round.status == planned and round.is_citywide),
    )
