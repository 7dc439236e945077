"""The inspection: size and checksum while reading, then the kind by the content."""

import hashlib
import logging
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import BinaryIO

from django.utils.translation import gettext as _

from criteria.contents.kinds import BY_EXTENSION, KINDS, Kind, accepted
from criteria.contents.refused import Reason, Refused
from criteria.files import names, process
from criteria.files.refusal import FileRefused, in_words

logger = logging.getLogger(__name__)

_CHUNK = 64 * 1024


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
    # The reader gets a copy, so that whatever happens to it the file itself cannot be touched.
    try:
        with TemporaryFile() as copy:
            size, sha256 = _measure(stream, copy, max_bytes)
            kind = _kind(copy, name)
    except OSError:
        logger.exception("A file could not be checked")
        raise FileRefused(
            _("The file cannot be checked just now. Tell the administrator, and try again later.")
        ) from None
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


def _measure(stream: BinaryIO, copy: BinaryIO, max_bytes: int) -> tuple[int, str]:
    """Count, hash and copy at once: the size that anybody claims is not believed."""
    stream.seek(0)
    size, digest = 0, hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        if size > max_bytes:
            raise FileRefused(
                _("The file is larger than %(n)s MB.") % {"n": max_bytes // (1024 * 1024) or 1}
            )
        digest.update(chunk)
        copy.write(chunk)
    if not size:
        raise FileRefused(_("The file is empty."))
    return size, digest.hexdigest()


def _kind(file: BinaryIO, name: str) -> Kind:
    try:
        return KINDS[process.kind_of(file)]
    except Refused as refused:
        claimed = BY_EXTENSION.get(names.extension(name))
        if refused.reason != Reason.UNKNOWN:
            raise in_words(refused) from None
    if claimed:
        raise FileRefused(
            _("The file's name ends in “.%(extension)s”, but its content is not %(kind)s.")
            % {"extension": names.extension(name), "kind": claimed.label}
        )
    raise in_words(Refused(Reason.UNKNOWN, kinds=accepted()))
