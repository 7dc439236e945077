"""The style sheets as production collects them: one file where a developer wrote many.

A browser asks for what a sheet imports only once it has read the sheet, and draws nothing before
all of it has come. So what is imported is written in its place; the demonstration, which serves
the files where they lie, does without.
"""

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORT = re.compile(r"""@import url\(["']([^"':]+)["']\);""")
RELATIVE_URL = re.compile(r"""(url\(["']?)(?!["']|/|#|[a-z]+:)""")

Places = dict[str, tuple[Storage, str]]


class OneSheetStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Writes into each sheet what it imports, before names are made of the contents."""

    def post_process(self, paths: Places, *args: Any, **options: Any) -> Iterator[Any]:
        whole = InMemoryStorage()
        for name in [name for name in paths if name.endswith(".css")]:
            sheet = _read(name, paths)
            if IMPORT.search(sheet):
                whole.save(name, ContentFile(_with_imports(sheet, name, paths)))
                paths = {**paths, name: (whole, name)}
        yield from super().post_process(paths, *args, **options)


def _with_imports(sheet: str, name: str, paths: Places) -> str:
    def imported(found: re.Match[str]) -> str:
        folder = posixpath.dirname(found[1])
        inner = posixpath.normpath(posixpath.join(posixpath.dirname(name), found[1]))
        text = _with_imports(_read(inner, paths), inner, paths)
        return RELATIVE_URL.sub(rf"\g<1>{folder}/", text) if folder else text

    return IMPORT.sub(imported, sheet)


def _read(name: str, paths: Places) -> str:
    storage, path = paths[name]
    with storage.open(path) as file:
        return str(file.read(), "utf-8")
