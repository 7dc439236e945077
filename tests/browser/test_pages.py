"""Every page as all kinds of people meet it: by screen reader, on a telephone, on paper."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.city import City
from tests.browser.window import DESKTOP, PHONE, Window

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
VIOLATIONS = """
    rules => axe.run({runOnly: rules, resultTypes: ["violations"]}).then(
        found => found.violations.map(({id, nodes}) => `${id}: ${nodes.map(node => node.html)}`))
"""


class Inspection:
    """Looks at the page in front of a window on both screens, and keeps what is wrong with it."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.findings: list[str] = []

    def look(self, what: str) -> None:
        page = self.window.page
        language = page.locator("html").get_attribute("lang")
        page.evaluate(Axe().axe_script)
        for size in (PHONE, DESKTOP):
            page.set_viewport_size(size)
            where = f"{what} ({language}, {size['width']} px)"
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > size["width"]:
                self.findings.append(f"{where} scrolls sideways: {width} px")
            self.findings += [f"{where} {found}" for found in page.evaluate(VIOLATIONS, RULES)]

    def tour(self, pages: dict[str, tuple]) -> None:
        for what, place in pages.items():
            self.window.open(*place)
            self.look(what)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_pages_have_no_barriers_and_fit_a_telephone(
    window: Window, city: City, language: str
) -> None:
    inspection = Inspection(window)
    window.allow(403, 404, 422, 429)
    page = window.page

    window.open("login")
    window.speak(language)
    inspection.look("sign-in")
    for _ in range(5):
        window.fill_sign_in("khong.ai", "sai")
    expect(page.locator("#sign-in")).to_have_count(0)
    inspection.look("locked out")

    window.sign_in(city.officer)
    inspection.tour(
        {
            "dashboard": ("criteria:dashboard",),
            "wards": ("criteria:ward-list",),
            "own ward": ("criteria:ward-detail", city.own.pk),
            "other ward": ("criteria:ward-detail", city.other.pk),
            "round": ("criteria:round-detail", city.round.pk),
            "approved sheet": ("criteria:sheet", city.earlier.pk, city.own.pk),
            "password change": ("password_change",),
            "404": ("criteria:ward-detail", 0),
        }
    )
    window.open("criteria:sheet", city.round.pk, city.own.pk)
    refused = window.row(city.criteria[2])
    refused.type("1.250")
    expect(refused.problem).to_be_visible()
    window.row(city.criteria[3]).element.locator("summary").click()
    inspection.look("sheet being filled in")
    refused.type("120")
    expect(refused.problem).to_have_count(0)
    window.sign_out()

    window.sign_in(city.verifier)
    window.open("criteria:sheet", city.round.pk, city.approvable.pk)
    page.locator("details.confirm summary").click()
    inspection.look("sheet to approve")
    window.sign_out()

    window.sign_in(city.newcomer)
    inspection.tour({"403": ("criteria:dashboard",)})
    assert not inspection.findings, "\n".join(inspection.findings)


def test_the_admin_opens_without_barriers(window: Window, city: City) -> None:
    window.sign_in(city.administrator)
    inspection = Inspection(window)
    inspection.tour({"administration": ("admin:index",)})
    assert not inspection.findings, "\n".join(inspection.findings)


def test_the_dashboard_and_a_sheet_print(window: Window, city: City) -> None:
    """On paper stands what the page says, without the ways to other pages."""
    window.sign_in(city.officer)
    page = window.page
    page.emulate_media(media="print")
    sheet = ("criteria:sheet", city.round.pk, city.own.pk)
    for place, summary, rows, n_rows in (
        (("criteria:dashboard",), ".headline", ".table-wards tbody tr", 3),
        (sheet, ".sheet-progress", ".sheet-row h3", len(city.criteria)),
    ):
        window.open(*place)
        for part in ("h1", summary):
            expect(page.locator(part)).to_be_visible()
        expect(page.locator(rows).filter(visible=True)).to_have_count(n_rows)
        for part in (".site-header", ".site-nav", ".account-menu"):
            expect(page.locator(part)).to_be_hidden()
        expect(page.locator("nav, .skip-link, .sheet-save").filter(visible=True)).to_have_count(0)
        n_pages = len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))
        assert 1 <= n_pages <= 2, f"{place[0]}: {n_pages} pages"


@pytest.mark.parametrize(
    ("place", "table"), [("criteria:ward-list", "#wards"), ("criteria:round-current", "#sheets")]
)
def test_a_filter_reads_out_how_many_it_leaves_and_not_the_table(
    window: Window, city: City, place: str, table: str
) -> None:
    window.sign_in(city.city_officer)
    window.open(place)
    page = window.page
    count = page.get_by_role("status")
    expect(count).to_contain_text("3")
    # A screen reader reads what changes within an element that it knows already.
    page.evaluate("document.getElementById('count').dataset.known = 'yes'")
    page.get_by_role("searchbox").press_sequentially("truong")
    expect(count).to_contain_text("1")
    expect(count).to_have_attribute("data-known", "yes")
    expect(page.locator(f"{table} tbody tr")).to_have_count(1)
    expect(page.locator(f"[aria-live], [role=status] {table}")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"q=truong"))
    page.get_by_role("searchbox").fill("không có")
    expect(count).to_contain_text("0")
    expect(page.locator(f"{table} .empty")).to_be_visible()


def test_menus_work_on_a_telephone_by_finger_and_by_keyboard(
    open_window: Callable[..., Window], city: City
) -> None:
    window = open_window(size=PHONE)
    page = window.page
    window.sign_in(city.officer)
    links = page.locator(".site-nav")
    menu = page.locator(".site-menu summary")
    expect(links).to_be_hidden()
    menu.click()
    links.locator(f"a[href='{reverse('criteria:ward-list')}']").click()
    expect(page.locator("#wards")).to_be_visible()
    expect(links).to_be_hidden()
    menu.focus()
    page.keyboard.press("Enter")
    expect(links).to_be_visible()
    page.keyboard.press("Tab")
    expect(links.get_by_role("link").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".headline")).to_be_visible()

    account = page.locator(".account-menu summary")
    panel = page.locator(".account-panel")
    account.focus()
    page.keyboard.press("Enter")
    expect(panel).to_be_visible()
    expect(panel.locator("[name=language]")).to_have_text(["Tiếng Việt", "English"])
    box = panel.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(account).to_be_focused()
    account.click()
    expect(panel).to_be_visible()
    page.locator(".page-footer").click()
    expect(panel).to_be_hidden()
