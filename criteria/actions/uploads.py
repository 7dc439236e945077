"""From what a person sends to a file in the storage: inspected first, gone if it fails."""

import errno
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import BinaryIO, cast
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import storages
from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from criteria.files import FileFacts, FileRefused, inspect, without_places
from namdinh_wards import clamd
from namdinh_wards.storage import NotPrepared
from namdinh_wards.uploads import LostUpload

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Upload:
    """A file that has passed the inspection."""

    file: File
    facts: FileFacts


def inspected(file: File | None) -> Upload | None:
    """Return the file with its facts, or raise FileRefused. None: there is none."""
    if file is None:
        return None
    if isinstance(file, LostUpload):
        raise _full()
    stream = cast(BinaryIO, file.file)
    facts = inspect(stream, file.name or "", settings.EVIDENCE_MAX_BYTES)
    if settings.CLAMD:
        _scan(stream)
    if not settings.PHOTO_PLACES and facts.kind in ("jpeg", "png"):
        stream.seek(0)
        content = without_places(stream.read())
        file = ContentFile(content, file.name)
        facts = replace(facts, size=len(content), sha256=sha256(content).hexdigest())
    return Upload(file, facts)


def _scan(stream: BinaryIO) -> None:
    try:
        virus = clamd.scan(settings.CLAMD, stream)
    except clamd.NoAnswer as error:
        logger.critical("The virus scanner does not answer: %s", error)
        raise FileRefused(
            _("The virus scanner does not answer. Tell the administrator, and try again later.")
        ) from error
    if virus:
        logger.error("The virus scanner has refused a file: %s", virus)
        raise FileRefused(_("The file has a virus (%(virus)s).") % {"virus": virus})


def _save(name: str, file: File) -> None:
    try:
        storages["evidence"].save(name, file)
    except NotPrepared as error:
        logger.critical("The folder of the documents is not there: %s", error)
        raise FileRefused(
            _("The storage for documents is not there. Tell the administrator, and try later.")
        ) from error
    except OSError as error:
        logger.exception("A document could not be stored")
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _full() from error
        raise FileRefused(
            _("The document could not be stored. Tell the administrator, and try again later.")
        ) from error


def _full() -> FileRefused:
    return FileRefused(
        _("The storage for documents is full. Tell the administrator, and try again later.")
    )


@contextmanager
def stored(upload: Upload | None) -> Iterator[str]:
    """Store the file under a name of our own, and take it away again when its row is not stored.

    To be entered before the row commits: a row without its file would be a document lost; a file
    without a row is only a few bytes too many, which `check_evidence` finds. So the file stays
    where the database has gone away, too: nobody knows whether the row was committed.
    """
    if upload is None:
        yield ""
        return
    storage, key = storages["evidence"], uuid4().hex
    name = f"{key[:2]}/{key}"
    try:
        _save(name, upload.file)
        yield name
    except (OperationalError, InterfaceError):
        logger.warning("A file is left, perhaps without a row: %s", name)
        raise
    except BaseException:
        try:
            storage.delete(name)
        except OSError:
            logger.exception("A file without a row is left: %s", name)
        raise
