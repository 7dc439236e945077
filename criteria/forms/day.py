"""The day that a page is asked for."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from criteria.forms.fields import DayField


class DayForm(forms.Form):
    """`?on=2024-06-30`; without it, or where it cannot be made out, today."""

    on = DayField(required=False, label=_("Another day"))

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data)
        self.today = today

    def clean_on(self) -> date | None:
        on: date | None = self.cleaned_data["on"]
        if on and on > self.today:
            raise ValidationError(
                gettext("%(day)s has not come yet.") % {"day": date_format(on)}, code="future"
            )
        return on

    @property
    def day(self) -> date:
        self.is_valid()
        return self.cleaned_data.get("on") or self.today

    @property
    def problem(self) -> str:
        """What is wrong with the day that was asked for; empty where nothing is."""
        return " ".join(map(str, self.errors.get("on", ())))
