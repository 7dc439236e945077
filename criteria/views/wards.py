"""The wards and their standing."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from criteria import permissions
from criteria.forms.filters import WardFilterForm
from criteria.models import Ward
from criteria.readiness.aggregate import (
    differing_opinions,
    rounds_to_begin,
    standings,
    ward_sheets,
)
from criteria.views.base import PageMixin, user_of


class WardListView(PageMixin, TemplateView):
    template_name = "criteria/wards/list.html"
    fragment_name = "criteria/wards/_table.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = timezone.localdate()
        filter_form = WardFilterForm(self.request.GET)
        return super().get_context_data(
            today=today,
            filter_form=filter_form,
            is_filtered=any(self.request.GET.values()),
            standings=standings(today, filter_form.filter_qs),
            may_see=permissions.sheet_scope(user_of(self.request)),
            **kwargs,
        )


class WardDetailView(PageMixin, TemplateView):
    template_name = "criteria/wards/detail.html"

    @cached_property
    def ward(self) -> Ward:
        return get_object_or_404(Ward, pk=self.kwargs["ward_id"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = timezone.localdate()
        may_see = self.ward.pk in permissions.sheet_scope(user_of(self.request))
        found = standings(today, lambda wards: wards.filter(pk=self.ward.pk))
        return super().get_context_data(
            ward=self.ward,
            today=today,
            standing=found[0] if found else None,
            sheets=ward_sheets(self.ward),
            origins=self.ward.origins.select_related("predecessor"),
            successions=self.ward.successions.select_related("successor"),
            pledges=self.ward.pledges.all(),
            recognitions=self.ward.recognitions.all(),
            may_see=may_see,
            can_see_log=permissions.can_see_log(user_of(self.request)),
            differing=differing_opinions(self.ward) if may_see else [],
            to_begin=rounds_to_begin(self.ward) if may_see else [],
            **kwargs,
        )
