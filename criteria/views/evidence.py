"""The documents of a ward: the list, one document's page, its file."""

import logging
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.storage import storages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Access
from accounts.record import note
from accounts.unsent import unsent_on
from criteria import permissions
from criteria.actions.evidence import add_evidence, supersede
from criteria.files import KINDS
from criteria.forms.evidence import DocumentsForm, EvidenceForm
from criteria.models import Evidence, Ward
from criteria.sheets.evidence import documents_of, uses_of, with_n_criteria
from criteria.views.base import user_of
from criteria.views.remembered import empty_query, remember, way_back
from criteria.views.uploads import Stored, store_each

logger = logging.getLogger(__name__)

PAGE_SIZE = 50
FILTER = ["q"]
# A viewer may draw the file and style what it draws; no script of the file's own, no address.
DOWNLOAD_POLICY = "default-src 'none'; sandbox"
VIEW_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; sandbox"


@require_http_methods(["GET", "HEAD", "POST"])
def ward_evidence(request: HttpRequest, ward_id: int) -> HttpResponse:
    """List a ward's documents; on POST add one that no row needs yet."""
    user = user_of(request)
    if request.method != "POST":
        ward = permissions.ward_with_evidence(user, ward_id)
        came_back = way_back(request, request.path)
        if came_back:
            return came_back
        remember(request, request.path, FILTER)
        unsent = unsent_on(request, "criteria:ward-evidence")
        if unsent and permissions.can_add_evidence(user, ward):
            return _list(request, ward, form=DocumentsForm(unsent.give_back()))
        return _list(request, ward)
    ward = permissions.ward_to_add_evidence(user, ward_id)
    form = DocumentsForm(request.POST, request.FILES)
    if form.is_valid():
        stored = store_each(
            form.documents,
            lambda facts, upload, came_with_it: add_evidence(
                ward, facts, upload, besides=came_with_it, acting_user=user
            ),
        )
        if stored.documents:
            return _done(request, ward, stored)
        form.add_refusals(stored.refused)
    return _list(request, ward, form=form, status=422)


def _done(request: HttpRequest, ward: Ward, stored: Stored) -> HttpResponse:
    """Lead to the document, or to the list where there were several."""
    [(document, is_new), *others] = stored.documents
    if not others and not is_new and not stored.refused:
        messages.info(request, _("The ward had this file already: it is this document."))
    else:
        known = _("The ward had this file already, as “%(document)s”.")
        stored.tell(request, stored.told(_("“%(document)s” is stored."), known))
    if others or stored.refused:
        return redirect("criteria:ward-evidence", ward.pk)
    return redirect("criteria:evidence-detail", document.pk)


def _list(
    request: HttpRequest, ward: Ward, *, form: DocumentsForm | None = None, status: int = 200
) -> HttpResponse:
    text = request.GET.get("q", "").replace("\0", "")
    documents = with_n_criteria(documents_of(ward, text))
    context = {
        "ward": ward,
        "q": text,
        "unfiltered": empty_query(FILTER),
        "page": Paginator(documents, PAGE_SIZE).get_page(request.GET.get("page")),
        "form": form or DocumentsForm(),
        "can_add": permissions.can_add_evidence(user_of(request), ward),
        "max_bytes": settings.EVIDENCE_MAX_BYTES,
        "max_files": settings.EVIDENCE_MAX_FILES,
    }
    return render(request, "criteria/evidence/list.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def evidence_detail(request: HttpRequest, evidence_id: int) -> HttpResponse:
    """Show a document and where it is used; on POST store a later one in its place."""
    user = user_of(request)
    if request.method != "POST":
        evidence = permissions.evidence_or_404(user, evidence_id)
        unsent = unsent_on(request, "criteria:evidence-detail")
        if unsent and permissions.can_change_evidence(user, evidence):
            return _detail(request, evidence, form=EvidenceForm(unsent.give_back()))
        return _detail(request, evidence)
    evidence = permissions.evidence_to_change(user, evidence_id)
    form = EvidenceForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            later = supersede(evidence, form.said, form.upload, acting_user=user)
        except ValidationError as refusal:
            form.add_refusal(refusal)
        else:
            message = _("“%(later)s” has taken the place of “%(document)s”.")
            messages.success(request, message % {"later": later, "document": evidence})
            return redirect("criteria:evidence-detail", later.pk)
    return _detail(request, evidence, form=form, status=422)


def _detail(
    request: HttpRequest, evidence: Evidence, *, form: EvidenceForm | None = None, status: int = 200
) -> HttpResponse:
    may_change = permissions.can_change_evidence(user_of(request), evidence)
    context: dict[str, Any] = {
        "evidence": evidence,
        "supersedes": Evidence.objects.filter(superseded_by=evidence).first(),
        "uses": uses_of(evidence),
        "form": form or EvidenceForm(),
        "is_open": form is not None,
        "can_supersede": may_change and evidence.superseded_by_id is None,
        "max_bytes": settings.EVIDENCE_MAX_BYTES,
    }
    return render(request, "criteria/evidence/detail.html", context, status=status)


@require_safe
def evidence_file(request: HttpRequest, evidence_id: int) -> HttpResponseBase:
    """Send a document's file to whoever may read it: to keep, or with `?view=1` to look at."""
    evidence = permissions.evidence_or_404(user_of(request), evidence_id)
    if not evidence.file:
        raise Http404
    try:
        content = storages["evidence"].open(evidence.file)
    except FileNotFoundError:
        logger.error("The file of document %s is missing: %s", evidence.pk, evidence.file)
        context = {"evidence": evidence}
        return render(request, "criteria/evidence/missing.html", context, status=404)
    kind = KINDS[evidence.kind]
    is_viewed = kind.is_viewable and request.GET.get("view") == "1"
    if request.method == "GET":  # of HEAD nothing is read
        kind_of_access = Access.Kind.READ if is_viewed else Access.Kind.DOWNLOAD
        note(request, kind_of_access, about=f"{evidence} – {evidence.ward}")
    response = FileResponse(
        content,
        as_attachment=not is_viewed,
        filename=evidence.file_name,
        content_type=kind.content_type,
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = VIEW_POLICY if is_viewed else DOWNLOAD_POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response
