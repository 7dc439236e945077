"""Fields that read what people in Vietnam type."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from criteria.measures import figure

# 1.250 is 1250 to one reader and 1,25 to another; neither guess may enter a report.
_READ_TWO_WAYS = re.compile(r"^[+-]?\d{1,3}([.,]\d{3})+$")


class FigureField(forms.DecimalField):
    """A number of at most two decimals, with a decimal comma or point.

    A thousands separator is refused rather than guessed at.
    """

    default_error_messages = {
        "invalid": _("Enter a number, such as 85 or 85,5."),
        "two_ways": _("Write the number without a thousands separator: 1250, not 1.250."),
        "max_decimal_places": _("At most two digits after the decimal comma."),
    }

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(
            **{"widget": widget, "max_digits": 12, "decimal_places": 2, "required": False, **kwargs}
        )

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        text = "".join(str(value or "").split())
        if _READ_TWO_WAYS.match(text):
            raise ValidationError(self.error_messages["two_ways"], code="two_ways")
        return super().to_python(text.replace(",", ".", 1))

    def prepare_value(self, value: Any) -> Any:
        return figure(value) if isinstance(value, Decimal) else value


class DayField(forms.DateField):
    """A day that the program can speak of, written as everywhere: dd/mm/yyyy."""

    default_validators = [
        MinValueValidator(date(2000, 1, 1)),
        MaxValueValidator(date(2199, 12, 31)),
    ]
    widget = forms.DateInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
