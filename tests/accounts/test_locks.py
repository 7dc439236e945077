"""A lock lasts as long as it says, whatever is tried meanwhile; administrators lift it."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Access, User
from criteria.models import Activity
from tests.conftest import A_DAY_IN_NOVEMBER, signed_in
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

PASSWORD = "mat-khau-rat-dai"
Kind = Access.Kind


@pytest.fixture
def user() -> User:
    user = UserFactory(username="canbo")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def clock():
    with time_machine.travel(A_DAY_IN_NOVEMBER, tick=False) as clock:
        yield clock


def sign_in(password=PASSWORD, username="canbo", address="127.0.0.1"):
    data = {"username": username, "password": password}
    return Client(REMOTE_ADDR=address).post(reverse("login"), data)


def lock_out(**fields):
    return [sign_in("sai", **fields) for _ in range(5)][-1]


def kinds():
    return list(Access.objects.order_by("pk").values_list("kind", flat=True))


@pytest.mark.usefixtures("user")
def test_a_try_during_a_lock_does_not_prolong_it(clock):
    assert lock_out().status_code == 429
    clock.shift(timedelta(minutes=14))
    assert sign_in("sai").status_code == 429
    assert sign_in().status_code == 429
    clock.shift(timedelta(seconds=59))
    assert sign_in().status_code == 429
    clock.shift(timedelta(seconds=1))
    assert sign_in().status_code == 302


@pytest.mark.usefixtures("user")
def test_the_page_says_until_when_and_how_long_still(clock):
    lock_out()
    until = timezone.localtime() + timedelta(minutes=15)
    clock.shift(timedelta(minutes=11, seconds=30))
    answer = sign_in()
    page = answer.content.decode()
    assert answer.context["lock"].n_minutes == 4
    assert f"<strong>{until:%H:%M}</strong>" in page
    assert answer.headers["Retry-After"] == "210"


@pytest.mark.usefixtures("user")
def test_a_name_is_locked_however_it_is_typed_and_from_its_address_alone():
    for name in ("canbo", "CANBO", "Canbo", "cánbo", "ca\u0301nbo"):
        answer = sign_in("sai", username=name)
    assert answer.status_code == 429
    assert sign_in(address="10.1.2.3").status_code == 302


@pytest.mark.usefixtures("user")
def test_failures_of_long_ago_or_before_a_sign_in_do_not_count(clock):
    for _ in range(4):
        sign_in("sai")
    clock.shift(timedelta(minutes=16))
    assert sign_in("sai").status_code == 200
    assert sign_in().status_code == 302
    for _ in range(4):
        assert sign_in("sai").status_code == 200


def test_an_address_that_fails_over_many_names_is_locked(user):
    answers = [sign_in("sai", username=f"ten{n}").status_code for n in range(50)]
    assert answers == [200] * 19 + [429] * 31
    assert sign_in().status_code == 429
    assert sign_in(address="10.1.2.3").status_code == 302


def test_who_has_an_account_does_not_try_others_without_end_by_signing_in_between(user):
    for n in range(20):
        sign_in("sai", username=f"ten{n}")
        answer = sign_in()
    assert answer.status_code == 429


def test_refusals_during_a_lock_fill_no_disk(user):
    lock_out()
    for _n in range(40):
        sign_in("sai")
    assert kinds().count(Kind.REFUSED) == 1
    for n in range(20):
        sign_in("sai", username=f"ten{n}")
    n_rows = Access.objects.count()
    for n in range(60):
        sign_in("sai", username=f"khac{n}")
    assert Access.objects.count() < n_rows + 25


@pytest.mark.parametrize("name", ["x" * 256, "x" * 100_000, "Ắ" * 300, "?", "*", "\u0301"])
def test_no_name_is_too_long_or_too_strange_to_be_refused(name):
    for _ in range(5):
        answer = sign_in("sai", username=name)
    assert answer.status_code in (200, 429)
    assert all(len(row.name) <= 150 for row in Access.objects.all())


def test_the_administrations_door_is_the_same_sign_in(client, user, make_user, client_of):
    door = reverse("admin:login")
    answer = client.post(door, {"username": "canbo", "password": "sai"})
    assert answer.url.startswith(reverse("login"))
    assert client_of(make_user("leader")).get(door).status_code == 403
    assert client_of(make_user("administrator")).get(door).url == reverse("admin:index")


# --- the old password on the page that changes it -------------------------------------------------


def change(client, old):
    new = "mot-mat-khau-khac"
    data = {"old_password": old, "new_password1": new, "new_password2": new}
    return client.post(reverse("password_change"), data)


def test_the_old_password_is_not_tried_without_end(client_of, user, clock):
    client = client_of(user)
    user.groups.add(Group.objects.get(name="City officer"))
    assert [change(client, "sai").status_code for _ in range(5)] == [200] * 4 + [429]
    locked = change(client, PASSWORD)
    assert locked.status_code == 429
    assert reverse("criteria:dashboard") in locked.content.decode()
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert kinds() == [Kind.OLD_PASSWORD] * 5 + [Kind.LOCK]
    clock.shift(timedelta(minutes=15))
    assert change(client, PASSWORD).status_code == 302
    assert kinds()[-1] == Kind.PASSWORD


# --- administrators -------------------------------------------------------------------------------


@pytest.fixture
def office(client_of, make_user):
    return client_of(make_user("administrator"))


def page_of(user, action="change"):
    return reverse(f"admin:accounts_user_{action}", args=[user.pk])


def test_an_administrator_unlocks_on_the_users_page(office, user):
    assert page_of(user, "unlock") not in office.get(page_of(user)).content.decode()
    lock_out()
    page = office.get(page_of(user)).content.decode()
    assert page_of(user, "unlock") in page
    assert "127.0.0.1" in page
    office.post(page_of(user, "unlock"))
    assert sign_in().status_code == 302
    entry = Activity.objects.get()
    assert (entry.verb, entry.object_id) == ("change", user.pk)
    assert "127.0.0.1" in entry.before["lock"]
    lifted = Access.objects.get(kind=Kind.UNLOCK)
    assert (lifted.user, lifted.about) == (user, entry.actor.label)
    office.post(page_of(user, "unlock"))
    assert Activity.objects.count() == 1


def test_what_is_unlocked_begins_to_count_anew(office, user):
    lock_out()
    office.post(page_of(user, "unlock"))
    assert [sign_in("sai").status_code for _ in range(5)] == [200] * 4 + [429]


def test_an_address_is_unlocked_for_whoever_it_keeps_out(office, user):
    for n in range(20):
        sign_in("sai", username=f"ten{n}")
    assert sign_in().status_code == 429
    office.post(page_of(user, "unlock"))
    assert sign_in().status_code == 302


def test_a_new_password_by_an_administrator_lifts_the_lock(office, user):
    lock_out()
    new = "con-duong-lang-xanh"
    data = {"password1": new, "password2": new, "usable_password": "true"}
    url = reverse("admin:auth_user_password_change", args=[user.pk])
    assert office.post(url, data).status_code == 302
    assert sign_in(new).status_code == 302


def test_only_administrators_unlock_and_a_superuser_by_another_alone(client_of, office, user):
    superuser = UserFactory(is_superuser=True)
    assert office.post(page_of(superuser, "unlock")).status_code == 403
    opened = office.get(page_of(user, "unlock"), follow=True)
    assert opened.request["PATH_INFO"] == page_of(user)
    for role in ("ward", "city", "verifier", "leader"):
        assert client_of(role).post(page_of(user, "unlock")).status_code == 302
    assert office.post(reverse("admin:accounts_user_unlock", args=[10**6])).status_code == 404


def test_the_button_wants_its_token(make_user, user):
    window = Client(enforce_csrf_checks=True)
    window.cookies = signed_in(make_user("administrator")).cookies
    lock_out()
    assert window.post(page_of(user, "unlock")).status_code == 403
    assert sign_in().status_code == 429
