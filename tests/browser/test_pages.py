"""Every page as all kinds of people meet it: by screen reader, on a telephone, on paper."""

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, expect

from criteria.models import Assessment
from criteria.workflow import APPROVE, BEGIN, SUBMIT
from tests import hands
from tests.browser.city import City, fill_in
from tests.browser.inspection import Inspection
from tests.browser.paper import PAPER, Printed
from tests.browser.window import DESKTOP, PHONE, Panel, Window
from tests.factories import EvidenceFactory

SIDES = [".sheet-row-controls", ".sheet-row-found"]


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

    window.sign_in(city.newcomer)
    inspection.tour({"403": ("criteria:dashboard",)})
    assert not inspection.findings, "\n".join(inspection.findings)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_sheet_has_no_barriers_in_any_state(
    open_window: Callable[..., Window], city: City, language: str
) -> None:
    """From hand to hand, as the unit and the verifier see it; with what each may open on it."""
    unit, verifier = Inspection(open_window()), Inspection(open_window())
    for inspection, user in ((unit, city.officer), (verifier, city.verifier)):
        inspection.window.sign_in(user)
        inspection.window.speak(language)
        inspection.window.allow(422)
    sheet = fill_in(city.own, city)
    place = ("criteria:sheet", city.round.pk, city.own.pk)

    sheet.results.filter(criterion=city.criteria[1]).update(explanation="")
    unit.window.open(*place)
    unit.window.take("submit")
    expect(unit.window.page.locator("#gaps")).to_be_visible()
    unit.look("draft with gaps")
    verifier.tour({"draft": place})

    sheet.results.filter(criterion=city.criteria[1]).update(explanation="Có")
    hands.take(sheet, SUBMIT, city.officer)
    unit.tour({"submitted": place})
    verifier.tour({"submitted": place})

    hands.take(sheet, BEGIN, city.verifier)
    hands.agree(sheet, city.verifier, 1, 2)
    unit.tour({"in verification": place})
    verifier.window.open(*place)
    row = verifier.window.row(city.criteria[3])
    row.type("1")
    expect(row.problem).to_be_visible()
    verifier.look("in verification, with a finding to be given")
    row.explain("Đo lại: 1 m²")
    expect(row.saved).to_be_visible()
    verifier.window.ask("return")
    verifier.window.ask("approve")
    verifier.look("in verification, about to be returned or approved")

    hands.return_sheet(sheet, city.verifier, {3: "Đo lại"})
    unit.tour({"returned": place})
    verifier.tour({"returned": place})
    unit.window.open(*place)
    unit.window.row(city.criteria[3]).type("155")
    expect(unit.window.row(city.criteria[3]).saved).to_be_visible()
    hands.take(sheet, SUBMIT, city.officer)
    hands.take(sheet, BEGIN, city.verifier)
    verifier.tour({"mended": place})
    hands.find(sheet, 6, hands.NO, city.verifier, "Không có sổ")
    hands.agree(sheet, city.verifier)
    hands.take(sheet, APPROVE, city.verifier)
    unit.tour({"approved": place})
    verifier.tour({"approved": place})
    findings = unit.findings + verifier.findings
    assert not findings, "\n".join(findings)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_pages_around_the_sheets_have_no_barriers(
    open_window: Callable[..., Window], city: City, language: str
) -> None:
    """My work, notices, the log, documents and rounds, as each role meets them."""
    _make_traces(city)
    sheet = Assessment.objects.get(ward=city.own, round=city.round)
    older = EvidenceFactory(ward=city.own, number="01/NQ", added_by=city.officer)
    document = EvidenceFactory(ward=city.own, added_by=city.officer)
    older.superseded_by = document
    older.save(update_fields=["superseded_by"])
    work, notices, log = ("criteria:work",), ("criteria:notices",), ("criteria:log",)
    panel = ("criteria:evidence-row", city.round.pk, city.own.pk, city.criteria[2].pk)
    pages = {
        city.officer: {
            "work of an officer": work,
            "notices": notices,
            "own log": log,
            "documents": ("criteria:ward-evidence", city.own.pk),
            "document": ("criteria:evidence-detail", document.pk),
            "superseded document": ("criteria:evidence-detail", older.pk),
            "evidence as a page": panel,
            "own ward": ("criteria:ward-detail", city.own.pk),
        },
        city.city_officer: {"work of a city officer": work},
        city.verifier: {"work of a verifier": work},
        city.leader: {"work of a leader": work, "log": log, "no notices": notices},
        city.administrator: {
            "work of an administrator": work,
            "extension": ("criteria:round-extend", city.round.pk, city.own.pk),
        },
    }
    findings = []
    for user, places in pages.items():
        inspection = Inspection(open_window())
        window, page = inspection.window, inspection.window.page
        window.sign_in(user)
        window.speak(language)
        inspection.tour(places)
        if user == city.officer:
            window.allow(422)
            window.open("criteria:sheet", city.round.pk, city.own.pk)
            dialog = window.row(city.criteria[2]).open_evidence()
            _refuse(dialog)
            inspection.look("dialog of evidence")
            window.open("criteria:evidence-detail", document.pk)
            page.locator(".supersede summary").click()
            inspection.look("document to be replaced")
        elif user == city.verifier:
            window.open("criteria:work")
            page.locator("#choose-all").check()
            page.locator("#verify .work-steps .btn-outline-danger").click()
            expect(page.locator(".work-chosen-list")).to_be_visible()
            inspection.look("many to be returned")
        elif user == city.leader:
            page.goto(f"{reverse('criteria:log')}?sheet={sheet.pk}")
            inspection.look("log of a sheet")
            page.goto(f"{reverse('criteria:log')}?since=32/13/2026")
            inspection.look("log of no day")
        elif user == city.administrator:
            window.open("criteria:round-detail", city.round.pk)
            window.ask("close_round")
            inspection.look("round to be closed")
            window.open("criteria:round-detail", city.earlier.pk)
            window.ask("reopen_round")
            inspection.look("round to be reopened")
        findings += inspection.findings
    assert not findings, "\n".join(findings)


def _make_traces(city: City) -> None:
    """Leave what a year leaves: a sheet returned to the officer, and its steps in the log."""
    sheet = fill_in(city.own, city)
    hands.take(sheet, SUBMIT, city.officer)
    hands.take(sheet, BEGIN, city.verifier)
    hands.agree(sheet, city.verifier, 1, 2)
    hands.find(sheet, 6, hands.NO, city.verifier, "Không có sổ")
    hands.return_sheet(sheet, city.verifier, {2: "Đối chiếu lại với biên bản kiểm tra"})


def _refuse(panel: Panel) -> None:
    """Let a document be refused, so that the reason stands there."""
    panel.say(number="7/KH")
    panel.store()
    expect(panel.refusal.locator(".upload-problem")).to_be_visible()


def test_the_admin_opens_without_barriers(window: Window, city: City) -> None:
    window.sign_in(city.administrator)
    inspection = Inspection(window)
    inspection.tour({"administration": ("admin:index",)})
    assert not inspection.findings, "\n".join(inspection.findings)


def test_the_question_before_a_ward_leaves_a_round_has_no_barriers(
    window: Window, city: City
) -> None:
    window.sign_in(city.administrator)
    window.open("admin:criteria_ward_change", city.own.pk)
    window.page.locator("[name=valid_to]").fill(f"{city.round.ends_on:%d/%m/%Y}")
    window.page.locator("[name=_save]").click()
    expect(window.page.locator(".registry-decision")).to_be_visible()
    inspection = Inspection(window)
    inspection.look("what hangs on the end of a ward")
    assert not inspection.findings, "\n".join(inspection.findings)


def test_the_ward_list_and_a_sheet_print(window: Window, city: City) -> None:
    """On paper stands what the page says, without the ways to other pages."""
    window.sign_in(city.officer)
    sheet = ("criteria:sheet", city.round.pk, city.own.pk)
    for place, summary, rows, n_rows in (
        (("criteria:ward-list",), ".count", ".table-wards tbody tr", 3),
        (sheet, ".sheet-progress", ".sheet-row h3", len(city.criteria)),
    ):
        window.open(*place)
        _expect_on_paper(window, summary, rows, n_rows, n_pages=2)


def test_a_sheet_with_two_opinions_and_the_log_print(window: Window, city: City) -> None:
    _make_traces(city)
    window.sign_in(city.leader)
    page = window.page
    window.open("criteria:sheet", city.round.pk, city.own.pk)
    _expect_on_paper(window, ".stage-return", ".sheet-row h3", len(city.criteria), n_pages=3)
    expect(page.locator(".opinions").filter(visible=True)).to_have_count(3)
    expect(page.locator(".row-finding").filter(visible=True)).to_have_count(1)
    window.open("criteria:log")
    n_entries = page.locator(".log tbody tr").count()
    assert n_entries >= 5
    _expect_on_paper(window, "h1", ".log tbody tr", n_entries, n_pages=2)
    expect(page.locator(".log thead th").filter(visible=True)).to_have_count(5)
    expect(page.locator(".log-pager").filter(visible=True)).to_have_count(0)


def test_a_sheet_in_verification_prints_both_sides_beside_each_other(
    window: Window, city: City
) -> None:
    sheet = Assessment.objects.get(ward=city.approvable, round=city.round)
    hands.take(sheet, BEGIN, city.verifier)
    hands.agree(sheet, city.verifier, 1)
    window.sign_in(city.verifier)
    window.open("criteria:sheet", city.round.pk, city.approvable.pk)
    _expect_on_paper(window, ".stage", ".sheet-row h3", len(city.criteria), n_pages=3)
    window.page.set_viewport_size(PAPER)
    row = window.row(city.criteria[1]).element
    unit, found = (row.locator(side).bounding_box() for side in SIDES)
    assert unit
    assert found
    assert unit["x"] + unit["width"] <= found["x"]


def _expect_on_paper(window: Window, summary: str, rows: str, n_rows: int, *, n_pages: int) -> None:
    """Expect all of it, as wide as the paper at most, without the ways to other pages."""
    page = window.page
    page.emulate_media(media="print")
    for part in ("h1", summary):
        expect(page.locator(part)).to_be_visible()
    expect(page.locator(rows).filter(visible=True)).to_have_count(n_rows)
    for part in (".site-header", ".site-nav", ".account-menu"):
        expect(page.locator(part)).to_be_hidden()
    ways = page.locator("nav, .skip-link, main .btn, .row-attach")
    expect(ways.filter(visible=True)).to_have_count(0)
    page.set_viewport_size(PAPER)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PAPER["width"], f"{page.url} is {width} px wide on paper"
    n_sheets = Printed(page).n_sheets
    assert 1 <= n_sheets <= n_pages, f"{page.url}: {n_sheets} pages"
    page.set_viewport_size(DESKTOP)


@pytest.mark.parametrize(
    ("place", "table"), [("criteria:ward-list", "#wards"), ("criteria:round-current", "#sheets")]
)
def test_a_filter_reads_out_how_many_it_leaves_and_not_the_table(
    window: Window, city: City, place: str, table: str
) -> None:
    window.sign_in(city.city_officer)
    window.open(place)
    page = window.page
    main = page.locator("main")
    count = main.get_by_role("status")
    expect(count).to_contain_text("3")
    # A screen reader reads what changes within an element that it knows already.
    page.evaluate("document.getElementById('count').dataset.known = 'yes'")
    main.get_by_role("searchbox").press_sequentially("truong")
    expect(count).to_contain_text("1")
    expect(count).to_have_attribute("data-known", "yes")
    expect(page.locator(f"{table} tbody tr")).to_have_count(1)
    expect(page.locator(f"[aria-live], [role=status] {table}")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"q=truong"))
    main.get_by_role("searchbox").fill("không có")
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
    _expect_within(panel, PHONE)
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(account).to_be_focused()
    account.click()
    expect(panel).to_be_visible()
    page.locator(".page-footer").click()
    expect(panel).to_be_hidden()


@pytest.mark.parametrize("width", [320, 390, 800, 1210, 1366])
def test_the_head_of_the_page_fits_whoever_has_most_links(
    open_window: Callable[..., Window], city: City, width: int
) -> None:
    size = {"width": width, "height": 800}
    window = open_window(size=size)
    page = window.page
    window.sign_in(city.administrator)
    for language in ("en", "vi"):
        window.speak(language)
        page.locator(".account-menu summary").click()
        _expect_within(page.locator(".account-panel"), size)
        page.keyboard.press("Escape")
        for part in (".site-brand", ".site-bell", ".account-menu summary"):
            _expect_within(page.locator(part), size)
        if page.locator(".site-menu").is_visible():
            page.locator(".site-menu summary").click()
        for link in page.locator(".site-nav a").all():
            _expect_within(link, size)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def _expect_within(element: Locator, size: dict[str, int]) -> None:
    expect(element).to_be_visible()
    box = element.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size["width"]
