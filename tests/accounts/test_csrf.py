import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from tests.reading import find

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["signed in", "a stranger"])
def client(request, make_user):
    client = Client(enforce_csrf_checks=True)
    if request.param == "signed in":
        client.force_login(make_user("city"), "accounts.backends.RoleBackend")
    return client


@pytest.mark.parametrize("url_name", ["login", "logout", "password_change", "set_language"])
def test_a_form_too_old_is_refused_in_our_own_words(client, url_name):
    response = client.post(reverse(url_name), HTTP_ACCEPT_LANGUAGE="en")
    assert response.status_code == 403
    assert "403_csrf.html" in [template.name for template in response.templates]
    page = response.content.decode()
    assert f'href="{reverse("criteria:dashboard")}"' in page
    assert 'id="main"' in page
    assert "CSRF" not in page


def test_the_refusal_says_that_nothing_was_saved(client, settings):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    with override("en"):
        page = client.post(reverse("logout")).content.decode()
    assert '<html lang="en"' in page
    assert "Nothing was saved" in page
    assert "cookies" in page


def test_the_refusal_shows_what_was_typed_and_no_password(client):
    said = {"email": "a@b.vn", "old_password": "bí mật", "csrfmiddlewaretoken": "x" * 32}
    page = client.post(reverse("criteria:notices-digest"), said)
    assert page.status_code == 403
    assert [area.text.strip() for area in find(page, ".typed textarea")] == ["a@b.vn"]
