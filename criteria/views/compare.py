"""Two rounds side by side, or two wards: `?what=rounds&first=1&second=2`."""

from typing import Any

from django.utils.functional import cached_property
from django.views.generic import TemplateView

from criteria import permissions
from criteria.forms.compare import RoundsForm, WardsForm
from criteria.models import WardQuerySet
from criteria.overviews.two_rounds import read_comparison
from criteria.overviews.two_wards import read_two_wards
from criteria.readiness.standing import standings
from criteria.views.base import user_of
from criteria.views.day import DayMixin


class CompareView(DayMixin, TemplateView):
    @cached_property
    def what(self) -> str:
        return "wards" if self.request.GET.get("what") == "wards" else "rounds"

    def get_template_names(self) -> list[str]:
        return [f"criteria/compare/{self.what}.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        told = self.two_wards() if self.what == "wards" else self.two_rounds()
        return super().get_context_data(what=self.what, **told, **kwargs)

    def with_own(self, wards: WardQuerySet) -> WardQuerySet:
        return permissions.with_own(wards, user_of(self.request))

    def two_rounds(self) -> dict[str, Any]:
        """Compare two rounds that had ended by the day."""
        form = RoundsForm(self.request.GET, self.rounds.ended(self.day.on))
        found = read_comparison(*form.pair, self.with_own) if form.pair else None
        wards = [change.ward for change in found.wards] if found else []
        return {
            "form": form,
            "comparison": found,
            "may_see": permissions.own_scope(user_of(self.request), wards),
        }

    def two_wards(self) -> dict[str, Any]:
        """Compare two wards of the day by the round that speaks for it."""
        on, round = self.day.on, self.rounds.standing(self.day.on)
        offered = standings(on, self.with_own, round=round)
        form = WardsForm(self.request.GET, offered)
        wards = [standing.ward for standing in offered]
        return {
            "form": form,
            "pair": read_two_wards(*form.pair, round) if form.pair and round else None,
            "may_see": permissions.own_scope(user_of(self.request), wards),
        }
