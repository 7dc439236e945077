"""The search and the bar it stands in, by keyboard, by finger, without scripts and on paper."""

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, expect

from tests.browser.city import City
from tests.browser.inspection import Inspection
from tests.browser.paper import PAPER
from tests.browser.window import PHONE, Window
from tests.factories import EvidenceFactory

ROUNDABOUT = 1280  # px: the bar has its links, but no room for the box


class Search:
    """The box in the bar, and what opens under it."""

    def __init__(self, window: Window) -> None:
        self.page = window.page
        self.way = self.page.locator("[data-search-way]")
        self.box = self.page.locator(".site-search [name=q]")
        self.panel = self.page.locator("#search-panel")
        self.links = self.panel.get_by_role("link")
        self.count = self.page.locator("#search-count")

    def type(self, text: str, n_links: int) -> None:
        self.box.press_sequentially(text)
        expect(self.links).to_have_count(n_links)
        expect(self.panel).to_be_visible()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)


@pytest.fixture
def search(window: Window, city: City) -> Search:
    EvidenceFactory(ward=city.own, title="Kế hoạch Trường Sa", added_by=city.officer)
    window.sign_in(city.officer)
    return Search(window)


def test_the_search_is_done_by_keyboard_from_any_page(search: Search, city: City) -> None:
    page = search.page
    search.press("/")
    expect(search.box).to_be_focused()
    expect(search.box).to_have_value("")
    expect(search.panel).to_be_hidden()
    search.type("truong", 2)
    expect(search.count).to_contain_text("2")
    ward, document = search.links.nth(0), search.links.nth(1)
    expect(ward).to_contain_text("Trường Thi")
    expect(document).to_contain_text("Kế hoạch Trường Sa")

    search.press("ArrowDown")
    expect(ward).to_be_focused()
    search.press("ArrowDown")
    expect(document).to_be_focused()
    search.press("ArrowDown")
    expect(document).to_be_focused()
    search.press("ArrowUp", "ArrowUp")
    expect(search.box).to_be_focused()
    search.press("Tab")
    expect(ward).to_be_focused()

    search.press("Escape")
    expect(search.panel).to_be_hidden()
    expect(search.box).to_be_focused()
    expect(search.box).to_have_value("truong")
    search.press("ArrowDown")
    expect(ward).to_be_focused()
    search.press("Enter")
    expect(page).to_have_url(re.compile(reverse("criteria:ward-detail", args=[city.own.pk])))


def test_what_is_found_closes_when_one_goes_elsewhere(search: Search) -> None:
    search.box.click()
    search.type("truong", 2)
    search.page.locator(".page-footer").click()
    expect(search.panel).to_be_hidden()
    search.box.click()
    search.press("ArrowDown", "Tab", "Tab")  # over both that were found, and out of the search
    expect(search.page.locator(".site-bell")).to_be_focused()
    expect(search.panel).to_be_hidden()
    search.box.fill("")
    search.type("zz", 0)
    expect(search.panel.locator(".empty")).to_be_visible()
    expect(search.count).to_contain_text("0")
    search.box.fill("")
    expect(search.panel).to_be_hidden()


def test_a_late_answer_does_not_open_what_was_closed(search: Search) -> None:
    with search.page.expect_response(re.compile("/search/")):
        search.box.press_sequentially("truong")
        search.page.locator(".page-footer").click()
    expect(search.panel.locator("a")).to_have_count(2)
    expect(search.panel).to_be_hidden()


def test_a_slash_that_is_typed_is_a_slash(search: Search, window: Window) -> None:
    window.open("criteria:ward-list")
    box = search.page.locator("main [name=q]")
    box.press_sequentially("54/")
    expect(box).to_have_value("54/")
    expect(box).to_be_focused()


def test_enter_opens_the_page_of_all_that_is_found(search: Search) -> None:
    page = search.page
    search.press("/")
    search.type("truong", 2)
    search.press("Enter")
    expect(page).to_have_url(re.compile(r"/search/\?q=truong$"))
    found, box = page.locator("#search-results").get_by_role("link"), page.get_by_role("searchbox")
    expect(found).to_have_count(2)
    expect(box).to_have_count(1)
    search.press("/")
    expect(box).to_be_focused()
    box.press_sequentially("loc ha")  # the words that were there are chosen: typing replaces them
    expect(found).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/search/\?q=loc"))
    expect(page.locator("#search-day [name=q]")).to_have_value("loc ha")
    search.press("ArrowDown")
    expect(found).to_be_focused()


@pytest.mark.parametrize("size", [PHONE, {"width": ROUNDABOUT, "height": 800}])
def test_where_the_bar_has_no_room_the_box_opens_under_it(
    open_window: Callable[..., Window], city: City, size: dict[str, int]
) -> None:
    window = open_window(size=size)
    window.sign_in(city.leader)
    search, page = Search(window), window.page
    expect(search.box).to_be_hidden()
    search.way.click()
    expect(search.box).to_be_focused()
    search.type("truong", 1)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    search.press("Escape")
    expect(search.panel).to_be_hidden()
    search.press("Escape")
    expect(search.box).to_be_hidden()
    expect(search.way).to_be_focused()
    search.press("/")
    expect(search.box).to_be_focused()
    page.locator(".page-footer").click()
    expect(search.box).to_be_hidden()


@pytest.mark.parametrize("size", [None, PHONE])
def test_the_search_works_without_scripts(
    open_window: Callable[..., Window], city: City, size: dict[str, int] | None
) -> None:
    window = open_window(size=size, javascript=False)
    window.sign_in(city.leader)
    search, page = Search(window), window.page
    if size:
        search.way.click()
        page.locator("main .filters [name=q]").fill("dong a")
    else:
        search.box.fill("dong a")
    page.keyboard.press("Enter")
    found = page.locator("#search-results").get_by_role("link")
    found.filter(has_text="Đông A").click()
    expect(page.locator("h1")).to_contain_text("Đông A")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_search_has_no_barriers(window: Window, city: City, language: str) -> None:
    older = EvidenceFactory(ward=city.own, title="Kế hoạch cũ", added_by=city.officer)
    later = EvidenceFactory(ward=city.own, title="Kế hoạch", added_by=city.officer)
    older.superseded_by = later
    older.save()
    city.other.valid_to = city.round.ends_on
    city.other.save()
    window.sign_in(city.leader)
    window.speak(language)
    inspection, search = Inspection(window), Search(window)
    inspection.tour({"nothing searched for": ("criteria:search",)})
    for typed in ("a", "zzz"):
        window.page.goto(f"{reverse('criteria:search')}?q={typed}")
        inspection.look(f"search for {typed}")
        window.open("criteria:ward-list")
        search.press("/")
        search.box.press_sequentially(typed)
        expect(search.panel).to_be_visible()
        inspection.look(f"what opens under the box for {typed}")
    assert not inspection.findings, "\n".join(inspection.findings)


def test_what_is_found_prints(window: Window, city: City) -> None:
    window.sign_in(city.leader)
    page = window.page
    page.goto(f"{reverse('criteria:search')}?q=a")
    page.emulate_media(media="print")
    page.set_viewport_size(PAPER)
    n_found = page.locator("#search-results li").count()
    assert n_found >= 5
    expect(page.locator("#search-results li").filter(visible=True)).to_have_count(n_found)
    expect(page.locator("#search-count")).to_be_visible()
    for part in (".site-header", ".filters", "nav"):
        expect(page.locator(part).filter(visible=True)).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= PAPER["width"]


@pytest.mark.parametrize(("person", "n_ways"), [("administrator", 8), ("city_officer", 7)])
@pytest.mark.parametrize("width", [1201, ROUNDABOUT, 1366, 1500, 1873, 1920])
def test_every_way_stands_on_one_line_of_the_bar(
    open_window: Callable[..., Window], city: City, width: int, person: str, n_ways: int
) -> None:
    """For whoever has most of them, and with much that waits."""
    window = open_window(size={"width": width, "height": 768})
    window.sign_in(getattr(city, person))
    for language in ("en", "vi"):
        window.speak(language)
        page = window.page
        page.evaluate(
            """document.querySelectorAll("a[href='/work/'], .site-bell").forEach((link) => {
                link.querySelector(".badge-n")?.remove();
                link.insertAdjacentHTML("beforeend", "<span class='badge-n'>128</span>");
            })"""
        )
        ways = page.locator(".site-nav a, .site-search, .site-bell, .account-menu").all()
        assert len(ways) == n_ways + 3
        middles = [_box(way)["y"] + _box(way)["height"] / 2 for way in ways]
        assert max(middles) - min(middles) < 2
        right = [_box(way)["x"] + _box(way)["width"] for way in ways]
        left = [_box(way)["x"] for way in ways]
        assert all(end <= start for end, start in zip(right, left[1:], strict=False))
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def _box(element: Locator) -> dict[str, float]:
    box = element.bounding_box()
    assert box
    return dict(box)
