"""A password that somebody else has set is changed before anything else is done."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.made_for import FIELD, mark_of
from accounts.models import User
from tests.factories import UserFactory
from tests.reading import one

pytestmark = pytest.mark.django_db

GIVEN = "con-duong-lang-xanh"
OWN = "mot-mat-khau-khac"


@pytest.fixture
def newcomer() -> User:
    user = UserFactory(role="City officer", username="moi", must_change_password=True)
    user.set_password(GIVEN)
    user.save()
    return user


@pytest.fixture
def client(newcomer) -> Client:
    client = Client()
    client.post(reverse("login"), {"username": "moi", "password": GIVEN})
    return client


def change(client, new=OWN):
    data = {"old_password": GIVEN, "new_password1": new, "new_password2": new}
    return client.post(reverse("password_change"), data)


@pytest.mark.parametrize(
    "url_name", ["criteria:dashboard", "criteria:work", "admin:index", "password_change_done"]
)
def test_every_page_leads_to_the_new_password(client, url_name):
    url = reverse(url_name)
    for answer in (client.get(url), client.post(url)):
        assert answer.url == reverse("password_change")
    assert client.get(url, headers={"HX-Request": "true"}).status_code == 401


def test_the_page_itself_the_language_and_the_way_out_stay_open(client):
    assert client.get(reverse("password_change")).status_code == 200
    answer = client.post(reverse("set_language"), {"language": "en", "next": "/"})
    assert (answer.status_code, answer.url) == (302, "/")
    assert client.post(reverse("logout")).url == reverse("login")


def test_afterwards_everything_is_open(client, newcomer):
    assert change(client).url == reverse("password_change_done")
    assert client.get(reverse("password_change_done")).status_code == 200
    assert client.get(reverse("criteria:dashboard")).status_code == 200
    newcomer.refresh_from_db()
    assert not newcomer.must_change_password


@pytest.mark.usefixtures("newcomer")
def test_the_same_password_is_no_new_one(client):
    assert list(change(client, GIVEN).context["form"].errors) == ["new_password1"]
    assert client.get(reverse("criteria:dashboard")).status_code == 302


@pytest.fixture
def office(client_of, make_user):
    office = client_of(make_user("administrator"))
    office.actor = User.objects.latest("pk")
    return office


def give(office, user):
    data = {"password1": GIVEN, "password2": GIVEN, "usable_password": "true"}
    office.post(reverse("admin:auth_user_password_change", args=[user.pk]), data)
    user.refresh_from_db()
    return user.must_change_password


def test_what_an_administrator_sets_is_changed_at_the_next_sign_in(office):
    person = {"username": "x", "full_name": "X", "password1": GIVEN, "password2": GIVEN}
    office.post(reverse("admin:accounts_user_add"), {**person, "usable_password": "true"})
    assert User.objects.get(username="x").must_change_password
    assert give(office, UserFactory())


def test_ones_own_password_and_the_demonstrations_are_ones_own(office):
    assert not give(office, office.actor)
    assert not give(office, UserFactory(is_demo=True))


def test_what_was_typed_waits_until_the_new_password_is_chosen(newcomer):
    client = Client()
    said = {"email": "gõ dở@b.vn", FIELD: mark_of(newcomer)}
    client.post(reverse("criteria:notices-digest"), said)
    client.post(reverse("login"), {"username": "moi", "password": GIVEN})
    assert "gõ dở" not in client.get(reverse("password_change")).content.decode()
    change(client)
    page = client.get(reverse("criteria:notices"))
    assert one(page, "[name=email]").get("value") == "gõ dở@b.vn"
