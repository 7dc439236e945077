"""What the log's page costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from criteria.actions.log import entry
from criteria.models import Activity
from tests.factories import (
    AssessmentFactory,
    ResultFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    make_set,
)
from tests.views.logs import LOG

pytestmark = pytest.mark.django_db


def fill(n):
    """Entries of each kind that names others, by and about ever new people, wards and records."""
    criteria_set = make_set(n_criteria=1)
    round = RoundFactory(year=1990 + n // 10, criteria_set=criteria_set)
    criterion = criteria_set.criteria.get()
    rows = []
    for place in range(n):
        user, ward = UserFactory(), WardFactory()
        said = [
            (ward, {"population": place}),
            (ResultFactory(assessment=AssessmentFactory(ward=ward, round=round)), {"finding": "x"}),
            (round, {"criteria_set_id": criteria_set.pk}),
            (criterion, {"group_id": criterion.group_id, "criteria_set_id": criteria_set.pk}),
            (user, {"roles": ["Leader"]}),
        ]
        record, after = said[place % len(said)]
        change = Activity.Verb.CHANGE
        rows.append(entry(change, record, acting_user=user, ward=ward, after=after))
    Activity.objects.append(rows)


def test_the_page_costs_the_same_however_long_the_log(client_of):
    client, cost = client_of("leader"), []
    for n in (10, 90):
        fill(n)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(LOG)
        cost.append(len(queries))
        said = "\n".join(query["sql"] for query in queries)
    assert len(response.context["told"]) == 50
    assert cost[0] == cost[1] <= 12, said


def test_a_filtered_page_costs_no_more(client_of):
    client = client_of("leader")
    fill(20)
    row = Activity.objects.first()
    query = {
        "ward": row.ward_id,
        "person": row.actor_id,
        "kind": "change",
        "since": "01/11/2026",
        "until": "30/11/2026",
        "q": "người",
    }
    with CaptureQueriesContext(connection) as queries:
        response = client.get(LOG, query)
    assert len(response.context["told"]) == 1
    assert len(queries) <= 12
