"""PDF: begins and ends as one, and is nothing else besides."""

from typing import BinaryIO

from criteria.contents.archives import opens_as_archive
from criteria.contents.refused import Reason, Refused

START = b"%PDF-"
_END = b"%%EOF"
_TAIL = 1024


def kind_of(stream: BinaryIO, size: int) -> str:
    stream.seek(max(0, size - _TAIL))
    _before, end, after = stream.read(_TAIL).rpartition(_END)
    if not end:
        raise Refused(Reason.DAMAGED_PDF)
    if after.strip(b"\0\t\n\f\r "):
        raise Refused(Reason.APPENDED_TO_PDF)
    if opens_as_archive(stream):
        raise Refused(Reason.PDF_AND_ARCHIVE)
    return "pdf"
