"""From what a person sends to a file in the storage: inspected first, gone if it fails."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, cast
from uuid import uuid4

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import storages
from django.db import InterfaceError, OperationalError

from criteria.files import FileFacts, inspect

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
    stream = cast(BinaryIO, file.file)
    facts = inspect(stream, file.name or "", settings.EVIDENCE_MAX_BYTES)
    return Upload(file, facts)


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
        storage.save(name, upload.file)
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
