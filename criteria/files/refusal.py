"""The one way in which an inspection says no."""

from django.core.exceptions import ValidationError


class FileRefused(ValidationError):
    """The file may not be stored; its message says why, to the person who chose it."""
