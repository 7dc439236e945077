"""The kind of a file, by what stands at its beginning; each kind's reader then reads all of it."""

from io import SEEK_END
from typing import BinaryIO

from criteria.contents import archives, images, office, pdf
from criteria.contents.refused import Reason, Refused

_READERS = {
    pdf.START: pdf.kind_of,
    images.JPEG: images.check_jpeg,
    images.PNG: images.check_png,
    archives.START: archives.kind_of,
}
# Word 97 and its like; and what Office makes of a document that it protects with a password.
_OLD_OFFICE = office.COMPOUND


def kind_of(stream: BinaryIO) -> str:
    """Return the name of the file's kind (a key of KINDS), or raise Refused."""
    size = stream.seek(0, SEEK_END)
    stream.seek(0)
    head = stream.read(max(map(len, [*_READERS, _OLD_OFFICE])))
    for start, reader in _READERS.items():
        if head.startswith(start):
            return reader(stream, size)
    raise Refused(Reason.OLD_OFFICE if head.startswith(_OLD_OFFICE) else Reason.UNKNOWN)
