"""`manage.py verify_log`: a chain that holds, and each way in which it can be broken."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from criteria.actions.log import entry
from criteria.management.commands import verify_log
from criteria.models import Activity
from tests.factories import UserFactory, WardFactory

pytestmark = pytest.mark.django_db


@contextmanager
def triggers_off() -> Iterator[None]:
    """What only somebody who owns the database can do."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE criteria_activity DISABLE TRIGGER USER")
            yield
            cursor.execute("ALTER TABLE criteria_activity ENABLE TRIGGER USER")
            return
        cursor.execute(
            "SELECT name, sql FROM sqlite_master"
            " WHERE type = 'trigger' AND tbl_name = 'criteria_activity'"
        )
        triggers = cursor.fetchall()
        for name, _sql in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        yield
        for _name, sql in triggers:
            cursor.execute(sql)


@pytest.fixture
def log() -> list[Activity]:
    user, ward = UserFactory(full_name="Trần Thị Bình"), WardFactory(name="Trường Thi")
    return Activity.objects.append(
        entry(Activity.Verb.CHANGE, ward, acting_user=user, before={"n": n}, after={"n": n + 1})
        for n in range(5)
    )


def verify(*arguments: str) -> list[str]:
    out = StringIO()
    with translation.override("en"):
        call_command("verify_log", *arguments, stdout=out)
    return out.getvalue().splitlines()


def refusal(*arguments: str) -> str:
    with pytest.raises(CommandError) as refused:
        verify(*arguments)
    assert refused.value.returncode == 1
    return str(refused.value)


def head_of(row: Activity) -> str:
    return f"{row.seq}:{row.hash}"


def test_a_whole_chain_is_counted_and_its_head_printed(log: list[Activity]) -> None:
    assert verify() == ["5 entries, unbroken.", head_of(log[-1])]


def test_an_empty_log_is_whole() -> None:
    empty = "0:" + "0" * 64
    assert verify() == verify("--head", empty) == ["0 entries, unbroken.", empty]


@pytest.mark.parametrize("place", range(5))
def test_a_head_of_old_is_still_in_the_chain(log: list[Activity], place: int) -> None:
    assert verify("--head", head_of(log[place]))[-1] == head_of(log[-1])


FORGERIES: dict[str, Callable[[], object]] = {
    "what was done": lambda: Activity.objects.filter(seq=3).update(after={"n": 99}),
    "who did it": lambda: Activity.objects.filter(seq=3).update(actor_name="Ai đó"),
    "the hash": lambda: Activity.objects.filter(seq=3).update(hash="f" * 64),
}


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_the_first_entry_that_was_changed_is_named(forge: Callable[[], object]) -> None:
    with triggers_off():
        forge()
    said = refusal()
    assert "Entry 3 does not say what was sealed" in said
    assert "Trường Thi" in said


@pytest.mark.usefixtures("log")
def test_an_entry_sealed_anew_does_not_fit_the_one_after_it() -> None:
    row = Activity.objects.get(seq=3)
    row.reason = "Không có gì"
    with triggers_off():
        Activity.objects.filter(seq=3).update(reason=row.reason, hash=row.seal())
    assert "Entry 4 does not follow the one before it" in refusal()


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize(("gone", "found"), [(1, 2), (3, 4)])
def test_an_entry_that_was_removed_leaves_a_gap(gone: int, found: int) -> None:
    with triggers_off():
        Activity.objects.filter(seq=gone).delete()
    assert f"Entry {gone} is missing: after it comes entry {found}." in refusal()


def test_a_tail_that_was_cut_off_is_missed_by_whoever_kept_the_head(log: list[Activity]) -> None:
    with triggers_off():
        Activity.objects.filter(seq__gt=3).delete()
    assert verify() == ["3 entries, unbroken.", head_of(log[2])]
    assert "ends with entry 3, but had entry 5" in refusal("--head", head_of(log[-1]))


def test_a_log_written_anew_is_known_by_the_head(log: list[Activity]) -> None:
    with triggers_off():
        Activity.objects.all().delete()
    ward = WardFactory()
    Activity.objects.append(entry(Activity.Verb.CREATE, ward, acting_user=None) for _ in range(7))
    assert verify()[0] == "7 entries, unbroken."
    assert "Entry 5 is not the one" in refusal("--head", head_of(log[-1]))


@pytest.mark.parametrize("text", ["", "5", "5:abc", "x:" + "0" * 64, "1:" + "F" * 64])
def test_a_head_is_written_as_it_was_printed(text: str) -> None:
    assert "is not a head" in refusal("--head", text)


def test_the_walk_reads_batches(log: list[Activity], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_log, "BATCH", 2)
    with CaptureQueriesContext(connection) as queries:
        assert verify() == ["5 entries, unbroken.", head_of(log[-1])]
    assert len(queries) == 4
