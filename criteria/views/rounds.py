"""A round: whose sheet has come how far."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from criteria import permissions
from criteria.models import Round, Ward
from criteria.readiness.aggregate import progress
from criteria.views.base import PageMixin, user_of


class RoundDetailView(PageMixin, TemplateView):
    """The sheets of one round; of the one that people work on now where none is named."""

    template_name = "criteria/rounds/detail.html"
    fragment_name = "criteria/rounds/_table.html"

    @cached_property
    def rounds(self) -> list[Round]:
        return list(Round.objects.select_related("criteria_set").order_by("-ends_on"))

    @cached_property
    def round(self) -> Round | None:
        if "round_id" in self.kwargs:
            return get_object_or_404(
                Round.objects.select_related("criteria_set"), pk=self.kwargs["round_id"]
            )
        opened = (round for round in self.rounds if round.is_open)
        return next(opened, self.rounds[0] if self.rounds else None)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        scope = permissions.sheet_scope(user_of(self.request))
        sheets = progress(self.round) if self.round else []
        sought = self.request.GET.get("q", "")
        found = set(Ward.objects.search(sought).values_list("pk", flat=True))
        return super().get_context_data(
            round=self.round,
            rounds=self.rounds,
            n_sheets=len(sheets),
            n_approved=sum(sheet.is_approved for sheet in sheets),
            n_begun=sum(bool(sheet.state) for sheet in sheets),
            sheets=[sheet for sheet in sheets if sheet.ward.pk in found],
            q=sought,
            may_see=scope,
            **kwargs,
        )
