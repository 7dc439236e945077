"""What an administrator decides before a change of the registry is stored."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from criteria.actions.registry import Decision
from criteria.forms.fields import ReasonField
from criteria.sheets.registry import Hanging

PREFIX = "decision"


class DecisionForm(forms.Form):
    """Its fields are sent together with those of the page that is about to be saved."""

    digest = forms.CharField(widget=forms.HiddenInput)
    carried = forms.MultipleChoiceField(
        label=_("Let these officers work for the successor as well"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    closes_sheets = forms.BooleanField(
        label=_("Close these sheets: from then on they can only be read"),
        error_messages={"required": _("Confirm it, or finish the sheets first.")},
    )
    reason = ReasonField(help_text=_("For the log, and for those who are told."))

    def __init__(self, hanging: Hanging, data: Any = None) -> None:
        super().__init__(data, prefix=PREFIX)
        self.initial = {"digest": hanging.digest, "carried": [h.key for h in hanging.heirs]}
        field: Any = self.fields["carried"]
        field.choices = [
            (heir.key, f"{heir.user} – {heir.predecessor} → {heir.successor}")
            for heir in hanging.heirs
        ]
        if not hanging.heirs:
            del self.fields["carried"]
        if not hanging.closing:
            del self.fields["closes_sheets"]

    @property
    def decision(self) -> Decision | None:
        """None where something is missing or cannot be made out."""
        if not self.is_bound or not self.is_valid():
            return None
        return Decision(**self.cleaned_data)
