"""Hold the translations to the source: `python -m tests.translations`, as `make check` does.

Every problem is one line, and any makes the exit status 1.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import django
import polib

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "locale" / "vi" / "LC_MESSAGES"
DJANGO = Path(django.__file__).parent
APPS = ["conf", *(f"contrib/{app}" for app in ("admin", "auth", "contenttypes", "sessions"))]
# What `make messages` does not read either, and what only takes time to copy.
NO_SOURCE = (".*", "__pycache__", "tests", "bench", "docs", "static", "staticfiles", "var")

# %(name)s, %s, %%, {name} and {}; and the tags around a part of the text.
_MARK = re.compile(r"%\(\w+\)[a-z]|%[sdr%]|\{\w*\}|</?\w+")

Key = tuple[str, str, str]  # context, text, plural


def key_of(entry: polib.POEntry | polib.MOEntry) -> Key:
    return entry.msgctxt or "", entry.msgid, entry.msgid_plural or ""


def said(entry: polib.POEntry | polib.MOEntry) -> list[str]:
    """Return the translation: one text, or one for each plural form."""
    if entry.msgid_plural:
        return [text for _, text in sorted(entry.msgstr_plural.items())]
    return [entry.msgstr]


def read(path: Path) -> dict[Key, polib.POEntry]:
    return {key_of(entry): entry for entry in polib.pofile(str(path)) if not entry.obsolete}


def catalogue_problems(path: Path) -> Iterator[str]:
    """Say what is not translated, or not as a whole."""
    for entry in polib.pofile(str(path)):
        for problem in _entry_problems(entry):
            yield f"{path.name}:{entry.linenum}: {problem}: {entry.msgid!r}"


def _entry_problems(entry: polib.POEntry) -> Iterator[str]:
    if entry.obsolete:
        yield "obsolete"
        return
    if entry.fuzzy:
        yield "fuzzy"
    if not all(said(entry)):
        yield "not translated"
        return
    # The only plural form of Vietnamese stands for any number.
    original = entry.msgid_plural or entry.msgid
    for text in said(entry):
        missing, added = _marks(original) - _marks(text), _marks(text) - _marks(original)
        if missing or added:
            yield f"placeholders {sorted(missing)} became {sorted(added)}"
        if _edges(text) != _edges(original):
            yield "spaces at the ends differ"


def _marks(text: str) -> Counter[str]:
    return Counter(_MARK.findall(text))


def _edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def source_problems(path: Path) -> Iterator[str]:
    """Collect the strings from a copy of the source and compare. Needs gettext."""
    with tempfile.TemporaryDirectory(prefix="namdinh-wards-messages-") as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NO_SOURCE))
        subprocess.run(
            [sys.executable, "manage.py", "makemessages", "--locale", "vi", "--no-obsolete"],
            cwd=copy,
            env={**os.environ, "DEMO": "on", "DJANGO_SETTINGS_MODULE": "namdinh_wards.settings"},
            check=True,
            capture_output=True,
            text=True,
        )
        collected = read(copy / path.relative_to(ROOT)).keys()
    kept = read(path).keys()
    for key in sorted(collected - kept):
        yield f"{path.name}: not collected yet, run `make messages`: {key[1]!r}"
    for key in sorted(kept - collected):
        yield f"{path.name}: no longer in the source, run `make messages`: {key[1]!r}"


def django_problems(path: Path) -> Iterator[str]:
    """Hold what we translate in Django's place to Django's own catalogues."""
    domain = path.stem
    original = _django_texts("en", domain)
    translated = _django_texts("vi", domain)
    for key, entry in read(path).items():
        if domain == "django" and not _is_declared(entry):
            continue
        if key not in original:
            yield f"{path.name}:{entry.linenum}: Django has no such text: {key[1]!r}"
        elif [said(entry)] == translated.get(key):
            yield f"{path.name}:{entry.linenum}: Django translates it so itself: {key[1]!r}"


def _is_declared(entry: polib.POEntry) -> bool:
    return any(file.endswith("django_strings.py") for file, _line in entry.occurrences)


def _django_texts(language: str, domain: str) -> dict[Key, list[list[str]]]:
    """Return the different translations of each text; the apps may disagree."""
    texts: dict[Key, list[list[str]]] = {}
    for app in APPS:
        path = DJANGO / app / "locale" / language / "LC_MESSAGES" / f"{domain}.po"
        for key, entry in read(path).items() if path.exists() else ():
            found = texts.setdefault(key, [])
            if entry.translated() and said(entry) not in found:
                found.append(said(entry))
    return texts


def problems() -> Iterator[str]:
    for path in (FOLDER / "django.po", FOLDER / "djangojs.po"):
        yield from catalogue_problems(path)
        yield from django_problems(path)
    if has_gettext():
        yield from source_problems(FOLDER / "django.po")


def has_gettext() -> bool:
    return shutil.which("xgettext") is not None


def main() -> int:
    found = list(problems())
    for problem in found:
        print(problem)
    if not has_gettext():
        print("translations: SKIPPED the comparison with the source: gettext is not installed")
    print(f"translations: {len(found) or 'no'} problem{'' if len(found) == 1 else 's'}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
