"""The pages that leaders look at, by keyboard: where one is is seen, Enter opens, Escape closes."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from criteria.models import Ward
from tests.browser.city import City
from tests.browser.test_leaders import places
from tests.browser.window import Window
from tests.browser.years import Years, give_outlines

# What is in focus: what it is, and whether one sees that: a ring around it, or around its shape.
IN_FOCUS = """
    () => {
        const here = document.activeElement;
        if (here === document.body) return null;
        const shape = here.matches("a.ward-spot") ? here.querySelector("path") : null;
        const {outlineStyle, outlineWidth, boxShadow} = getComputedStyle(here);
        const {width, height, top, bottom} = here.getBoundingClientRect();
        const isOnScreen = width > 0 && height > 0 && bottom > 0 && top < innerHeight;
        const hasRing = shape
            ? parseFloat(getComputedStyle(shape).strokeWidth) >= 6
            : outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 || boxShadow !== "none";
        const name = here.getAttribute("aria-label") ?? here.textContent.trim().slice(0, 40);
        return {what: `${here.tagName} ${name}`, isSeen: isOnScreen && hasRing};
    }
"""
MOST = 200  # stops on a page


def stops(page: Page) -> list[str]:
    """Go through a page by Tab; expect to see at each stop where one is."""
    found = []
    for _ in range(MOST):
        page.keyboard.press("Tab")
        stop = page.evaluate(IN_FOCUS)
        if stop is None:
            return found
        assert stop["isSeen"], f"{page.url}: {stop['what']} has the focus, and one does not see it"
        found.append(stop["what"])
    raise AssertionError(f"{page.url}: more than {MOST} stops")


@pytest.mark.parametrize(
    "what",
    [
        "dashboard",
        "dashboard then",
        "wards",
        "own ward",
        "merged ward",
        "criterion with norms",
        "result",
        "roadmap",
        "two rounds",
        "two wards",
        "what if",
    ],
)
def test_one_sees_at_every_stop_of_a_page_where_one_is(
    window: Window, city: City, years: Years, what: str
) -> None:
    window.sign_in(city.leader)
    page = window.page
    page.goto(places(city, years)[what])
    links = page.locator("main a:not(details:not([open]) a)")
    n_links = links.filter(visible=True).count()
    found = stops(page)
    in_main = [stop for stop in found if stop.upper().startswith("A ")]
    assert len(in_main) >= n_links


@pytest.mark.parametrize("is_outlined", [False, True])
def test_the_keyboard_reaches_each_ward_of_the_map_and_enter_opens_it(
    window: Window, city: City, years: Years, is_outlined: bool
) -> None:
    if is_outlined:
        give_outlines(list(Ward.objects.all()))
    window.sign_in(city.leader)
    page = window.page
    page.reload()
    expect(page.locator(".ward-map.is-schematic")).to_have_count(0 if is_outlined else 1)
    spots = page.locator(".ward-spot")
    expect(spots).to_have_count(6)
    rest = spots.first.locator("path").evaluate("path => getComputedStyle(path).stroke")
    spots.first.focus()
    page.keyboard.press("Shift+Tab")
    names = []
    for spot in spots.all():
        page.keyboard.press("Tab")
        expect(spot).to_be_focused()
        names.append(spot.get_attribute("aria-label"))
        assert spot.locator("path").evaluate("path => getComputedStyle(path).stroke") != rest
        assert page.evaluate(IN_FOCUS)["isSeen"]
    assert len(set(names)) == 6
    page.keyboard.press("Shift+Tab")
    focused = page.locator(".ward-spot:focus")
    name = (focused.get_attribute("aria-label") or "").split(":")[0]
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(reverse("criteria:ward-list") + r"\d+/$"))
    expect(page.locator("h1")).to_contain_text(name)


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_the_picker_of_the_day_works_by_keyboard(
    window: Window, city: City, years: Years, key: str
) -> None:
    window.sign_in(city.leader)
    page, panel = window.page, window.page.locator(".day-panel")
    button = page.locator(".day-menu summary")
    button.focus()
    page.keyboard.press(key)
    expect(panel).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(button).to_be_focused()
    page.keyboard.press(key)
    expect(panel).to_be_visible()
    page.locator(".page-footer").click()
    expect(panel).to_be_hidden()

    button.focus()
    page.keyboard.press(key)
    page.keyboard.press("Tab")
    expect(panel.locator("[name=on]")).to_be_focused()
    link = panel.get_by_role("link").last
    for _ in range(14):  # a day is three fields and a button
        if link.evaluate("link => link === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"\?on={city.earlier.ends_on}$"))
    expect(page.locator(".day-past")).to_be_visible()
