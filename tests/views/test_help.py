"""The manuals: one a role, in both languages, with pictures that are there; and the keys."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from criteria.views.help import MANUALS
from namdinh_wards.manuals import FOLDER, read_manual
from tests.reading import find, one, parse, text

pytestmark = pytest.mark.django_db

HELP, KEYS = reverse("criteria:help"), reverse("criteria:keys")
OWN = {
    "ward": "Cán bộ Công an phường",
    "city": "Cán bộ Công an thành phố",
    "verifier": "Cán bộ thẩm định",
    "leader": "Lãnh đạo",
    "administrator": "Quản trị viên",
}
SCRIPTS = Path("static/js")


@pytest.mark.parametrize(("role", "title"), OWN.items())
def test_each_role_opens_its_own_manual(client_of, role, title):
    page = client_of(role).get(HELP)
    assert text(one(page, "#manual-title")) == title
    assert text(one(page, "nav.tabs a[aria-current]")) == title


def test_everybody_may_read_every_manual_and_what_is_none_is_ones_own(client_of):
    client = client_of("ward")
    titles = {text(one(client.get(HELP, {"role": role}), "#manual-title")) for role in MANUALS}
    assert titles == set(OWN.values())
    for other in ("keys", "../vi/leader", "no", ""):
        assert text(one(client.get(HELP, {"role": other}), "#manual-title")) == OWN["ward"]


def test_both_languages_have_the_same_manuals_in_the_same_parts():
    assert {path.stem for path in (FOLDER / "vi").iterdir()} == {*MANUALS, "keys"}
    for path in (FOLDER / "vi").iterdir():
        parts = [
            [
                (element.tag, element.get("src"))
                for element in parse(read.body).iter("h2", "img", "tr")
            ]
            for read in (read_manual(path.stem, language) for language in ("vi", "en"))
        ]
        assert parts[0] == parts[1]


@pytest.mark.parametrize("name", MANUALS)
def test_a_picture_is_served_described_and_has_its_size(name):
    pictures = find(str(read_manual(name, "vi").body), "img")
    assert pictures
    for picture in pictures:
        assert picture.get("alt")
        assert int(picture.get("width")) > int(picture.get("height")) / 3 > 0
        assert finders.find(picture.get("src").removeprefix("/static/"))


def test_a_text_cannot_bring_markup_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr("namdinh_wards.manuals.FOLDER", tmp_path)
    (tmp_path / "vi").mkdir()
    (tmp_path / "vi" / "any.md").write_text(
        "# T\n\n<script>x</script> [a](javascript:x)\n", "utf-8"
    )
    body = read_manual("any", "vi").body
    assert not find(str(body), "script, a")


def test_the_keys_are_a_page_and_what_a_key_opens(client_of):
    client = client_of("leader")
    assert find(client.get(KEYS), "main table")
    part = client.get(KEYS, headers={"HX-Request": "true"})
    assert not find(part, "main")
    assert text(one(part, "#keys-title")) == "Phím tắt"
    assert one(client.get(HELP), "dialog#keys").get("data-keys") == KEYS


def test_every_key_that_a_script_listens_to_is_in_the_list():
    listed = text(str(read_manual("keys", "en").body))
    named = {"ArrowUp": "↑", "ArrowDown": "↓", "ArrowLeft": "←", "ArrowRight": "→", "Escape": "Esc"}
    heard = set()
    for script in SCRIPTS.glob("*.js"):
        source = script.read_text("utf-8")
        heard |= set(re.findall(r'event\.key(?:\.toLowerCase\(\))? [!=]== "([^"]+)"', source))
        heard |= set(re.findall(r"^    (Arrow\w+|Home|End):", source, re.MULTILINE))
    assert {"/", "?", "a", "Escape", "ArrowUp"} <= heard
    missing = [
        key for key in heard if named.get(key, key.upper() if len(key) == 1 else key) not in listed
    ]
    assert missing == []
