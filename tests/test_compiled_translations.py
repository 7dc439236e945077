"""What the program reads of the catalogues is what stands in them, or it says so and stops."""

import gettext
import os
import subprocess
import sys
from io import StringIO

import polib
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from namdinh_wards import checks
from tests.translations import FOLDER, ROOT

CATALOGUE = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "Ward"
msgstr "Phường"
"""


@pytest.fixture
def po(tmp_path, settings):
    """Write a catalogue and let it be the only one."""
    path = tmp_path / "vi" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(CATALOGUE, "utf-8")
    settings.LOCALE_PATHS = [tmp_path]
    return path


def compile_all():
    said = StringIO()
    call_command("compilemessages", stdout=said)
    return said.getvalue()


def read(po):
    with po.with_suffix(".mo").open("rb") as compiled:
        return gettext.GNUTranslations(compiled)


def problems():
    return [problem.id for problem in checks.check_translations_are_compiled()]


def test_a_catalogue_is_compiled_once_and_again_when_it_changes(po):
    assert problems() == ["namdinh_wards.E001"]
    assert str(po.with_suffix(".mo")) in compile_all()
    assert problems() == []
    assert read(po).gettext("Ward") == "Phường"
    assert compile_all() == ""

    po.write_text(CATALOGUE.replace("Phường", "Xã"), "utf-8")
    os.utime(po, (0, 0))  # as from an archive: older than what was compiled
    assert problems() == ["namdinh_wards.E001"]
    compile_all()
    assert problems() == []
    assert read(po).gettext("Ward") == "Xã"
    assert sorted(path.name for path in po.parent.iterdir()) == ["django.mo", "django.po"]


@pytest.mark.parametrize("content", [b"", b"no catalogue", b"\xde\x12\x04\x95"])
def test_what_is_no_catalogue_is_compiled_anew(po, content):
    po.with_suffix(".mo").write_bytes(content)
    assert problems() == ["namdinh_wards.E001"]
    compile_all()
    assert problems() == []


def test_only_whole_translations_are_compiled(po):
    with po.open("a", encoding="utf-8") as catalogue:
        catalogue.write(
            '\n#, fuzzy\nmsgid "Round"\nmsgstr "Vòng"\n\n#~ msgid "Old"\n#~ msgstr "Cũ"\n'
        )
    compile_all()
    assert read(po).gettext("Round") == "Round"
    assert read(po).gettext("Old") == "Old"


def test_a_catalogue_that_cannot_be_read_is_named_with_its_line(po):
    po.write_text(CATALOGUE + "\nnonsense\n", "utf-8")
    with pytest.raises(CommandError, match=r"django\.po.*line 10"):
        compile_all()


@pytest.mark.django_db
def test_a_server_does_not_start_without_its_words(po):
    with pytest.raises(ImproperlyConfigured, match=r"manage\.py compilemessages"):
        checks.refuse_to_serve()


@pytest.mark.parametrize("name", ["django.po", "djangojs.po"])
def test_the_program_reads_every_text_of_ours(name):
    compiled = read(FOLDER / name)
    for entry in polib.pofile(str(FOLDER / name)):
        context = f"{entry.msgctxt}\4" if entry.msgctxt else ""
        if entry.msgid_plural:
            text = compiled.ngettext(context + entry.msgid, entry.msgid_plural, 2)
            assert text == entry.msgstr_plural[0]
        else:
            assert compiled.gettext(context + entry.msgid) == entry.msgstr


@pytest.mark.parametrize(("demo", "is_compiled"), [("on", True), ("off", False)])
def test_the_demonstration_compiles_by_itself_and_production_only_when_told(
    po, tmp_path, demo, is_compiled
):
    settings = tmp_path / "elsewhere.py"
    settings.write_text(
        f"from namdinh_wards.settings import *\nLOCALE_PATHS = [{str(tmp_path)!r}]\n", "utf-8"
    )
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "elsewhere",
            "DEMO": demo,
            "SECRET_KEY": "Rk3-9vQzL0pTnXc7bYdW" * 3,
            "ALLOWED_HOSTS": "example.vn",
            "DATABASE_URL": "sqlite://:memory:",
            "EVIDENCE_ROOT": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert po.with_suffix(".mo").exists() == is_compiled, done.stderr
    assert (done.returncode == 0) == is_compiled
    assert ("manage.py compilemessages" in done.stderr) != is_compiled
