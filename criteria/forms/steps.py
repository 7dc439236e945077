"""The forms of the steps that need a reason."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from criteria.forms.fields import ReasonField, TextField
from criteria.sheets.sheet import Row, Sheet
from namdinh_wards.text import number


class ReasonForm(forms.Form):
    reason = ReasonField()


class ReturnForm(ReasonForm):
    """Why the whole sheet goes back, and what to mend in single criteria.

    `mend` lists criteria by pk; what to mend in each is in the field `note<pk>`, and where that is
    empty the reason for the whole stands for it. A note that somebody wrote counts without its
    tick; one that the page had filled in from the finding does not.
    """

    def __init__(self, sheet: Sheet, data: Any = None) -> None:
        super().__init__(data)
        self.sheet = sheet
        for row in sheet.rows:
            label = f"{_('What to mend')} – {row.criterion}"
            self.fields[_name(row)] = TextField(required=False, max_length=2000, label=label)
        ticked = {number(pk) for pk in data.getlist("mend")} if data else set()
        self.mend = {
            row.criterion.pk
            for row in sheet.rows
            if row.criterion.pk in ticked
            or (self.is_bound and self._note(row) not in ("", _finding(row)))
        }

    @property
    def notes(self) -> dict[int, str]:
        reason: str = self.cleaned_data["reason"]
        chosen = (row for row in self.sheet.rows if row.criterion.pk in self.mend)
        return {row.criterion.pk: self.cleaned_data[_name(row)] or reason for row in chosen}

    def _note(self, row: Row) -> str:
        return str(self.data.get(_name(row), "")).strip()

    def rows(self) -> list[dict[str, Any]]:
        """Return what is asked of each criterion: what was typed, or else where opinions differ."""
        return [
            {
                "row": row,
                "is_chosen": row.criterion.pk in self.mend if self.is_bound else row.differs,
                "note": self._note(row) if self.is_bound else _finding(row),
                "errors": self.errors.get(_name(row), []),
            }
            for row in self.sheet.in_order()
        ]


def _name(row: Row) -> str:
    return f"note{row.criterion.pk}"


def _finding(row: Row) -> str:
    return row.result.finding.strip() if row.result else ""
