"""The migration that brought revisions, on sheets that were there before it."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from criteria.models import Assessment
from tests.factories import AssessmentFactory, RoundFactory, UserFactory, steps_to

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

BEFORE, AFTER = ("criteria", "0010_settled_rounds"), ("criteria", "0011_revisions")


@pytest.fixture
def migrated_to():
    """Take the tables to a migration; whatever comes of it, they are the latest again."""

    def to(place):
        MigrationExecutor(connection).migrate([place])

    yield to
    MigrationExecutor(connection).migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())


def test_what_was_there_is_the_first_revision_and_the_ward_s_sheet(migrated_to):
    round = RoundFactory()
    tallies = {"n_met": 1, "n_not_met": 0, "n_not_applicable": 0, "n_pending": 0}
    made = [
        AssessmentFactory(
            round=round, **steps_to(state), **(tallies if state == "approved" else {})
        )
        for state in ("draft", "submitted", "verifying", "returned", "approved")
    ]
    before = dict(Assessment.objects.values_list("pk", "state"))
    migrated_to(BEFORE)
    with connection.cursor() as cursor:
        names = [
            column.name
            for column in connection.introspection.get_table_description(
                cursor, Assessment._meta.db_table
            )
        ]
    assert "revision" not in names
    migrated_to(AFTER)
    assert dict(Assessment.objects.latest_revisions().values_list("pk", "state")) == before
    assert set(Assessment.objects.values_list("revision", "superseded_at", "reopened_at")) == {
        (1, None, None)
    }
    assert [sheet.pk for sheet in Assessment.objects.approved()] == [made[-1].pk]
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.create(
            ward=made[0].ward,
            round=round,
            revision=2,
            reopened_by=UserFactory(),
            reopened_at=timezone.now(),
            reopening_reason="Nhầm",
        )
