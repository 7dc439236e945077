"""The same evidence judged by another criteria set: `?set=2`. Nothing is stored."""

from typing import Any

from django.views.generic import TemplateView

from criteria import permissions
from criteria.forms.compare import SetForm
from criteria.models import WardQuerySet
from criteria.readiness.supposition import other_sets, read_supposition
from criteria.views.base import user_of
from criteria.views.day import DayMixin


class WhatIfView(DayMixin, TemplateView):
    template_name = "criteria/what_if/page.html"

    def with_own(self, wards: WardQuerySet) -> WardQuerySet:
        return permissions.with_own(wards, user_of(self.request))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        round = self.rounds.standing(self.day.on)
        form = SetForm(self.request.GET, other_sets(round) if round else [])
        found = None
        if round and form.chosen:
            found = read_supposition(self.day.on, round, form.chosen, self.with_own)
        wards = [supposed.ward for supposed in found.wards] if found else []
        return super().get_context_data(
            form=form,
            supposition=found,
            may_see=permissions.own_scope(user_of(self.request), wards),
            **kwargs,
        )
