"""The search from the outside: who finds which documents, what each row says, what it costs."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from criteria.models import Membership, WardSuccession
from tests.factories import (
    CriterionFactory,
    EvidenceFactory,
    UserFactory,
    WardFactory,
)
from tests.reading import filled, find, links, one, text

pytestmark = pytest.mark.django_db

SEARCH = "/search/"
FROM_2025 = {"valid_from": "2025-07-01"}
PANEL = {"HX-Request": "true", "HX-Target": "search-panel"}
ROLES = ["ward", "city", "verifier", "leader", "administrator"]


def found_links(response, to="/"):
    """The addresses in the list of what is found."""
    ways = links(response, "#search-results a")
    return [way for way in ways if way.startswith(to)]


@pytest.fixture
def city(client_of):
    return client_of("city")


def test_each_row_leads_to_what_it_names(city):
    ward = WardFactory(name="Hòa Bình")
    criterion = CriterionFactory(name="Giữ hòa khí", criteria_set__title="Bộ tiêu chí để thử")
    document = EvidenceFactory(title="Biên bản hòa giải")
    response = city.get(SEARCH, {"q": "hoa"})
    assert found_links(response) == [
        reverse("criteria:ward-detail", args=[ward.pk]),
        reverse("criteria:criterion-detail", args=[criterion.pk]),
        reverse("criteria:evidence-detail", args=[document.pk]),
    ]
    shown = text(response)
    for said in ("Hòa Bình", "Bộ tiêu chí để thử", "UBND thành phố", ward.code):
        assert said in shown


@pytest.mark.parametrize("role", ROLES)
def test_documents_are_found_by_whoever_may_open_them(client_of, make_user, role):
    user = make_user(role)
    own = Membership.objects.filter(user=user).first()
    documents = [EvidenceFactory(title="Kế hoạch riêng")]
    documents += [EvidenceFactory(title="Kế hoạch riêng", ward=own.ward)] if own else []
    client = client_of(user)
    response = client.get(SEARCH, {"q": "ke hoach rieng"})
    found = set(found_links(response, "/evidence/"))
    for document in documents:
        url = reverse("criteria:evidence-detail", args=[document.pk])
        assert (url in found) == (client.get(url).status_code == 200)
    assert response.context["found"].documents.total == len(found) == 1


def test_a_ward_officer_of_no_ward_finds_no_document(client_of, make_user):
    user = make_user("ward")
    user.memberships.all().delete()
    EvidenceFactory(title="Kế hoạch")
    assert client_of(user).get(SEARCH, {"q": "ke hoach"}).context["found"].total == 0


@pytest.mark.parametrize("typed", ["13657", "tc01", "TC01", "54/kh-ubnd", "54/KH-UBND"])
def test_a_code_or_a_document_s_number_finds(city, typed):
    WardFactory(name="Trường Thi", code="13657")
    CriterionFactory(name="Trụ sở")
    EvidenceFactory(title="Kế hoạch", number="54/KH-UBND")
    assert city.get(SEARCH, {"q": typed}).context["found"].total == 1


def test_units_of_the_same_name_say_which_they_are(city):
    on = date(2025, 7, 1)
    old = WardFactory(name="Trường Thi", valid_to=on)
    new = WardFactory(name="Trường Thi", valid_from=on)
    became = WardFactory(name="Thành Nam", valid_from=on)
    for successor in (new, became):
        WardSuccession.objects.create(
            predecessor=old, successor=successor, effective_on=on, relation="merged_into"
        )
    response = city.get(SEARCH, {"q": "truong thi"})
    assert found_links(response) == [
        reverse("criteria:ward-detail", args=[ward.pk]) for ward in (new, old)
    ]
    shown = text(response)
    assert "01/01/2023" in shown
    assert "01/07/2025" in shown
    assert "Phường Thành Nam, Phường Trường Thi" in shown


def test_a_superseded_document_is_marked_and_comes_last(city):
    later = EvidenceFactory(title="Phương án mới", added_at="2026-01-01T00:00Z")
    EvidenceFactory(title="Phương án cũ", superseded_by=later)
    rows = city.get(SEARCH, {"q": "phuong an"}).context["found"].documents.rows
    assert [row.title for row in rows] == ["Phương án mới", "Phương án cũ"]
    assert len(find(city.get(SEARCH, {"q": "phuong an"}), ".found-tag")) == 1


@pytest.mark.parametrize(
    ("q", "n"), [("", 0), ("   ", 0), ("\0", 0), ("zz" * 5000, 0), ("\0thi", 1)]
)
def test_whatever_is_typed_is_answered(city, q, n):
    WardFactory(name="Trường Thi")
    for headers in ({}, PANEL):
        response = city.get(SEARCH, {"q": q}, headers=headers)
        assert response.status_code == 200
        found = response.context["found"]
        assert (found.total if found else 0) == n
        assert bool(found_links(response)) == bool(n)
    assert find(city.get(SEARCH), ".empty")


def test_what_is_typed_is_shown_as_text(city):
    page = city.get(SEARCH, {"q": '"><script>x</script>'}).content.decode()
    assert "<script>x" not in page


def test_htmx_gets_what_is_found_alone_and_under_the_box_fewer(city):
    WardFactory.create_batch(12, name="Trường Thi")
    whole = city.get(SEARCH, {"q": "thi"})
    fragment = city.get(SEARCH, {"q": "thi"}, headers={"HX-Request": "true"})
    panel = city.get(SEARCH, {"q": "thi"}, headers=PANEL)
    assert "<html" in whole.content.decode()
    assert "HX-Request" in whole.headers["Vary"]
    for response, n_shown in ((whole, 10), (fragment, 10), (panel, 5)):
        assert len(found_links(response, "/wards/")) - (n_shown == 10) == n_shown
        assert response.context["found"].wards.total == 12
    for response in (fragment, panel):
        assert "<html" not in response.content.decode()
    assert f"{SEARCH}?q=thi" in found_links(panel)


def test_more_than_fit_lead_to_the_whole_list_where_there_is_one(city):
    ward = WardFactory(name="Lộc Hạ")
    EvidenceFactory.create_batch(11, ward=ward, title="Báo cáo")
    whole = f"{reverse('criteria:ward-evidence', args=[ward.pk])}?q=bao%20cao"
    assert found_links(city.get(SEARCH, {"q": "bao cao"}))[-1] == whole
    EvidenceFactory(title="Báo cáo")
    assert whole not in found_links(city.get(SEARCH, {"q": "bao cao"}))

    WardFactory.create_batch(11, name="Đông A", valid_to="2025-07-01")
    assert "/wards/?q=dong" not in found_links(city.get(SEARCH, {"q": "dong"}))
    WardFactory.create_batch(11, name="Đông A")
    listed = city.get(found_links(city.get(SEARCH, {"q": "dong"}))[-1]).context["standings"]
    assert len(listed) == 11


def test_a_day_is_kept_from_the_page_to_what_is_found(city):
    """The wards of that day come first, and every way leads to that day."""
    gone, new = (
        WardFactory(name="Đông A", **days) for days in ({"valid_to": "2025-07-01"}, FROM_2025)
    )
    CriterionFactory(name="Đông đảo")
    box = one(city.get("/wards/", {"on": "2024-06-30"}), "form.site-search, .site-search form")
    assert filled(box)["on"] == ["2024-06-30"]
    for asked, first, kept in (({"on": "2024-06-30"}, gone, "?on=2024-06-30"), ({}, new, "")):
        found = found_links(city.get(SEARCH, {"q": "dong"} | asked))
        assert found[0] == reverse("criteria:ward-detail", args=[first.pk]) + kept
        assert len(found) == 3
        assert all(link.endswith(kept) for link in found)
    panel = city.get(SEARCH, {"q": "dong", "on": "2024-06-30"}, headers=PANEL)
    assert all(link.endswith("?on=2024-06-30") for link in found_links(panel))


def test_the_box_in_the_bar_needs_no_script(city):
    """It is a form that opens the page; on the page itself the page's own box takes its place."""
    assert find(city.get("/work/"), "form[method=get][action='/search/'] [type=search][name=q]")
    page = city.get(SEARCH, {"q": "truong thi"})
    assert one(page, "[type=search]").value == "truong thi"


def test_whoever_has_no_role_is_offered_no_search(client_of):
    response = client_of(UserFactory()).get("/work/")
    assert response.status_code == 403
    assert SEARCH not in response.content.decode()


@pytest.mark.parametrize("role", ["ward", "city"])
def test_a_search_costs_the_same_however_much_it_finds(client_of, make_user, role):
    user = make_user(role)
    client = client_of(user)
    own = Membership.objects.filter(user=user).first()

    def grow(n):
        on = date(2025, 7, 1)
        for _ in range(n):
            old = WardFactory(name="Hòa Bình", valid_to=on)
            for new in WardFactory.create_batch(2, name="Hòa Bình", valid_from=on):
                WardSuccession.objects.create(
                    predecessor=old, successor=new, effective_on=on, relation="merged_into"
                )
            CriterionFactory(name="Hòa giải")
            EvidenceFactory(title="Hòa giải", ward=own.ward if own else old)

    def n_queries():
        with CaptureQueriesContext(connection) as captured:
            found = client.get(SEARCH, {"q": "hoa"}, headers=PANEL).context["found"]
        assert all(group.rows for group in (found.wards, found.criteria, found.documents))
        return len(captured)

    grow(1)
    few = n_queries()
    grow(6)
    assert n_queries() == few <= 8  # two of them for the session and the user, two for the role
