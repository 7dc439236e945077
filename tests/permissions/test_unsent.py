"""Whatever has an address opens, and what was typed comes back to its person."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse

from accounts.made_for import FIELD, mark_of
from accounts.models import User
from accounts.unsent import KEY, MOST
from criteria.models import Activity, Round
from tests.admin.forms import errors, shown
from tests.factories import UserFactory
from tests.pages import patterns
from tests.permissions.conftest import ACTORS
from tests.permissions.test_same_person import SENT, _actor
from tests.permissions.test_table import TABLE, address, body, prepare
from tests.reading import find, text

pytestmark = pytest.mark.django_db

TYPED = "Gõ dở\nhai dòng"
NEEDS_NOBODY = {"login", "logout", "set_language"}
NOTHING_TYPED = {
    "password_change",
    "same_person",
    "criteria:work-approve",
    "administration_door",
}
KEPT = [row for row in SENT if row.partition(" ")[0] not in NEEDS_NOBODY | NOTHING_TYPED]


@pytest.mark.parametrize("row", SENT)
def test_every_address_that_is_sent_to_also_opens(row, sheet, clients, request):
    name, _, word = row.partition(" ")
    prepare(word, sheet)
    document = request.getfixturevalue("document") if "evidence" in name else None
    client = clients[_actor(row, "post")]
    opened = client.get(address(name, sheet, word, document), follow=True)
    assert opened.status_code == 200
    assert find(opened, "main h1, .visually-hidden")


def test_so_do_those_of_the_administration(sheet, clients):
    criteria_set = sheet.round.criteria_set
    for step in ("clone", "publish", "retire"):
        url = reverse(f"admin:criteria_criteriaset_{step}", args=[criteria_set.pk])
        page = clients["administrator"].get(url, follow=True)
        change = reverse("admin:criteria_criteriaset_change", args=[criteria_set.pk])
        assert page.status_code == 200
        assert page.request["PATH_INFO"] == change
    assert clients["administrator"].get(reverse("admin:logout"), follow=True).status_code == 200


def test_no_button_is_forgotten():
    sent_to = {row.partition(" ")[0] for row in SENT}
    opened = {row.partition(" ")[0] for row, method in TABLE if method == "get"}
    assert set(patterns()) <= sent_to | opened


def _texts(name, word, sheet, posted):
    """What is typed into the form that sends to an address, and into which of its fields."""
    of_row = next((key.partition("-")[0] for key in posted if key.endswith("-version")), "")
    criterion = sheet.round.criteria_set.criteria.get(number=2)
    if name in ("criteria:sheet", "criteria:sheet-take-over", "criteria:sheet-take-over-group"):
        return {f"c{criterion.pk}-version": 0, f"c{criterion.pk}-explanation": TYPED}
    if name == "criteria:sheet-verify":
        return {f"v{criterion.pk}-version": 0, f"v{criterion.pk}-explanation": TYPED}
    if name == "criteria:round-criterion":
        return {f"w{sheet.ward_id}-version": 0, f"w{sheet.ward_id}-explanation": TYPED}
    if of_row:
        return {f"{of_row}-explanation": TYPED}
    if "evidence" in name:
        return {"title": TYPED}
    return {"email": TYPED} if name == "criteria:notices-digest" else {"reason": TYPED}


def _fields(page):
    """All that stands in fields, and the text of those that are more than one line."""
    inputs = [field.get("value", "") for field in find(page, "input:not([type=hidden])")]
    areas = [field.text or "" for field in find(page, "textarea")]
    return " ".join(" ".join([*inputs, *areas]).split())


@pytest.fixture
def outlived(request, sheet, clients):
    """Send what a row of the table sends after the end of the session, and return the browser."""

    def send(row, made_for=None):
        name, _, word = row.partition(" ")
        prepare(word, sheet)
        document = request.getfixturevalue("document") if "evidence" in name else None
        user = User.objects.get(pk=clients[_actor(row, "post")].session["_auth_user_id"])
        posted = body(name, sheet, document)
        posted |= _texts(name, word, sheet, posted)
        client = Client()
        mark = mark_of(user) if made_for is None else made_for
        answer = client.post(address(name, sheet, word, document), posted | {FIELD: mark})
        assert answer.status_code == 302
        assert "/login/" in answer["Location"]
        return client, user, answer["Location"]

    return send


@pytest.mark.parametrize("row", KEPT)
def test_what_was_typed_comes_back_after_the_sign_in(row, outlived):
    client, user, sign_in = outlived(row)
    n_entries = Activity.objects.count()
    client.force_login(user, "accounts.backends.RoleBackend")
    page = client.get(sign_in, follow=True)  # signed in, one is led on
    assert page.status_code == 200
    assert "Gõ dở hai dòng" in _fields(page)
    assert "Phiên đăng nhập đã hết" in text(page)
    assert Activity.objects.count() == n_entries
    assert KEY not in client.session


FILLED = {
    "criteria:sheet-step return": "#step-return [name=reason]",
    "criteria:sheet-step reopen": "#step-reopen [name=reason]",
    "criteria:round-step reopen_round": "[action$='/reopen_round/'] [name=reason]",
    "criteria:round-extend": "form [name=reason]",
    "criteria:sheet": "#sheet textarea",
    "criteria:sheet-verify verifying": "#sheet textarea",
    "criteria:round-criterion": "#grid textarea",
    "criteria:ward-evidence": "form.upload [name=title]",
    "criteria:evidence-detail": "form.upload [name=title]",
    "criteria:evidence-row": "form.upload [name=title]",
    "criteria:notices-digest": "form [name=email]",
}


@pytest.mark.parametrize("row", FILLED)
def test_it_stands_in_its_own_form_which_is_open(row, outlived):
    client, user, sign_in = outlived(row)
    if "reopen_round" in row:
        Round.objects.update(status="closed", settled_on="2026-11-19")
    client.force_login(user, "accounts.backends.RoleBackend")
    page = client.get(sign_in, follow=True)
    assert not find(page, ".typed")
    fields = [
        field
        for field in find(page, FILLED[row])
        if "Gõ dở" in (field.text or field.get("value", ""))
    ]
    assert len(fields) == 1
    around = list(fields[0].iterancestors("details"))
    assert all("open" in parent.attrib for parent in around)


def test_it_comes_back_once(outlived):
    client, user, sign_in = outlived("criteria:sheet-step return")
    client.force_login(user, "accounts.backends.RoleBackend")
    assert "Gõ dở" in _fields(client.get(sign_in, follow=True))
    assert "Gõ dở" not in _fields(client.get(sign_in, follow=True))


def test_it_comes_back_to_nobody_else(outlived):
    client, _user, sign_in = outlived("criteria:sheet-step return")
    client.force_login(UserFactory(role="Verifier"), "accounts.backends.RoleBackend")
    assert "Gõ dở" not in client.get(sign_in, follow=True).content.decode()
    assert KEY not in client.session


@pytest.mark.parametrize("made_for", ["nobody", "forged"])
def test_of_a_page_of_nobody_nothing_is_kept(outlived, made_for):
    mark = mark_of(AnonymousUser()) if made_for == "nobody" else "1:forged"
    client, _user, _sign_in = outlived("criteria:sheet-step return", mark)
    assert KEY not in client.session


def test_neither_passwords_nor_more_than_anybody_types_are_kept(clients):
    user = User.objects.get(pk=clients["administrator"].session["_auth_user_id"])
    client, add = Client(), reverse("admin:accounts_user_add")
    said = {"username": "moi", "password1": "bí mật", "password2": "bí mật", FIELD: mark_of(user)}
    client.post(add, said)
    assert client.session[KEY]["fields"] == {"username": ["moi"]}
    client = Client()
    client.post(add, {"full_name": "x" * MOST, FIELD: mark_of(user)})
    assert KEY not in client.session


def test_a_page_of_the_administration_is_filled_in_again(clients, sheet):
    user = User.objects.get(pk=clients["administrator"].session["_auth_user_id"])
    url = reverse("admin:criteria_ward_change", args=[sheet.ward_id])
    client = Client()
    client.force_login(user, "accounts.backends.RoleBackend")
    typed = {**shown(client.get(url)), "population": "12345"}
    client.cookies.clear()
    sign_in = client.post(url, typed)["Location"]
    client.force_login(user, "accounts.backends.RoleBackend")
    page = client.get(sign_in, follow=True)
    assert page.status_code == 200
    assert find(page, "[name=population]")[0].get("value") == "12345"
    assert errors(page) == ["Chưa lưu: hãy xem lại nội dung đã nhập rồi lưu."]
    sheet.ward.refresh_from_db()
    assert sheet.ward.population != 12345
    assert client.post(url, shown(page)).status_code == 302
    sheet.ward.refresh_from_db()
    assert sheet.ward.population == 12345


def test_a_right_lost_meanwhile_does_not_lose_the_text(outlived):
    client, user, sign_in = outlived("criteria:round-extend")
    user.groups.clear()
    client.force_login(user, "accounts.backends.RoleBackend")
    page = client.get(sign_in, follow=True)
    assert page.status_code == 403
    assert "Gõ dở hai dòng" in _fields(page)


def test_the_table_has_an_actor_for_every_address_that_is_sent_to():
    assert {_actor(row, "post") for row in SENT} <= set(ACTORS)
