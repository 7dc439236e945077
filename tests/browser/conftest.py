"""A browser, windows that watch over themselves, and a city to look at."""

import os
from collections.abc import Callable, Iterator

import pytest
from django.db import connections
from playwright.sync_api import Browser, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.browser import chromium
from tests.browser.city import City, make_city
from tests.browser.window import DESKTOP, Window
from tests.browser.years import Years, make_years

PATIENCE = 10_000  # ms

expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(os.path.dirname(__file__)):
            item.add_marker("browser")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fail a test whose windows met something that nobody should meet."""
    yield
    complaints = [
        complaint for window in item.funcargs.get("_windows", []) for complaint in window.complaints
    ]
    assert not complaints, "\n".join(complaints)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the test database in a file, where it would be in memory.

    The server answers a browser from several threads, and each needs a connection of its own, as in
    production; the connection to a database in memory can only be shared.
    """
    for connection in connections.all():
        if connection.vendor == "sqlite":
            folder = tmp_path_factory.mktemp("database")
            connection.settings_dict["TEST"]["NAME"] = str(folder / "test.sqlite3")


@pytest.fixture(scope="session")
def live_server(django_db_setup: None, live_server: LiveServer) -> LiveServer:
    """Start the server when the database is there; before, it would take it to be in memory."""
    return live_server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium.find()
    assert path, "Chromium was not found. On Debian: apt-get install chromium"
    # Playwright's loop runs in the thread in which the tests ask the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def city(transactional_db: None, django_db_serialized_rollback: None) -> City:
    """The small city; the roles made by the migration outlive the clean-up after each test."""
    return make_city()


@pytest.fixture
def years(city: City) -> Years:
    """What leaders look at, on top of the small city."""
    return make_years(city)


@pytest.fixture
def _windows() -> list[Window]:
    return []


@pytest.fixture
def open_window(
    browser: Browser, live_server: LiveServer, city: City, _windows: list[Window]
) -> Iterator[Callable[..., Window]]:
    """Open a window on a desktop screen, or of another size; each is a browser of its own."""

    def open_one(*, size: dict | None = None, javascript: bool = True) -> Window:
        window = Window(browser, live_server.url, size or DESKTOP, javascript=javascript)
        window.context.set_default_timeout(PATIENCE)
        _windows.append(window)
        return window

    yield open_one
    for window in _windows:
        window.context.close()


@pytest.fixture
def window(open_window: Callable[..., Window]) -> Window:
    return open_window()
