"""The inspection: size and checksum while reading, then the kind by what stands at offset 0."""

import hashlib
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from criteria.files import archives, images, names, office, pdf
from criteria.files.kinds import BY_EXTENSION, KINDS, Kind, accepted
from criteria.files.refusal import FileRefused

_CHUNK = 64 * 1024
_READERS = {
    pdf.START: pdf.kind_of,
    images.JPEG: images.check_jpeg,
    images.PNG: images.check_png,
    archives.START: archives.kind_of,
}
# Word 97 and its like; and what Office makes of a document that it protects with a password.
_OLD_OFFICE = office.COMPOUND


@dataclass(frozen=True)
class FileFacts:
    """What an accepted file is. `size` in bytes; `clean_name` fit to be shown and offered."""

    kind: str
    content_type: str
    extension: str
    size: int
    sha256: str
    clean_name: str


def inspect(stream: BinaryIO, name: str, max_bytes: int) -> FileFacts:
    """Return what the file in `stream` is, or raise FileRefused.

    Neither the name nor the type that the browser claims decides: the content does, and the name
    must agree. The stream is left at its beginning.
    """
    names.check(name)
    size, sha256 = _measure(stream, max_bytes)
    kind = KINDS[_kind(stream, size, name)]
    claimed = names.extension(name)
    if claimed and claimed not in kind.extensions:
        raise FileRefused(
            _("The file's name ends in “.%(claimed)s”, but its content is %(kind)s.")
            % {"claimed": claimed, "kind": kind.label}
        )
    stream.seek(0)
    clean_name = names.clean(name, kind)
    return FileFacts(
        kind.name, kind.content_type, names.extension(clean_name), size, sha256, clean_name
    )


def _measure(stream: BinaryIO, max_bytes: int) -> tuple[int, str]:
    """Count and hash at once: the size that anybody claims is not believed."""
    stream.seek(0)
    size, digest = 0, hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        if size > max_bytes:
            raise FileRefused(
                _("The file is larger than %(n)s MB.") % {"n": max_bytes // (1024 * 1024) or 1}
            )
        digest.update(chunk)
    if not size:
        raise FileRefused(_("The file is empty."))
    return size, digest.hexdigest()


def _kind(stream: BinaryIO, size: int, name: str) -> str:
    stream.seek(0)
    head = stream.read(max(map(len, [*_READERS, _OLD_OFFICE])))
    for start, reader in _READERS.items():
        if head.startswith(start):
            return reader(stream, size)
    if head.startswith(_OLD_OFFICE):
        raise FileRefused(
            _(
                "This is an old Office document or one protected by a password. Save it without a "
                "password as DOCX, XLSX or PPTX, or as PDF."
            )
        )
    claimed: Kind | None = BY_EXTENSION.get(names.extension(name))
    if claimed:
        raise FileRefused(
            _("The file's name ends in “.%(extension)s”, but its content is not %(kind)s.")
            % {"extension": names.extension(name), "kind": claimed.label}
        )
    raise FileRefused(
        _("This kind of file is not accepted. Accepted are: %(kinds)s.") % {"kinds": accepted()}
    )
