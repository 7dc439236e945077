"""A ward officer reads the same, whichever of two other wards lacks which criterion.

Two cities of the same counts, everywhere: what one of the other wards lacks, the second one meets,
and the other way round. Whatever page or address told them apart would give away a verdict.
"""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from criteria.models import Criterion, Result, Round, Ward
from tests.conftest import A_DAY_IN_NOVEMBER
from tests.factories import (
    CriteriaSetFactory,
    CriterionFactory,
    CriterionGroupFactory,
    EvidenceFactory,
    MembershipFactory,
    RoundFactory,
    WardFactory,
    approve_with,
    make_set,
)
from tests.pages import PAGES, Place, named
from tests.reading import find

pytestmark = pytest.mark.django_db

MET = {1: "met", 2: "met", 3: "met"}


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    """The time stands still: some pages say at which minute they were made."""
    with time_machine.travel(A_DAY_IN_NOVEMBER, tick=False):
        yield


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
        EvidenceFactory(ward=ward)
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


def places(rounds: list[Round], wards: list[Ward]) -> list[Place]:
    """Each criterion of another ward, beside a third one and beside the own."""
    before, last = rounds
    own, first, second = wards
    return [
        Place(
            ward=ward,
            other=other,
            round=last,
            before=before,
            criterion=criterion,
            document=ward.evidence.get(),
        )
        for ward, other in ((first, second), (second, own))
        for criterion in Criterion.objects.all()
    ]


def addresses(places: list[Place]) -> list[str]:
    """Every page in each way that it is asked, as of today and of the day that decides."""
    days = [{}, {"on": places[0].round.ends_on.isoformat()}]
    every = (
        address
        for place in places
        for page in PAGES
        for day in days[: 1 + page.is_dated]
        for address in page.ways(place, **day)
    )
    return list(dict.fromkeys(every))


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
    found = places(rounds, wards)
    # That a page would tell is seen by whoever may be told.
    telling = [address for page in PAGES for address in page.few_ways(found[0])]
    asked = {officer: addresses(found), leader: telling}
    before = {client: read(client, pages) for client, pages in asked.items()}
    exchange(rounds[1], wards[1:])
    after = {client: read(client, pages) for client, pages in asked.items()}
    told_apart = {
        client: [page for page in pages if before[client][page] != after[client][page]]
        for client, pages in asked.items()
    }
    assert told_apart[officer] == []
    for name in ("dashboard", "ward-list", "ward-detail", "matrix", "compare", "what-if", "sheet"):
        ways = named(f"criteria:{name}").ways(found[0])
        assert set(ways) & set(told_apart[leader]), name
