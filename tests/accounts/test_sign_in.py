import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from accounts.models import User
from criteria.actions import users
from criteria.models import Activity
from criteria.views import account
from namdinh_wards.checks import refuse_to_serve
from tests.factories import (
    AssessmentFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    make_set,
    steps_to,
)

pytestmark = pytest.mark.django_db

PASSWORD = "mat-khau-rat-dai"


@pytest.fixture
def user():
    user = UserFactory(username="canbo")
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client, password=PASSWORD, username="canbo"):
    return client.post(reverse("login"), {"username": username, "password": password})


def test_a_right_password_signs_in(client, user):
    assert sign_in(client)["Location"] == reverse("criteria:dashboard")


@pytest.mark.parametrize(("role", "page"), [("Verifier", "work"), ("Leader", "dashboard")])
def test_whom_something_waits_for_comes_in_to_it(client, user, role, page):
    round = RoundFactory(criteria_set=make_set(n_criteria=1))
    AssessmentFactory(ward=WardFactory(), round=round, **steps_to("submitted"))
    user.groups.set(Group.objects.filter(name=role))
    assert sign_in(client)["Location"] == reverse(f"criteria:{page}")
    # Of the site's mere name nobody has asked for a page; of any other one, they have.
    for asked, lands in (
        ("/", f"criteria:{page}"),
        (reverse("criteria:matrix"), "criteria:matrix"),
    ):
        said = {"username": "canbo", "password": PASSWORD, "next": asked}
        assert Client().post(reverse("login"), said)["Location"] == reverse(lands)
    assert client.get(reverse("login"))["Location"] == reverse(f"criteria:{page}")


def test_whom_nothing_waits_for_comes_in_to_the_dashboard(client, user):
    user.groups.set(Group.objects.filter(name="Verifier"))
    assert sign_in(client)["Location"] == reverse("criteria:dashboard")


def test_five_failures_lock_the_name_from_this_address_and_say_so(user):
    client = Client()
    for _ in range(5):
        response = sign_in(client, "sai")
    assert response.status_code == 429
    assert "15" in response.content.decode()
    client.cookies["django_language"] = "en"
    right_but_locked = sign_in(client)
    assert right_but_locked.status_code == 429
    assert "an administrator can unlock the account" in right_but_locked.content.decode()
    elsewhere = Client(REMOTE_ADDR="10.1.2.3")
    assert sign_in(elsewhere).status_code == 302


def test_an_inactive_user_cannot_sign_in_and_loses_the_session(client, user):
    sign_in(client)
    User.objects.update(is_active=False)
    assert "/login/" in client.get(reverse("password_change"))["Location"]
    assert sign_in(Client()).status_code == 200


def test_demo_accounts_work_in_the_demonstration_only(client, user, settings):
    User.objects.update(is_demo=True)
    settings.DEMO = False
    assert sign_in(client).status_code == 200
    settings.DEMO = True
    assert sign_in(client).status_code == 302
    settings.DEMO = False
    assert "/login/" in client.get(reverse("password_change"))["Location"]


def test_the_sign_in_page_shows_demo_accounts_in_the_demonstration_only(client, user, settings):
    User.objects.update(is_demo=True)
    settings.DEMO_PASSWORD = "cong-khai"
    assert "cong-khai" in client.get(reverse("login")).content.decode()
    settings.DEMO = False
    shown = client.get(reverse("login")).content.decode()
    assert "cong-khai" not in shown
    assert "canbo" not in shown


def test_every_answer_carries_the_security_headers(client):
    for url in (reverse("login"), "/nowhere/", reverse("criteria:dashboard")):
        headers = client.get(url).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]


def test_a_session_ends_with_the_browser_and_after_a_working_day(client, user, settings):
    sign_in(client)
    assert settings.SESSION_COOKIE_AGE <= 12 * 60 * 60
    assert client.cookies["sessionid"]["max-age"] == ""
    assert client.cookies["sessionid"]["httponly"]


def test_a_permission_comes_from_a_role_alone_in_one_query(make_user, django_assert_num_queries):
    from accounts.backends import RoleBackend

    verifier = make_user("verifier")
    with django_assert_num_queries(1):
        user = RoleBackend().get_user(verifier.pk)
        assert user.has_perm("criteria.approve_sheet")
        assert not user.has_perm("criteria.enter_any_sheet")
    with django_assert_num_queries(1):
        assert verifier.has_perm("criteria.approve_sheet")
    verifier = User.objects.get(pk=verifier.pk)
    verifier.is_active = False
    assert not verifier.has_perm("criteria.approve_sheet")


def test_the_name_is_searchable_without_diacritics():
    user = UserFactory(username="an.nv", full_name="Nguyễn Văn Đản")
    assert user.search_name == "nguyen van dan an.nv"
    assert str(user) == user.get_full_name() == user.get_short_name() == "Nguyễn Văn Đản"


def test_production_refuses_the_demonstrations_database(user, settings):
    settings.DEMO = False
    refuse_to_serve()
    User.objects.update(is_demo=True)
    with pytest.raises(ImproperlyConfigured, match="demonstration"):
        refuse_to_serve()
    settings.DEMO = True
    refuse_to_serve()


def test_a_changed_password_is_in_the_log_without_the_password(client, user):
    sign_in(client)
    new = "mot-mat-khau-khac"
    data = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post(reverse("password_change"), data).status_code == 302
    entry = Activity.objects.get()
    assert (entry.actor, entry.after) == (user, {"password": "***"})


def test_a_changed_password_takes_nothing_else_of_the_account_back(client, user, monkeypatch):
    """An administrator changes the account between the request's reading it and its saving it."""

    def hold_user(pk):
        User.objects.filter(pk=pk).update(is_active=False, full_name="Tên mới")
        return users.hold_user(pk)

    sign_in(client)
    monkeypatch.setattr(account, "hold_user", hold_user)
    new = "mot-mat-khau-khac"
    data = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post(reverse("password_change"), data).status_code == 302
    user.refresh_from_db()
    assert user.check_password(new)
    assert (user.is_active, user.full_name) == (False, "Tên mới")
    assert user.search_name.startswith("ten moi")


def test_a_password_that_was_set_meanwhile_is_not_overwritten(client, user, monkeypatch):
    def hold_user(pk):
        other = User.objects.get(pk=pk)
        other.set_password("do-quan-tri-dat")
        other.save()
        return users.hold_user(pk)

    sign_in(client)
    monkeypatch.setattr(account, "hold_user", hold_user)
    new = "mot-mat-khau-khac"
    data = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    answer = client.post(reverse("password_change"), data)
    assert list(answer.context["form"].errors) == ["old_password"]
    user.refresh_from_db()
    assert user.check_password("do-quan-tri-dat")
    assert not Activity.objects.exists()
