"""Actors, and what lets every kind of test run on both databases."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
import time_machine
from django.db.backends.sqlite3.base import DatabaseOperations
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import User
from tests.factories import MembershipFactory, UserFactory, WardFactory

ROLES = {
    "ward": "Ward officer",
    "city": "City officer",
    "verifier": "Verifier",
    "leader": "Leader",
    "administrator": "Administrator",
}


@pytest.fixture(autouse=True)
def today(request: pytest.FixtureRequest) -> Iterator[None]:
    """Make it a day in November on which the factories' open round is filled in.

    A browser has its own clock, so its tests live on the day on which they run.
    """
    if request.node.get_closest_marker("browser"):
        yield
        return
    with time_machine.travel(datetime(2026, 11, 20, 9, tzinfo=timezone.get_default_timezone())):
        yield


@pytest.fixture(autouse=True)
def evidence_root(settings: Settings, tmp_path: Path) -> Path:
    """Keep the files of each test apart, and away from anybody's real ones."""
    evidence = settings.STORAGES["evidence"]
    options = {**evidence["OPTIONS"], "location": tmp_path / "evidence"}
    settings.STORAGES = {**settings.STORAGES, "evidence": {**evidence, "OPTIONS": options}}
    return tmp_path / "evidence"


@pytest.fixture(scope="session", autouse=True)
def flush_may_empty_the_log() -> Iterator[None]:
    """Let the clean-up after a transactional test pass the log's own trigger.

    PostgreSQL cleans up by TRUNCATE, which the trigger does not see; SQLite by DELETE.
    """
    flush = DatabaseOperations.execute_sql_flush

    def without_trigger(self: DatabaseOperations, statements: list[str]) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
                " AND tbl_name = 'criteria_activity' AND sql LIKE '%DELETE%'"
            )
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
        flush(self, statements)
        with self.connection.cursor() as cursor:
            for _, sql in triggers:
                cursor.execute(sql)

    DatabaseOperations.execute_sql_flush = without_trigger
    yield
    DatabaseOperations.execute_sql_flush = flush


@pytest.fixture
def make_user(db: None) -> Callable[..., User]:
    """Make a user of a role by its short name; a ward officer with a ward of their own."""

    def make(role: str, **fields: object) -> User:
        user = UserFactory(role=ROLES[role], is_staff=role == "administrator", **fields)
        if role == "ward":
            MembershipFactory(user=user, ward=WardFactory())
        return user

    return make


@pytest.fixture
def client_of(make_user: Callable[..., User]) -> Callable[..., Client]:
    """Sign in as a new user of a role, or as the user given."""

    def sign_in(who: str | User) -> Client:
        client = Client()
        client.force_login(
            make_user(who) if isinstance(who, str) else who, "accounts.backends.RoleBackend"
        )
        return client

    return sign_in
