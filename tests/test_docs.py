"""What the documents name is there: files, functions, tests, commands, and every room."""

import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).parent.parent
# The changelog tells what was, by the names of its time.
DOCUMENTS = sorted({*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")} - {ROOT / "CHANGELOG.md"})

# From where a document may name a file, and a function.
FOLDERS = (ROOT, ROOT / "criteria", ROOT / "templates")
OURS = {path.stem: f"criteria.{path.stem}" for path in (ROOT / "criteria").glob("[a-z]*")} | {
    name: name for name in ("accounts", "bench", "criteria", "namdinh_wards", "tests")
}
MADE_LATER = re.compile(r"^(\.venv|\.env|var|staticfiles)\b|<")

LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")
QUOTED = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"[\w.*<>-]+(/[\w.*<>-]+)*(/|\.(py|html|css|js|md|toml|csv|po|yaml))")
DOTTED = re.compile(r"([a-z_]+)(\.[A-Za-z_]+)+")
COMMAND = re.compile(
    r"(?:`|^    |&& )(?:\.venv/bin/python )?(make|manage\.py) ([\w-]+)", re.MULTILINE
)


@cache
def known_tests() -> set[str]:
    sources = (path.read_text("utf-8") for path in ROOT.glob("tests/**/test_*.py"))
    return {name for source in sources for name in re.findall(r"def (test_\w+)", source)}


@cache
def known_commands() -> dict[str, set[str]]:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    checks = re.findall(r"^CHECKS := (?!\$)(.+)", makefile, re.MULTILINE)[0].split()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    return {
        "make": targets | {f"check-{check}" for check in checks},
        "manage.py": set(get_commands()) | {"test"},
    }


def missing(document: Path) -> Iterator[str]:
    text = document.read_text("utf-8")
    for link in LINK.findall(text):
        if not (document.parent / link).exists():
            yield link
    for program, command in COMMAND.findall(text):
        if command not in known_commands()[program]:
            yield f"{program} {command}"
    for words in QUOTED.findall(text):
        if not _is_there(words):
            yield words


def _is_there(words: str) -> bool:
    """Tell whether what is quoted exists, as far as it names anything of ours."""
    if FILE.fullmatch(words):
        return bool(MADE_LATER.search(words)) or any(any(f.glob(words)) for f in FOLDERS)
    if re.fullmatch(r"test_\w+", words):
        return words in known_tests()
    dotted = DOTTED.fullmatch(words)
    if dotted and dotted[1] in OURS:
        try:
            pkgutil.resolve_name(words.replace(dotted[1], OURS[dotted[1]], 1))
        except (ImportError, AttributeError):
            return False
    return True


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_document_names_what_is_there(document):
    assert list(missing(document)) == []


def test_what_is_not_there_is_found(tmp_path):
    document = tmp_path / "some.md"
    document.write_text(
        "[x](no.md), `models/no.py`, `models/wards.py`, `test_no_such_thing`, `make nothing`, "
        "`readiness.rules.no`, `readiness.rules.tally`, `make test`\n\n"
        "    manage.py no\n    manage.py check\n",
        "utf-8",
    )
    assert sorted(missing(document)) == [
        "make nothing",
        "manage.py no",
        "models/no.py",
        "no.md",
        "readiness.rules.no",
        "test_no_such_thing",
    ]


@pytest.mark.parametrize("room", ["models", "readiness", "log", "sheets", "overviews", "actions"])
def test_the_architecture_names_every_module_of_a_room(room):
    tree = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    modules = [path.stem for path in (ROOT / "criteria" / room).glob("[a-z]*.py")]
    assert modules
    assert [name for name in modules if not re.search(rf"\b{name}\b", tree)] == []
