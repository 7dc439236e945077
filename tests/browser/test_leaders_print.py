"""The pages that leaders look at, on A4: as many sheets as needed, in colour, nothing to press."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.city import City
from tests.browser.paper import PAPER, Printed
from tests.browser.test_leaders import places
from tests.browser.window import Window
from tests.browser.years import Years

# What is to press, and the ways to elsewhere.
TO_PRESS = (
    "nav, button, select, .btn, input:not([type=hidden]), .skip-link, .site-header, .day-panel, "
    ".page-tools > a, .day-past a, .ward-link, .gap-more, .more a, .standing-line > a, "
    ".result-links"
)


def on_paper(page: Page) -> Printed:
    page.emulate_media(media="print")
    page.set_viewport_size(PAPER)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PAPER["width"], f"{page.url} is {width} px wide on paper"
    return Printed(page, prefer_css_page_size=True)


def colour_of(page: Page, selector: str, name: str) -> bytes:
    """Return the colour of what a page shows: three numbers from 0 to 255."""
    said = page.locator(selector).first.evaluate(
        "(element, name) => getComputedStyle(element)[name]", name
    )
    return bytes(int(part) for part in re.findall(r"\d+", said)[:3])


# On how many sheets a page must have room, how many figures head it, and what is drawn in colour.
PAGES = {
    "dashboard": (2, 5, [(".ready-line", "stroke"), (".fill-far", "fill")]),
    "dashboard then": (2, 5, [(".fill-ready", "fill")]),
    "own ward": (2, 0, [(".own-line", "stroke"), (".meter-met", "fill")]),
    "merged ward": (2, 0, []),
    "criterion with norms": (3, 5, [(".plot-not_met", "fill"), (".plot-met", "fill")]),
    "result": (2, 0, []),
    "roadmap": (3, 0, [(".ready-line", "stroke"), (".target-mark", "fill")]),
    "two rounds": (2, 4, []),
    "two wards": (2, 0, []),
    "what if": (2, 3, []),
    "wards": (1, 0, [(".meter-met", "fill"), (".meter-not_met", "fill")]),
}


@pytest.mark.parametrize("what", PAGES)
def test_a_page_prints_as_it_looks_on_a4(
    window: Window, city: City, years: Years, what: str
) -> None:
    most, n_figures, drawn = PAGES[what]
    window.sign_in(city.leader)
    page = window.page
    page.goto(places(city, years)[what])
    printed = on_paper(page)
    assert 1 <= printed.n_sheets <= most, f"{printed.n_sheets} sheets"
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(TO_PRESS).filter(visible=True)).to_have_count(0)
    expect(page.locator("main .headline-number").filter(visible=True)).to_have_count(n_figures)
    n_charts = page.locator("main svg[role]").count()
    expect(page.locator("main svg[role]").filter(visible=True)).to_have_count(n_charts)
    for part, name in drawn:
        assert printed.draws(colour_of(page, part, name)), f"{part} has lost its colour"


def test_what_is_folded_up_on_the_screen_is_on_paper(
    window: Window, city: City, years: Years
) -> None:
    """The table beside the trajectory, the list beside the map."""
    window.sign_in(city.leader)
    page = window.page
    page.locator(".figures").evaluate_all("all => all.forEach(details => details.open = false)")
    on_paper(page)
    expect(page.locator(".table-figures tbody tr").filter(visible=True)).to_have_count(4)
    expect(page.locator(".map-list li").filter(visible=True)).to_have_count(6)
