"""The access record, for administrators: who came and went, was refused, read, took away."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.generic import TemplateView

from accounts.models import Access
from criteria import permissions
from criteria.forms.access import AccessFilterForm
from criteria.reports import access as report
from criteria.views.base import PageMixin, user_of
from criteria.views.csv_files import csv_file
from criteria.views.paging import stretch_of
from criteria.views.remembered import RememberedFilter


def _read(request: HttpRequest) -> AccessFilterForm:
    """Gatekeeper and filter of the page and of the file alike."""
    permissions.require_access(user_of(request))
    return AccessFilterForm(request.GET)


class AccessView(PageMixin, RememberedFilter, TemplateView):
    template_name = "criteria/access/page.html"
    fragment_name = "criteria/access/_entries.html"
    filter_names = ("q", "person", "kind", "since", "until")

    @cached_property
    def form(self) -> AccessFilterForm:
        return _read(self.request)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        entries = self.form.filter_qs(Access.objects.all())
        return super().get_context_data(
            form=self.form,
            page=stretch_of(entries, self.request.GET),
            n_entries=entries.count(),
            is_filtered=any(self.request.GET.values()),
            **kwargs,
        )


@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    form = _read(request)
    if not form.is_valid():  # the page says what is wrong
        return redirect(f"{reverse('criteria:access')}?{request.GET.urlencode()}")
    entries = form.filter_qs(Access.objects.all())
    return csv_file(request, _("access record"), report.head, lambda: report.rows(entries))
