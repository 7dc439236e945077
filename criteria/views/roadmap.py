"""What the city promised, what it has reached, and what was recognised."""

from typing import Any

from django.views.generic import TemplateView

from criteria import permissions
from criteria.readiness.days import read_timeline
from criteria.readiness.descent import read_descent
from criteria.readiness.pledges import read_pledges
from criteria.readiness.recognitions import read_recognitions
from criteria.readiness.roadmap import roadmap
from criteria.views.base import user_of
from criteria.views.dashboard import chart_of
from criteria.views.day import DayMixin


class RoadmapView(DayMixin, TemplateView):
    template_name = "criteria/roadmap/page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        on = self.day.on
        seen, descent = roadmap(on, read_timeline(self.rounds)), read_descent(until=on)
        return super().get_context_data(
            roadmap=seen,
            chart=chart_of(seen),
            milestones=seen.milestones(),
            steps=seen.steps(),
            years=read_pledges(on, self.rounds, descent),
            recognitions=read_recognitions(on, self.rounds.standing(on), descent),
            can_change=permissions.can_change_roadmap(user_of(self.request)),
            **kwargs,
        )
