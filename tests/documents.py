"""What the documents name, and whether it is there: files, functions, tests, commands."""

import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

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

# A block of code that is a file, to be made by whoever follows the document.
BLOCK = re.compile(r"^```\w+ ([\w./]+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
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


def files_made(text: str) -> dict[str, str]:
    return dict(BLOCK.findall(text))


def missing(document: Path) -> Iterator[str]:
    text = document.read_text("utf-8")
    for link in LINK.findall(text):
        if not (document.parent / link).exists():
            yield link
    for program, command in COMMAND.findall(text):
        if command not in known_commands()[program]:
            yield f"{program} {command}"
    for words in QUOTED.findall(text):
        if words not in files_made(text) and not _is_there(words):
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
