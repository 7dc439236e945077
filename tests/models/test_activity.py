"""The log's chain, and the database's own refusal to change it."""

import copy
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, models, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from criteria.models import Activity
from tests.factories import UserFactory, WardFactory

pytestmark = pytest.mark.django_db


def entry(**fields: object) -> Activity:
    said = {"verb": "change", "object_type": "criteria.ward", "object_name": "Phường Trường Thi"}
    return Activity(**(said | fields))


def chain() -> list[Activity]:
    return list(Activity.objects.order_by("seq"))


def assert_unbroken(rows: list[Activity]) -> None:
    previous = "0" * 64
    for seq, row in enumerate(rows, start=1):
        assert (row.seq, row.previous_hash, row.hash) == (seq, previous, row.seal())
        previous = row.hash


def test_append_seals_each_row_onto_the_one_before() -> None:
    Activity.objects.append([entry(object_name="a"), entry(object_name="b")])
    Activity.objects.append([])
    Activity.objects.append(entry(object_name=name) for name in "cd")
    rows = chain()
    assert [row.object_name for row in rows] == ["a", "b", "c", "d"]
    assert_unbroken(rows)
    assert len({row.hash for row in rows}) == 4


def test_append_returns_what_it_stored() -> None:
    (made,) = Activity.objects.append([entry()])
    assert Activity.objects.get().hash == made.hash == made.seal()


def test_a_transaction_undone_leaves_no_gap() -> None:
    Activity.objects.append([entry(object_name="a")])
    with transaction.atomic():
        Activity.objects.append([entry(object_name="undone")])
        transaction.set_rollback(True)
    Activity.objects.append([entry(object_name="b")])
    assert [row.object_name for row in chain()] == ["a", "b"]
    assert_unbroken(chain())


def test_many_entries_cost_as_much_as_one() -> None:
    spent = []
    for n_entries in (1, 20):
        with CaptureQueriesContext(connection) as queries:
            Activity.objects.append([entry() for _ in range(n_entries)])
        spent.append(len(queries))
    assert spent[0] == spent[1] <= 3


def test_a_row_outlives_the_person_and_the_ward_it_names() -> None:
    user, ward = UserFactory(), WardFactory()
    Activity.objects.append([entry(actor=user, actor_name=str(user), ward=ward)])
    user.delete()
    ward.delete()
    assert_unbroken(chain())


@pytest.fixture
def two_rows() -> list[Activity]:
    Activity.objects.append([entry(object_name="a"), entry(object_name="b")])
    return chain()


def run_sql(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def replace_by_sql(row: Activity) -> None:
    """SQLite's REPLACE would take the old row away without asking a DELETE trigger."""
    insert = "REPLACE" if connection.vendor == "sqlite" else "INSERT"
    run_sql(f"{insert} INTO criteria_activity SELECT * FROM criteria_activity WHERE seq = 1")  # noqa: S608


TAMPERING: dict[str, Callable[[Activity], object]] = {
    "update": lambda row: Activity.objects.filter(pk=row.pk).update(object_name="forged"),
    "update to the same": lambda row: Activity.objects.update(object_name=models.F("object_name")),
    "save": lambda row: row.save(),
    "bulk_update": lambda row: Activity.objects.bulk_update([row], ["reason"]),
    "upsert": lambda row: Activity.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["seq"], update_fields=["reason"]
    ),
    "delete a row": lambda row: row.delete(),
    "delete all": lambda row: Activity.objects.all().delete(),
    "SQL update": lambda row: run_sql("UPDATE criteria_activity SET object_name = 'forged'"),
    "SQL delete": lambda row: run_sql("DELETE FROM criteria_activity WHERE seq = 1"),
    "SQL replace": replace_by_sql,
    "insert over": lambda row: entry(seq=row.seq, hash="forged").save(force_insert=True),
    "same hash again": lambda row: entry(seq=9, hash=row.hash).save(force_insert=True),
}


@pytest.mark.parametrize("tamper", TAMPERING.values(), ids=TAMPERING)
def test_the_database_refuses_to_change_the_log(
    two_rows: list[Activity], tamper: Callable[[Activity], object]
) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        tamper(copy.copy(two_rows[0]))
    assert [row.hash for row in chain()] == [row.hash for row in two_rows]
    assert_unbroken(chain())


@pytest.mark.parametrize(
    "sql", ["UPDATE criteria_activity SET reason = 'forged'", "DELETE FROM criteria_activity"]
)
@pytest.mark.usefixtures("two_rows")
def test_the_refusal_says_why(sql: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        run_sql(sql)


moments = st.datetimes(timezones=st.just(UTC))
text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
facts = st.dictionaries(
    text,
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(-(10**9), 10**9, places=2)
    | st.dates()
    | moments
    | text
    | st.lists(text, max_size=2),
    max_size=4,
)


@settings(max_examples=50, deadline=None)
@given(before=facts, after=facts, reason=text, at=moments)
def test_the_seal_is_the_same_read_back(
    before: dict[str, object], after: dict[str, object], reason: str, at: datetime
) -> None:
    with transaction.atomic():
        said = {"before": before, "after": after, "reason": reason, "at": at}
        Activity.objects.append([entry(**said), entry()])
        assert_unbroken(chain())
        transaction.set_rollback(True)


def another(value: object) -> object:
    """A value of the same kind that differs by as little as can be."""
    match value:
        case None:
            return 1
        case int():
            return value + 1
        case str():
            return f"{value} "
        case datetime():
            return value + timedelta(microseconds=1)
        case dict():
            return {**value, "": None}
    raise TypeError(value)


SEALED = [field.attname for field in Activity._meta.concrete_fields if field.name != "hash"]


@pytest.mark.parametrize("name", SEALED)
def test_changing_any_field_breaks_the_seal(name: str) -> None:
    full = entry(
        actor=UserFactory(full_name="Trần Thị Bình"),
        actor_name="Trần Thị Bình",
        object_id=7,
        ward=WardFactory(),
        before={"population": 1},
        after={"population": Decimal("2.50"), "valid_to": date(2025, 7, 1)},
        reason="Lý do",
    )
    Activity.objects.append([entry(), full])
    row = Activity.objects.order_by("seq").last()
    assert row.seal() == row.hash
    setattr(row, name, another(getattr(row, name)))
    assert row.seal() != row.hash


def test_the_seal_does_not_depend_on_the_readers_time_zone() -> None:
    (row,) = Activity.objects.append([entry()])
    row.at = row.at.astimezone()
    assert row.seal() == row.hash
    row.at = row.at.astimezone(UTC)
    assert row.seal() == row.hash
