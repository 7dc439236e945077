"""Addresses and searches that no page links to, and that somebody types all the same."""

import pytest
from django.urls import URLPattern, reverse

from criteria.urls import urlpatterns
from tests.factories import EvidenceFactory, WardFactory, make_sheet

pytestmark = pytest.mark.django_db

LONG = "9" * 24


def test_every_key_in_an_address_is_of_a_length_that_databases_take():
    routes = [str(pattern.pattern) for pattern in urlpatterns if isinstance(pattern, URLPattern)]
    assert not [route for route in routes if "<int:" in route]


def test_a_number_that_no_database_takes_is_not_found(client_of):
    sheet = make_sheet()
    client = client_of("city")
    for address in (
        f"/rounds/{LONG}/wards/{sheet.ward_id}/",
        f"/rounds/{sheet.round_id}/wards/{LONG}/",
        f"/rounds/{LONG}/",
        f"/wards/{LONG}/",
        f"/evidence/{LONG}/",
        f"/evidence/{'9' * 18}/",
        f"/rounds/{'9' * 18}/wards/{'9' * 18}/",
    ):
        assert client.get(address).status_code == 404, address


def test_a_search_for_nul_is_a_search_without_it(client_of):
    ward = WardFactory(name="Lộc Hạ")
    document = EvidenceFactory(ward=ward, title="Kế hoạch")
    client = client_of("city")
    found = client.get(reverse("criteria:ward-evidence", args=[ward.pk]), {"q": "ke\0 hoach\0"})
    assert list(found.context["page"]) == [document]
    assert "\0" not in found.content.decode()
