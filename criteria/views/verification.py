"""The verifier at the sheet: row by row, a group at once; and every step from hand to hand."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.unsent import keep_refused
from criteria import permissions
from criteria.actions.results import Stale
from criteria.actions.steps import Incomplete, take_step
from criteria.actions.verification import agree_with_rows, verify_result
from criteria.forms.sheet import FindingForm, Outcome, ResultForm
from criteria.forms.steps import ReturnForm
from criteria.models import Ward
from criteria.sheets.sheet import Row, Sheet, read_sheet
from criteria.views.base import user_of
from criteria.views.next_sheet import ANCHOR
from criteria.views.posted import (
    kept_after_saving,
    posted_forms,
    read_version,
    row_form,
    save_row,
    save_touched,
    tell_refusal,
    version_in,
)
from criteria.views.sheet import render_row, render_saved, sheet_page, to_row, url_of
from criteria.views.unheard import warn_of_unheard
from criteria.workflow import APPROVE, RETURN, STEPS
from namdinh_wards.htmx import htmx_of


@require_http_methods(["GET", "HEAD", "POST"])
def verify_row(
    request: HttpRequest, round_id: int, ward_id: int, criterion_id: int
) -> HttpResponse:
    """Save what the verifier finds of one row, or agree with the unit; on GET, show it anew."""
    user = user_of(request)
    if request.method != "POST" and not htmx_of(request):
        return to_row(user, round_id, ward_id, criterion_id)
    assessment = permissions.sheet_to_verify(user, round_id, ward_id)
    sheet, before = read_sheet(assessment), assessment.version
    if request.method != "POST":
        return render_row(request, sheet, criterion_id)
    form = row_form(sheet, criterion_id, kind=FindingForm, data=request.POST)
    if "agree" in request.POST:
        after = _agree(request, sheet, [(form.row, read_version(form))])
        return render_row(request, after, criterion_id, version_before=before)
    after = save_row(sheet, form, lambda sheet, form: _verify(request, sheet, form))
    return render_saved(request, before, after, form)


@require_POST
def verify_all(request: HttpRequest, round_id: int, ward_id: int) -> HttpResponse:
    """Save every row that was changed, then agree with the row or group whose button it was."""
    user = user_of(request)
    assessment = permissions.sheet_to_verify(user, round_id, ward_id)
    sheet = read_sheet(assessment)
    forms = posted_forms(request.POST, sheet, FindingForm)
    sheet = save_touched(sheet, forms, lambda sheet, form: _verify(request, sheet, form))
    row, group = request.POST.get("agree_row"), request.POST.get("agree_group")
    read = [
        (form.row, read_version(form))
        for form in forms
        if form.outcome in (Outcome.NONE, Outcome.SAVED)
        and (str(form.row.criterion.pk) == row or str(form.row.criterion.group_id) == group)
    ]
    if read:
        sheet = _agree(request, sheet, read)
    unsaved = kept_after_saving(request, forms, is_silent=bool(row or group))
    if unsaved:
        return sheet_page(request, sheet, typed=unsaved, status=422)
    anchor = f"#c{row}" if row else f"#g{group}" if group else ""
    return redirect(f"{url_of(assessment)}{anchor}")


def _verify(request: HttpRequest, sheet: Sheet, form: ResultForm) -> Sheet:
    return verify_result(
        sheet,
        form.row,
        form.entry,
        version=form.start_version,
        acting_user=user_of(request),
    )


def _agree(request: HttpRequest, sheet: Sheet, read: Sequence[tuple[Row, int]]) -> Sheet:
    try:
        after = agree_with_rows(sheet, read, acting_user=user_of(request))
    except Stale as stale:
        messages.warning(request, _("Somebody else has saved on these criteria meanwhile."))
        return stale.sheet
    except ValidationError as refusal:
        tell_refusal(request, refusal)
        return sheet
    n_agreed = sheet.verified_tally.pending - after.verified_tally.pending
    if len(read) > 1:
        agreed = ngettext("Agreed with %(n)d criterion.", "Agreed with %(n)d criteria.", n_agreed)
        messages.success(request, agreed % {"n": n_agreed})
    return after


@require_POST
def take(request: HttpRequest, round_id: int, ward_id: int, step: str) -> HttpResponse:
    """Take a step of the workflow, as the person has read the sheet."""
    if step not in STEPS:
        raise Http404
    wanted, user = STEPS[step], user_of(request)
    assessment = permissions.sheet_for_step(user, wanted, round_id, ward_id)
    reason, notes = "", {}
    if wanted.needs_reason:
        form = ReturnForm(read_sheet(assessment), request.POST)
        if not form.is_valid():
            return _refused(request, form, step)
        reason, notes = form.cleaned_data["reason"], form.notes
    try:
        take_step(
            assessment,
            wanted,
            version=version_in(request.POST),
            acting_user=user,
            reason=reason,
            notes=notes,
        )
    except Stale:
        keep_refused(request)
        messages.warning(request, _("The sheet has changed since you opened it. Read it again."))
    except Incomplete as incomplete:
        return sheet_page(request, read_sheet(assessment), gaps=incomplete.gaps, status=422)
    except ValidationError as refusal:
        keep_refused(request)
        tell_refusal(request, refusal)
    else:
        messages.success(request, _done(step))
        warn_of_unheard(request, wanted.tells, Ward.objects.filter(pk=ward_id))
        if wanted in (APPROVE, RETURN):
            return redirect(f"{url_of(assessment)}#{ANCHOR}")
    return redirect(url_of(assessment))


def _refused(request: HttpRequest, form: ReturnForm, step: str) -> HttpResponse:
    """Show the form of a step again, with what was typed and what is wrong with it."""
    for field in form:
        for error in field.errors:
            messages.error(request, f"{field.label}: {error}")
    return sheet_page(request, form.sheet, status=422, return_form=form, refused=step)


def _done(step: str) -> str:
    return {
        "submit": _("The sheet is submitted."),
        "withdraw": _("The sheet is yours again: it can be changed."),
        "begin": _("Verification has begun."),
        "return": _("The sheet is returned to the unit."),
        "approve": _("The sheet is approved."),
        "reopen": _("The sheet is reopened; what was approved counts until the next approval."),
        "cancel_reopening": _("The reopening is cancelled: the sheet stays as it was approved."),
    }[step]
