"""A figure of a day is the same on every page and in every export."""

import json
from collections import Counter
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from criteria.models import Criterion
from criteria.readiness.rules import Reach
from tests.factories import UserFactory
from tests.worlds import DAYS, City, Oracle, cities, stored

pytestmark = pytest.mark.django_db

READY, IN_SCOPE, RECOGNISED = "ready", "in scope", "recognised"


def get(client: Client, name: str, on: date, *args: int, **query: Any) -> Any:
    response = client.get(reverse(f"criteria:{name}", args=args), {"on": on.isoformat(), **query})
    assert response.status_code == 200
    return response.context


def headlines(client: Client, on: date) -> dict[str, dict[str, int]]:
    """What each page, and the command, says of the three figures over everything."""
    found = {}
    for name in ("dashboard", "wall", "roadmap"):
        today = get(client, name, on)["roadmap"].today
        found[name] = {READY: today.ready, IN_SCOPE: today.in_scope, RECOGNISED: today.recognised}
    wards = get(client, "ward-list", on)["standings"]
    found["ward list"] = {READY: sum(s.is_ready for s in wards), IN_SCOPE: len(wards)}
    only_ready = get(client, "ward-list", on, standing="ready")["standings"]
    found["wards that are ready"] = {READY: len(only_ready)}
    city = get(client, "dashboard", on)["city"]
    found["map"] = {READY: city.reaches[Reach.READY], IN_SCOPE: sum(city.reaches.values())}
    matrix = get(client, "matrix", on)["matrix"]
    if matrix:
        rows = [row.standing for row in matrix.rows]
        found["matrix"] = {READY: sum(s.is_ready for s in rows), IN_SCOPE: len(rows)}
    supposed = get(client, "what-if", on)["supposition"]
    if supposed:
        found["what if"] = {READY: supposed.n_ready_now, IN_SCOPE: len(supposed.wards)}
    out = StringIO()
    call_command("readiness", "--on", on.isoformat(), "--json", stdout=out)
    said = json.loads(out.getvalue())
    found["command"] = {
        READY: said["ready"],
        IN_SCOPE: said["in_scope"],
        RECOGNISED: said["recognised"],
    }
    found["command, by ward"] = {
        READY: sum(ward["ready"] for ward in said["wards"]),
        IN_SCOPE: len(said["wards"]),
    }
    return found


def unmet(client: Client, on: date, oracle: Oracle) -> dict[str, dict[int, tuple[int, int]]]:
    """How many wards lack each criterion, of how many, by its number, as each page says."""
    round = oracle.standing_round(on)
    found = {
        "dashboard": {
            c.criterion.number: (c.n_unmet, c.n_applicable)
            for c in get(client, "dashboard", on)["city"].unmet
        }
    }
    matrix = get(client, "matrix", on)["matrix"]
    columns = matrix.columns if matrix else []
    found["matrix"] = {
        c.criterion.number: (c.n_not_met, c.n_applicable) for c in columns if c.n_not_met
    }
    of_pages = {}
    for criterion in Criterion.objects.filter(
        criteria_set=round.criteria_set_id if round else None
    ):
        seen = get(client, "criterion-detail", on, criterion.pk)["seen"]
        if seen and seen.numbers.not_met:
            of_pages[criterion.number] = seen.numbers.not_met, seen.numbers.applicable
    found["criterion pages"] = of_pages
    return found


def unmet_in_list(client: Client, on: date) -> dict[int, int]:
    """How many wards of the list lack each criterion, by its number."""
    standings = get(client, "ward-list", on)["standings"]
    return Counter(criterion.number for standing in standings for criterion in standing.unmet)


def ends_compared(client: Client, on: date) -> list[Any]:
    comparison = get(client, "compare", on)["comparison"]
    return [comparison.before, comparison.after] if comparison else []


@settings(max_examples=8, deadline=None)
@given(cities(), st.sampled_from(DAYS))
def test_a_figure_of_a_day_is_the_same_everywhere(city: City, on: date) -> None:
    with stored(city) as oracle:
        client = Client()
        client.force_login(UserFactory(role="Leader"), "accounts.backends.RoleBackend")
        expected = {
            READY: len(oracle.ready(on)),
            IN_SCOPE: len(oracle.in_scope(on)),
            RECOGNISED: len(oracle.recognised(on)),
        }
        for where, said in headlines(client, on).items():
            assert said == {name: expected[name] for name in said}, where
        lacking = {
            number: (-n, oracle.n_applicable(number, on)) for n, number in oracle.ranked_unmet(on)
        }
        assert unmet_in_list(client, on) == {number: n for number, (n, _) in lacking.items()}
        for where, counts in unmet(client, on, oracle).items():
            assert counts == lacking, where
        for ward in oracle.in_scope(on):
            standing = get(client, "ward-detail", on, ward.pk)["standing"]
            assert standing.is_ready == (ward in oracle.ready(on))
        for end in ends_compared(client, on):
            day = end.round.ends_on
            if oracle.standing_round(day) == end.round:
                said = end.ready, end.in_scope
                assert said == (len(oracle.ready(day)), len(oracle.in_scope(day)))
