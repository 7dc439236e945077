"""The round's page: its filter, and more time for one ward."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from criteria.forms.fields import DayField, ReasonField, TextField
from criteria.models import Assessment, Extension, WardQuerySet
from criteria.sheets.progress import NOT_BEGUN

LATE, NONE = "late", "none"
LABELS = {NOT_BEGUN: _("Not begun"), **dict(Assessment.State.choices)}


class RoundFilterForm(forms.Form):
    """Sheets of one round by ward (diacritics aside) and by state, each with its number.

    counts: of all the round's sheets by state; n_late: of those that are late. What cannot be made
    out narrows nothing.
    """

    q = TextField(
        required=False,
        label=_("Find a ward"),
        widget=forms.SearchInput(attrs={"autocomplete": "off"}),
    )
    state = forms.ChoiceField(required=False, label=_("State"))

    def __init__(self, data: Any, counts: Mapping[str, int], n_late: int) -> None:
        super().__init__(data)
        field = self.fields["state"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = [
            ("", _("All")),
            *((state or NONE, f"{LABELS[state]} ({n})") for state, n in counts.items()),
            (LATE, f"{_('Late')} ({n_late})"),
        ]
        self.is_valid()

    def filter_qs(self, wards: WardQuerySet, late: Q) -> WardQuerySet:
        """Narrow wards of `with_sheet`; late: which of them are."""
        wards = wards.search(self.cleaned_data.get("q", ""))
        state = self.cleaned_data.get("state", "")
        if state == LATE:
            return wards.filter(late)
        return wards.filter(Q(state=NOT_BEGUN if state == NONE else state)) if state else wards


class ExtensionForm(forms.Form):
    """More time for one ward, in place of `present`, what it was given before."""

    submit_by = DayField(label=_("May fill in and submit until"))
    reason = ReasonField()

    def __init__(self, data: Any = None, *, present: Extension | None = None) -> None:
        initial = {"submit_by": present.submit_by, "reason": present.reason} if present else None
        super().__init__(data, initial=initial)
