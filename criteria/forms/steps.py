"""The forms of the steps that need a reason."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from criteria.readiness.sheet import Sheet


class ReturnForm(forms.Form):
    """Why the whole sheet goes back, and what to mend in single criteria.

    `mend` lists criteria by pk; what to mend in each is in the field `note<pk>`, and where that is
    empty the reason for the whole stands for it.
    """

    reason = forms.CharField(
        label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.mend = {int(pk) for pk in data.getlist("mend") if pk.isdecimal()} if data else set()

    @property
    def notes(self) -> dict[int, str]:
        reason: str = self.cleaned_data["reason"]
        return {pk: self._note(pk)[:2000] or reason for pk in self.mend}

    def _note(self, pk: int) -> str:
        return str(self.data.get(f"note{pk}", "")).replace("\x00", "").strip()

    def rows(self, sheet: Sheet) -> list[dict[str, Any]]:
        """Return what is asked of each criterion: what was typed, or else where opinions differ."""
        return [
            {
                "row": row,
                "is_chosen": row.criterion.pk in self.mend if self.is_bound else row.differs,
                "note": self._note(row.criterion.pk)
                if self.is_bound
                else (row.result.finding if row.result else ""),
            }
            for row in sheet.in_order()
        ]
