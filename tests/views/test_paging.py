"""Long lists: what is on which page, what is folded, and that nothing is lost on the way."""

import re
from datetime import date
from html import unescape
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from criteria.models import CriteriaSet, Pledge, Result, Round, Ward
from criteria.views.paging import PAGE_SIZE, UNFOLDED_AT_MOST, WIDE_PAGE_SIZE, Fold
from tests.factories import (
    AssessmentFactory,
    RecognitionFactory,
    RoundFactory,
    WardFactory,
    approve_with,
    make_set,
    steps_to,
)

pytestmark = pytest.mark.django_db

ON = date(2026, 11, 20)


@pytest.fixture
def leader(client_of):
    return client_of("leader")


@pytest.fixture
def criteria_set() -> CriteriaSet:
    return make_set(n_criteria=2)


@pytest.fixture
def round(criteria_set) -> Round:
    return RoundFactory(criteria_set=criteria_set)


def make_wards(n: int) -> list[Ward]:
    return [WardFactory(name=f"Số {place}") for place in range(1, n + 1)]


def body(client: Client, url: str, **asked: object) -> str:
    response = client.get(url, asked)
    assert response.status_code == 200
    return response.content.decode()


def links(html: str, rel: str) -> list[str]:
    return [unescape(href) for href in re.findall(rf'rel="{rel}" href="([^"]+)"', html)]


def rows(html: str) -> list[str]:
    """The names of the wards that the first table of wards has."""
    table = re.search(r'<table class="table [^"]*table-wards.*?</table>', html, re.DOTALL)
    assert table
    return re.findall(r"Số \d+", re.sub(r'(aria-label|title)="[^"]*"', "", table[0]))


LISTS = ["criteria:ward-list", "criteria:round-current"]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("n", [PAGE_SIZE - 1, PAGE_SIZE, PAGE_SIZE + 1, 2 * PAGE_SIZE + 1])
def test_a_list_is_divided_as_soon_as_it_does_not_fit(leader, round, name, n):
    make_wards(n)
    url = reverse(name)
    pages = [body(leader, url)]
    while following := links(pages[-1], "next"):
        pages.append(body(leader, url + following[0]))
    assert len(pages) == -(-n // PAGE_SIZE)
    assert [row for page in pages for row in rows(page)] == [f"Số {k}" for k in range(1, n + 1)]
    for number, page in enumerate(pages, start=1):
        assert f"{n} phường" in page  # the total, on every page
        assert links(page, "prev") == ([f"?page={number - 1}"] if number > 1 else [])
        assert ('class="list-pages"' in page) == (len(pages) > 1)
        assert (f"Trang {number}/{len(pages)}" in page) == (len(pages) > 1)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("page", ["0", "-1", "3", "x", "1.5", "", "9" * 30])
def test_a_page_that_there_is_not_is_the_first(leader, round, name, page):
    make_wards(PAGE_SIZE + 1)
    found = body(leader, reverse(name), page=page)
    assert rows(found) == [f"Số {k}" for k in range(1, PAGE_SIZE + 1)]
    assert links(found, "next") == ["?page=2"]


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("criteria:ward-list", {"q": "1", "standing": "unknown", "on": "2026-11-19"}),
        ("criteria:round-current", {"q": "1", "state": "none"}),
    ],
)
def test_the_other_pages_keep_the_filter(leader, round, name, asked):
    url, kept = reverse(name), urlencode(asked)
    for ward in make_wards(150):
        if "state" in asked and ward.name.endswith("2"):
            AssessmentFactory(ward=ward, round=round)
    matching = [
        f"Số {k}" for k in range(1, 151) if "1" in str(k) and not ("state" in asked and k % 10 == 2)
    ]
    first = body(leader, url, **asked)
    assert links(first, "next") == [f"?{kept}&page=2"]
    second = body(leader, url, **asked, page=2)
    assert links(second, "prev") == [f"?{kept}&page=1"]
    assert rows(first) + rows(second) == matching
    assert f"{len(matching)} phường" in second
    own = reverse("criteria:round-detail", args=[round.pk]) if "state" in asked else url
    fragment = leader.get(own, asked, headers={"HX-Request": "true"})
    assert links(fragment.content.decode(), "next") == [f"?{kept}&page=2"]


def test_the_rounds_totals_are_of_every_page(leader, round):
    wards = make_wards(PAGE_SIZE + 3)
    for ward in wards[-2:]:
        AssessmentFactory(ward=ward, round=round)
    approve_with(wards[-3], round, {1: "met", 2: "met"})
    for page in ("1", "2"):
        found = leader.get(reverse("criteria:round-current"), {"page": page}).context
        assert (found["n_sheets"], found["n_approved"], found["n_begun"]) == (PAGE_SIZE + 3, 1, 3)
        assert [n for _state, _label, n in found["counts"]] == [PAGE_SIZE, 2, 0, 0, 0, 1]


@pytest.fixture
def rounds(criteria_set) -> list[Round]:
    return [
        RoundFactory(year=year, criteria_set=criteria_set, status="closed") for year in (2024, 2025)
    ]


def compared(client: Client, rounds: list[Round], **asked: object) -> str:
    pair = {"what": "rounds", "first": rounds[0].pk, "second": rounds[1].pk}
    return body(client, reverse("criteria:compare"), **pair, **asked)


@pytest.mark.parametrize("n", [PAGE_SIZE, PAGE_SIZE + 1])
def test_compared_wards_are_paged_and_totals_count_all(leader, rounds, n):
    for ward in make_wards(n):
        for one, verdict in zip(rounds, ("not_met", "met"), strict=True):
            approve_with(ward, one, {1: verdict, 2: "met"})
    pages = [compared(leader, rounds)]
    while following := links(pages[-1], "next"):
        assert "what=rounds" in following[0]
        pages.append(body(leader, reverse("criteria:compare") + following[0]))
    assert len(pages) == -(-n // PAGE_SIZE)
    for page in pages:
        assert f'<span class="headline-number">{n}</span>' in page  # verdicts that rose
        assert f'<td class="num">{n}</td>' in page  # and of the criterion
        assert f"và {n - 25} phường khác" in page  # 25 are named beside it
    assert len({name for page in pages for name in rows(page)}) == n


def test_what_cannot_be_compared_is_folded(leader, rounds):
    for ward in make_wards(PAGE_SIZE + 1):
        approve_with(ward, rounds[0], {1: "met", 2: "met"})
    folded, whole = compared(leader, rounds), compared(leader, rounds, all="1")
    assert f"Số {PAGE_SIZE + 1}<" not in folded
    assert "&amp;all=1" in folded
    assert f"Số {PAGE_SIZE + 1}<" in whole
    assert "Xem thêm" in folded
    assert "Xem thêm" not in whole


def test_my_work_is_folded_and_its_numbers_count_all(client_of, make_user, round):
    verifier, city = client_of("verifier"), client_of("city")
    for ward in make_wards(2 * PAGE_SIZE + 2):
        if int(ward.name.split()[1]) % 2:
            AssessmentFactory(ward=ward, round=round, **steps_to("submitted"))
    url, n = reverse("criteria:work"), PAGE_SIZE + 1
    for client in (verifier, city):
        folded, whole = body(client, url, q="so"), body(client, url, q="so", all="1")
        assert (len(rows(folded)), len(rows(whole))) == (PAGE_SIZE, n)
        assert f'<span class="work-n">{n}</span>' in folded
        assert 'href="?q=so&amp;all=1"' in folded
        assert "Xem thêm" not in whole
    assert f'data-n="{n}"' in body(verifier, url)
    fitting = body(verifier, url, q="so 1")
    assert "Xem thêm" not in fitting


def test_the_grid_has_wide_pages_and_saves_each_where_it_is(client_of, round):
    client, criterion = client_of("city"), round.criteria_set.criteria.get(number=1)
    wards = make_wards(WIDE_PAGE_SIZE + 1)
    url = reverse("criteria:round-criterion", args=[round.pk, criterion.pk])
    first, second = body(client, url), body(client, url, page=2)
    assert links(first, "next") == ["?page=2"]
    assert (f"w{wards[-1].pk}-version" in first, f"w{wards[-1].pk}-version" in second) == (0, 1)
    assert f'action="{url}?page=2"' in second
    (asked,) = criterion.requirements.all()
    key = f"w{wards[-1].pk}"
    said = {f"{key}-version": "0", f"{key}-choice{asked.pk}": "1"}
    response = client.post(f"{url}?page=2", said)
    assert (response.status_code, response.headers["Location"]) == (302, f"{url}?page=2")
    (result,) = Result.objects.all()
    assert (result.assessment.ward, result.self_verdict) == (wards[-1], "met")
    assert "page=" not in client.post(url, {}).headers["Location"]


def test_the_roadmap_folds_who_was_recognised_and_who_registered(leader, round):
    for place, ward in enumerate(make_wards(PAGE_SIZE + 1)):
        year = 2024 if place % 2 else 2025
        RecognitionFactory(ward=ward, year=year, decided_on=ON)
        Pledge.objects.create(ward=ward, year=year)
    folded = leader.get(reverse("criteria:roadmap"), {"on": timezone.localdate().isoformat()})
    whole = leader.get(reverse("criteria:roadmap"), {"all": "1"})
    for response, n in ((folded, PAGE_SIZE), (whole, PAGE_SIZE + 1)):
        for name in ("decisions", "years"):
            assert sum(len(items) for _year, items in response.context[name]) == n
        assert response.context["recognitions"].n_recognised == PAGE_SIZE + 1


def test_a_list_in_groups_is_cut_where_it_is_full():
    groups = [("a", range(PAGE_SIZE - 1)), ("b", range(3)), ("c", range(2))]
    assert [(key, len(items)) for key, items in Fold().cut(groups)] == [("a", 49), ("b", 1)]
    assert [(k, len(items)) for k, items in Fold(is_open=True).cut(groups)] == [
        ("a", 49),
        ("b", 3),
        ("c", 2),
    ]
    assert Fold(is_open=True).cut([("a", range(999))]) == [("a", range(UNFOLDED_AT_MOST))]
