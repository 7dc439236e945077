"""The kind of a file, by what stands at its beginning; each kind's reader then reads all of it."""

import re
from io import SEEK_END
from typing import BinaryIO

from criteria.contents import archives, office
from criteria.contents.refused import Reason, Refused
from criteria.contents.segments import JPEG, PNG

PDF = b"%PDF-"
# Readers look for it so far: scanners and mail programs put a mark, a line or a header before it.
_MAX_BEFORE_PDF = 1024
# Text without markup, that no program would run.
_HARMLESS = re.compile(
    rb"(?!#!|\{\\rt|GIF8|MZ)(\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\0\t-\r\x1b -;=-~]*"
)
# Apple's telephones, and others that save room, photograph so; few office computers show it.
_HEIC = re.compile(rb"....ftyp(hei|hev|mif1|msf1|avif)", re.DOTALL)
_OTHER_PICTURE = re.compile(rb"GIF8[79]a|BM....\0\0\0\0|II\*\0|MM\0\*|RIFF....WEBP", re.DOTALL)


def kind_of(stream: BinaryIO) -> str:
    """Return the name of the file's kind (a key of KINDS), or raise Refused.

    The libraries for pictures and PDF are loaded for those alone: they cost more than the reading.
    """
    size = stream.seek(0, SEEK_END)
    stream.seek(0)
    head = stream.read(_MAX_BEFORE_PDF + len(PDF))
    if head.startswith((JPEG, PNG)):
        from criteria.contents import images

        return images.check_jpeg(stream) if head.startswith(JPEG) else images.check_png(stream)
    if head.startswith(archives.START):
        return archives.kind_of(stream, size)
    if head.startswith(office.COMPOUND):
        stream.seek(0)
        is_locked = office.is_locked(stream.read())
        raise Refused(Reason.PASSWORD if is_locked else Reason.OLD_OFFICE)
    before, mark, _rest = head.partition(PDF)
    if mark:
        if not _HARMLESS.fullmatch(before):
            raise Refused(Reason.BEFORE_PDF)
        from criteria.contents import pdf

        return pdf.kind_of(stream, size)
    if _HEIC.match(head):
        raise Refused(Reason.HEIC)
    raise Refused(Reason.OTHER_PICTURE if _OTHER_PICTURE.match(head) else Reason.UNKNOWN)
