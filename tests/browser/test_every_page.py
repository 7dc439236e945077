"""Every page: without barriers, on every screen and on paper, soundly drawn."""

import re
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
# As paper.Printed gives it, without blanks.
SIGNED = r"CônganthànhphốNamĐịnh–lưuhànhnộibộ.*{}inlúc\d\d:\d\d\d\d/\d\d/\d{{4}}"


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
    """As wide as the paper, on as many sheets as it may take, without the ways elsewhere;
    each sheet says whose it is, who printed it, when, and which of them it is."""
    windows = {reader: open_window() for reader in by_reader(city, years)}
    for reader, window in windows.items():
        if reader:
            window.sign_in(reader)
    place, too_much, unsigned = place_of(city, years), [], []
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
        printed = Printed(shown, prefer_css_page_size=True)
        n_sheets = printed.n_sheets
        if width > PAPER["width"] or n_sheets > page.n_sheets:
            too_much.append(f"{address}: {width} px wide, {n_sheets} sheets")
        if page.is_for_paper:
            signed = SIGNED.format(re.escape("".join(readers[address].label.split())))
            for n, text in enumerate(printed.texts, 1):
                if not re.search(signed, text) or f"Trang{n}/{n_sheets}" not in text:
                    unsigned.append(f"{address}, sheet {n}: {text[-200:]}")
    assert not too_much, "\n".join(too_much)
    assert not unsigned, "\n".join(unsigned)


def test_every_page_meant_for_paper_has_a_button_that_prints(
    open_window: Callable[..., Window], city: City, years: Years
) -> None:
    """By the keyboard too; other pages have none, and none has one where no script would run."""
    place, found = place_of(city, years), {}
    readers = {each: reader for reader, all_ in by_reader(city, years).items() for each in all_}
    windows = {reader: open_window() for reader in set(readers.values())}
    for reader, window in windows.items():
        window.page.add_init_script("window.print = () => { window.nPrinted = 1 }")
        if reader:
            window.sign_in(reader)
    for page in PAGES:
        shown = windows[readers[page.at(place)]].page
        shown.goto(page.at(place))
        button = shown.get_by_role("button", name="In", exact=True)
        expect(button).to_have_count(int(page.is_for_paper))
        if page.is_for_paper:
            button.press("Enter")
            found[page.name] = shown.evaluate("window.nPrinted")
    assert set(found.values()) == {1}, found


def test_without_scripts_no_button_prints_and_the_last_sheet_is_signed(
    open_window: Callable[..., Window], city: City
) -> None:
    window = open_window(javascript=False)
    window.sign_in(city.leader)
    window.open("criteria:ward-list")
    expect(window.page.locator("[data-print]")).to_be_hidden()
    text = Printed(window.page, prefer_css_page_size=True).texts[-1]
    assert re.search(SIGNED.format(""), text), text
