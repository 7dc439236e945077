"""Two people at once on SQLite: writers queue for the file instead of failing, and one wins."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from accounts.models import User
from criteria.actions.results import Stale
from criteria.sheets.sheet import Sheet
from tests.concurrency import at_once
from tests.concurrency.conftest import NO, YES, Office, assert_log_is_whole

pytestmark = [
    pytest.mark.skipif(
        connection.vendor != "sqlite", reason="PostgreSQL has its own: see test_postgresql.py"
    ),
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]

N_WRITERS, N_SAVES = 4, 10


@pytest.fixture
def move_to_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Copy what the test has made into a file, on which the threads begun after that work.

    The tests' own database is in memory, where threads cannot wait for each other. The test
    itself goes on reading that one, so it must look at the file through `at_once.run`.
    """

    def move() -> None:
        file = str(tmp_path / "db.sqlite3")
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [file])
        with closing(sqlite3.connect(file)) as made:
            made.execute("PRAGMA journal_mode=WAL")  # as `migrate` leaves an installation's file
        monkeypatch.setitem(connections.settings["default"], "NAME", file)

    return move


def seen(look: Callable[[], Any]) -> Any:
    """Look at the file; a failed assertion comes back as an exception."""
    (found,) = at_once.run(look)
    if isinstance(found, BaseException):
        raise found
    return found


def test_of_two_saves_from_one_version_one_wins(
    office: Office, people: list[User], move_to_file: Callable[[], None]
) -> None:
    office.open_by(people[2]).save(YES)
    desks = [office.open_by(user) for user in people[:2]]
    move_to_file()
    outcomes = at_once.run(*(partial(desk.save, NO) for desk in desks))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Sheet", "Stale"]
    (winner,) = (user for user, said in zip(people, outcomes, strict=False) if type(said) is Sheet)
    (stale,) = (said for said in outcomes if isinstance(said, Stale))
    result = seen(office.result)
    assert (result.entered_by_id, result.version) == (winner.pk, 2)
    assert stale.sheet.rows[0].result.entered_by_id == winner.pk
    assert seen(lambda: office.assessment).version == 2
    seen(partial(assert_log_is_whole, 2))


def test_writers_queue_instead_of_failing(
    office: Office, people: list[User], move_to_file: Callable[[], None]
) -> None:
    offices = [office.next_door() for _ in range(N_WRITERS)]
    move_to_file()

    def work(own: Office) -> int:
        for n in range(N_SAVES):
            own.open_by(people[0]).save([YES, NO][n // 3 % 2], number=n % 3 + 1)
        return N_SAVES

    outcomes = at_once.run(*(partial(work, own) for own in offices))
    assert outcomes == [N_SAVES] * N_WRITERS
    seen(partial(assert_log_is_whole, N_WRITERS * N_SAVES))
