"""A sheet filled in from empty in one go: what it lacks is said, and the keyboard is never lost."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from criteria.models import Activity, Assessment
from criteria.workflow import BEGIN
from tests import hands
from tests.browser.city import GROUNDS, City
from tests.browser.window import DESKTOP, PHONE, Window, vi


def _progress(n: int) -> str:
    return vi("%(n)s of %(total)s can be submitted") % {"n": n, "total": 6}


def _expect_in(page: Page, place: str) -> None:
    """Expect the focus to be on an element, or in it."""
    expect(page.locator(f":is({place}):focus, :is({place}) :focus").first).to_be_attached()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_sheet_is_filled_in_from_empty_and_submitted_without_a_reload(
    open_window: Callable[..., Window], city: City, size: dict
) -> None:
    window = open_window(size=size)
    page = window.page
    window.allow(422)
    window.sign_in(city.officer)
    window.open("criteria:sheet", city.round.pk, city.own.pk)
    page.evaluate("window.isTheSamePage = true")
    expect(page.locator("#progress")).to_contain_text(_progress(0))
    expect(page.locator("#submit-title")).to_have_count(0)

    groups = page.locator(".take-group:visible")
    while groups.count():
        group = groups.first.evaluate("button => button.closest('.sheet-group').id")
        groups.first.press("Enter")
        expect(page.locator(f"#{group} .take-over")).to_have_count(0)
        _expect_in(page, ".sheet-group")
    expect(page.locator("#submit-title")).to_be_visible()
    expect(page.locator("#stage .mark-draft")).to_be_visible()
    assert Activity.objects.filter(verb="save_result").exclude(reason="").count() >= 4

    # A title of another year is taken over by nobody; the rest is said as it is.
    for number, said in {1: "1", 5: "1", 6: "1"}.items():
        row = window.row(city.criteria[number])
        if row.element.locator(".sheet-row-status .mark-pending").count():
            row.choose(said)
            row.expect_verdict("met")
    for number in (2, 3, 4, 6):
        row = window.row(city.criteria[number])
        row.type({2: "120", 3: "160", 4: "85", 6: "3"}[number])
        expect(row.saved).to_be_visible()
    lacks = page.locator(".row-lack")
    expect(lacks).to_have_count(6)
    expect(page.locator("#progress")).to_contain_text(_progress(0))

    # Each way to what is missing opens the field and puts the cursor there.
    for n in range(1, 5):
        page.locator("#to-next").click()
        _expect_in(page, "textarea")
        page.keyboard.type(GROUNDS)
        page.keyboard.press("Tab")
        expect(page.locator("#progress")).to_contain_text(_progress(n))
        expect(lacks).to_have_count(6 - n)
    assert page.evaluate("window.isTheSamePage")

    window.take("submit")
    expect(page.locator("#gaps")).to_be_focused()
    way = page.locator("#gaps a").last
    field = page.locator(way.get_attribute("href"))
    expect(page.locator("#gaps a")).to_have_count(2)
    way.click()
    expect(field).to_be_focused()
    page.keyboard.type(GROUNDS)
    page.keyboard.press("Tab")
    expect(lacks).to_have_count(1)
    expect(page.locator("#gaps a")).to_have_count(1)

    # A document does as well, and leaves one where one was.
    row = page.locator(".sheet-row", has=lacks).get_attribute("id")
    opener = page.locator(f"#{row} [data-evidence-panel]")
    opener.click()
    panel = page.locator("#evidence-dialog")
    panel.locator("[data-upload] [type=submit]").click()
    _expect_in(page, "#evidence-refused")
    panel.locator("[name=title]").fill("Kế hoạch 54")
    panel.locator("[name=number]").fill("54/KH-UBND")
    panel.locator("[name=issued_by]").fill("UBND phường")
    panel.locator("[data-upload] [type=submit]").click()
    expect(panel.locator("#evidence-told [data-close-dialog]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(panel).to_be_hidden()
    expect(opener).to_be_focused()
    expect(lacks).to_have_count(0)
    expect(page.locator("#progress")).to_contain_text(_progress(6))
    expect(page.locator("#gaps")).to_have_count(0)
    expect(page.locator(".sheet-index .is-complete")).to_have_count(2)
    page.locator("#to-next").click()
    _expect_in(page, "#hand-over")
    window.take("submit")
    window.expect_told("The sheet is submitted.")
    assert Assessment.objects.get(ward=city.own, round=city.round).state == "submitted"


def test_what_stands_on_the_way_to_a_criterion_can_be_agreed_with_at_once(
    window: Window, city: City
) -> None:
    """The key A works after a link within the page, and after the last criterion."""
    sheet = Assessment.objects.get(ward=city.approvable, round=city.round)
    hands.take(sheet, BEGIN, city.verifier)
    window.sign_in(city.verifier)
    window.open("criteria:sheet", city.round.pk, city.approvable.pk)
    page = window.page
    page.locator("#to-next").click()
    for n in range(1, 7):
        page.keyboard.press("a")
        said = vi("%(n)s of %(total)s can be approved") % {"n": n, "total": 6}
        expect(page.locator("#progress")).to_contain_text(said)
        _expect_in(page, ".sheet-row")


def test_a_refused_approval_leads_to_each_criterion_that_keeps_it(
    window: Window, city: City
) -> None:
    sheet = Assessment.objects.get(ward=city.approvable, round=city.round)
    hands.take(sheet, BEGIN, city.verifier)
    hands.agree(sheet, city.verifier, 1, 2, 3, 5, 6)
    window.allow(422)
    window.sign_in(city.verifier)
    window.open("criteria:sheet", city.round.pk, city.approvable.pk)
    window.take("approve")
    expect(window.page.locator("#gaps")).to_be_focused()
    window.page.locator("#gaps a").click()
    expect(window.row(city.criteria[4]).agree).to_be_focused()


def test_an_explanation_that_was_folded_again_is_printed(window: Window, city: City) -> None:
    window.sign_in(city.officer)
    window.open("criteria:sheet", city.round.pk, city.own.pk)
    row = window.row(city.criteria[2])
    row.explain(GROUNDS)
    expect(row.saved).to_be_visible()
    row.more.locator("summary").click()
    expect(row.explanation).to_be_hidden()
    window.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(row.explanation).to_be_visible()
    window.page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(row.explanation).to_be_hidden()
