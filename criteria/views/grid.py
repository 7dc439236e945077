"""The grid: one criterion over all wards, for those who enter for every ward."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.core.paginator import Page
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.unsent import unsent_on
from criteria import permissions
from criteria.actions.results import save_result
from criteria.forms.grid import Block, Cell, CellForm, blocks
from criteria.forms.sheet import Outcome
from criteria.measures import TICKS
from criteria.models import Assessment, Criterion, Round, Ward
from criteria.sheets.column import read_column
from criteria.sheets.sheet import Sheet, read_sheet
from criteria.sheets.submission import lacks_of
from criteria.views.base import user_of
from criteria.views.paging import WIDE_PAGE_SIZE, page_of
from criteria.views.posted import STATUS, is_posted, save_row
from namdinh_wards.htmx import htmx_of


@dataclass(frozen=True)
class Shown:
    """One ward's row as the templates draw it."""

    assessment: Assessment
    form: CellForm
    cells: list[Cell]
    can_edit: bool
    lack: str  # what keeps the criterion from being submitted


@require_http_methods(["GET", "HEAD", "POST"])
def grid(request: HttpRequest, round_id: int, criterion_id: int) -> HttpResponse:
    """Show one criterion of every ward; on POST (without JavaScript) save every row changed."""
    round, criterion = permissions.column_to_enter(user_of(request), round_id, criterion_id)
    page = _page_of(request, round)
    if request.method == "POST":
        return _save_all(request, round, criterion, page)
    unsent = unsent_on(request, "criteria:round-criterion", "criteria:grid-row")
    typed = _typed(unsent.fields, round, criterion, page) if unsent else {}
    if unsent and typed:
        unsent.give_back()
    return _page(request, round, criterion, page, typed=typed)


def _typed(
    data: QueryDict, round: Round, criterion: Criterion, page: "Page[int]"
) -> dict[int, CellForm]:
    """Return the rows that somebody changed and could not send, by the ward."""
    column = _column(round, criterion, page)
    forms = {sheet.assessment.ward_id: CellForm(sheet, criterion.pk, data) for sheet in column}
    typed = {ward: form for ward, form in forms.items() if is_posted(form) and form.is_touched}
    for form in typed.values():
        form.outcome = Outcome.REFUSED
    return typed


@require_http_methods(["GET", "HEAD", "POST"])
def grid_row(request: HttpRequest, round_id: int, criterion_id: int, ward_id: int) -> HttpResponse:
    """Save one ward's row; on GET, show it anew with what is stored.

    The page takes from the answer what it does not hold itself, and leaves alone what somebody is
    typing.
    """
    user, today = user_of(request), timezone.localdate()
    permissions.column_to_enter(user, round_id, criterion_id)
    if request.method != "POST" and not htmx_of(request):
        return redirect(f"{url_of(round_id, criterion_id)}#w{ward_id}")
    sheet = read_sheet(permissions.sheet_to_enter(user, round_id, ward_id, today))
    if request.method == "POST":
        form = CellForm(sheet, criterion_id, request.POST)
        sheet = _save(user, sheet, form)
        if form.outcome == Outcome.SAVED:
            form = CellForm(sheet, criterion_id)  # says it as it is stored
            form.outcome = Outcome.SAVED
    else:
        form = CellForm(sheet, criterion_id)
    lacks = lacks_of([sheet.assessment], criterion_id)
    shown = _shown(user, sheet.assessment, form, blocks([form]), today, lacks)
    context = {"shown": shown, "criterion": form.row.criterion}
    status = STATUS.get(form.outcome, 200)
    return render(request, "criteria/grid/_row.html", context, status=status)


def _save(user: User, sheet: Sheet, form: CellForm) -> Sheet:
    return save_row(
        sheet,
        form,
        lambda sheet, form: save_result(
            sheet,
            form.row,
            form.entry,
            version=form.start_version,
            acting_user=user,
        ),
    )


def _page_of(request: HttpRequest, round: Round) -> "Page[int]":
    """The wards of a page of the grid, by their pks. A province is one, to be pasted into whole."""
    wards = Ward.objects.in_scope(round.ends_on).values_list("pk", flat=True)
    return page_of(request, list(wards), WIDE_PAGE_SIZE)


def _column(round: Round, criterion: Criterion, page: "Page[int]") -> list[Sheet]:
    return read_column(round, criterion, Ward.objects.filter(pk__in=list(page)))


def _save_all(
    request: HttpRequest, round: Round, criterion: Criterion, page: "Page[int]"
) -> HttpResponse:
    """Save the rows that were posted and changed. A row that cannot be entered posts nothing."""
    unsaved: dict[int, CellForm] = {}
    names, n_saved = [], 0
    for sheet in _column(round, criterion, page):
        form = CellForm(sheet, criterion.pk, request.POST)
        if not is_posted(form) or not form.is_touched:
            continue
        _save(user_of(request), sheet, form)
        if form.outcome == Outcome.SAVED:
            n_saved += 1
        else:
            unsaved[sheet.assessment.ward_id] = form
            names.append(sheet.assessment.ward.name)
    if n_saved:
        saved = ngettext("%(n)d ward saved.", "%(n)d wards saved.", n_saved)
        messages.success(request, saved % {"n": n_saved})
    elif not unsaved:
        messages.info(request, _("Nothing had changed."))
    if not unsaved:
        return redirect(url_of(round.pk, criterion.pk) + _asked(page))
    messages.error(request, _("Not saved yet: %(names)s.") % {"names": ", ".join(names)})
    return _page(request, round, criterion, page, typed=unsaved, status=422)


def _asked(page: "Page[int]") -> str:
    return f"?page={page.number}" if page.number > 1 else ""


def url_of(round_id: int, criterion_id: int) -> str:
    return reverse("criteria:round-criterion", args=[round_id, criterion_id])


def _page(
    request: HttpRequest,
    round: Round,
    criterion: Criterion,
    page: "Page[int]",
    *,
    typed: Mapping[int, CellForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    user, today = user_of(request), timezone.localdate()
    column = _column(round, criterion, page)
    forms = [
        (typed or {}).get(sheet.assessment.ward_id) or CellForm(sheet, criterion.pk)
        for sheet in column
    ]
    heads = blocks(forms)
    lacks = lacks_of([sheet.assessment for sheet in column], criterion.pk)
    rows = [
        _shown(user, sheet.assessment, form, heads, today, lacks)
        for sheet, form in zip(column, forms, strict=True)
    ]
    criteria = list(round.criteria_set.criteria.order_by("group__code", "number"))
    here = criteria.index(criterion)
    context = {
        "round": round,
        "criterion": criterion,
        "page": page,
        "asked_page": _asked(page),
        "heads": heads,
        "rows": rows,
        "n_locked": sum(not row.can_edit for row in rows),
        "can_edit": any(row.can_edit for row in rows),
        "ticks": " ".join(TICKS),
        "previous": criteria[here - 1] if here else None,
        "next": criteria[here + 1] if here + 1 < len(criteria) else None,
    }
    return render(request, "criteria/grid/page.html", context, status=status)


def _shown(
    user: User,
    assessment: Assessment,
    form: CellForm,
    heads: Sequence[Block],
    today: date,
    lacks: Mapping[int, str],
) -> Shown:
    """What was typed stays in its inputs, though its sheet may have left the unit meanwhile."""
    can_edit = form.is_bound or permissions.can_enter(user, assessment, today)
    lack = lacks.get(assessment.pk or 0, "") if assessment.is_with_unit else ""
    return Shown(assessment, form, form.cells(heads), can_edit, lack)
