"""A ward officer reads the same, whichever of two other wards lacks which criterion.

Two cities of the same counts, everywhere: what one of the other wards lacks, the second one meets,
and the other way round. Whatever page or address told them apart would give away a verdict.
"""

from collections.abc import Callable, Iterator
from itertools import product
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from criteria.models import CriteriaSet, Criterion, Result, Round, Ward
from tests.factories import (
    CriteriaSetFactory,
    CriterionFactory,
    CriterionGroupFactory,
    MembershipFactory,
    RoundFactory,
    WardFactory,
    approve_with,
    make_set,
)
from tests.reading import find

pytestmark = pytest.mark.django_db

MET = {1: "met", 2: "met", 3: "met"}


@pytest.fixture
def rounds() -> list[Round]:
    """Two rounds of one set, each criterion a group of its own; another set asks no third."""
    criteria_set = make_set(n_criteria=3)
    other = CriteriaSetFactory()
    for criterion in criteria_set.criteria.order_by("number"):
        criterion.group = CriterionGroupFactory(criteria_set=criteria_set, code=criterion.code)
        criterion.save()
        if criterion.number < 3:
            CriterionFactory(criteria_set=other, replaces=criterion)
    return [RoundFactory(year=year, criteria_set=criteria_set) for year in (2024, 2025)]


@pytest.fixture
def wards(rounds: list[Round]) -> list[Ward]:
    """The own one meets all; of the others each lacks a criterion in the later round."""
    own, first, second = (WardFactory(name=name) for name in ("Đông A", "Lộc Hạ", "Mỹ Xá"))
    for ward in (own, first, second):
        approve_with(ward, rounds[0], MET)
    approve_with(own, rounds[1], MET)
    approve_with(first, rounds[1], MET | {2: "not_met"})
    approve_with(second, rounds[1], MET | {3: "not_met"})
    return [own, first, second]


def exchange(round: Round, wards: list[Ward]) -> None:
    """Give each of two wards what the other one was found to have."""
    of_both = Result.objects.filter(assessment__round=round)
    first, second = (
        list(of_both.filter(assessment__ward=ward).order_by("criterion__number")) for ward in wards
    )
    for one, other in zip(first, second, strict=True):
        for result, verdict in ((one, other.verified_verdict), (other, one.verified_verdict)):
            Result.objects.filter(pk=result.pk).update(
                self_verdict=verdict, verified_verdict=verdict
            )


def addresses(rounds: list[Round], wards: list[Ward]) -> Iterator[str]:
    """Every page on which several wards stand together, or another ward, in every way asked."""
    before, last = rounds
    own, first, second = (ward.pk for ward in wards)
    queries: dict[str, list[dict[str, object]]] = {
        "dashboard": [{}],
        "wall": [{}],
        "ward-list": [{"standing": said} for said in ("", "ready", "near", "not_ready")],
        "roadmap": [{}],
        "matrix": [
            {"verdict": verdict, "sort": order, "group": group, "opinions": opinions}
            for verdict, order, group, opinions in product(
                ("", "not_met", "differing"),
                ("", "most", "least"),
                ("", *last.criteria_set.criteria.values_list("group__code", flat=True)),
                ("", "both"),
            )
        ],
        "compare": [
            {"what": "rounds", "first": before.pk, "second": last.pk},
            {"what": "wards", "first": first, "second": second},
            {"what": "wards", "first": own, "second": second},
        ],
        "what-if": [{}, *({"set": found.pk} for found in CriteriaSet.objects.all())],
        "search": [{"q": word} for word in ("loc", "my xa", "tieu chi")],
        "log": [{}, {"ward": first}],
    }
    for name, asked in queries.items():
        for query in asked:
            for day in ({}, {"on": last.ends_on.isoformat()}):
                yield f"{reverse(f'criteria:{name}')}?{urlencode(query | day)}"
    for ward in (first, second):
        yield reverse("criteria:ward-detail", args=[ward])
        yield reverse("criteria:sheet", args=[last.pk, ward])
        for criterion in Criterion.objects.all():
            yield reverse("criteria:result-detail", args=[last.pk, ward, criterion.pk])
    for criterion in Criterion.objects.all():
        yield reverse("criteria:criterion-detail", args=[criterion.pk])
    yield reverse("criteria:round-detail", args=[last.pk])


def read(client: Client, pages: list[str]) -> dict[str, str]:
    return {page: without_token(client.get(page)) for page in pages}


def without_token(response: HttpResponse) -> str:
    """All that stands there but the token, which is another one each time."""
    page = response.content.decode()
    for token in {field.value for field in find(page, "[name=csrfmiddlewaretoken]")}:
        page = page.replace(token, "")
    return page


def test_what_another_ward_lacks_cannot_be_told(
    client_of: Callable[..., Client],
    make_user: Callable[..., object],
    rounds: list[Round],
    wards: list[Ward],
) -> None:
    user = make_user("ward")
    MembershipFactory(user=user, ward=wards[0])
    officer, leader = client_of(user), client_of("leader")
    pages = list(addresses(rounds, wards))
    before = [read(client, pages) for client in (officer, leader)]
    exchange(rounds[1], wards[1:])
    after = [read(client, pages) for client in (officer, leader)]
    told_apart = [
        [page for page in pages if old[page] != new[page]]
        for old, new in zip(before, after, strict=True)
    ]
    assert told_apart[0] == []
    for name in ("dashboard", "ward-list", "matrix", "compare", "what-if"):
        assert any(page.startswith(reverse(f"criteria:{name}")) for page in told_apart[1]), name
