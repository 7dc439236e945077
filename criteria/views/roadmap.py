"""What the city promised, what it has reached, and what was recognised."""

from typing import Any

from django.views.generic import TemplateView

from criteria import permissions
from criteria.readiness.lineage import read_lineage
from criteria.readiness.newcomers import read_newcomers
from criteria.readiness.pledges import read_pledges
from criteria.readiness.recognitions import read_recognitions
from criteria.readiness.reported import read_reported
from criteria.readiness.roadmap import roadmap
from criteria.readiness.timeline import read_timeline
from criteria.views.base import user_of
from criteria.views.dashboard import chart_of
from criteria.views.day import DayMixin
from criteria.views.paging import fold_of


class RoadmapView(DayMixin, TemplateView):
    template_name = "criteria/roadmap/page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        on, fold = self.day.on, fold_of(self.request)
        seen = roadmap(on, read_timeline(self.rounds), self.day.round)
        lineage = read_lineage(until=on)
        years = read_pledges(on, self.rounds, lineage)
        newcomers = []  # asked for where the figures say that there are any
        if seen.today.founded_since:
            newcomers = read_newcomers(on, self.day.round, lineage)
        recognitions = read_recognitions(on, self.day.round, lineage)
        return super().get_context_data(
            roadmap=seen,
            chart=chart_of(seen),
            milestones=seen.milestones(),
            steps=seen.steps(),
            years=fold.cut((year, year.promises) for year in years),
            n_promises=sum(len(year.promises) for year in years),
            recognitions=recognitions,
            newcomers=newcomers,
            reported=read_reported(seen.timeline, on),
            sees_all=permissions.can_see_any_sheet(user_of(self.request)),
            decisions=fold.cut(recognitions.by_year),
            n_decisions=recognitions.n_decisions,
            fold=fold,
            can_change=permissions.can_change_roadmap(user_of(self.request)),
            **kwargs,
        )
