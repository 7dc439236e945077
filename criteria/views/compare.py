"""Two rounds side by side, or two wards: `?what=rounds&first=1&second=2`."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import cached_property
from django.views.generic import TemplateView

from criteria import permissions
from criteria.forms.compare import RoundsForm, WardsForm
from criteria.models import Ward, WardQuerySet
from criteria.overviews.two_rounds import PairChange, read_comparison
from criteria.overviews.two_wards import read_two_wards
from criteria.readiness.standing import standings, wards_on
from criteria.views.base import user_of
from criteria.views.day import DayMixin
from criteria.views.paging import fold_of, page_of

NAMED_AT_MOST = 25  # wards in which a criterion rose, and as many in which it fell


@dataclass(frozen=True)
class NamedChange:
    """How a criterion changed, with the first wards that the reader may see by name."""

    change: PairChange
    rose: list[Ward]
    fell: list[Ward]
    n_more: int


def named(change: PairChange) -> NamedChange:
    lists = [[w for w in wards if w.is_in_sight] for wards in (change.rose, change.fell)]
    rose, fell = (wards[:NAMED_AT_MOST] for wards in lists)
    return NamedChange(change, rose, fell, sum(map(len, lists)) - len(rose) - len(fell))


class CompareView(DayMixin, TemplateView):
    @cached_property
    def what(self) -> str:
        return "wards" if self.request.GET.get("what") == "wards" else "rounds"

    def get_template_names(self) -> list[str]:
        return [f"criteria/compare/{self.what}.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = self.two_wards() if self.what == "wards" else self.two_rounds()
        return super().get_context_data(what=self.what, **context, **kwargs)

    @cached_property
    def wards(self) -> WardQuerySet:
        return permissions.wards_with_sight(user_of(self.request))

    def two_rounds(self) -> dict[str, Any]:
        """Compare two rounds that had ended by the day."""
        form = RoundsForm(self.request.GET, self.rounds.settled(self.day.on))
        comparison = read_comparison(*form.pair, self.wards) if form.pair else None
        return {
            "form": form,
            "comparison": comparison,
            "criteria": [named(change) for change in comparison.criteria] if comparison else [],
            "page": page_of(self.request, comparison.changed if comparison else []),
            "fold": fold_of(self.request),
        }

    def two_wards(self) -> dict[str, Any]:
        """Compare two wards of the day by the round that speaks for it."""
        on, round = self.day.on, self.day.round
        offered = standings(on, wards_on(on, round, self.wards), round=round)
        own = permissions.wards_of(user_of(self.request))
        form = WardsForm(self.request.GET, offered, own)
        return {
            "form": form,
            "pair": read_two_wards(*form.pair, round) if form.pair and round else None,
        }
