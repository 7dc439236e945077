"""What Django's own commands do to accounts is in the log, as if it had been done on a page."""

from io import StringIO

import pytest
from django.contrib.auth.management.commands import changepassword
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import Access, User
from criteria.models import Activity
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

PASSWORD = "con-duong-lang-xanh"


def create(monkeypatch, username="quantri"):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    facts = {"username": username, "full_name": "Phạm Quản Trị"}
    call_command("createsuperuser", interactive=False, stdout=StringIO(), **facts)


def test_a_superuser_is_in_the_log(monkeypatch):
    create(monkeypatch)
    made, entry = User.objects.get(), Activity.objects.get()
    assert made.is_superuser
    assert made.check_password(PASSWORD)
    assert not made.must_change_password  # whoever typed it knows it alone
    assert (entry.verb, entry.object_id, entry.actor) == ("create", made.pk, None)
    assert entry.after["is_superuser"] is True
    assert "password" not in entry.after


def test_what_is_refused_is_not(monkeypatch):
    create(monkeypatch)
    with pytest.raises(CommandError):
        create(monkeypatch)
    assert Activity.objects.count() == 1


def test_a_password_set_on_the_server_is_in_the_log_and_lifts_a_lock(monkeypatch):
    user = UserFactory(username="canbo")
    Access.objects.create(kind="lock", key="canbo", address="10.0.0.1")
    monkeypatch.setattr(changepassword.Command, "_get_pass", lambda *args: PASSWORD)
    call_command("changepassword", "canbo", stdout=StringIO())
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert user.must_change_password
    entry = Activity.objects.get()
    assert (entry.actor, entry.after) == (None, {"password": "***"})
    assert Access.objects.latest("pk").kind == "unlock"
