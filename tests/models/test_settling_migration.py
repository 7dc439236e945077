"""The migration that settles rounds, on rounds that were closed before it."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from criteria.actions.log import entry
from criteria.models import Activity, Round
from tests.factories import RoundFactory, UserFactory, make_set

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

BEFORE, AFTER = ("criteria", "0009_grades"), ("criteria", "0010_settled_rounds")


@pytest.fixture
def migrated_to():
    """Take the tables to a migration; whatever comes of it, they are the latest again."""

    def to(place):
        MigrationExecutor(connection).migrate([place])

    yield to
    MigrationExecutor(connection).migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())


def close(round: Round, at: datetime) -> None:
    row = entry(Activity.Verb.CLOSE_ROUND, round, acting_user=UserFactory())
    row.at = at
    Activity.objects.append([row])


def test_rounds_are_settled_on_the_day_of_their_first_closing_as_far_as_it_is_known(migrated_to):
    criteria_set = make_set(n_criteria=1)
    statuses = {2021: "closed", 2022: "closed", 2023: "open", 2024: "open", 2025: "planned"}
    rounds = {
        year: RoundFactory(year=year, status=status, criteria_set=criteria_set)
        for year, status in statuses.items()
    }
    close(rounds[2021], datetime(2021, 12, 17, 18, tzinfo=UTC))  # the 18th in Vietnam
    close(rounds[2021], datetime(2022, 2, 1, 3, tzinfo=UTC))
    close(rounds[2023], datetime(2023, 12, 20, 3, tzinfo=UTC))  # reopened since
    migrated_to(BEFORE)
    migrated_to(AFTER)
    told = {round.year: (round.settled_on, round.is_citywide) for round in Round.objects.all()}
    assert told == {
        2021: (date(2021, 12, 18), True),
        2022: (date(2022, 12, 15), True),
        2023: (date(2023, 12, 20), True),
        2024: (None, True),
        2025: (None, True),
    }
