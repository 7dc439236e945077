"""Where the uploaded documents lie: on the disk for certain, and only in a folder made for them.

With the disk of the documents not mounted, its mount point is an empty folder like any other. So
`manage.py prepare_evidence` puts a mark into the folder once, and without it nothing is stored.
"""

import errno
import os
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

MARK = ".namdinh-wards-evidence"


class NotPrepared(OSError):
    """The folder lacks its mark: it is another one, or its disk is not there."""

    def __init__(self, folder: Path) -> None:
        super().__init__(errno.ENXIO, "not prepared for documents", str(folder))


class EvidenceStorage(FileSystemStorage):
    """Files in a prepared folder; saved means that they outlive a power cut."""

    def _save(self, name: str, content: File) -> str:
        root = Path(self.location)
        if not is_prepared(root):
            raise NotPrepared(root)
        saved: str = super()._save(name, content)  # type: ignore[misc]
        path = Path(self.path(saved))
        _flush(path)
        for folder in path.relative_to(root).parents:
            _flush(root / folder)
        return saved

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        folders, files = super().listdir(path)
        return folders, [name for name in files if path or name != MARK]


def is_prepared(root: Path) -> bool:
    return (root / MARK).is_file()


def prepare(root: Path) -> None:
    """Make the folder, for this service alone, and mark it; a mark that is there stays."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    (root / MARK).touch(mode=0o600)
    _flush(root / MARK)
    _flush(root)


def _flush(path: Path) -> None:
    """Have the disk write a file, or the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
