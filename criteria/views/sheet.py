"""The sheet: the page where results are entered, row by row, and approved as a whole."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from criteria import permissions
from criteria.actions.assessments import Stale, approve_assessment, save_result
from criteria.forms.sheet import Outcome, ResultForm
from criteria.models import Assessment
from criteria.readiness.sheet import Sheet, read_sheet
from criteria.views.base import user_of

STATUS = {Outcome.SAVED: 200, Outcome.REFUSED: 422, Outcome.STALE: 409}


@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: HttpRequest, round_id: int, ward_id: int) -> HttpResponse:
    """Show the sheet; on POST (without JavaScript) save every row that somebody changed."""
    user = user_of(request)
    if request.method == "POST":
        assessment = permissions.sheet_to_enter(user, round_id, ward_id)
        return _save_all(request, read_sheet(assessment))
    assessment = permissions.sheet_or_404(user, round_id, ward_id)
    return _page(request, read_sheet(assessment))


@require_http_methods(["GET", "HEAD", "POST"])
def sheet_row(request: HttpRequest, round_id: int, ward_id: int, criterion_id: int) -> HttpResponse:
    """Save one row as the officer goes; on GET, show it anew with what is stored.

    A save answers with the row's status alone, never with its inputs: somebody may already be
    typing in the next one.
    """
    assessment = permissions.sheet_to_enter(user_of(request), round_id, ward_id)
    sheet = read_sheet(assessment)
    if request.method == "POST":
        form = _form(sheet, criterion_id, request.POST)
        sheet = _save(request, sheet, form)
        template, status = "criteria/sheet/_saved.html", STATUS[form.outcome]
    elif request.headers.get("HX-Request"):
        form = _form(sheet, criterion_id)
        template, status = "criteria/sheet/_row.html", 200
    else:
        return redirect(f"{_url(assessment)}#c{criterion_id}")
    context = {"sheet": sheet, "assessment": assessment, "form": form, "can_enter": True}
    return render(request, template, context, status=status)


@require_POST
def approve(request: HttpRequest, round_id: int, ward_id: int) -> HttpResponse:
    """Approve the sheet as the verifier has read it."""
    assessment = permissions.sheet_to_approve(user_of(request), round_id, ward_id)
    version = request.POST.get("version", "")
    try:
        approve_assessment(
            assessment,
            version=int(version) if version.isdecimal() else -1,
            acting_user=user_of(request),
        )
    except Stale:
        messages.warning(request, _("The sheet has changed since you opened it. Read it again."))
    except ValidationError as refusal:
        for message in refusal.messages:
            messages.error(request, message)
    else:
        messages.success(request, _("The sheet is approved."))
    return redirect(_url(assessment))


def _url(assessment: Assessment) -> str:
    return reverse("criteria:sheet", args=[assessment.round_id, assessment.ward_id])


def _form(sheet: Sheet, criterion_id: int, data: Any = None) -> ResultForm:
    row = sheet.row(criterion_id)
    if row is None:
        raise Http404
    return ResultForm(row, sheet.assessment.round.year, data)


def _save(request: HttpRequest, sheet: Sheet, form: ResultForm) -> Sheet:
    """Save a row, tell the form what became of it, and return the sheet as it is then.

    A row that was not saved keeps what was typed; `form.row` is what holds.
    """
    criterion_id = form.row.criterion.pk
    form.outcome = Outcome.REFUSED
    if form.is_valid():
        try:
            sheet = save_result(
                sheet,
                criterion_id,
                form.entry,
                version=form.start_version,
                acting_user=user_of(request),
            )
            form.outcome = Outcome.SAVED
        except Stale as stale:
            sheet = stale.sheet
            form.outcome = Outcome.STALE
        except ValidationError as refusal:
            form.add_error(None, refusal)
    form.row = sheet.row(criterion_id) or form.row
    return sheet


def _save_all(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    forms = []
    for row in sheet.rows:
        form = _form(sheet, row.criterion.pk, request.POST)
        if form.is_touched:
            sheet = _save(request, sheet, form)
        forms.append(form)
    kept = [form for form in forms if form.outcome in (Outcome.REFUSED, Outcome.STALE)]
    n_saved = sum(form.outcome == Outcome.SAVED for form in forms)
    if n_saved:
        saved = ngettext("%(n)d criterion saved.", "%(n)d criteria saved.", n_saved)
        messages.success(request, saved % {"n": n_saved})
    if not kept:
        if not n_saved:
            messages.info(request, _("Nothing had changed."))
        return redirect(_url(sheet.assessment))
    numbers = ", ".join(str(form.row.criterion.number) for form in kept)
    messages.error(request, _("Not saved yet: criteria %(numbers)s.") % {"numbers": numbers})
    return _page(request, sheet, {form.row.criterion.pk: form for form in kept}, status=422)


def _page(
    request: HttpRequest,
    sheet: Sheet,
    typed: dict[int, ResultForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    user, assessment = user_of(request), sheet.assessment
    groups = [
        (
            group,
            [(typed or {}).get(row.criterion.pk) or _form(sheet, row.criterion.pk) for row in rows],
        )
        for group, rows in sheet.groups()
    ]
    context = {
        "sheet": sheet,
        "assessment": assessment,
        "groups": groups,
        "can_enter": permissions.can_enter(user, assessment),
        "can_approve": permissions.can_approve(user, assessment),
    }
    return render(request, "criteria/sheet/page.html", context, status=status)
