"""Where the city stands against the roadmap."""

from typing import Any

from django.utils import timezone
from django.views.generic import TemplateView

from criteria import permissions
from criteria.readiness.aggregate import (
    open_rounds,
    standing_round,
    standings,
    unmet_by_criterion,
)
from criteria.readiness.roadmap import roadmap
from criteria.views.base import PageMixin, user_of

MOST_UNMET = 10


class DashboardView(PageMixin, TemplateView):
    template_name = "criteria/dashboard/page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = timezone.localdate()
        seen = roadmap(today)
        round = standing_round(today)
        wards = standings(today, round=round)
        return super().get_context_data(
            today=today,
            roadmap=seen,
            next_target=seen.next_target,
            standings=sorted(wards, key=lambda s: (s.round is None, s.tally.not_met)),
            n_unapproved=sum(standing.round is None for standing in wards),
            standing_round=round,
            unmet=unmet_by_criterion(wards)[:MOST_UNMET],
            open_rounds=open_rounds(),
            may_see=permissions.sheet_scope(user_of(self.request)),
            **kwargs,
        )
