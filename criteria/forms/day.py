"""The day that a page is asked for, and as of which day it is to be known."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from criteria.forms.fields import DayField


class DayForm(forms.Form):
    """`?on=2024-06-30`; without it, or where it cannot be made out, today.

    `&known=2024-12-31`: of that day, what was official by the end of this one; without it, now.
    """

    on = DayField(required=False, label=_("Another day"))
    known = DayField(required=False, label=_("As known on"))

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data)
        self.today = today

    def clean_on(self) -> date | None:
        return self._past("on")

    def clean_known(self) -> date | None:
        known = self._past("known")
        if "on" in self.errors:  # then the page is of today, as it is known now
            return None
        on = self.cleaned_data["on"] or self.today
        if known and known < on:
            raise ValidationError(
                gettext("On %(known)s the figures of %(on)s could not be known yet.")
                % {"known": date_format(known), "on": date_format(on)},
                code="early",
            )
        return known

    def _past(self, name: str) -> date | None:
        day: date | None = self.cleaned_data[name]
        if day and day > self.today:
            raise ValidationError(
                gettext("%(day)s has not come yet.") % {"day": date_format(day)}, code="future"
            )
        return day

    @property
    def day(self) -> date:
        self.is_valid()
        return self.cleaned_data.get("on") or self.today

    @property
    def known_on(self) -> date | None:
        """As of which day the figures are to be known; None: as they are known now."""
        self.is_valid()
        known: date | None = self.cleaned_data.get("known")
        return None if known == self.today else known

    def typed(self, name: str) -> str:
        """What its field shows: the day, and what was typed where that is none."""
        self.is_valid()
        day = self.cleaned_data.get(name)
        return date_format(day) if day else str(self[name].data or "")

    @property
    def problem(self) -> str:
        """What is wrong with the day that was asked for; empty where nothing is."""
        return " ".join(map(str, self.errors.get("on", ())))

    @property
    def known_problem(self) -> str:
        """What is wrong with the day as of which it is to be known; empty where nothing is."""
        return " ".join(map(str, self.errors.get("known", ())))
