"""Pages that can be asked for any day: `?on=2024-06-30`.

As it was known at the end of another one: `&known=2024-12-31`. And by the round under verification,
which is not official yet: `?round=4`.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property

from criteria.forms.day import DayForm
from criteria.models import Round
from criteria.readiness.rounds import Rounds, read_rounds
from criteria.views.base import PageMixin


@dataclass(frozen=True)
class Day:
    """The day of a page, and how its links keep it.

    standing: the round that speaks for the day. under_verification: those that are to take its
    place. chosen: the one of these that the page shows in its stead. ends: the rounds that have
    ended by today, for the picker. others: what else the address asks. known: the figures are as
    they were known at the end of that day; None: as they are now. typed_on, typed_known: what the
    picker's fields show.
    """

    on: date
    today: date
    known: date | None
    problem: str
    known_problem: str
    typed_on: str
    typed_known: str
    standing: Round | None
    under_verification: Rounds
    chosen: Round | None
    ends: Rounds
    others: tuple[tuple[str, str], ...]

    @property
    def is_today(self) -> bool:
        return self.on == self.today

    @property
    def now(self) -> str:
        """The same page as it is known now."""
        on = [] if self.is_today else [("on", self.on.isoformat())]
        return f"?{urlencode([*on, *self.others])}"

    @property
    def is_provisional(self) -> bool:
        return self.chosen is not None

    @property
    def round(self) -> Round | None:
        """The round that the page's figures come from."""
        return self.chosen or self.standing

    @property
    def q(self) -> str:
        """To follow an address without a query."""
        asked = urlencode(self.fields)
        return f"?{asked}" if asked else ""

    @property
    def fields(self) -> list[tuple[str, str]]:
        """What a form sends along, to stay on the day."""
        return self._asked(self.chosen)

    @property
    def also(self) -> str:
        """To follow an address that has a query already."""
        asked = urlencode(self.fields)
        return f"&{asked}" if asked else ""

    @property
    def back(self) -> str:
        """The same page of today, whatever else its address asks."""
        return f"?{urlencode(self.others)}"

    @property
    def official(self) -> str:
        """The same page by the round that speaks for the day."""
        return f"?{urlencode([*self._asked(None), *self.others])}"

    @property
    def switches(self) -> list[tuple[Round, str]]:
        """The rounds under verification, each with the same page by it."""
        return [
            (round, f"?{urlencode([*self._asked(round), *self.others])}")
            for round in self.under_verification
            if round != self.chosen
        ]

    def _asked(self, round: Round | None) -> list[tuple[str, str]]:
        days = {"on": None if self.is_today else self.on, "known": self.known}
        asked = [(name, day.isoformat()) for name, day in days.items() if day]
        return [*asked, ("round", str(round.pk))] if round else asked


class DayMixin(PageMixin):
    """Gives a page its day, and the rounds (one query)."""

    @cached_property
    def day_form(self) -> DayForm:
        return DayForm(self.request.GET, today=timezone.localdate())

    @cached_property
    def rounds(self) -> Rounds:
        return read_rounds(self.day_form.known_on)

    @cached_property
    def day(self) -> Day:
        form = self.day_form
        under_verification = self.rounds.under_verification(form.day)
        asked = self.request.GET.get("round")
        return Day(
            on=form.day,
            today=form.today,
            known=form.known_on,
            problem=form.problem,
            known_problem=form.known_problem,
            typed_on=form.typed("on") or date_format(form.day),
            typed_known=form.typed("known"),
            standing=self.rounds.standing(form.day),
            under_verification=under_verification,
            chosen=next((each for each in under_verification if str(each.pk) == asked), None),
            ends=self.rounds.of_city.ended(form.today),
            others=tuple(
                (name, value)
                for name, values in self.request.GET.lists()
                for value in values
                if name not in ("on", "known", "round")
            ),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(  # type: ignore[misc]
            day=self.day, standing_round=self.day.round, **kwargs
        )
        return context
