"""Pages that can be asked for any day: `?on=2024-06-30`."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.functional import cached_property

from criteria.forms.day import DayForm
from criteria.readiness.rounds import Rounds, read_rounds
from criteria.views.base import PageMixin


@dataclass(frozen=True)
class Day:
    """The day of a page, and how its links keep it.

    ends: the rounds that have ended by today, for the picker. others: what else the address asks.
    """

    on: date
    today: date
    problem: str
    ends: Rounds
    others: tuple[tuple[str, str], ...]

    @property
    def is_today(self) -> bool:
        return self.on == self.today

    @property
    def q(self) -> str:
        """To follow an address without a query."""
        return "" if self.is_today else f"?on={self.on.isoformat()}"

    @property
    def back(self) -> str:
        """The same page of today, whatever else its address asks."""
        return f"?{urlencode(self.others)}"

    @property
    def also(self) -> str:
        """To follow an address that has a query already."""
        return "" if self.is_today else f"&on={self.on.isoformat()}"


class DayMixin(PageMixin):
    """Gives a page its day, and the rounds (one query)."""

    @cached_property
    def rounds(self) -> Rounds:
        return read_rounds()

    @cached_property
    def day(self) -> Day:
        today = timezone.localdate()
        form = DayForm(self.request.GET, today=today)
        asked = self.request.GET.lists()
        return Day(
            on=form.day,
            today=today,
            problem=form.problem,
            ends=self.rounds.ended(today),
            others=tuple(
                (name, value) for name, values in asked for value in values if name != "on"
            ),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        round = self.rounds.standing(self.day.on)
        context: dict[str, Any] = super().get_context_data(  # type: ignore[misc]
            day=self.day, standing_round=round, **kwargs
        )
        return context
