"""The matrix by keyboard, with its results in a dialog, without scripts, and on paper."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from criteria.models import Membership, Ward
from tests.browser.city import City
from tests.browser.inspection import RULES, VIOLATIONS, Inspection
from tests.browser.paper import Printed
from tests.browser.window import Window
from tests.browser.years import AREA, Years
from tests.factories import WardFactory, approve_with

CELLS = ".matrix-table tbody td > a"
A4, A3 = (842, 595), (1191, 842)  # points, landscape


@pytest.fixture
def matrix(window: Window, city: City, years: Years) -> Page:
    """The leader's matrix of today, as it opens."""
    window.sign_in(city.leader)
    window.follow("criteria:matrix")
    expect(window.page.locator(".matrix-table")).to_have_role("grid")
    return window.page


def cell(page: Page, ward: Ward, number: int) -> Locator:
    """The cell of a ward in the column of a criterion by its number."""
    row = page.locator(".matrix-table tbody tr", has=page.get_by_role("link", name=ward.name))
    return row.locator("td > a").nth(number - 1)


def test_one_tab_stop_leads_into_the_table_and_the_arrow_keys_through_it(
    matrix: Page, city: City, years: Years
) -> None:
    page, own, above = matrix, city.own, years.middling
    page.locator("main .filters [type=submit]").focus()
    page.keyboard.press("Tab")
    first = page.locator(CELLS).first
    expect(first).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(".matrix-names a").first).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(first).to_be_focused()

    cell(page, own, 3).focus()
    for key, there in (
        ("ArrowRight", cell(page, own, 4)),
        ("ArrowLeft", cell(page, own, 3)),
        ("End", cell(page, own, 6)),
        ("ArrowRight", cell(page, own, 6)),
        ("Home", page.get_by_role("rowheader", name=own.name).get_by_role("link")),
        ("ArrowRight", cell(page, own, 1)),
    ):
        page.keyboard.press(key)
        expect(there).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    expect(cell(page, own, 1)).to_be_focused()

    # Rows without cells are stepped over; above the first row is the head.
    rows = page.locator(".matrix-table tbody tr").filter(has=page.locator("td > a"))
    cell(page, above, 2).focus()
    names = [row.locator("th").inner_text() for row in rows.all()]
    for _ in names[names.index(above.name) + 1 :]:
        page.keyboard.press("ArrowDown")
    expect(rows.last.locator("td > a").nth(1)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(rows.last.locator("td > a").nth(1)).to_be_focused()
    for _ in names:
        page.keyboard.press("ArrowUp")
    expect(page.locator(".matrix-head th").nth(4).get_by_role("link")).to_be_focused()
    page.keyboard.press("Control+End")
    expect(page.locator(".matrix-table tbody tr").last.get_by_role("link").last).to_be_focused()
    page.keyboard.press("Control+Home")
    expect(page.locator(".matrix-table tbody a").first).to_be_focused()


def test_a_cell_in_use_is_never_under_the_heads_that_stay(matrix: Page, years: Years) -> None:
    page = matrix
    page.set_viewport_size({"width": 390, "height": 500})
    cell(page, years.far, 6).focus()
    for key in ["ArrowUp"] * 3 + ["ArrowLeft"] * 4 + ["ArrowDown"] * 3:
        page.keyboard.press(key)
        is_seen = page.evaluate(
            """() => {
                const {left, top, width, height} = document.activeElement.getBoundingClientRect();
                const there = document.elementFromPoint(left + width / 2, top + height / 2);
                return document.activeElement.contains(there);
            }"""
        )
        assert is_seen, key


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)])
def test_its_columns_are_as_wide_for_who_sees_none_of_their_cells(
    window: Window, city: City, years: Years, size: tuple[int, int]
) -> None:
    page = window.page
    page.set_viewport_size({"width": size[0], "height": size[1]})
    Membership.objects.all().delete()
    window.sign_in(city.officer)
    window.open("criteria:matrix")
    expect(page.locator(CELLS)).to_have_count(0)
    heads = page.locator(".matrix-head th:not(.num, .matrix-ward)")
    widths = heads.evaluate_all("all => all.map(head => head.offsetWidth)")
    assert min(widths) >= 33, widths
    totals = page.locator(".matrix-table tfoot td:not([colspan])")
    assert totals.evaluate_all(
        "all => all.every(total => parseFloat(getComputedStyle(total).fontSize) >= 15)"
    )
    page.locator(".matrix-scroll").scroll_into_view_if_needed()
    expect(totals.first).to_be_in_viewport()


def test_a_result_opens_over_the_matrix_and_gives_the_focus_back(
    matrix: Page, city: City, years: Years
) -> None:
    page, dialog = matrix, matrix.locator("#result-dialog")
    area = cell(page, city.own, AREA)
    area.focus()
    page.keyboard.press("Enter")
    expect(dialog.locator("#result-title")).to_be_focused()
    expect(dialog).to_contain_text(str(city.own))
    expect(dialog).to_contain_text(years.document.title)
    page.evaluate(Axe().axe_script)
    assert page.evaluate(VIOLATIONS, RULES) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(area).to_be_focused()
    expect(page).to_have_url(re.compile(rf"{reverse('criteria:matrix')}$"))

    area.click()
    dialog.get_by_role("button").click()
    expect(dialog).to_be_hidden()
    expect(area).to_be_focused()

    area.click()
    dialog.locator(".result-page a").click()
    address = reverse(
        "criteria:result-detail", args=[city.round.pk, city.own.pk, city.criteria[AREA].pk]
    )
    expect(page).to_have_url(re.compile(re.escape(address)))
    expect(page.get_by_role("heading", level=1)).to_contain_text(city.criteria[AREA].name)


def test_the_session_may_end_before_a_result_opens(
    matrix: Page, window: Window, city: City
) -> None:
    window.allow(401)
    window.context.clear_cookies()
    cell(matrix, city.own, AREA).click()
    expect(matrix.locator("#sign-in")).to_be_visible()


def test_a_filter_replaces_the_table_and_keeps_the_keyboard(
    matrix: Page, city: City, years: Years
) -> None:
    page = matrix
    count = page.locator("#matrix-count")
    page.evaluate("document.getElementById('matrix-count').dataset.known = 'yes'")
    page.locator("main .filters [name=verdict]").select_option("not_met")
    expect(page.get_by_role("rowheader", name=city.other.name)).to_have_count(0)
    expect(page).to_have_url(re.compile("verdict=not_met"))
    expect(page.locator(".matrix-table")).to_have_role("grid")
    expect(page.locator(".matrix-table a[tabindex='0']")).to_have_count(1)
    expect(count).to_have_attribute("data-known", "yes")
    expect(page.locator("#matrix-day input[type=hidden][name=verdict]")).to_have_value("not_met")
    page.locator("main .filters [name=q]").fill("khong co")
    expect(page.locator("#matrix .empty")).to_be_visible()
    page.locator("#matrix .empty a").click()
    expect(page.get_by_role("rowheader", name=city.other.name)).to_be_visible()


def test_without_scripts_cells_are_links_and_filters_a_form(
    open_window: Callable[..., Window], city: City, years: Years
) -> None:
    window = open_window(javascript=False)
    window.sign_in(city.leader)
    window.follow("criteria:matrix")
    page = window.page
    page.locator("main .filters [name=standing]").select_option("near")
    page.locator("main .filters [name=opinions]").check()
    page.locator("main .filters [type=submit]").click()
    expect(page.get_by_role("rowheader")).to_contain_text([city.own.name])
    page.locator(".matrix-head a[href*='sort=most']").click()
    expect(page).to_have_url(re.compile("standing=near.*sort=most"))
    page.locator(CELLS).first.focus()
    page.keyboard.press("Tab")
    expect(page.locator(CELLS).nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text(city.criteria[2].name)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_it_has_no_barriers_however_it_is_narrowed(
    window: Window, city: City, years: Years, language: str
) -> None:
    inspection = Inspection(window)
    for user in (city.leader, city.officer):
        window.sign_in(user)
        window.speak(language)
        for asked in ("opinions=both", "verdict=not_met", "verdict=differing", "q=khong-co"):
            window.page.goto(f"{reverse('criteria:matrix')}?{asked}")
            inspection.look(f"{user}, {asked}")
    assert not inspection.findings, "\n".join(inspection.findings)


@pytest.mark.parametrize(("paper", "size"), [("A4", A4), ("A3", A3)])
def test_it_prints_landscape_in_the_format_of_the_printer(
    matrix: Page, city: City, paper: str, size: tuple[int, int]
) -> None:
    page = matrix
    assert Printed(page, paper, landscape=True).sizes == [size]
    for n in range(90):
        approve_with(WardFactory(name=f"Số {n}"), city.round, dict.fromkeys(city.criteria, "met"))
    page.reload()
    assert Printed(page, paper, landscape=True).sizes == [size] * 3
    page.emulate_media(media="print")
    head = page.locator(".matrix-table thead")
    assert head.evaluate("head => getComputedStyle(head).display") == "table-header-group"
    for hidden in (".filters", ".day-menu", ".site-header", ".matrix-keys", "#result-dialog"):
        expect(page.locator(hidden).first).to_be_hidden()
    for shown in (".matrix-legend", "#matrix-count", ".matrix-names", ".matrix-table tfoot"):
        expect(page.locator(shown)).to_be_visible()
