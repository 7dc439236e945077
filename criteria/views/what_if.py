"""The same evidence judged by another criteria set: `?set=2`. Nothing is stored."""

from collections.abc import Sequence
from typing import Any

from django.views.generic import TemplateView

from criteria import permissions
from criteria.forms.compare import SetForm
from criteria.overviews.what_if import other_sets, read_supposition
from criteria.overviews.what_if_rules import Supposed, Supposition
from criteria.readiness.standing import wards_on
from criteria.views.base import user_of
from criteria.views.day import DayMixin


class WhatIfView(DayMixin, TemplateView):
    template_name = "criteria/what_if/page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        round = self.day.round
        form = SetForm(self.request.GET, other_sets(round) if round else [])
        supposition = None
        if round and form.chosen:
            on = self.day.on
            registry = permissions.wards_with_sight(user_of(self.request))
            wards = wards_on(on, round, registry)
            supposition = read_supposition(on, round, form.chosen, wards)
        return super().get_context_data(
            form=form,
            supposition=supposition,
            **(self.in_sight(supposition) if supposition else {}),
            sees_all=permissions.can_see_any_sheet(user_of(self.request)),
            **kwargs,
        )

    def in_sight(self, supposition: Supposition) -> dict[str, list[Supposed]]:
        """How a ward would come out gives away what it lacks: for who may see its results alone."""

        def seen(wards: Sequence[Supposed]) -> list[Supposed]:
            return [supposed for supposed in wards if supposed.ward.is_in_sight]

        return {
            "seen": seen(supposition.wards),
            "becoming_ready": seen(supposition.becoming_ready),
            "uncertain": seen(supposition.uncertain),
            "no_longer_ready": seen(supposition.no_longer_ready),
        }
