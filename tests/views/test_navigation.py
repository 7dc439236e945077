"""The bar over every page: where one is, and which ways are offered to whom."""

from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse

from tests.pages import PAGES
from tests.reading import links, one, text

pytestmark = pytest.mark.django_db

UNDER = {page.name: page.under for page in PAGES} | {
    "criteria:work-approve": "criteria:work",  # asks before many are approved
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


@pytest.mark.parametrize(("view", "under"), UNDER.items())
def test_the_bar_says_where_one_is(bar, view, under):
    role = "city" if under == "criteria:columns-current" else "administrator"
    marked = links(bar(view, role), "a[aria-current]")
    assert marked == ([reverse(under)] if under else [])


@pytest.mark.parametrize(
    ("role", "others"),
    [
        ("ward", ["/log/"]),
        ("city", ["/rounds/criteria/"]),
        ("verifier", []),
        ("leader", ["/log/"]),
        ("administrator", ["/log/", "/admin/"]),
    ],
)
def test_the_bar_offers_what_the_role_may_open(bar, role, others):
    assert links(bar("criteria:dashboard", role), "nav a") == EVERYBODY + others


@pytest.mark.parametrize(
    ("role", "title"),
    [
        ("ward", "Việc của tôi"),
        ("city", "Việc của tôi"),
        ("verifier", "Việc của tôi"),
        ("leader", "Việc cần theo dõi"),
        ("administrator", "Việc của tôi"),
    ],
)
def test_work_is_called_ones_own_by_those_alone_who_take_its_steps(client_of, role, title):
    page = client_of(role).get(reverse("criteria:work"))
    assert text(one(page, "h1")) == title
    assert text(one(page, "nav a[aria-current]")).startswith(title)
    assert text(one(page, "head title")).startswith(title)
