"""Days as they are written on the command line."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.utils.translation import gettext as _

DATE_FORMS = ["%Y-%m-%d", "%d/%m/%Y"]


def read_date(text: str) -> date:
    try:
        day: date = forms.DateField(input_formats=DATE_FORMS).clean(text)
    except ValidationError:
        raise CommandError(
            _("“%(text)s” is not a date. Write it as 2025-12-31 or 31/12/2025.") % {"text": text}
        ) from None
    return day
