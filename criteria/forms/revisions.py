"""Which revision of a sheet is read, and which two are held against each other."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from criteria.sheets.revisions import Revision


class RevisionsForm(forms.Form):
    """Two revisions of a sheet by their numbers; `chosen` where the address names none."""

    first = forms.TypedChoiceField(coerce=int, label=gettext_lazy("From revision"))
    second = forms.TypedChoiceField(coerce=int, label=gettext_lazy("To revision"))

    def __init__(
        self,
        data: Mapping[str, Any],
        revisions: Sequence[Revision],
        chosen: tuple[int, int] | None,
    ) -> None:
        numbers = {
            name: data.get(name) or number
            for name, number in zip(("first", "second"), chosen or ("", ""), strict=True)
        }
        super().__init__(numbers)
        self.revisions = {revision.number: revision for revision in revisions}
        for name in numbers:
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101
            field.choices = [
                (number, _("Revision %(number)d") % {"number": number})
                for number in sorted(self.revisions)
            ]

    @property
    def pair(self) -> tuple[Revision, Revision] | None:
        """The two; None where one cannot be made out, or both are one."""
        if not self.is_valid():
            return None
        first, second = self.cleaned_data["first"], self.cleaned_data["second"]
        return None if first == second else (self.revisions[first], self.revisions[second])
