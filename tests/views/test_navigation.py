"""The bar over every page: where one is, and which ways are offered to whom."""

from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory

from tests.reading import links

pytestmark = pytest.mark.django_db

CURRENT = {
    "criteria:dashboard": "/",
    "criteria:wall": "/",
    "criteria:work": "/work/",
    "criteria:work-approve": "/work/",
    "criteria:ward-list": "/wards/",
    "criteria:ward-detail": "/wards/",
    "criteria:compare": "/wards/",
    "criteria:matrix": "/matrix/",
    "criteria:result-detail": "/matrix/",
    "criteria:criterion-detail": "/matrix/",
    "criteria:what-if": "/matrix/",
    "criteria:roadmap": "/roadmap/",
    "criteria:round-current": "/rounds/",
    "criteria:round-detail": "/rounds/",
    "criteria:round-criterion": "/rounds/",
    "criteria:sheet": "/rounds/",
    "criteria:notices": "/notices/",
    "criteria:log": "/log/",
    "criteria:search": None,
    "password_change": None,
    None: None,  # an address that leads nowhere
}
EVERYBODY = ["/", "/work/", "/wards/", "/matrix/", "/roadmap/", "/rounds/"]


@pytest.fixture
def bar(make_user):
    def render(view, role="administrator"):
        request = RequestFactory().get("/")
        request.user = make_user(role)
        request.resolver_match = SimpleNamespace(view_name=view) if view else None
        return render_to_string("components/header.html", request=request)

    return render


@pytest.mark.parametrize(("view", "current"), CURRENT.items())
def test_the_bar_says_where_one_is(bar, view, current):
    marked = links(bar(view), "a[aria-current]")
    assert marked == ([] if current is None else [current])


@pytest.mark.parametrize(
    ("role", "others"),
    [
        ("ward", ["/log/"]),
        ("city", []),
        ("verifier", []),
        ("leader", ["/log/"]),
        ("administrator", ["/log/", "/admin/"]),
    ],
)
def test_the_bar_offers_what_the_role_may_open(bar, role, others):
    assert links(bar("criteria:dashboard", role), "nav a") == EVERYBODY + others
