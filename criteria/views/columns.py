"""The way into the grids: the criteria of a round, and how far each is filled in."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from criteria import permissions
from criteria.models import Round
from criteria.readiness.rounds import Rounds, read_rounds
from criteria.sheets.column import read_progress
from criteria.views.base import PageMixin, user_of


class ColumnsView(PageMixin, TemplateView):
    """The criteria of one round; where none is named, of the newest open one, else the last."""

    template_name = "criteria/columns/page.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        permissions.require_city_officer(user_of(request))
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def begun(self) -> Rounds:
        return read_rounds()

    @cached_property
    def round(self) -> Round | None:
        if "round_id" not in self.kwargs:
            newest: list[Round] = [*self.begun.opened, *self.begun]
            return newest[0] if newest else None
        rounds: list[Round] = [*self.begun, *self.begun.planned]
        asked = [round for round in rounds if round.pk == self.kwargs["round_id"]]
        if not asked:
            raise Http404
        return asked[0]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            round=self.round,
            others=[round for round in self.begun.opened if round != self.round],
            criteria=read_progress(self.round) if self.round else [],
            **kwargs,
        )
