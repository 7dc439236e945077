"""Developers see what went wrong, and nobody else does; no page else gives up its policy."""

import pytest
from django.test import Client
from django.urls import reverse

from criteria.views.dashboard import DashboardView

pytestmark = pytest.mark.django_db
POLICY = "Content-Security-Policy"


@pytest.fixture
def client(make_user):
    client = Client(raise_request_exception=False)
    client.force_login(make_user("leader"), "accounts.backends.RoleBackend")
    return client


@pytest.fixture
def broken(monkeypatch):
    """Break the dashboard; what Django logs of it goes nowhere."""

    def fail(*args, **kwargs):
        raise ZeroDivisionError("a secret of the code")

    monkeypatch.setattr(DashboardView, "get", fail)
    monkeypatch.setattr("django.utils.log.request_logger.handle", lambda record: None)


@pytest.mark.usefixtures("broken")
def test_a_developer_sees_the_error_as_django_draws_it(client, settings):
    settings.DEBUG = True
    page = client.get(reverse("criteria:dashboard"))
    assert page.status_code == 500
    assert "ZeroDivisionError" in page.content.decode()
    assert "<style" in page.content.decode()
    assert POLICY not in page.headers


@pytest.mark.usefixtures("broken")
def test_nobody_else_sees_the_code(client):
    page = client.get(reverse("criteria:dashboard"))
    assert page.status_code == 500
    assert "Hệ thống gặp lỗi" in page.content.decode()
    assert "a secret of the code" not in page.content.decode()
    assert POLICY in page.headers


def test_a_developer_sees_which_addresses_there_are(client, settings):
    settings.DEBUG = True
    page = client.get("/no-such-page/")
    assert page.status_code == 404
    assert "roadmap/" in page.content.decode()
    assert POLICY not in page.headers


@pytest.mark.parametrize("is_debug", [True, False])
def test_a_page_that_works_keeps_its_policy(client, settings, is_debug):
    settings.DEBUG = is_debug
    assert POLICY in client.get(reverse("criteria:roadmap")).headers
