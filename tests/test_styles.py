"""The style sheets: names from tokens.css, no rule that nothing uses, no file that nobody links."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
CSS = ROOT / "static/css"
SHEETS = sorted(CSS.rglob("*.css"))
BIOME = Path(sys.executable).with_name("biome")
WRITERS = ["templates/**/*.html", "static/js/*.js", "criteria/**/*.py", "accounts/**/*.py"]

# A line each, refused or not.
SAID_IN_FIGURES = """
a { color: #fff; }
a { color: #16653480; }
a { background: rgb(0 0 0 / 10%); }
a { background: hsl(1deg 2% 3%); }
a { border: 1px solid red; }
a { box-shadow: 0 0 1px black; }
a { font-size: 0.9rem; }
a { padding: 0 0.3rem; }
a { margin-left: 1.1rem; }
a { gap: 1rem; }
a { row-gap: 2rem; }
@media (max-width: 48rem) { a { fill: teal; } }
"""
SAID_BY_NAME = """
a { color: var(--red-700); background: transparent; border-color: currentcolor; }
a { padding: var(--space-1) 0; margin: 0 auto; font-size: inherit; }
a { width: 12rem; font-size: 0.9em; font-size: 17px; }
@media (max-width: 48rem) { a { margin: 0; } }
"""


def _without_comments(sheet: Path) -> str:
    return re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)


@pytest.mark.skipif(not BIOME.exists(), reason="biome has no wheel for this machine")
def test_the_check_refuses_what_is_said_in_figures(tmp_path: Path) -> None:
    refused, passed = SAID_IN_FIGURES.strip(), SAID_BY_NAME.strip()
    (tmp_path / "tools").mkdir()
    for name in ("biome.json", "tools/tokens.grit"):
        shutil.copy(ROOT / name, tmp_path / name)
    sheet = tmp_path / "static/css/components/made.css"
    sheet.parent.mkdir(parents=True)
    sheet.write_text(f"{refused}\n{passed}\n")
    (tmp_path / "static/css/tokens.css").write_text(f"{refused}\n")
    report = subprocess.run(
        [BIOME, "lint", "--reporter=github", "--max-diagnostics=200"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    ).stdout
    found = re.findall(r"title=plugin,file=([^,]+),line=(\d+)", report)
    assert {file for file, _ in found} == {"static/css/components/made.css"}, report
    lines = {int(line) for _, line in found}
    assert lines == set(range(1, len(refused.splitlines()) + 1)), report


def test_every_name_that_is_used_is_there_and_every_name_is_used() -> None:
    """CSS says nothing about a name that does not exist; it draws something else."""
    text = "".join(map(_without_comments, SHEETS))
    given = set(re.findall(r"(--[\w-]+)\s*:", text))
    tokens = set(re.findall(r"(--[\w-]+)\s*:", (CSS / "tokens.css").read_text()))
    used = set(re.findall(r"var\((--[\w-]+)", text))
    assert used - given == set()
    assert tokens - used == set()


def test_every_class_with_a_rule_stands_in_some_page() -> None:
    """As it is, or begun with what a page fills in: “mark-{{ verdict }}”."""
    text = "".join(file.read_text() for pattern in WRITERS for file in ROOT.glob(pattern))
    words = set(re.findall(r"[A-Za-z][\w-]*", text))
    begun = set(re.findall(r"([A-Za-z][\w-]*-)\{", text))
    selectors = re.findall(r"([^{}]+)\{", "".join(map(_without_comments, SHEETS)))
    classes = {name for found in selectors for name in re.findall(r"\.([A-Za-z][\w-]*)", found)}
    unused = {
        name for name in classes - words if not any(name.startswith(start) for start in begun)
    }
    assert unused == set()


def test_every_sheet_is_linked() -> None:
    text = "".join(file.read_text() for file in ROOT.glob("templates/**/*.html"))
    linked = set(re.findall(r'{% static "css/([^"]+)" %}', text))
    linked |= set(re.findall(r'@import url\("([^"]+)"\);', (CSS / "components.css").read_text()))
    assert {str(sheet.relative_to(CSS)) for sheet in SHEETS} == linked


def test_a_vietnamese_letter_is_fetched_once() -> None:
    # Of two faces that have a letter a browser fetches the one named later.
    text = (ROOT / "static/vendor/be-vietnam-pro/be-vietnam-pro.css").read_text()
    faces = re.findall(r"-pro-([a-z-]+)-(\d+)-normal", text)
    for weight in {weight for _, weight in faces}:
        subsets = [subset for subset, its in faces if its == weight]
        assert subsets.index("latin-ext") < subsets.index("vietnamese")
