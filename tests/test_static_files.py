"""What production hands out: one sheet in the place of many, with every rule and every picture."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urldefrag

import pytest
from django.core.files.storage import FileSystemStorage

from namdinh_wards.static_files import OneSheetStorage
from tests.test_settings import COMPLETE, ROOT

URL = re.compile(r"""url\(["']?(?!data:|#)([^"')]+)""")


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("static")
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]} | COMPLETE | {"STATIC_ROOT": str(folder)},
        check=True,
    )
    return folder


def named(folder: Path) -> dict[str, Path]:
    """The files as pages ask for them, by the name that a developer gave them."""
    manifest = json.loads((folder / "staticfiles.json").read_text())
    return {name: folder / hashed for name, hashed in manifest["paths"].items()}


def test_no_collected_sheet_waits_for_another(collected):
    sheets = [file for name, file in named(collected).items() if name.endswith(".css")]
    assert [file.name for file in sheets if "@import" in file.read_text()] == []


def test_the_components_are_collected_into_one_sheet_in_their_order(collected):
    whole = named(collected)["css/components.css"].read_text()
    lists = (ROOT / "static/css/components.css").read_text()
    components = re.findall(r'@import url\("(.+)"\);', lists)
    texts = [(ROOT / "static/css" / component).read_text() for component in components]
    places = [whole.find(text) for text in texts]
    assert len(places) > 30
    assert -1 not in places
    assert places == sorted(places)


def test_what_collected_sheets_point_to_is_there(collected):
    for name, file in named(collected).items():
        if name.endswith(".css"):
            for address in URL.findall(file.read_text()):
                assert (file.parent / urldefrag(address).url).is_file(), (name, address)


def test_pictures_are_found_from_where_their_sheet_comes_to_lie(tmp_path):
    files = {
        "css/all.css": '@import url("parts/one.css");\n@import url("parts/deep/two.css");\n',
        "css/parts/one.css": '@import url("deep/two.css");\np { src: url("../../img/a.svg#mark") }',
        "css/parts/deep/two.css": "i { src: url(b.svg), url('data:image/svg+xml,'), url(\"#in\") }",
        "css/parts/deep/b.svg": "<svg/>",
        "img/a.svg": "<svg/>",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    storage = OneSheetStorage(location=tmp_path, base_url="/static/")
    list(storage.post_process({name: (FileSystemStorage(tmp_path), name) for name in files}))
    whole = named(tmp_path)["css/all.css"]
    text = whole.read_text()
    assert re.sub(r"\.[0-9a-f]{12}\b", "", text) == (
        'i { src: url("parts/deep/b.svg"), url(\'data:image/svg+xml,\'), url("#in") }\n'
        'p { src: url("parts/../../img/a.svg#mark") }\n'
        'i { src: url("parts/deep/b.svg"), url(\'data:image/svg+xml,\'), url("#in") }\n'
    )
    for address in URL.findall(text):
        assert (whole.parent / urldefrag(address).url).is_file(), address
