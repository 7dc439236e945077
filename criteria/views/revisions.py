"""The revisions of a sheet, and two of them side by side: `?first=1&second=2`."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from criteria import permissions
from criteria.forms.revisions import RevisionsForm
from criteria.sheets.revisions import Revision, changes_between, former_of, read_revisions
from criteria.views.base import user_of


@require_safe
def revisions(request: HttpRequest, round_id: int, ward_id: int) -> HttpResponse:
    """List the revisions, and show what differs between two, the last ones unless asked."""
    user = user_of(request)
    assessment = permissions.sheet_or_404(user, round_id, ward_id)
    stored = read_revisions(assessment)
    form = RevisionsForm(request.GET, stored, _last_two(stored))
    context: dict[str, Any] = {
        "assessment": assessment,
        "revisions": stored,
        "form": form,
        "pair": form.pair,
    }
    if form.pair:
        before, after = (revision.sheet for revision in form.pair)
        shows_findings = permissions.can_see_findings(user, assessment)
        context["shows_findings"] = shows_findings
        context["changed"] = changes_between(before, after, shows_findings=shows_findings)
    return render(request, "criteria/sheet/revisions.html", context)


def _last_two(revisions: list[Revision]) -> tuple[int, int] | None:
    """Return the number of the last revision, after that of the one which it is a copy of."""
    former = former_of(revisions)
    return (former.number, revisions[0].number) if former else None
