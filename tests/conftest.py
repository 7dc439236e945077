"""Actors, and what lets every kind of test run on both databases."""

import gc
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO

import pytest
import time_machine
from django.conf import settings as django_settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.db.backends.sqlite3.base import DatabaseOperations
from django.http import HttpRequest, HttpResponseForbidden, HttpResponseNotFound
from django.test import Client, TransactionTestCase
from django.test import client as test_client
from django.utils import timezone
from django.utils.translation import override
from hypothesis import settings as hypothesis_settings
from pytest_django.fixtures import Settings
from pytest_django.plugin import DjangoDbBlocker

from accounts.models import User
from criteria.files import inspection, process
from namdinh_wards.storage import prepare
from tests.factories import MembershipFactory, UserFactory, WardFactory

ROLES = {
    "ward": "Ward officer",
    "city": "City officer",
    "verifier": "Verifier",
    "leader": "Leader",
    "administrator": "Administrator",
}


# The same examples each time: a run that fails, fails again. `pytest --hypothesis-profile explore`
# looks for others.
hypothesis_settings.register_profile("explore", max_examples=1000, deadline=None, print_blob=True)
hypothesis_settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis_settings.load_profile("steady")

A_DAY_IN_NOVEMBER = datetime(2026, 11, 20, 9, tzinfo=timezone.get_default_timezone())


def pytest_collection_finish() -> None:
    """Collect garbage less often: what is loaded by now stays, and a test leaves little."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


@pytest.fixture(autouse=True)
def today(request: pytest.FixtureRequest) -> Iterator[None]:
    """Make it a day in November on which the factories' open round is filled in.

    A browser has its own clock, so its tests live on the day on which they run.
    """
    if request.node.get_closest_marker("browser"):
        yield
        return
    with time_machine.travel(A_DAY_IN_NOVEMBER):
        yield


@pytest.fixture(autouse=True)
def language(settings: Settings) -> Iterator[None]:
    """Begin each test in Vietnamese: what a reader chose outlives the answer to the request."""
    with override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture(scope="module")
def kept_for_module(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let module-scoped fixtures write to the database: what a test does then is undone alone."""
    with django_db_blocker.unblock(), time_machine.travel(A_DAY_IN_NOVEMBER), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def evidence_root(settings: Settings, tmp_path: Path) -> Path:
    """Keep the files of each test apart, and away from anybody's real ones."""
    evidence = settings.STORAGES["evidence"]
    options = {**evidence["OPTIONS"], "location": tmp_path / "evidence"}
    settings.STORAGES = {**settings.STORAGES, "evidence": {**evidence, "OPTIONS": options}}
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    prepare(tmp_path / "evidence")
    return tmp_path / "evidence"


@pytest.fixture(scope="session", autouse=True)
def flush_may_empty_the_log() -> Iterator[None]:
    """Let the clean-up after a transactional test pass the triggers of what only grows.

    PostgreSQL cleans up by TRUNCATE, which the trigger does not see; SQLite by DELETE.
    """
    flush = DatabaseOperations.execute_sql_flush

    def without_trigger(self: DatabaseOperations, statements: list[str]) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
                " AND tbl_name IN ('criteria_activity', 'accounts_access')"
                " AND sql LIKE '%DELETE%'"
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


@pytest.fixture(scope="session", autouse=True)
def what_migrations_wrote_stays() -> Iterator[None]:
    """Bring back what the clean-up after a transactional test empties, the roles above all.

    So no test depends on those before it, in whatever order several workers take them.
    """
    empty = TransactionTestCase._fixture_teardown

    def empty_and_bring_back(self: TransactionTestCase) -> None:
        empty(self)
        connection.creation.deserialize_db_from_string(connection._test_serialized_contents)

    TransactionTestCase._fixture_teardown = empty_and_bring_back
    yield
    TransactionTestCase._fixture_teardown = empty


@pytest.fixture(scope="session", autouse=True)
def a_page_is_remembered_and_not_its_parts() -> Iterator[None]:
    """Keep of an answer what the page was given, which is drawn first: it has hundreds of parts."""
    store = test_client.store_rendered_templates

    def store_the_first(kept: dict[str, Any], *args: Any, **facts: Any) -> None:
        if not kept:
            store(kept, *args, **facts)

    test_client.store_rendered_templates = store_the_first
    yield
    test_client.store_rendered_templates = store


@pytest.fixture(scope="session", autouse=True)
def a_file_is_read_once() -> Iterator[None]:
    """Remember what a reader says of an uploaded file: it starts a process for each."""
    kinds: dict[tuple[Any, bytes], str] = {}

    def kind_of(file: BinaryIO) -> str:
        file.seek(0)
        read = (process.kind_of, file.read())  # a test may have put another reader there
        if read not in kinds:
            kinds[read] = process.kind_of(file)
        return kinds[read]

    inspection.process = SimpleNamespace(kind_of=kind_of)
    yield
    inspection.process = process


@pytest.fixture
def bare_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer a refusal without its page, where nobody reads it."""
    for answer in (HttpResponseForbidden, HttpResponseNotFound):
        handler = f"namdinh_wards.urls.handler{answer.status_code}"

        def refuse(request: HttpRequest, exception: Exception, answer: Any = answer) -> Any:
            return answer()

        monkeypatch.setattr(handler, refuse, raising=False)


def make_person(role: str, **fields: object) -> User:
    """Make a user of a role by its short name; a ward officer with a ward of their own."""
    user = UserFactory(role=ROLES[role], **fields)
    if role == "ward":
        MembershipFactory(user=user, ward=WardFactory())
    return user


def signed_in(user: User) -> Client:
    """Give a window the session of a user, who has not signed in for it: nothing is noted of it."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "accounts.backends.RoleBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    client = Client()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = session.session_key
    return client


def again(client: Client) -> Client:
    """The same person in another browser window, to which nothing has been told yet."""
    window = Client()
    window.cookies = deepcopy(client.cookies)
    return window


@pytest.fixture
def make_user(db: None) -> Callable[..., User]:
    return make_person


@pytest.fixture
def client_of(db: None) -> Callable[..., Client]:
    """Sign in as a new user of a role, or as the user given."""

    def sign_in(who: str | User) -> Client:
        return signed_in(make_person(who) if isinstance(who, str) else who)

    return sign_in
