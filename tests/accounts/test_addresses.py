import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.addresses import client_address

PROXY = "10.0.0.1"


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        # All but the last are what the client itself says.
        ("198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("198.51.100.1,2001:db8::7", "2001:db8::7"),
        ("198.51.100.1, unknown", PROXY),
        ("203.0.113.7,", PROXY),
        ("", PROXY),
    ],
)
def test_behind_a_proxy_a_client_is_whom_the_proxy_saw(settings, forwarded, address):
    request = RequestFactory().get("/", REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=forwarded)
    settings.BEHIND_PROXY = True
    assert client_address(request) == address
    settings.BEHIND_PROXY = False
    assert client_address(request) == PROXY


def test_a_proxy_that_says_nothing_is_the_client(settings):
    settings.BEHIND_PROXY = True
    assert client_address(RequestFactory().get("/", REMOTE_ADDR=PROXY)) == PROXY


@pytest.mark.django_db
def test_a_stranger_behind_the_same_proxy_does_not_lock_the_owner_out(settings):
    settings.BEHIND_PROXY = True

    def fail_from(address):
        client = Client(REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=f"192.0.2.1, {address}")
        return client.post(reverse("login"), {"username": "canbo", "password": "sai"}).status_code

    assert [fail_from("203.0.113.66") for _ in range(5)][-1] == 429
    assert fail_from("203.0.113.7") == 200
