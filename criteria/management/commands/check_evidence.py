"""Compare the stored files with the documents: `manage.py check_evidence`.

`--move-orphans-to DIRECTORY` takes files without a document out of the storage. They are kept
there: whether one may be deleted is for a person to say.
"""

import hashlib
import os
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files.storage import Storage, storages
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from criteria.models import Evidence
from namdinh_wards.storage import is_prepared

# A file without a row may be an upload whose row is just being written.
GRACE = timedelta(hours=1)


class Command(BaseCommand):
    help = "List files without a document, and documents whose file is missing or has changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--move-orphans-to",
            metavar="DIRECTORY",
            type=Path,
            help="move files without a document that are older than an hour to this directory",
        )

    def handle(self, *, move_orphans_to: Path | None = None, **options: Any) -> None:
        root = Path(storages["evidence"].path(""))
        if Evidence.objects.exclude(file="").exists() and not is_prepared(root):
            raise CommandError(
                _("Files of documents are not in %(folder)s: is its disk there?") % {"folder": root}
            )
        # Files first: what is stored meanwhile has its row by the time the rows are read.
        files = set(_files(storages["evidence"]))
        documents = Evidence.objects.exclude(file="").select_related("ward").order_by("pk")
        if move_orphans_to is not None:
            _check_move(move_orphans_to, has_documents=documents.exists())
        n_wrong = self._check_documents(documents.iterator())
        orphans = files - set(documents.values_list("file", flat=True))
        n_left = self._check_files(sorted(orphans), move_orphans_to)
        if n_wrong or n_left:
            raise CommandError(
                _("Documents that are not in order: %(documents)d. Files too many: %(files)d.")
                % {"documents": n_wrong, "files": n_left}
            )
        self.stdout.write(_("Every document has its file, and every file its document."))

    def _check_documents(self, documents: Iterator[Evidence]) -> int:
        n_wrong = 0
        for document in documents:
            problem = _problem(document)
            if problem:
                n_wrong += 1
                params = {"pk": document.pk, "ward": document.ward, "document": document}
                name = _("document %(pk)d, %(ward)s, “%(document)s”") % params
                self.stdout.write(f"{document.file}: {problem}: {name}")
        return n_wrong

    def _check_files(self, names: list[str], directory: Path | None) -> int:
        n_left = 0
        for name in names:
            if directory and _is_old(name):
                _move(name, directory)
                message = _("without a document: moved")
            else:
                n_left += 1
                message = _("without a document")
            self.stdout.write(f"{name}: {message}")
        return n_left


def _check_move(directory: Path, *, has_documents: bool) -> None:
    if not has_documents:  # of an empty or a wrong database every file is an orphan
        raise CommandError(_("The database has no document with a file: nothing is moved."))
    try:
        root = Path(storages["evidence"].path("")).resolve()
    except NotImplementedError:  # not on this machine
        return
    if directory.resolve().is_relative_to(root):
        raise CommandError(_("The directory lies within the storage: nothing is moved."))


def _move(name: str, directory: Path) -> None:
    """Copy a file, then take it away; a file that is there already is never overwritten."""
    target = directory / name
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with storages["evidence"].open(name) as content, target.open("xb") as copy:
            for chunk in content.chunks():
                copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
    except OSError as error:
        raise CommandError(
            _("%(file)s cannot be moved (%(reason)s).") % {"file": name, "reason": error.strerror}
        ) from error
    storages["evidence"].delete(name)


def _files(storage: Storage, folder: str = "") -> Iterator[str]:
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:  # nothing was ever uploaded
        return
    prefix = f"{folder}/" if folder else ""
    yield from (f"{prefix}{name}" for name in names)
    for inner in folders:
        yield from _files(storage, f"{prefix}{inner}")


def _problem(document: Evidence) -> str:
    """Say what is wrong with a document's file; empty: nothing."""
    digest = hashlib.sha256()
    try:
        with storages["evidence"].open(document.file) as content:
            for chunk in content.chunks():
                digest.update(chunk)
    except FileNotFoundError:
        return _("the file is missing")
    except OSError as error:
        return _("the file cannot be read (%(reason)s)") % {"reason": error.strerror}
    return "" if digest.hexdigest() == document.sha256 else _("the file has changed")


def _is_old(name: str) -> bool:
    return storages["evidence"].get_modified_time(name) < timezone.now() - GRACE
