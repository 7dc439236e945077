"""The form of a document: what it is called, and its file or where it can be found."""

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import PurePath
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from criteria.actions.evidence import DocumentFacts
from criteria.files import KINDS, FileRefused
from criteria.forms.fields import DayOfPaperField, TextField
from criteria.models import Evidence
from criteria.sheets.duplicates import SameNumber

ACCEPT = ",".join(f".{extension}" for kind in KINDS.values() for extension in kind.extensions)

ACCEPT_PICTURES = "image/jpeg,image/png"

_FACTS = [field.name for field in fields(DocumentFacts)]


class EvidenceForm(forms.Form):
    """One document; the inspection of its file is the action's, so that none gets round it."""

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
    takes_several = False

    def __init__(self, data: Any = None, files: Any = None, *, initial: Any = None) -> None:
        super().__init__(data, files, initial=initial, auto_id="evidence_%s")
        for field in self.fields.values():
            if isinstance(field.widget, forms.TextInput):  # browsers fill in nothing else
                field.widget.attrs.setdefault("autocomplete", "off")

    def clean(self) -> Any:
        cleaned = super().clean() or {}
        if not cleaned.get("title") and not self.has_error("title") and not self.has_error("file"):
            if not self.uploads:
                raise ValidationError({"title": _("Give the title, or choose a file.")})
            if len(self.uploads) == 1:
                cleaned["title"] = _title_of(self.uploads[0])
        return cleaned

    @property
    def uploads(self) -> list[UploadedFile]:
        upload = self.cleaned_data.get("file")
        return [upload] if upload else []

    @property
    def upload(self) -> UploadedFile | None:
        return next(iter(self.uploads), None)

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


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Files chosen at once, and pictures taken with the telephone's camera."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = [super(FilesField, self).clean(each, initial) for each in data or []]
        most = settings.EVIDENCE_MAX_FILES
        if len(files) > most:
            message = ngettext_lazy(
                "At most %(most)d file at once: none of the %(n)d was taken.",
                "At most %(most)d files at once: none of the %(n)d was taken.",
                most,
            )
            raise ValidationError(message, params={"most": most, "n": len(files)})
        return files


class DocumentsForm(EvidenceForm):
    """One document, or several at once: a file each, with what is said of all of them."""

    file = FilesField(
        required=False,
        allow_empty_file=True,
        label=_("Files"),
        widget=FilesInput(attrs={"accept": ACCEPT, "class": "form-control"}),
    )
    takes_several = True
    accept_pictures = ACCEPT_PICTURES

    @property
    def uploads(self) -> list[UploadedFile]:
        files: list[UploadedFile] = self.cleaned_data.get("file") or []
        return files

    @property
    def documents(self) -> list[tuple[DocumentFacts, UploadedFile | None]]:
        """What a valid form says of each document. A title that several share is numbered."""
        if len(self.uploads) < 2:
            return [(self.said, self.upload)]
        title, n = self.said.title, len(self.uploads)
        titles = [f"{title} ({place}/{n})" if title else "" for place in range(1, n + 1)]
        return [
            (replace(self.said, title=title or _title_of(upload)), upload)
            for title, upload in zip(titles, self.uploads, strict=True)
        ]

    def add_refusals(self, refused: Sequence[tuple[str, ValidationError]]) -> None:
        """Show why none of several was stored: by the file's name what is the file's fault."""
        if len(refused) == 1:
            self.add_refusal(refused[0][1])
            return
        for name, refusal in refused:
            if isinstance(refusal, FileRefused):
                self.add_error("file", [f"{name}: {text}" for text in refusal.messages])
            elif not isinstance(refusal, SameNumber) or not self.same_number:
                self.add_refusal(refusal)


def _title_of(upload: UploadedFile) -> str:
    """Return the file's name as a title; browsers call all pasted pictures alike: the time."""
    stem = PurePath(upload.name or "").stem[:300]
    if stem != "image":
        return stem
    now = date_format(timezone.localtime(), "SHORT_DATETIME_FORMAT")
    return str(_("Pasted picture, %(time)s") % {"time": now})
