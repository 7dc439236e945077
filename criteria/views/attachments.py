"""The panel of one row of the sheet: its documents, those to pick from, and a form for a new one.

Without JavaScript a page of its own; with it a dialog over the sheet.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import retarget

from accounts.unsent import unsent_on
from criteria import permissions
from criteria.actions.evidence import DocumentFacts, add_and_attach, attach, detach
from criteria.actions.results import Stale
from criteria.forms.evidence import DocumentsForm
from criteria.models import Assessment, Evidence
from criteria.sheets.evidence import N_OFFERED, documents_to_attach, evidence_of
from criteria.sheets.outline import read_outline
from criteria.sheets.sheet import Row, Sheet, read_sheet
from criteria.views.base import user_of
from criteria.views.posted import NO_VERSION, version_in
from criteria.views.sheet import around, marks
from criteria.views.uploads import Stored, store_each
from namdinh_wards.htmx import htmx_of, vary_by_htmx
from namdinh_wards.text import number


@require_http_methods(["GET", "HEAD", "POST"])
def evidence_row(
    request: HttpRequest, round_id: int, ward_id: int, criterion_id: int
) -> HttpResponse:
    """Show the panel; on POST store a document and attach it."""
    user, today = user_of(request), timezone.localdate()
    if request.method != "POST":
        assessment = permissions.sheet_or_404(user, round_id, ward_id)
        unsent = None if htmx_of(request) else unsent_on(request, "criteria:evidence-row")
        if unsent and permissions.can_enter(user, assessment, today):
            form = DocumentsForm(unsent.give_back())
            return _panel(request, *_read(assessment, criterion_id), form=form)
        return _panel(request, *_read(assessment, criterion_id))
    assessment = permissions.sheet_to_enter(user, round_id, ward_id, today)
    before = assessment.version
    form = DocumentsForm(request.POST, request.FILES)
    if not form.is_valid():
        return _refused(request, *_read(assessment, criterion_id), form)
    try:
        stored = _attach_each(request, assessment, criterion_id, form)
    except Stale:
        return _stale(request, assessment, criterion_id, form=form)
    if not stored.documents:
        form.add_refusals(stored.refused)
        return _refused(request, *_read(assessment, criterion_id), form)
    return _done(request, before, assessment, criterion_id, stored, form)


def _attach_each(
    request: HttpRequest, assessment: Assessment, criterion_id: int, form: DocumentsForm
) -> Stored:
    """Attach what the form says; each starts from the row as the one before has left it."""
    version = _version(request, criterion_id)

    def store(
        facts: DocumentFacts, upload: UploadedFile | None, came_with_it: list[Evidence]
    ) -> tuple[Evidence, bool]:
        nonlocal version
        sheet, row = _reread(request, assessment, criterion_id)
        done = add_and_attach(
            sheet,
            row,
            facts,
            upload,
            version=version,
            besides=came_with_it,
            acting_user=user_of(request),
        )
        version = _reread(request, assessment, criterion_id)[1].version
        return done

    return store_each(form.documents, store)


@require_POST
def evidence_attach(
    request: HttpRequest, round_id: int, ward_id: int, criterion_id: int
) -> HttpResponse:
    """Attach a document that is there already."""
    return _change(request, round_id, ward_id, criterion_id, is_attached=True)


@require_POST
def evidence_detach(
    request: HttpRequest, round_id: int, ward_id: int, criterion_id: int
) -> HttpResponse:
    return _change(request, round_id, ward_id, criterion_id, is_attached=False)


def _change(
    request: HttpRequest, round_id: int, ward_id: int, criterion_id: int, *, is_attached: bool
) -> HttpResponse:
    user, today = user_of(request), timezone.localdate()
    assessment = permissions.sheet_to_enter(user, round_id, ward_id, today)
    before = assessment.version
    sheet, row = _read(assessment, criterion_id)
    asked = request.POST.get("evidence", "")
    documents = Evidence.objects.filter(ward=assessment.ward)
    evidence = get_object_or_404(documents, pk=number(asked) or 0)
    action, done = attach, _("“%(document)s” is attached.")
    if not is_attached:
        action, done = detach, _("“%(document)s” is taken off.")
    version = _version(request, criterion_id)
    try:
        action(sheet, row, evidence, version=version, acting_user=user)
    except Stale:
        return _stale(request, assessment, criterion_id)
    except ValidationError as refusal:
        return _problem(request, sheet, row, 422, problems=refusal.messages)
    told = [done % {"document": evidence}]
    return _shown_anew(request, before, assessment, criterion_id, told)


def _read(assessment: Assessment, criterion_id: int) -> tuple[Sheet, Row]:
    sheet = read_sheet(assessment)
    row = sheet.row(criterion_id)
    if row is None:
        raise Http404
    return sheet, row


def _version(request: HttpRequest, criterion_id: int) -> int:
    """The row's version on the sheet under the dialog, or else the panel's own."""
    params = request.GET if request.method != "POST" else request.POST
    of_row = f"c{criterion_id}-version"
    return version_in(params, of_row if params.get(of_row) else "version")


def _panel(
    request: HttpRequest,
    sheet: Sheet,
    row: Row,
    /,
    *,
    status: int = 200,
    search: str = "",
    **extra: Any,
) -> HttpResponse:
    template = "criteria/evidence/panel.html"
    if htmx_of(request):
        template = "criteria/evidence/_panel.html"
    context = _context(request, sheet, row, search) | extra
    response = render(request, template, context, status=status)
    vary_by_htmx(response)
    return response


def _context(request: HttpRequest, sheet: Sheet, row: Row, search: str = "") -> dict[str, Any]:
    assessment = sheet.assessment
    result_id = row.result.pk if row.result else None
    text = search or request.GET.get("q", "")
    given = _version(request, row.criterion.pk)
    matching = documents_to_attach(assessment.ward, text, result_id)
    offered = list(matching[: N_OFFERED + 1])
    return {
        "sheet": sheet,
        "assessment": assessment,
        "row": row,
        "criterion": row.criterion,
        "uses": evidence_of(assessment).get(result_id or 0, []),
        "offered": offered[:N_OFFERED],
        "is_more": len(offered) > N_OFFERED,
        "q": text,
        "form": DocumentsForm(),
        "can_enter": permissions.can_enter(user_of(request), assessment, timezone.localdate()),
        "is_stale": request.method != "POST" and given not in (NO_VERSION, row.version),
        "max_bytes": settings.EVIDENCE_MAX_BYTES,
        "max_files": settings.EVIDENCE_MAX_FILES,
    }


def _done(
    request: HttpRequest,
    before: int,
    assessment: Assessment,
    criterion_id: int,
    stored: Stored,
    form: DocumentsForm,
) -> HttpResponse:
    told = stored.told(
        _("“%(document)s” is attached."),
        _("The ward had this file already, as “%(document)s”: that document is attached."),
    )
    if not htmx_of(request):
        stored.tell(request, told)
        return redirect(
            "criteria:evidence-row", assessment.round_id, assessment.ward_id, criterion_id
        )
    again = (
        {"form": DocumentsForm(initial={name: form.data.get(name) for name in form.fields})}
        if stored.refused
        else {}
    )
    problems = stored.problems
    return _shown_anew(request, before, assessment, criterion_id, told, problems=problems, **again)


def _shown_anew(
    request: HttpRequest,
    before: int,
    assessment: Assessment,
    criterion_id: int,
    told: Sequence[str],
    **extra: Any,
) -> HttpResponse:
    """Show the panel anew, and on the sheet under it the row's documents and the new versions.

    before: the version that the sheet had.
    """
    if not htmx_of(request):
        messages.success(request, " ".join(told))
        sheet_key = (assessment.round_id, assessment.ward_id)
        return redirect("criteria:evidence-row", *sheet_key, criterion_id)
    sheet, row = _reread(request, assessment, criterion_id)
    outline = read_outline(sheet.assessment)
    context = around(request, before, sheet, outline) | {"shown": marks(sheet, row)} | extra
    context["lack"] = outline.lack_of(criterion_id)
    return _panel(request, sheet, row, told=told, is_changed=True, **context)


def _refused(request: HttpRequest, sheet: Sheet, row: Row, form: DocumentsForm) -> HttpResponse:
    """Say why, beside the form; what was typed and the chosen file stay in it."""
    if not htmx_of(request):
        # The document that has the number is offered among those to pick.
        number = form.same_number[0].number if form.same_number else ""
        return _panel(request, sheet, row, status=422, search=number, form=form)
    assessment, criterion = sheet.assessment, row.criterion
    keys = (assessment.round_id, assessment.ward_id, criterion.pk)
    context = {
        "form": form,
        "criterion": criterion,
        "attach_url": reverse("criteria:evidence-attach", args=keys),
    }
    response = render(request, "criteria/evidence/_refused.html", context, status=422)
    return retarget(response, "#evidence-refused")


def _stale(
    request: HttpRequest, assessment: Assessment, criterion_id: int, **extra: Any
) -> HttpResponse:
    reread = _reread(request, assessment, criterion_id)
    return _problem(request, *reread, 409, is_stale=True, **extra)


def _reread(request: HttpRequest, assessment: Assessment, criterion_id: int) -> tuple[Sheet, Row]:
    """Read the sheet as it is now; a moment ago it may not have existed."""
    keys = (assessment.round_id, assessment.ward_id)
    return _read(permissions.sheet_or_404(user_of(request), *keys), criterion_id)


def _problem(
    request: HttpRequest, sheet: Sheet, row: Row, status: int, **extra: Any
) -> HttpResponse:
    if not htmx_of(request):
        return _panel(request, sheet, row, status=status, **extra)
    context = _context(request, sheet, row) | extra
    response = render(request, "criteria/evidence/_told.html", context, status=status)
    return retarget(response, "#evidence-told")
