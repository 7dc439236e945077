"""The log: who did what, when, from what to what, and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.generic import TemplateView

from accounts.models import User
from criteria import permissions
from criteria.forms.filters import LogFilterForm
from criteria.log.about import Log, about_criterion, about_record, about_sheet
from criteria.log.telling import tell
from criteria.models import Activity, Criterion
from criteria.reports import log as report
from criteria.reports.spreadsheet import CONTENT_TYPE, csv_lines
from criteria.views.base import PageMixin, user_of
from namdinh_wards.text import number

PAGE_SIZE = 50


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
    sheet = get_object_or_404(sheets, pk=_number(key))
    asked.log = about_sheet(asked.log, sheet)
    asked.about = asked.parent = str(sheet)
    asked.parent_url = reverse("criteria:sheet", args=[sheet.round_id, sheet.ward_id])


def _narrow_to_criterion(asked: LogQuery, user: User, key: str) -> None:
    criterion = get_object_or_404(Criterion, pk=_number(key))
    asked.log = about_criterion(asked.log, criterion)
    asked.about = f"{asked.about} – {criterion}" if asked.about else str(criterion)
    if asked.parent_url:
        asked.parent_url += f"#c{criterion.pk}"


def _narrow_to_record(asked: LogQuery, user: User, key: str) -> None:
    """A record by its kind and number; it may be gone, so that only the log can name it."""
    kind, _colon, pk = key.replace("\0", "").rpartition(":")
    asked.log = about_record(asked.log, kind[:60], _number(pk))
    latest = asked.log.first()
    asked.about = latest.object_name if latest else ""


_NARROW = {
    "sheet": _narrow_to_sheet,
    "criterion": _narrow_to_criterion,
    "record": _narrow_to_record,
}


def _number(text: str) -> int:
    value = number(text)
    if value is None:
        raise Http404
    return value


@dataclass(frozen=True)
class Page:
    """Entries newest first. before, after: of which entry the next page either way begins.

    By number and not by place: what is written meanwhile moves nothing.
    """

    entries: list[Activity]
    before: int | None
    after: int | None


def _page(entries: Log, query: Mapping[str, str]) -> Page:
    if query.get("after"):
        newer = entries.filter(seq__gt=_number(query["after"])).order_by("seq")
        rows = list(newer[: PAGE_SIZE + 1])
        shown = rows[:PAGE_SIZE][::-1]
        older, newer_still = bool(shown), len(rows) > PAGE_SIZE
    else:
        before = query.get("before")
        later = entries.filter(seq__lt=_number(before)) if before else entries
        rows = list(later[: PAGE_SIZE + 1])
        shown = rows[:PAGE_SIZE]
        older, newer_still = len(rows) > PAGE_SIZE, bool(before and shown)
    return Page(
        shown,
        before=shown[-1].seq if older else None,
        after=shown[0].seq if newer_still else None,
    )


class LogView(PageMixin, TemplateView):
    template_name = "criteria/log/page.html"
    fragment_name = "criteria/log/_log.html"

    @cached_property
    def asked(self) -> LogQuery:
        return _read(user_of(self.request), self.request.GET)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = self.asked
        page = _page(asked.entries.select_related("ward", "actor"), self.request.GET)
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
    response = StreamingHttpResponse(
        _lines(asked.entries, get_language()), content_type=CONTENT_TYPE
    )
    name = f"{_('log')}-{timezone.localdate().isoformat()}.csv"
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


def _lines(entries: Log, language: str | None) -> Iterator[str]:
    """The lines are made after the request has been answered, in its language all the same."""
    with override(language):
        yield from csv_lines(report.head(), report.rows(entries))
