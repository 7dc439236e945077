"""The round's page: its filter, and more time for one ward."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from criteria.forms.fields import DayField
from criteria.models import Assessment, Extension, Ward
from criteria.sheets.progress import NOT_BEGUN, Progress, by_state

LATE, NONE = "late", "none"
LABELS = {NOT_BEGUN: _("Not begun"), **dict(Assessment.State.choices)}


class RoundFilterForm(forms.Form):
    """Sheets of one round by ward (diacritics aside) and by state, each with its number.

    sheets: all of the round's. What cannot be made out narrows nothing.
    """

    q = forms.CharField(
        required=False,
        max_length=100,
        label=_("Find a ward"),
        widget=forms.SearchInput(attrs={"autocomplete": "off"}),
    )
    state = forms.ChoiceField(required=False, label=_("State"))

    def __init__(self, data: Any, sheets: Iterable[Progress]) -> None:
        super().__init__(data)
        self.sheets = list(sheets)
        n_late = sum(sheet.is_late for sheet in self.sheets)
        field = self.fields["state"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = [
            ("", _("All")),
            *((state or NONE, f"{LABELS[state]} ({n})") for state, n in self.counts.items()),
            (LATE, f"{_('Late')} ({n_late})"),
        ]
        self.is_valid()

    @property
    def counts(self) -> dict[str, int]:
        return by_state(self.sheets)

    @property
    def kept(self) -> list[Progress]:
        found = Ward.objects.search(self.cleaned_data.get("q", ""))
        wards = set(found.values_list("pk", flat=True))
        state = self.cleaned_data.get("state", "")
        return [
            sheet
            for sheet in self.sheets
            if sheet.ward.pk in wards
            and (not state or state == (sheet.state or NONE) or (state == LATE and sheet.is_late))
        ]


class ExtensionForm(forms.Form):
    """More time for one ward, in place of `present`, what it was given before."""

    submit_by = DayField(label=_("May fill in and submit until"))
    reason = forms.CharField(
        label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: Any = None, *, present: Extension | None = None) -> None:
        initial = {"submit_by": present.submit_by, "reason": present.reason} if present else None
        super().__init__(data, initial=initial)
