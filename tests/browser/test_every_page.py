"""Every page: without barriers, on every screen and on paper, soundly drawn."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from accounts.models import User
from tests.browser.city import City
from tests.browser.inspection import Inspection, unfit_or_unsound
from tests.browser.paper import PAPER, Printed
from tests.browser.window import Window
from tests.browser.years import AREA, Years
from tests.pages import PAGES, Place

LANGUAGES = ["vi", "en"]


def place_of(city: City, years: Years) -> Place:
    return Place(
        ward=city.own,
        other=years.far,
        round=city.round,
        before=city.earlier,
        criterion=city.criteria[AREA],
        document=years.document,
    )


def by_reader(city: City, years: Years) -> dict[User | None, list[str]]:
    """The pages, each for the first of its readers; None has not signed in."""
    people = {
        "leader": city.leader,
        "city": city.city_officer,
        "administrator": city.administrator,
        "anonymous": None,
    }
    found: dict[User | None, list[str]] = {}
    for page in PAGES:
        reader = people[page.readers[0]]
        found.setdefault(reader, []).extend(page.few_ways(place_of(city, years)))
    return found


@pytest.fixture(params=LANGUAGES)
def tours(
    request: pytest.FixtureRequest,
    open_window: Callable[..., Window],
    city: City,
    years: Years,
) -> list[tuple[Window, list[str]]]:
    """A window of each reader, in a language, and where it goes."""
    found = []
    for reader, addresses in by_reader(city, years).items():
        window = open_window()
        if reader:
            window.sign_in(reader)
        else:
            window.open("login")
        window.speak(request.param)
        found.append((window, addresses))
    return found


def test_every_page_has_no_barriers(tours: list[tuple[Window, list[str]]]) -> None:
    findings = []
    for window, addresses in tours:
        inspection = Inspection(window)
        inspection.tour({address: address for address in addresses}, is_open=True)
        findings += inspection.findings
    assert not findings, "\n".join(findings)


def test_every_page_fits_every_screen_and_is_drawn_soundly(
    tours: list[tuple[Window, list[str]]],
) -> None:
    found = []
    for window, addresses in tours:
        for address in addresses:
            window.page.goto(address)
            found += [f"{address} {problem}" for problem in unfit_or_unsound(window.page)]
    assert not found, "\n".join(found)


def test_every_page_prints(open_window: Callable[..., Window], city: City, years: Years) -> None:
    """As wide as the paper, on as many sheets as it may take, without the ways elsewhere."""
    windows = {reader: open_window() for reader in by_reader(city, years)}
    for reader, window in windows.items():
        if reader:
            window.sign_in(reader)
    place, too_much = place_of(city, years), []
    readers = {each: reader for reader, found in by_reader(city, years).items() for each in found}
    for page in PAGES:
        address = page.at(place)
        shown = windows[readers[address]].page
        shown.goto(address)
        shown.emulate_media(media="print")
        shown.set_viewport_size(PAPER)
        expect(shown.locator("h1")).to_be_visible()
        to_press = shown.locator("nav, .btn, .skip-link, .site-header")
        expect(to_press.filter(visible=True)).to_have_count(0)
        width = shown.evaluate("document.documentElement.scrollWidth")
        n_sheets = Printed(shown, prefer_css_page_size=True).n_sheets
        if width > PAPER["width"] or n_sheets > page.n_sheets:
            too_much.append(f"{address}: {width} px wide, {n_sheets} sheets")
    assert not too_much, "\n".join(too_much)
