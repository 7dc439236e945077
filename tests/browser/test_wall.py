"""The screen on a wall: nothing to press, new by itself, honest when nobody answers."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.browser.city import City, answer_all
from tests.browser.window import Window
from tests.browser.years import Years
from tests.commands.demonstration import load, seed
from tests.factories import approve_with

ROUND = 60_000  # ms from one look at the server to the next
SCREEN = {"width": 1920, "height": 1080}
SMALLEST = 24  # px, on a screen of that size
# What is written in letters that are too small, as they are seen: of a picture, with its scale.
TOO_SMALL = """
    smallest => {
        const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const small = [];
        while (texts.nextNode()) {
            const node = texts.currentNode, parent = node.parentElement;
            const seen = document.createRange();
            seen.selectNodeContents(node);
            const {width, height} = seen.getBoundingClientRect();
            const isHidden = parent.closest(".visually-hidden, .skip-link, title, desc, noscript");
            if (!node.data.trim() || isHidden || !parent.checkVisibility() || !width) continue;
            const scale = parent instanceof SVGElement ? parent.getScreenCTM().a : 1;
            const size = parseFloat(getComputedStyle(parent).fontSize) * scale;
            if (size < smallest || height < smallest) small.push(`${node.data.trim()}: ${size}`);
        }
        return small;
    }
"""
TOO_LATE = re.compile(r"htmx:(timeout|afterRequest)")


@pytest.fixture
def wall(window: Window, city: City, years: Years) -> Page:
    """The wall view with a clock that the test turns."""
    window.sign_in(city.leader)
    page = window.page
    page.set_viewport_size(SCREEN)
    page.clock.install()
    window.open("criteria:wall")
    expect(page.locator("#wall")).to_be_visible()
    return page


def test_the_wall_is_large_and_has_nothing_to_press(wall: Page) -> None:
    for controls in ("button", "input", "select", "summary", "nav", "header", "footer"):
        expect(wall.locator(controls).filter(visible=True)).to_have_count(0)
    expect(wall.locator(".trajectory, .ward-map").filter(visible=True)).to_have_count(2)
    number = wall.locator(".headline-number").first
    assert number.evaluate("element => parseFloat(getComputedStyle(element).fontSize)") >= 40
    text = wall.locator(".headline-label").first
    assert text.evaluate("element => parseFloat(getComputedStyle(element).fontSize)") > 17
    assert wall.evaluate("document.documentElement.scrollHeight") <= SCREEN["height"]


def expect_one_screen(page: Page) -> None:
    """Expect it also of the wall that nobody answers: that is one line more."""
    page.evaluate("document.fonts.ready")
    for is_lost in ("false", "true"):
        page.locator(".wall-lost").evaluate(f"note => note.hidden = !{is_lost}")
        _expect_it_to_fit(page)


def _expect_it_to_fit(page: Page) -> None:
    assert page.evaluate(TOO_SMALL, SMALLEST) == []
    for side, most in (("Width", SCREEN["width"]), ("Height", SCREEN["height"])):
        assert page.evaluate(f"document.documentElement.scroll{side}") <= most
        assert page.evaluate(f"document.querySelector('#wall').scroll{side}") <= page.evaluate(
            f"document.querySelector('#wall').client{side}"
        )


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_wall_is_one_screen_of_large_letters(wall: Page, window: Window, language: str) -> None:
    if language != "vi":
        window.open("criteria:dashboard")
        window.speak(language)
        window.open("criteria:wall")
    expect(wall.locator("html")).to_have_attribute("lang", language)
    expect_one_screen(wall)


@pytest.fixture
def demonstration(transactional_db: None, django_db_serialized_rollback: None) -> None:
    load()
    seed()


def test_so_is_that_of_the_demonstration(
    browser: Browser, live_server: LiveServer, demonstration: None
) -> None:
    window = Window(browser, live_server.url, SCREEN, javascript=True)
    window.sign_in(User.objects.get(username="lanhdao"))
    for language in ("vi", "en"):
        window.open("criteria:dashboard")
        window.speak(language)
        window.open("criteria:wall")
        expect(window.page.locator(".demo-banner")).to_be_visible()
        expect_one_screen(window.page)
    assert window.complaints == []
    window.context.close()


def test_the_wall_renews_itself(wall: Page, city: City, years: Years) -> None:
    number = wall.locator(".headline-number").first
    for ward, said in ((years.merged, "2/6"), (None, "2/6")):
        if ward:
            answer_all(approve_with(ward, city.round, dict.fromkeys(city.criteria, "met")))
        with wall.expect_response(re.compile("/wall/$")):
            wall.clock.fast_forward(ROUND)
        expect(number).to_have_text(said)
        expect(wall.locator("#wall")).to_have_count(1)
        expect(wall.locator(".wall-lost")).to_be_hidden()


def test_the_wall_says_that_it_is_old_and_when_it_is_new_again(
    wall: Page, window: Window, city: City
) -> None:
    lost, number = wall.locator(".wall-lost"), wall.locator(".headline-number").first
    window.disconnect()
    wall.clock.fast_forward(ROUND)
    expect(lost).to_be_visible()
    expect(number).to_have_text("1/6")
    window.reconnect()
    wall.clock.fast_forward(ROUND)
    expect(lost).to_be_hidden()
    expect(number).to_have_text("1/6")


def test_the_wall_says_that_it_is_old_when_the_server_fails(wall: Page, window: Window) -> None:
    window.allow(re.compile("status of 503|Status Error Code 503"))
    lost = wall.locator(".wall-lost")
    wall.route("**/wall/", lambda route: route.fulfill(status=503, body="Bảo trì"))
    wall.clock.fast_forward(ROUND)
    expect(lost).to_be_visible()
    expect(wall.locator(".headline")).to_be_visible()
    wall.unroute_all()
    wall.clock.fast_forward(ROUND)
    expect(lost).to_be_hidden()


def test_the_wall_says_that_it_is_old_when_no_answer_comes(wall: Page, window: Window) -> None:
    window.allow(TOO_LATE)
    assert wall.evaluate("htmx.config.timeout") > 0
    patience = wall.evaluate("htmx.config.timeout")
    wall.evaluate("htmx.config.timeout = 300")
    wall.route("**/wall/", lambda route: None)
    with wall.expect_request("**/wall/"):
        wall.clock.fast_forward(ROUND)
    expect(wall.locator(".wall-lost")).to_be_visible()
    wall.unroute_all()
    wall.evaluate(f"htmx.config.timeout = {patience}")  # the server may be slower than that
    wall.clock.fast_forward(ROUND)
    expect(wall.locator(".wall-lost")).to_be_hidden()


def test_the_wall_asks_to_sign_in_when_the_session_has_ended(
    wall: Page, window: Window, city: City
) -> None:
    window.allow(401)
    window.context.clear_cookies()
    wall.clock.fast_forward(ROUND)
    expect(wall.locator("#sign-in")).to_be_visible()
