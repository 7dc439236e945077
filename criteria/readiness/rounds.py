"""The rounds that figures come from: which one speaks for a day, and which ones will."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Self

from criteria.models import Round


class Rounds(tuple[Round, ...]):
    """Every round that is not planned, the latest end first.

    Each has its set at hand, and `n_criteria`: the number of criteria in it. planned: those yet to
    be opened. known: they are as they were known at the end of that day; None: now.
    """

    planned: tuple[Round, ...]
    known: date | None

    def __new__(
        cls,
        rounds: Iterable[Round] = (),
        planned: Iterable[Round] = (),
        known: date | None = None,
    ) -> Self:
        made = super().__new__(cls, rounds)
        made.planned, made.known = tuple(planned), known
        return made

    def where(self, keep: Callable[[Round], bool]) -> "Rounds":
        return Rounds(filter(keep, self), self.planned, self.known)

    def ended(self, on: date) -> "Rounds":
        return self.where(lambda round: round.ends_on <= on)

    @property
    def of_city(self) -> "Rounds":
        """Those of the whole city: a trial or thematic round speaks for nobody."""
        planned = (round for round in self.planned if round.is_citywide)
        return Rounds((round for round in self if round.is_citywide), planned, self.known)

    def settled(self, on: date) -> "Rounds":
        """The rounds that speak: of the whole city, settled, and ended by the day."""
        return self.of_city.ended(on).where(lambda round: round.is_settled)

    def standing(self, on: date) -> Round | None:
        """The round that a day's standings come from: the latest that speaks."""
        return next(iter(self.settled(on)), None)

    def before(self, round: Round, on: date) -> Round | None:
        """The latest other round that speaks: what a round is held against."""
        return next((each for each in self.settled(on) if each != round), None)

    def under_verification(self, on: date) -> "Rounds":
        """The rounds that will take the standing one's place: ended by the day, not settled yet."""
        standing = self.standing(on)
        since = standing.ends_on if standing else date.min
        return self.of_city.ended(on).where(lambda r: not r.is_settled and r.ends_on > since)

    def provisional(self, on: date) -> Round | None:
        """The latest round under verification."""
        return next(iter(self.under_verification(on)), None)

    def yet_to_end(self, on: date, until: date) -> list[Round]:
        """The rounds of the whole city that end after the day and by another one."""
        city = self.of_city
        return [r for r in (*city, *city.planned) if on < r.ends_on <= until]

    @property
    def opened(self) -> "Rounds":
        """The open rounds, the newest first: one that was reopened comes behind it."""
        return Rounds(round for round in self if round.is_open)

    @property
    def begun_on(self) -> date | None:
        """The first day of the first round of the whole city: where the programme starts."""
        return min((round.starts_on for round in self.of_city), default=None)


def read_rounds(known: date | None = None) -> Rounds:
    """Read them in one query, as they were known at the end of a day; None: now.

    What was settled later was not settled then, and each sheet of theirs is read as of that day.
    """
    rounds: Any = Round.objects.select_related("criteria_set").with_n_criteria()
    rounds, planned = list(rounds.order_by("-ends_on", "pk")), Round.Status.PLANNED
    for round in rounds:
        round.known = known
        if known and round.settled_on and round.settled_on > known:
            round.settled_on = None
    return Rounds(
        (round for round in rounds if round.status != planned),
        (round for round in rounds if round.status == planned),
        known,
    )
