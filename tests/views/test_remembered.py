"""A list comes back with the filter that its person chose last, and says so."""

import pytest
from django.test import Client
from django.urls import reverse

from criteria.models import Assessment
from tests import hands
from tests.conftest import signed_in
from tests.factories import RoundFactory, UserFactory, WardFactory, make_set
from tests.reading import find, links

pytestmark = pytest.mark.django_db


@pytest.fixture
def sheet(make_user):
    round = RoundFactory(criteria_set=make_set(n_criteria=1))
    return hands.submit(Assessment(ward=WardFactory(name="Lộc Hạ"), round=round), make_user("city"))


def lists(sheet):
    """Where a list is, who reads it, and all that its form sends."""
    return {
        reverse("criteria:work"): ("Verifier", {"q": "loc", "state": "submitted", "due": ""}),
        reverse("criteria:round-detail", args=[sheet.round_id]): (
            "Verifier",
            {"q": "loc", "state": ""},
        ),
        reverse("criteria:ward-list"): ("Leader", {"q": "", "standing": "not_ready"}),
        reverse("criteria:log"): (
            "Leader",
            {"q": "lộc hạ", "ward": "", "person": "", "kind": "", "since": "", "until": ""},
        ),
        reverse("criteria:access"): (
            "Administrator",
            {"q": "x", "person": "", "kind": "", "since": "", "until": ""},
        ),
        reverse("criteria:ward-evidence", args=[sheet.ward_id]): ("Verifier", {"q": "kế hoạch"}),
    }


N_LISTS = 6


@pytest.mark.parametrize("n", range(N_LISTS))
def test_whoever_comes_back_finds_their_filter_and_the_way_out_of_it(sheet, n):
    assert len(lists(sheet)) == N_LISTS
    place, (role, sent) = list(lists(sheet).items())[n]
    client = signed_in(UserFactory(role=role))
    assert not find(client.get(place), "#unfilter a")
    chosen = client.get(place, sent)
    (out,) = links(chosen, "#unfilter a")
    back = client.get(place, follow=True)
    ((_where, status),) = back.redirect_chain
    assert status == 302
    assert find(back, "#unfilter a")
    asked = dict(back.wsgi_request.GET.items())
    assert asked == {name: value for name, value in sent.items() if value}
    assert not find(client.get(f"{place}{out}" if out.startswith("?") else out), "#unfilter a")
    assert not client.get(place, follow=True).redirect_chain


def test_a_query_wins_and_a_figure_s_link_is_not_remembered(sheet):
    client, place = signed_in(UserFactory(role="Leader")), reverse("criteria:ward-list")
    client.get(place, {"standing": "ready"})  # as the dashboard's figure asks
    assert client.get(place).status_code == 200
    client.get(place, {"q": "loc", "standing": ""})
    for query in ({"q": ""}, {"standing": "ready"}, {"on": "2024-06-30"}, {"page": "1"}):
        assert client.get(place, query).status_code == 200
        assert client.get(place).status_code == 302


def test_the_dashboard_s_figures_lead_to_all_that_they_count(sheet):
    client = signed_in(UserFactory(role="Verifier"))
    place = reverse("criteria:round-detail", args=[sheet.round_id])
    client.get(place, {"q": "khong-co", "state": ""})
    to_round = [url for url in links(client.get("/"), "main a") if url.startswith(place)]
    assert to_round
    assert all(client.get(url).status_code == 200 for url in to_round)


def test_nobody_else_at_the_browser_finds_it(sheet):
    one, other = UserFactory(role="Leader"), UserFactory(role="Leader")
    client, place = Client(), reverse("criteria:ward-list")
    for leave in (lambda: client.post(reverse("logout")), lambda: None):
        client.force_login(one, "accounts.backends.RoleBackend")
        client.get(place, {"q": "loc", "standing": ""})
        assert client.get(place).status_code == 302
        leave()
        client.force_login(other, "accounts.backends.RoleBackend")
        assert client.get(place).status_code == 200


def test_what_is_kept_has_bounds(sheet):
    client, place = signed_in(UserFactory(role="Leader")), reverse("criteria:ward-list")
    client.get(place, {"q": "a" * 5000, "standing": ""})
    assert client.get(place).status_code == 200
    client.get(place, {"q": "a", "standing": "", "others": "x"})
    assert client.get(place).status_code == 200
