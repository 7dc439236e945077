"""The documents name what is there, and every module of a room."""

import re
import tomllib

import pytest

from tests.documents import DOCUMENTS, ROOT, missing


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


def test_the_architecture_tells_the_layers_that_are_kept():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    layers = next(each["layers"] for each in contracts["contracts"] if each["type"] == "layers")
    told = "\n".join(f"    {layer}" for layer in layers)
    assert f"\n\n{told}\n\n" in (ROOT / "docs" / "architecture.md").read_text("utf-8")


@pytest.mark.parametrize(
    "room", ["", "models", "readiness", "log", "sheets", "overviews", "actions"]
)
def test_the_architecture_names_every_module_of_a_room(room):
    tree = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    found = (ROOT / "criteria" / room).glob("[a-z]*.py")
    modules = [path.stem for path in found if path.stem != "apps"]
    assert modules
    assert [name for name in modules if not re.search(rf"\b{name}\b", tree)] == []
