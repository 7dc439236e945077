"""The Vietnamese catalogues are whole, and what guards them finds what is wrong."""

import polib
import pytest
from django.contrib.auth.models import Group
from django.forms import IntegerField
from django.urls import reverse
from django.utils.translation import gettext, ngettext, override

from tests import translations

CATALOGUES = ["django.po", "djangojs.po"]


@pytest.mark.parametrize("name", CATALOGUES)
def test_every_text_is_translated_with_its_placeholders(name):
    assert list(translations.catalogue_problems(translations.FOLDER / name)) == []


@pytest.mark.parametrize("name", CATALOGUES)
def test_only_what_django_lacks_is_translated_in_its_place(name):
    assert list(translations.django_problems(translations.FOLDER / name)) == []


@pytest.mark.skipif(not translations.has_gettext(), reason="gettext is not installed")
def test_the_catalogue_has_the_texts_of_the_source_and_no_others():
    assert list(translations.source_problems(translations.FOLDER / "django.po")) == []


# --- what the guard finds -------------------------------------------------------------------------


@pytest.fixture
def catalogue(tmp_path):
    """Write a catalogue of these entries."""

    def write(*entries, name="django.po"):
        path = tmp_path / name
        made = polib.POFile()
        made.metadata = {"Plural-Forms": "nplurals=1; plural=0;"}
        made.extend(entries)
        made.save(str(path))
        return path

    return write


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (polib.POEntry(msgid="Save"), "not translated"),
        (polib.POEntry(msgid="Save", msgstr="Lưu", flags=["fuzzy"]), "fuzzy"),
        (polib.POEntry(msgid="Save", msgstr="Lưu", obsolete=True), "obsolete"),
        (
            polib.POEntry(msgid="%(n)d row", msgid_plural="%(n)d rows", msgstr_plural={0: ""}),
            "not translated",
        ),
        (polib.POEntry(msgid="By %(who)s", msgstr="Bởi %(ai)s"), "placeholders"),
        (polib.POEntry(msgid="{name} saved", msgstr="Đã lưu"), "placeholders"),
        (polib.POEntry(msgid="%(n)s %% done", msgstr="Xong %(n)s"), "placeholders"),
        (polib.POEntry(msgid="by <strong>%(on)s</strong>", msgstr="hạn %(on)s"), "placeholders"),
        (
            polib.POEntry(
                msgid="One row", msgid_plural="%(n)d rows", msgstr_plural={0: "Một dòng"}
            ),
            "placeholders",
        ),
        (polib.POEntry(msgid=" By %(who)s ", msgstr="Theo %(who)s"), "spaces"),
    ],
)
def test_an_entry_that_is_not_whole_is_named(catalogue, entry, problem):
    path = catalogue(polib.POEntry(msgid="Ward", msgstr="Phường"), entry)
    (found,) = translations.catalogue_problems(path)
    assert problem in found
    assert repr(entry.msgid) in found
    assert "\n" not in found


def test_a_text_that_django_does_not_have_or_translates_so_itself_is_named(catalogue):
    declared = {"occurrences": [("namdinh_wards/django_strings.py", "")]}
    path = catalogue(
        polib.POEntry(msgid="No such text of Django's", msgstr="Không có", **declared),
        polib.POEntry(msgid="Search", msgstr="Tìm kiếm", **declared),
        polib.POEntry(msgid="Our own text", msgstr="Của mình"),
    )
    missing, needless = translations.django_problems(path)
    assert "no such text" in missing
    assert "'Search'" in needless


def test_a_problem_makes_the_command_fail_with_one_line(catalogue, monkeypatch, capsys):
    assert translations.main() == 0
    path = catalogue(polib.POEntry(msgid="Save"))
    found = list(translations.catalogue_problems(path))
    monkeypatch.setattr(translations, "problems", lambda: iter(found))
    capsys.readouterr()
    assert translations.main() == 1
    assert capsys.readouterr().out.splitlines()[0] == found[0]


def test_without_gettext_the_command_says_what_it_skipped(monkeypatch, capsys):
    monkeypatch.setattr(translations, "has_gettext", lambda: False)
    assert translations.main() == 0
    assert "SKIPPED" in capsys.readouterr().out


# --- what people see of it ------------------------------------------------------------------------


def test_our_words_win_over_djangos_own():
    with override("vi"):
        assert gettext("History") == "Lịch sử"
        assert ngettext("Please correct the error below.", "", 2) == "Hãy sửa lỗi dưới đây."
        assert IntegerField().error_messages["invalid"] == "Nhập số nguyên."
    with override("en"):
        assert gettext("History") == "History"


@pytest.mark.django_db
def test_every_role_has_a_vietnamese_name():
    with override("vi"):
        names = {role.name: gettext(role.name) for role in Group.objects.all()}
    assert names
    assert all(name != vietnamese for name, vietnamese in names.items())


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "is_vietnamese"), [("vi", True), ("en", False)])
def test_the_admins_calendar_speaks_the_readers_language(client_of, language, is_vietnamese):
    client = client_of("administrator")
    client.cookies["django_language"] = language
    script = client.get(reverse("admin:jsi18n")).content.decode()
    sunday = "Chủ nhật".encode("ascii", "backslashreplace").decode()
    assert (f'"Sunday": "{sunday}"' in script) == is_vietnamese
