"""The catalogues as the program reads them (.mo), compiled from those that people write (.po).

By polib, because gettext's msgfmt is on no bare machine. What is compiled is not in git; it names
the text that it was compiled from, so that a stale one is known whatever the files' dates say.
"""

import gettext
import hashlib
import os
import struct
from collections.abc import Iterator
from pathlib import Path

import polib
from django.conf import settings

COMPILED_FROM = "X-Compiled-From"


def catalogues() -> Iterator[Path]:
    for folder in settings.LOCALE_PATHS:
        yield from sorted(Path(folder).glob("*/LC_MESSAGES/*.po"))


def stale() -> list[Path]:
    """Return the catalogues that are not compiled as they are written."""
    return [path for path in catalogues() if not is_compiled(path)]


def is_compiled(path: Path) -> bool:
    try:
        with path.with_suffix(".mo").open("rb") as compiled:
            header = gettext.GNUTranslations(compiled).info()
    except (OSError, ValueError, struct.error):  # there is none, or it is none
        return False
    return header.get(COMPILED_FROM.lower()) == _digest(path)


def compile_catalogue(path: Path) -> None:
    """Compile the whole translations of a catalogue, at once for whoever reads it meanwhile."""
    catalogue = polib.pofile(str(path))
    catalogue.metadata[COMPILED_FROM] = _digest(path)
    made = path.with_name(f"{path.stem}.{os.getpid()}.tmp")
    catalogue.save_as_mofile(str(made))
    made.replace(path.with_suffix(".mo"))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
