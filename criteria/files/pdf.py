"""PDF: begins and ends as one, and is nothing else besides."""

from typing import BinaryIO

from django.utils.translation import gettext as _

from criteria.files.archives import opens_as_archive
from criteria.files.refusal import FileRefused

START = b"%PDF-"
_END = b"%%EOF"
_TAIL = 1024


def kind_of(stream: BinaryIO, size: int) -> str:
    stream.seek(max(0, size - _TAIL))
    _before, end, after = stream.read(_TAIL).rpartition(_END)
    if not end:
        raise FileRefused(_("The PDF is damaged: its end is missing."))
    if after.strip(b"\0\t\n\f\r "):
        raise FileRefused(_("Something else follows the end of the PDF. Save it anew."))
    if opens_as_archive(stream):
        raise FileRefused(_("The file is a PDF and an archive at the same time."))
    return "pdf"
