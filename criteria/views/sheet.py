"""The sheet: the page where the unit enters its results and the verifier stands beside."""

from collections.abc import Callable, Collection, Iterable, Mapping
from operator import attrgetter
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.unsent import Unsent, unsent_on
from criteria import permissions
from criteria.actions.results import save_result
from criteria.forms.sheet import FindingForm, Outcome, ResultForm
from criteria.forms.steps import ReturnForm
from criteria.models import Assessment
from criteria.sheets.evidence import evidence_of
from criteria.sheets.mending import changes_since_return, earlier_verifications
from criteria.sheets.offers import offers, unassessed_predecessors
from criteria.sheets.outline import Outline, Point, read_outline, verification_outline
from criteria.sheets.revisions import read_revisions
from criteria.sheets.sheet import Row, Sheet, read_sheet
from criteria.sheets.stage import Stage
from criteria.sheets.submission import Lack
from criteria.views.base import user_of
from criteria.views.next_sheet import goes_on, next_sheet
from criteria.views.posted import (
    STATUS,
    kept_after_saving,
    page_version,
    posted_forms,
    row_form,
    save_row,
    save_touched,
    version_in,
)
from criteria.workflow import RETURN, STEPS
from namdinh_wards.htmx import htmx_of
from namdinh_wards.text import number

NO_SHEET = 0  # the version of a sheet that nobody has begun


@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: HttpRequest, round_id: int, ward_id: int) -> HttpResponse:
    """Show the sheet; on POST (without JavaScript) save every row that the unit changed.

    `?revision=` asks for another revision than the latest, to be read.
    """
    user = user_of(request)
    if request.method == "POST":
        today = timezone.localdate()
        assessment = permissions.sheet_to_enter(user, round_id, ward_id, today)
        return _save_all(request, read_sheet(assessment))
    asked = request.GET.get("revision")
    if asked is not None:
        assessment = permissions.revision_or_404(user, round_id, ward_id, number(asked) or 0)
        return sheet_page(request, read_sheet(assessment))
    sheet = read_sheet(permissions.sheet_or_404(user, round_id, ward_id))
    unsent = unsent_on(request, *SENT_FROM_HERE)
    return _with_unsent(request, sheet, unsent) if unsent else sheet_page(request, sheet)


SENT_FROM_HERE = [
    f"criteria:{name}"
    for name in (
        "sheet",
        "sheet-row",
        "sheet-take-over",
        "sheet-take-over-group",
        "sheet-verify",
        "sheet-verify-row",
        "sheet-step",
    )
]


def _with_unsent(request: HttpRequest, sheet: Sheet, unsent: Unsent) -> HttpResponse:
    """Show the sheet with what was typed into one of its forms, where the form is still there."""
    user, today = user_of(request), timezone.localdate()
    step = STEPS.get(unsent.step)
    if step:
        if not permissions.can_take(user, step, sheet.assessment, today):
            return sheet_page(request, sheet)
        asked = ReturnForm(sheet, unsent.give_back()) if step.needs_reason else None
        return sheet_page(request, sheet, return_form=asked, refused=step.name)
    kind: type[ResultForm] | None = None
    if permissions.can_verify_sheet(user, sheet.assessment):
        kind = FindingForm
    elif permissions.can_enter(user, sheet.assessment, today):
        kind = ResultForm
    forms = posted_forms(unsent.fields, sheet, kind) if kind else []
    typed = {form.row.criterion.pk: form for form in forms if form.is_touched}
    if typed:
        unsent.give_back()
    for form in typed.values():
        form.outcome = Outcome.REFUSED
    return sheet_page(request, sheet, typed=typed)


@require_http_methods(["GET", "HEAD", "POST"])
def sheet_row(request: HttpRequest, round_id: int, ward_id: int, criterion_id: int) -> HttpResponse:
    """Save one row as the officer goes; on GET, show it anew with what is stored.

    A save answers with the row's status alone, never with its inputs: somebody may already be
    typing in the next one.
    """
    user, today = user_of(request), timezone.localdate()
    if request.method != "POST" and not htmx_of(request):
        return to_row(user, round_id, ward_id, criterion_id)
    assessment = permissions.sheet_to_enter(user, round_id, ward_id, today)
    sheet = read_sheet(assessment)
    if request.method != "POST":
        return render_row(request, sheet, criterion_id)
    form, version = row_form(sheet, criterion_id, data=request.POST), assessment.version
    after = save_row(sheet, form, lambda sheet, form: save_row_of(request, sheet, form))
    return render_saved(request, version, after, form)


def save_row_of(request: HttpRequest, sheet: Sheet, form: ResultForm) -> Sheet:
    return save_result(
        sheet,
        form.row,
        form.entry,
        version=form.start_version,
        acting_user=user_of(request),
    )


def _save_all(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    forms = posted_forms(request.POST, sheet)
    sheet = save_touched(sheet, forms, lambda sheet, form: save_row_of(request, sheet, form))
    unsaved = kept_after_saving(request, forms)
    if not unsaved:
        return redirect(url_of(sheet.assessment))
    return sheet_page(request, sheet, typed=unsaved, status=422)


def to_row(user: User, round_id: int, ward_id: int, criterion_id: int) -> HttpResponse:
    """Lead whoever opens the address of a row to where it stands on the sheet."""
    assessment = permissions.sheet_or_404(user, round_id, ward_id)
    return redirect(f"{url_of(assessment)}#c{criterion_id}")


def url_of(assessment: Assessment) -> str:
    return reverse("criteria:sheet", args=[assessment.round_id, assessment.ward_id])


def render_saved(
    request: HttpRequest, version_before: int, after: Sheet, form: ResultForm
) -> HttpResponse:
    """Answer the save of one row with its status, and the progress of the sheet."""
    can_verify = isinstance(form, FindingForm)
    outline = verification_outline(after) if can_verify else read_outline(after.assessment)
    context = around(request, version_before, after, outline) | {
        "form": form,
        "shown": marks(after, form.row),
        "lack": outline.lack_of(form.row.criterion.pk),
        "shows_findings": True,
    }
    return render(request, "criteria/sheet/_saved.html", context, status=STATUS[form.outcome])


def around(
    request: HttpRequest, version_before: int, after: Sheet, outline: Outline
) -> dict[str, Any]:
    """Return what stands around the rows and follows each change of one; see `_around.html`.

    Where the page was made before there was a sheet, also what there is only now.
    """
    assessment = after.assessment
    shown = version_in(request.POST, "sheet_version")
    context = {
        "sheet": after,
        "assessment": assessment,
        "outline": outline,
        "page_version": page_version(request, version_before, after),
        "can_edit": True,
        "can_verify": outline.is_verified,
        "shows_gaps": "gaps" in request.POST,  # a refusal stands on the page
        "can_see_log": permissions.can_see_log(user_of(request)),
    }
    if NO_SHEET in (version_before, shown) and assessment.pk and not outline.is_verified:
        context |= {"is_begun": True, "can_enter": True} | _standing(request, assessment)
    return context


def _standing(request: HttpRequest, assessment: Assessment) -> dict[str, Any]:
    """In which stage the sheet is for its reader, and what they may do with it."""
    user, today = user_of(request), timezone.localdate()
    steps = {
        name for name, step in STEPS.items() if permissions.can_take(user, step, assessment, today)
    }
    can_enter = permissions.can_enter(user, assessment, today)
    return {"steps": steps, "stage": Stage(assessment, today, steps, can_enter)}


def marks(sheet: Sheet, row: Row) -> dict[str, Any]:
    """What the answer to a save says of the row's return; how it changed is told by the page."""
    return {
        "row": row,
        "is_to_mend": sheet.is_to_mend(row),
        "has_changed": sheet.has_changed(row),
    }


def render_row(
    request: HttpRequest, sheet: Sheet, criterion_id: int, *, version_before: int | None = None
) -> HttpResponse:
    """Answer htmx with one row as the page shows it, and the progress of the sheet."""
    if sheet.row(criterion_id) is None:
        raise Http404
    before = sheet.assessment.version if version_before is None else version_before
    return render_rows(request, sheet, {criterion_id}, version_before=before)


def render_rows(
    request: HttpRequest,
    sheet: Sheet,
    changed: Collection[int],
    *,
    version_before: int,
    is_group: bool = False,
) -> HttpResponse:
    """Answer htmx with rows as the page shows them, and what stands around them.

    is_group: they are put in the place of what the page has, each by itself.
    """
    context = sheet_context(request, sheet, only=changed)
    context |= around(request, version_before, sheet, context["outline"])
    context["shown_rows"] = [row for _group, rows in context["groups"] for row in rows]
    context["is_group"] = is_group
    return render(request, "criteria/sheet/_rows_anew.html", context)


def sheet_page(
    request: HttpRequest,
    sheet: Sheet,
    *,
    typed: Mapping[int, ResultForm] | None = None,
    gaps: list[Point] | None = None,
    return_form: ReturnForm | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    only = _asked_for(request, sheet)
    context = sheet_context(request, sheet, typed=typed, only=only, gaps=gaps or ())
    context |= {"gaps": gaps, "is_narrowed": only is not None, "return_form": return_form}
    context["refused"] = refused
    context["revisions"] = read_revisions(sheet.assessment)
    user = user_of(request)
    if goes_on(user, sheet.assessment):
        context |= {"goes_on": True, "next": next_sheet(user, sheet.assessment)}
    if RETURN.name in context["steps"]:
        context["return_rows"] = (return_form or ReturnForm(sheet)).rows()
    return render(request, "criteria/sheet/page.html", context, status=status)


def _asked_for(request: HttpRequest, sheet: Sheet) -> set[int] | None:
    """Return the criteria that `?only=` keeps on the page; None: all."""
    filters: dict[str, Callable[[Row], bool]] = {
        "mend": sheet.is_to_mend,
        "changed": sheet.has_changed,
    }
    if permissions.can_see_findings(user_of(request), sheet.assessment):
        filters["different"] = attrgetter("differs")
    keep = filters.get(request.GET.get("only", ""))
    return {row.criterion.pk for row in sheet.rows if keep(row)} if keep else None


def sheet_context(
    request: HttpRequest,
    sheet: Sheet,
    *,
    typed: Mapping[int, ResultForm] | None = None,
    only: Collection[int] | None = None,
    gaps: Iterable[Point] = (),
) -> dict[str, Any]:
    """Return what the templates of the sheet show, for its reader.

    only: these criteria. gaps: for want of what a step has just been refused.
    """
    asked = {gap.criterion.pk for gap in gaps if gap.lack in (Lack.GROUNDS, Lack.MENDING)}
    user, today, assessment = user_of(request), timezone.localdate(), sheet.assessment
    can_enter = permissions.can_enter(user, assessment, today)
    can_verify = permissions.can_verify_sheet(user, assessment)
    is_verified = can_verify or assessment.is_approved
    outline = verification_outline(sheet) if is_verified else read_outline(assessment)
    evidence = evidence_of(assessment)
    offered = offers(sheet) if can_enter else {}
    changes, earlier = changes_since_return(sheet), earlier_verifications(sheet)

    def shown(row: Row) -> dict[str, Any]:
        pk = row.criterion.pk
        result_pk = row.result.pk if row.result else 0
        kind = FindingForm if can_verify else ResultForm
        return {
            "row": row,
            "form": (typed or {}).get(pk) or row_form(sheet, pk, kind=kind),
            "evidence": evidence.get(result_pk, []),
            "offer": offered.get(pk),
            "lack": outline.lack_of(pk),
            "is_asked": pk in asked,
            "changes": changes.get(result_pk, []),
            "earlier": earlier.get(result_pk),
            "is_to_mend": sheet.is_to_mend(row),
            "has_changed": sheet.has_changed(row),
        }

    rows = {
        row.criterion.pk: shown(row)
        for row in sheet.rows
        if only is None or row.criterion.pk in only
    }
    return {
        "sheet": sheet,
        "assessment": assessment,
        "page_version": assessment.version,
        "groups": [
            (group, group_rows)
            for group, of_group in sheet.groups()
            if (group_rows := [rows[r.criterion.pk] for r in of_group if r.criterion.pk in rows])
        ],
        "outline": outline,
        "shows_findings": permissions.can_see_findings(user, assessment),
        "unassessed": unassessed_predecessors(sheet) if can_enter else [],
        "can_enter": can_enter,
        "can_verify": can_verify,
        "can_edit": can_enter or can_verify,
        "can_see_log": permissions.can_see_log(user),
        **_standing(request, assessment),
    }
