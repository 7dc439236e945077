"""What the round before, or the predecessors, came to: taken over by a button on the sheet."""

from collections.abc import Callable, Sequence

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from criteria import permissions
from criteria.actions.offers import take_over
from criteria.actions.results import Stale
from criteria.sheets.sheet import Row, Sheet, read_sheet
from criteria.views.base import user_of
from criteria.views.posted import (
    is_posted,
    kept_after_saving,
    read_version,
    row_form,
    save_touched,
    tell_refusal,
)
from criteria.views.sheet import render_rows, save_row_of, sheet_page, url_of
from namdinh_wards.htmx import htmx_of


@require_POST
def take_over_row(
    request: HttpRequest, round_id: int, ward_id: int, criterion_id: int
) -> HttpResponse:
    """Take over what is offered for one criterion."""

    def is_meant(row: Row) -> bool:
        return row.criterion.pk == criterion_id

    return _take_over(request, round_id, ward_id, is_meant, anchor=f"c{criterion_id}")


@require_POST
def take_over_group(
    request: HttpRequest, round_id: int, ward_id: int, group_id: int
) -> HttpResponse:
    """Take over what is offered for the criteria of a group, each as by its own button."""

    def is_meant(row: Row) -> bool:
        return row.criterion.group_id == group_id

    return _take_over(request, round_id, ward_id, is_meant, anchor=f"g{group_id}", is_group=True)


def _take_over(
    request: HttpRequest,
    round_id: int,
    ward_id: int,
    is_meant: Callable[[Row], bool],
    *,
    anchor: str,
    is_group: bool = False,
) -> HttpResponse:
    user, today = user_of(request), timezone.localdate()
    assessment = permissions.sheet_to_enter(user, round_id, ward_id, today)
    sheet, before = read_sheet(assessment), assessment.version
    is_htmx = bool(htmx_of(request))
    forms = [row_form(sheet, row.criterion.pk, data=request.POST) for row in sheet.rows]
    forms = [form for form in forms if is_posted(form) or is_meant(form.row)]
    meant = [form for form in forms if is_meant(form.row)]
    if not meant:
        raise Http404
    if not is_htmx:
        # Without JavaScript the button sends the whole sheet: what was typed is saved, too.
        typed = [form for form in forms if is_posted(form)]
        sheet = save_touched(sheet, typed, lambda sheet, form: save_row_of(request, sheet, form))
    sheet = _take(request, sheet, [(form.row, read_version(form)) for form in meant])
    if is_htmx:
        shown = {form.row.criterion.pk: read_version(form) for form in meant}
        changed = [r.criterion.pk for r in sheet.rows if shown.get(r.criterion.pk) != r.version]
        changed = [pk for pk in changed if pk in shown] if is_group else list(shown)
        return render_rows(request, sheet, changed, version_before=before, is_group=is_group)
    unsaved = kept_after_saving(request, forms, is_silent=True)
    if unsaved:
        return sheet_page(request, sheet, typed=unsaved, status=422)
    return redirect(f"{url_of(assessment)}#{anchor}")


def _take(request: HttpRequest, sheet: Sheet, read: Sequence[tuple[Row, int]]) -> Sheet:
    try:
        after = take_over(sheet, read, acting_user=user_of(request))
    except Stale as stale:
        said = _("Somebody else has saved on these criteria meanwhile.")
        if len(read) == 1:
            said = _("Somebody else has saved this criterion meanwhile.")
        messages.warning(request, said)
        return stale.sheet
    except ValidationError as refusal:
        tell_refusal(request, refusal)
        return sheet
    n_taken = sheet.tally.pending - after.tally.pending
    if len(read) > 1:
        taken = ngettext(
            "Taken over for %(n)d criterion.", "Taken over for %(n)d criteria.", n_taken
        )
        messages.success(request, taken % {"n": n_taken})
    return after
