"""Wards against criteria, and what stands behind one cell of it."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from criteria import permissions
from criteria.forms.matrix import MatrixFilterForm
from criteria.models import Assessment
from criteria.overviews.matrix import criteria_of, read_matrix
from criteria.readiness.rounds import read_rounds
from criteria.readiness.standing import wards_on
from criteria.sheets.evidence import evidence_of
from criteria.sheets.sheet import Row, read_sheet
from criteria.views.base import PageMixin, user_of
from criteria.views.day import DayMixin


class MatrixView(DayMixin, TemplateView):
    template_name = "criteria/matrix/page.html"
    fragment_name = "criteria/matrix/_fragment.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        on, user = self.day.on, user_of(self.request)
        round = self.day.round
        criteria = criteria_of(round)
        form = MatrixFilterForm(self.request.GET, criteria=criteria)
        sees_all = permissions.can_see_any_sheet(user)
        visible = None if sees_all else permissions.visible_sheet_wards(user)
        query = form.query(wards_on(on, round))
        return super().get_context_data(
            filter_form=form,
            matrix=read_matrix(on, round, query, visible) if round else None,
            sees_all=sees_all,
            **kwargs,
        )


class ResultDetailView(PageMixin, TemplateView):
    """One criterion of one sheet: both opinions, and what they rest on."""

    template_name = "criteria/matrix/result.html"
    fragment_name = "criteria/matrix/_dialog_result.html"

    @cached_property
    def assessment(self) -> Assessment:
        user = user_of(self.request)
        return permissions.official_or_404(user, self.kwargs["round_id"], self.kwargs["ward_id"])

    @cached_property
    def row(self) -> Row:
        row = read_sheet(self.assessment).row(self.kwargs["criterion_id"])
        if row is None:  # of another set
            raise Http404
        return row

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, result = user_of(self.request), self.row.result
        evidence = evidence_of(self.assessment)
        return super().get_context_data(
            assessment=self.assessment,
            row=self.row,
            uses=evidence.get(result.pk, []) if result else [],
            shows_findings=permissions.can_see_findings(user, self.assessment),
            can_see_log=permissions.can_see_log(user),
            day_q=self.day_q,
            **kwargs,
        )

    @property
    def day_q(self) -> str:
        """The day on which the round speaks for the city, for links; empty where that is today."""
        round, today = self.assessment.round, timezone.localdate()
        rounds = read_rounds()
        if round not in rounds.settled(today) or round == rounds.standing(today):
            return ""
        return f"?on={round.ends_on.isoformat()}"
