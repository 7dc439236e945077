"""Columns for days and years, within the bounds of what the program can speak of.

The bounds are validators alone: to the database a day is a day.
"""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
FIRST_PAPER = date(1945, 9, 2)  # no office of the country has issued any before


def has_come(day: date) -> None:
    """Raise ValidationError for a day after today."""
    if day > timezone.localdate():
        raise ValidationError(_("This day is yet to come."), code="future")


class Day(models.DateField):
    """A day that the program can speak of."""

    default_validators = [MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.DateField", args, kwargs


class DayOfPaper(Day):
    """The day on which a document or a decision was signed: none is of a day to come."""

    default_validators = [MinValueValidator(FIRST_PAPER), has_come]


class Year(models.PositiveSmallIntegerField):
    """A year that the program can speak of."""

    default_validators = [MinValueValidator(FIRST_DAY.year), MaxValueValidator(LAST_DAY.year)]

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.PositiveSmallIntegerField", args, kwargs
