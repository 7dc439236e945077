"""Days as they are written on the command line."""

from datetime import date

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from criteria.forms.fields import DayField

DATE_FORMS = ["%Y-%m-%d", "%d/%m/%Y"]


def read_date(text: str) -> date:
    try:
        day: date = DayField(input_formats=DATE_FORMS).clean(text)
    except ValidationError as refusal:
        if refusal.error_list[0].code in ("invalid", "required"):
            message = _("“%(text)s” is not a date. Write it as 2025-12-31 or 31/12/2025.")
            raise CommandError(message % {"text": text}) from None
        raise CommandError("\n".join(refusal.messages)) from None
    return day
