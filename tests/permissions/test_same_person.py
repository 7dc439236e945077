"""What a page sends counts for the person for whom it was made, and for nobody else."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from accounts.made_for import FIELD, mark_of
from accounts.middleware import SOMEBODY_ELSE
from accounts.models import User
from criteria.models import Activity, Assessment
from tests.factories import UserFactory
from tests.pages import PAGES
from tests.permissions.conftest import ACTORS
from tests.permissions.test_table import TABLE, address, body, prepare
from tests.reading import find, one, text

pytestmark = pytest.mark.django_db

DONE = (200, 204, 302, 422)


def _actor(row, method):
    """The first with a role who is answered with more than a refusal."""
    codes = dict(zip(ACTORS, TABLE[row, method], strict=True))
    return next((actor for actor in ACTORS[2:] if codes[actor] in DONE), None)


SENT = [row for row, method in TABLE if method == "post" and _actor(row, method)]
PAGE_NAMES = {page.name for page in PAGES}
SHOWN = [row for row, method in TABLE if method == "get" and row in PAGE_NAMES]


@pytest.fixture
def opened(request, sheet, clients):
    """Bring the world to where a row of the table is; return how its actor sends from a page."""

    def open_one(row):
        name, _, word = row.partition(" ")
        prepare(word, sheet)
        document = request.getfixturevalue("document") if "evidence" in name else None
        url, posted = address(name, sheet, word, document), body(name, sheet, document)
        client = clients[_actor(row, "post")]

        def send(mark, **headers):
            said = {**posted, "typed": "Chữ gõ dở", FIELD: mark}
            return client.post(url, said, headers=headers)

        return send

    return open_one


def _state():
    return [Activity.objects.count(), list(Assessment.objects.values())]


@pytest.mark.parametrize("row", SENT)
def test_whoever_signed_in_since_the_page_was_made_sends_nothing_by_it(row, opened):
    other = UserFactory(full_name="Trần Thị Khác")
    send, state = opened(row), _state()
    for mark in (mark_of(other), mark_of(AnonymousUser()), f"{other.pk}:forged"):
        plain = send(mark)
        assert plain.status_code == SOMEBODY_ELSE
        assert "Chữ gõ dở" in text(plain)  # to be copied
        assert ("Trần Thị Khác" in text(plain)) == (mark == mark_of(other))
        by_script = send(mark, **{"HX-Request": "true"})
        assert by_script.status_code == SOMEBODY_ELSE
        assert by_script.content.decode().startswith("Chưa lưu")
    assert _state() == state


@pytest.mark.parametrize("row", SENT)
def test_the_person_of_the_page_sends_as_ever(row, opened, clients):
    person = User.objects.get(pk=clients[_actor(row, "post")].session["_auth_user_id"])
    codes = dict(zip(ACTORS, TABLE[row, "post"], strict=True))
    assert opened(row)(mark_of(person)).status_code == codes[_actor(row, "post")]


@pytest.mark.parametrize("row", SHOWN)
def test_every_form_says_for_whom_its_page_was_made(row, sheet, clients, request):
    document = request.getfixturevalue("document") if "evidence" in row else None
    codes = dict(zip(ACTORS, TABLE[row, "get"], strict=True))
    for actor in [actor for actor in ACTORS if codes[actor] == 200]:
        page = clients[actor].get(address(row, sheet, "", document))
        user = User.objects.filter(pk=clients[actor].session.get("_auth_user_id")).first()
        mark = mark_of(user or AnonymousUser())
        assert one(page, "meta[name=made-for]").get("content") == mark
        for form in find(page, "form[method=post]"):
            assert one(form, f"input[name={FIELD}]").get("value") == mark


def test_so_do_the_forms_of_the_administration(clients, sheet):
    client = clients["administrator"]
    user = User.objects.get(pk=client.session["_auth_user_id"])
    for url in (
        reverse("admin:criteria_ward_change", args=[sheet.ward_id]),
        reverse("admin:criteria_ward_add"),
        reverse("admin:accounts_user_changelist"),
        reverse("admin:auth_user_password_change", args=[user.pk]),
    ):
        page = client.get(url)
        forms = find(page, "form[method=post]")
        assert len(forms) >= 2  # its own, and the one that signs out
        for form in forms:
            assert one(form, f"input[name={FIELD}]").get("value") == mark_of(user)
        assert client.post(url, {FIELD: mark_of(UserFactory())}).status_code == SOMEBODY_ELSE
