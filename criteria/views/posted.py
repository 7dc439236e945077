"""What a request says of a sheet: the rows typed, the versions read; and how it is answered.

Shared by the unit's side of the sheet, the verifier's, the evidence and the grid.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from criteria.actions.results import Stale
from criteria.forms.sheet import Outcome, ResultForm
from criteria.sheets.sheet import Sheet
from namdinh_wards.text import number

NO_VERSION = -1  # which nothing has, so that whatever starts from it is stale
STATUS = {Outcome.SAVED: 200, Outcome.REFUSED: 422, Outcome.STALE: 409}

Save = Callable[[Sheet, ResultForm], Sheet]


def version_in(params: Mapping[str, str], name: str = "version") -> int:
    """Return the version under this name: what a button was pressed on, or a row was typed over."""
    version = number(params.get(name, ""))
    return NO_VERSION if version is None else version


def row_form(
    sheet: Sheet, criterion_id: int, *, kind: type[ResultForm] = ResultForm, data: Any = None
) -> ResultForm:
    """Return the form of one row; 404 where the sheet has no such criterion."""
    row = sheet.row(criterion_id)
    if row is None:
        raise Http404
    return kind(row, sheet.assessment.round.year, data)


def posted_forms(
    data: Mapping[str, Any], sheet: Sheet, kind: type[ResultForm] = ResultForm
) -> list[ResultForm]:
    """Return the form of each row that was posted; a narrowed page has not shown them all."""
    forms = (row_form(sheet, row.criterion.pk, kind=kind, data=data) for row in sheet.rows)
    return [form for form in forms if is_posted(form)]


def is_posted(form: ResultForm) -> bool:
    return form.add_prefix("version") in form.data


def read_version(form: ResultForm) -> int:
    """Return the version of the row that the person knows: the page's, or that of their save."""
    if form.outcome == Outcome.SAVED:
        return form.row.version
    return version_in(form.data, form.add_prefix("version"))


def save_touched(sheet: Sheet, forms: Iterable[ResultForm], save: Save) -> Sheet:
    """Save the rows that a person changed; each form tells what became of it."""
    for form in forms:
        if form.is_touched:
            sheet = save_row(sheet, form, save)
    return sheet


def save_row(sheet: Sheet, form: ResultForm, save: Save) -> Sheet:
    """Save a row, tell the form what became of it, and return the sheet as it is then.

    A row that was not saved keeps what was typed; `form.row` is what holds.
    """
    form.outcome = Outcome.REFUSED
    if form.is_valid():
        try:
            sheet = save(sheet, form)
            form.outcome = Outcome.SAVED
        except Stale as stale:
            sheet = stale.sheet
            form.outcome = Outcome.STALE
        except ValidationError as refusal:
            form.add_error(None, refusal)
    form.row = sheet.row(form.row.criterion.pk) or form.row
    return sheet


def kept_after_saving(
    request: HttpRequest, forms: Sequence[ResultForm], *, is_silent: bool = False
) -> dict[int, ResultForm]:
    """Say what became of the rows that were touched; return those that were not saved.

    is_silent: that nothing had changed need not be said, because another button was pressed.
    """
    unsaved = [form for form in forms if form.outcome in (Outcome.REFUSED, Outcome.STALE)]
    n_saved = sum(form.outcome == Outcome.SAVED for form in forms)
    if n_saved:
        saved = ngettext("%(n)d criterion saved.", "%(n)d criteria saved.", n_saved)
        messages.success(request, saved % {"n": n_saved})
    if unsaved:
        numbers = ", ".join(str(form.row.criterion.number) for form in unsaved)
        messages.error(request, _("Not saved yet: criteria %(numbers)s.") % {"numbers": numbers})
    elif not n_saved and not is_silent:
        messages.info(request, _("Nothing had changed."))
    return {form.row.criterion.pk: form for form in unsaved}


def page_version(request: HttpRequest, version_before: int, after: Sheet) -> int:
    """Return the version of the sheet that the page in front of the person shows after a save.

    The page's own save moves it on. Where somebody else has saved meanwhile, it stays behind: then
    a step such as submitting is refused, because it would speak of rows that were never read.
    """
    shown = version_in(request.POST, "sheet_version")
    has_changed = after.assessment.version != version_before
    expected = shown + 1 if has_changed else shown
    return expected if after.assessment.version == expected else shown


def tell_refusal(request: HttpRequest, refusal: ValidationError) -> None:
    for message in refusal.messages:
        messages.error(request, message)
