"""The log: who did what, when, from what to what, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.generic import TemplateView

from accounts.models import User
from criteria import permissions
from criteria.forms.filters import LogFilterForm
from criteria.log.about import Log, about_criterion, about_record, about_sheet
from criteria.log.telling import tell
from criteria.models import Criterion
from criteria.reports import log as report
from criteria.views.base import PageMixin, user_of
from criteria.views.csv_files import csv_file
from criteria.views.paging import number_or_404, stretch_of
from criteria.views.remembered import RememberedFilter


@dataclass
class LogQuery:
    """What a reader wants to see of the log: whose history, narrowed by the filter.

    about: of what the history is, empty for the log as a whole; parent, parent_url: its own page,
    if it has one. keeps: what of the address must outlive a change of the filter.
    """

    log: Log
    form: LogFilterForm
    about: str = ""
    parent: str = ""
    parent_url: str = ""
    keeps: dict[str, str] = field(default_factory=dict)

    @property
    def entries(self) -> Log:
        return self.form.filter_qs(self.log)


def _read(user: User, query: Mapping[str, str]) -> LogQuery:
    """Gatekeeper and filter of the page and of the file alike."""
    permissions.require_log(user)
    log = permissions.visible_log(user)
    asked = LogQuery(log, LogFilterForm(query, log=log))
    _name_ward(asked)
    for name, narrow in _NARROW.items():
        if query.get(name):
            asked.keeps[name] = query[name]
            narrow(asked, user, query[name])
    return asked


def _name_ward(asked: LogQuery) -> None:
    if asked.form.is_valid() and asked.form.cleaned_data["ward"]:
        key = int(asked.form.cleaned_data["ward"])
        asked.about = asked.parent = asked.form.wards[key]
        asked.parent_url = reverse("criteria:ward-detail", args=[key])


def _narrow_to_sheet(asked: LogQuery, user: User, key: str) -> None:
    sheets = permissions.visible_sheets(user).select_related("ward", "round")
    sheet = get_object_or_404(sheets, pk=number_or_404(key))
    asked.log = about_sheet(asked.log, sheet)
    asked.about = asked.parent = str(sheet)
    asked.parent_url = reverse("criteria:sheet", args=[sheet.round_id, sheet.ward_id])


def _narrow_to_criterion(asked: LogQuery, user: User, key: str) -> None:
    criterion = get_object_or_404(Criterion, pk=number_or_404(key))
    asked.log = about_criterion(asked.log, criterion)
    asked.about = f"{asked.about} – {criterion}" if asked.about else str(criterion)
    if asked.parent_url:
        asked.parent_url += f"#c{criterion.pk}"


def _narrow_to_record(asked: LogQuery, user: User, key: str) -> None:
    """A record by its kind and number; it may be gone, so that only the log can name it."""
    kind, _colon, pk = key.replace("\0", "").rpartition(":")
    asked.log = about_record(asked.log, kind[:60], number_or_404(pk))
    latest = asked.log.first()
    asked.about = latest.object_name if latest else ""


_NARROW = {
    "sheet": _narrow_to_sheet,
    "criterion": _narrow_to_criterion,
    "record": _narrow_to_record,
}


class LogView(PageMixin, RememberedFilter, TemplateView):
    template_name = "criteria/log/page.html"
    fragment_name = "criteria/log/_log.html"
    filter_names = ("q", "ward", "kind", "since", "until")
    filter_options = ("person",)

    @cached_property
    def asked(self) -> LogQuery:
        return _read(user_of(self.request), self.request.GET)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = self.asked
        entries = asked.entries.select_related("ward", "actor")
        page = stretch_of(entries, self.request.GET, key="seq")
        return super().get_context_data(
            asked=asked,
            form=asked.form,
            page=page,
            told=tell(page.entries, asked.form.known),
            n_entries=asked.entries.count(),
            is_filtered=any(self.request.GET.values()),
            sees_all=permissions.can_see_whole_log(user_of(self.request)),
            **kwargs,
        )


@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """The same entries as the page's, all of them, as a file that is written while it is sent."""
    asked = _read(user_of(request), request.GET)
    if not asked.form.is_valid():  # the page says what is wrong
        return redirect(f"{reverse('criteria:log')}?{request.GET.urlencode()}")
    return csv_file(request, _("log"), report.head, lambda: report.rows(asked.entries))
