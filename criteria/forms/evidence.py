"""The form of a document: what it is called, and its file or where it can be found."""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import PurePath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from criteria.actions.evidence import DocumentFacts
from criteria.files import KINDS, FileRefused
from criteria.forms.fields import DayOfPaperField, TextField
from criteria.models import Evidence
from criteria.sheets.duplicates import SameNumber

ACCEPT = ",".join(f".{extension}" for kind in KINDS.values() for extension in kind.extensions)

_FACTS = [field.name for field in fields(DocumentFacts)]


class EvidenceForm(forms.Form):
    """A document; the inspection of its file is the action's, so that none gets round it."""

    file = forms.FileField(
        required=False,
        allow_empty_file=True,  # the inspection has the words for it
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ACCEPT, "class": "form-control"}),
    )
    title = TextField(
        required=False,
        max_length=Evidence._meta.get_field("title").max_length,
        label=_("Title"),
        help_text=_("Left empty, it is the file's name."),
    )
    number = TextField(
        required=False,
        max_length=Evidence._meta.get_field("number").max_length,
        label=_("Number and symbol"),
        help_text=_("For example 54/KH-UBND."),
    )
    issued_on = DayOfPaperField(
        required=False,
        label=_("Date of issue"),
        widget=forms.DateInput(attrs={"inputmode": "numeric", "placeholder": _("dd/mm/yyyy")}),
    )
    issued_by = TextField(
        required=False,
        max_length=Evidence._meta.get_field("issued_by").max_length,
        label=_("Issuing body"),
    )

    # Shown once the number turns out to be there already.
    is_another = forms.BooleanField(
        required=False,
        label=_("This is another document: store it as well"),
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    same_number: Sequence[Evidence] = ()

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, auto_id="evidence_%s")
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    def clean(self) -> Any:
        cleaned = super().clean() or {}
        if not cleaned.get("title") and not self.has_error("title"):
            if self.upload is None:
                raise ValidationError({"title": _("Give the title, or choose a file.")})
            cleaned["title"] = _title_of(self.upload)
        return cleaned

    @property
    def upload(self) -> UploadedFile | None:
        return self.cleaned_data.get("file")

    @property
    def said(self) -> DocumentFacts:
        """What a valid form says, apart from the file."""
        cleaned = self.cleaned_data
        return DocumentFacts(**{name: cleaned[name] for name in _FACTS})

    def add_refusal(self, refusal: ValidationError) -> None:
        """Show why the action refused, beside the file where it is the file's fault."""
        if isinstance(refusal, SameNumber):
            self.same_number = refusal.documents
        self.add_error("file" if isinstance(refusal, FileRefused) else None, refusal)


def _title_of(upload: UploadedFile) -> str:
    """Return the file's name as a title; browsers call all pasted pictures alike: the time."""
    stem = PurePath(upload.name or "").stem[:300]
    if stem != "image":
        return stem
    now = date_format(timezone.localtime(), "SHORT_DATETIME_FORMAT")
    return str(_("Pasted picture, %(time)s") % {"time": now})
