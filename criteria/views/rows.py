"""What saving a row has in common on both sides of the sheet, the unit's and the verifier's."""

from collections.abc import Callable, Sequence

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from criteria.actions.results import Stale
from criteria.forms.sheet import Outcome, ResultForm
from criteria.sheets.sheet import Sheet
from namdinh_wards.text import number

STATUS = {Outcome.SAVED: 200, Outcome.REFUSED: 422, Outcome.STALE: 409}

Save = Callable[[Sheet, ResultForm], Sheet]


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
    kept = [form for form in forms if form.outcome in (Outcome.REFUSED, Outcome.STALE)]
    n_saved = sum(form.outcome == Outcome.SAVED for form in forms)
    if n_saved:
        saved = ngettext("%(n)d criterion saved.", "%(n)d criteria saved.", n_saved)
        messages.success(request, saved % {"n": n_saved})
    if kept:
        numbers = ", ".join(str(form.row.criterion.number) for form in kept)
        messages.error(request, _("Not saved yet: criteria %(numbers)s.") % {"numbers": numbers})
    elif not n_saved and not is_silent:
        messages.info(request, _("Nothing had changed."))
    return {form.row.criterion.pk: form for form in kept}


def page_version(request: HttpRequest, version_before: int, after: Sheet) -> int:
    """Return the version of the sheet that the page in front of the person shows after a save.

    The page's own save moves it on. Where somebody else has saved meanwhile, it stays behind: then
    a step such as submitting is refused, because it would speak of rows that were never read.
    """
    posted = number(request.POST.get("sheet_version", ""))
    shown = -1 if posted is None else posted
    has_changed = after.assessment.version != version_before
    expected = shown + 1 if has_changed else shown
    return expected if after.assessment.version == expected else shown
