"""Fields that read what people in Vietnam type."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from criteria.measures import figure
from criteria.models import Day, DayOfPaper

# Digits and at most one decimal mark. Whatever else is written could be another figure as well:
# 1.250 is 1250 to one reader and 1,25 to another, “85 5” is 855 or two cells of a spreadsheet.
_DAY_IN_DIGITS = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})")
_PLAIN = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")
_PLAIN_WHOLE = re.compile(r"[+-]?[0-9]+")
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}([.,][0-9]{3})+([.,][0-9]+)?")
_SPACED = re.compile(r"[^\s]*[0-9.,]\s+[+-]?[0-9.,].*", re.DOTALL)


class TextField(forms.CharField):
    """Text of a limited length, which is refused and not cut where it is too long.

    A line's end counts as one character, as it is seen and stored: browsers send two for it.
    """

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return re.sub(r"\r\n?", "\n", text) if isinstance(text, str) else text


class ReasonField(TextField):
    """Why something is done. Each fault has its own message."""

    def __init__(self, *, rows: int = 3, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"required": _("Say why.")})
        widget = forms.Textarea(attrs={"rows": rows})
        super().__init__(**{"label": _("Reason"), "max_length": 2000, "widget": widget, **kwargs})


class FigureField(forms.DecimalField):
    """A number of at most two decimals, with a decimal comma or point; its unit may stand behind.

    What can be read in two ways is refused rather than guessed at.
    """

    default_error_messages = {
        "invalid": _("Enter a number, such as 85 or 85,5."),
        "two_ways": _("Write the number without a thousands separator: 1250, not 1.250."),
        "several": _("Write one number, without a space in it."),
        "max_decimal_places": _("At most two digits after the decimal comma."),
    }

    def __init__(self, *, suffixes: Iterable[str] = (), **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(
            **{"widget": widget, "max_digits": 12, "decimal_places": 2, "required": False, **kwargs}
        )
        self.suffixes = tuple(suffixes)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        text = str("" if value is None else value).strip()
        for suffix in self.suffixes:
            text = text.removesuffix(suffix).rstrip()
        _refuse_guessing(self, text, _PLAIN)
        return super().to_python(text.replace(",", "."))

    def prepare_value(self, value: Any) -> Any:
        return figure(value) if isinstance(value, Decimal) else value


class WholeNumberField(forms.IntegerField):
    """A whole number: Django's own field takes 12.000 for 12."""

    default_error_messages = {
        "invalid": _("Enter a whole number, in digits alone."),
        "two_ways": FigureField.default_error_messages["two_ways"],
        "several": FigureField.default_error_messages["several"],
    }
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})

    def to_python(self, value: Any) -> int | None:
        text = str("" if value is None else value).strip()
        _refuse_guessing(self, text, _PLAIN_WHOLE)
        return super().to_python(text)


def _refuse_guessing(field: forms.Field, text: str, plain: re.Pattern[str]) -> None:
    """Raise ValidationError, with what is wrong, where `text` is neither empty nor plain."""
    if _GROUPED.fullmatch(text):
        code = "two_ways"
    elif _SPACED.fullmatch(text):
        code = "several"
    elif text and not plain.fullmatch(text):
        code = "invalid"
    else:
        return
    raise ValidationError(field.error_messages[code], code=code)


class DayInput(forms.DateInput):
    """Shows and takes dd/mm/yyyy; a browser's own control, what its language does."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "numeric", "autocomplete": "off", "placeholder": _("dd/mm/yyyy")}
        super().__init__(attrs=attrs, **kwargs)


class DayField(forms.DateField):
    """A day that the program can speak of, written as everywhere: dd/mm/yyyy, or ddmmyyyy."""

    default_validators = Day.default_validators
    widget = DayInput

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, str):
            digits = _DAY_IN_DIGITS.fullmatch(value.strip())
            value = "/".join(digits.groups()) if digits else value
        day: date | None = super().to_python(value)
        return day


class DayOfPaperField(DayField):
    """The day on which a document or a decision was signed."""

    default_validators = DayOfPaper.default_validators
