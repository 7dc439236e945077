"""Two tabs of one browser: on one a page stays open while somebody else signs in on the other."""

import re
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import User
from criteria.models import Activity, Assessment, Evidence, Result
from criteria.workflow import BEGIN, RETURN
from tests import hands
from tests.browser.city import PASSWORD, City, fill_in, make_account
from tests.browser.inspection import Inspection
from tests.browser.window import LEAVING, Window, vi
from tests.factories import MembershipFactory

ELSE = "Not saved: somebody else has signed in since this page was opened."


@pytest.fixture
def window(window: Window) -> Window:
    window.allow(412, LEAVING)
    return window


def _change_person(window: Window, to: User | None) -> None:
    """Sign out in a second tab, and sign in there as somebody; None: as nobody."""
    first, window.page = window.page, window.context.new_page()
    window.open("criteria:notices")
    window.sign_out()
    if to:
        window.fill_sign_in(to.username, PASSWORD)
        expect(window.page.locator(".account-menu summary")).to_contain_text(to.full_name)
    window.page.close()
    window.page = first


def _stored(city: City) -> Result:
    return Result.objects.get(assessment__ward=city.own, assessment__round=city.round)


def _written_by(user: User) -> int:
    return Activity.objects.filter(actor=user).count()


@pytest.fixture
def colleague(city: City) -> User:
    """May do all that the officer may, so that nothing else keeps them from it."""
    colleague = make_account("canbo2", "Phạm Văn Hai", "Ward officer")
    MembershipFactory(user=colleague, ward=city.own)
    return colleague


def test_a_row_of_the_sheet_is_saved_for_nobody_else(
    window: Window, city: City, colleague: User
) -> None:
    window.sign_in(city.officer)
    window.open("criteria:sheet", city.round.pk, city.own.pk)
    row = window.row(city.criteria[2])
    row.type("120")
    expect(row.saved).to_be_visible()
    _change_person(window, colleague)
    row.type("125")
    expect(row.problem).to_contain_text(vi(ELSE))
    expect(row.problem).to_contain_text(city.officer.full_name)
    expect(row.saved).to_have_count(0)
    expect(row.figure).to_have_value("125")
    assert _stored(city).values.get().self_value == 120
    assert not _written_by(colleague)
    # Nor for nobody; and for its person the page goes on.
    _change_person(window, None)
    window.allow(401)
    row.problem.locator("[data-save-again]").click()
    expect(row.problem).to_contain_text(vi("Not saved: you are no longer signed in."))
    window.page.context.clear_cookies(name="csrftoken")
    other = window.page.context.new_page()
    other.goto(reverse("login"))
    first, window.page = window.page, other
    window.fill_sign_in(city.officer.username, PASSWORD)
    expect(other.locator(".account-menu summary")).to_contain_text(city.officer.full_name)
    other.close()
    window.page = first
    row.problem.locator("[data-save-again]").click()
    expect(row.saved).to_be_visible()
    assert _stored(city).values.get().self_value == 125
    assert _stored(city).entered_by == city.officer


def test_a_cell_of_the_grid_is_saved_for_nobody_else(window: Window, city: City) -> None:
    colleague = make_account("thanhpho2", "Trần Thị Ba", "City officer")
    window.sign_in(city.city_officer)
    criterion = city.criteria[2]
    window.open("criteria:round-criterion", city.round.pk, criterion.pk)
    row = window.page.locator(f"#w{city.own.pk}")
    cell = row.locator(".grid-cell input").first
    _change_person(window, colleague)
    cell.fill("120")
    cell.press("Enter")
    expect(row.locator(".row-problem")).to_contain_text(vi(ELSE))
    expect(row.locator(".row-saved")).to_have_count(0)
    expect(cell).to_have_value("120")
    ward = row.locator("th").inner_text().strip()
    expect(window.page.locator("#grid-progress")).to_have_text(
        vi("{ward}: not saved").format(ward=ward)
    )
    assert not _written_by(colleague)
    _change_person(window, city.city_officer)
    row.locator("[data-send-again]").click()
    expect(row.locator(".row-saved")).to_be_visible()


def test_nobody_agrees_by_the_page_of_another_verifier(window: Window, city: City) -> None:
    colleague = make_account("thamdinh2", "Hoàng Thẩm Tra", "Verifier")
    sheet = Assessment.objects.get(ward=city.approvable, round=city.round)
    hands.take(sheet, BEGIN, city.verifier)
    window.sign_in(city.verifier)
    window.open("criteria:sheet", city.round.pk, city.approvable.pk)
    row, other = window.row(city.criteria[2]), window.row(city.criteria[3])
    other.explain("Đo lại thực địa")
    expect(other.saved).to_be_visible()
    _change_person(window, colleague)
    row.agree.click()
    expect(row.problem).to_contain_text(vi(ELSE))
    expect(row.agree).to_be_visible()
    other.explain("Đo lại hai lần")
    expect(other.problem).to_contain_text(vi(ELSE))
    expect(other.explanation).to_have_value("Đo lại hai lần")
    assert not _written_by(colleague)
    # A step is a plain form, which leaves the page: it asks first.
    window.ask(RETURN.name).locator("[name=reason]").fill("Thiếu biên bản đo")
    window.take(RETURN.name)
    form = window.page.locator("#step-return")
    expect(form.locator(".problem")).to_contain_text(vi(ELSE))
    expect(form.locator("[name=reason]")).to_have_value("Thiếu biên bản đo")
    sheet.refresh_from_db()
    assert sheet.state == Assessment.State.VERIFYING
    # For its verifier, signed in again, the page goes on; what stood open was never saved.
    _change_person(window, city.verifier)
    other.problem.locator("[data-save-again]").click()
    expect(other.saved).to_be_visible()
    form.locator("[type=submit]").click()
    window.expect_told("The sheet is returned to the unit.")
    sheet.refresh_from_db()
    assert sheet.returned_by == city.verifier


def test_without_scripts_what_was_typed_is_shown_to_be_copied(
    open_window: Callable[..., Window], city: City
) -> None:
    window = open_window(javascript=False)
    window.allow(412)
    window.sign_in(city.officer)
    window.open("criteria:sheet", city.round.pk, city.own.pk)
    row = window.row(city.criteria[2])
    row.figure.fill("120")
    _change_person(window, city.city_officer)
    window.page.locator("#sheet [type=submit]").first.click()
    expect(window.page.locator("h1")).to_have_text(vi("Somebody else is signed in"))
    expect(window.page.locator("main")).to_contain_text(city.officer.full_name)
    expect(window.page.locator(".typed textarea").first).to_have_value("120")
    assert not _written_by(city.city_officer)


@pytest.mark.parametrize("is_dialog", [True, False])
def test_no_document_is_stored_for_somebody_else(
    window: Window, city: City, colleague: User, is_dialog: bool
) -> None:
    fill_in(city.own, city)
    # Where the panel is a page of its own, no sheet is under it.
    window.allow(re.compile("hx-include|oobErrorNoTarget"))
    window.sign_in(city.officer)
    criterion = city.criteria[2]
    if is_dialog:
        window.open("criteria:sheet", city.round.pk, city.own.pk)
        panel = window.row(city.criteria[2]).open_evidence().element
    else:
        window.open("criteria:evidence-row", city.round.pk, city.own.pk, criterion.pk)
        panel = window.page.locator("#evidence-panel")
    form = panel.locator("form[data-upload]")
    for name, text in {"title": "Biên bản 12", "number": "12/BB", "issued_by": "UBND"}.items():
        form.locator(f"[name={name}]").fill(text)
    _change_person(window, colleague)
    form.locator("[type=submit]").click()
    expect(panel.locator("#evidence-refused")).to_contain_text(
        vi("Not stored: somebody else has signed in since this page was opened.")
    )
    expect(form.locator("[name=title]")).to_have_value("Biên bản 12")
    assert not Evidence.objects.exists()
    _change_person(window, city.officer)
    form.locator("[type=submit]").click()
    expect(panel.locator("#evidence-told .message-success")).to_be_visible()
    assert Evidence.objects.get().added_by == city.officer


@pytest.mark.parametrize("javascript", [True, False])
def test_a_return_outlives_the_end_of_the_session(
    open_window: Callable[..., Window], city: City, javascript: bool
) -> None:
    sheet = Assessment.objects.get(ward=city.approvable, round=city.round)
    hands.take(sheet, BEGIN, city.verifier)
    window = open_window(javascript=javascript)
    window.sign_in(city.verifier)
    window.open("criteria:sheet", city.round.pk, city.approvable.pk)
    form = window.ask(RETURN.name)
    form.locator("[name=reason]").fill("Thiếu biên bản đo")
    form.locator("[name^=note]").nth(2).fill("Đo lại")
    Session.objects.all().delete()
    form.locator("[type=submit]").click()
    window.fill_sign_in(city.verifier.username, PASSWORD)
    expect(window.page.locator(".messages")).to_contain_text("Phiên đăng nhập đã hết")
    expect(form.locator("[name=reason]")).to_have_value("Thiếu biên bản đo")
    expect(form.locator("[name^=note]").nth(2)).to_have_value("Đo lại")
    expect(form.locator("[type=submit]")).to_be_visible()
    assert not window.page.url.endswith(f"/{RETURN.name}/")
    form.locator("[type=submit]").click()
    window.expect_told("The sheet is returned to the unit.")
    sheet.refresh_from_db()
    assert sheet.return_reason == "Thiếu biên bản đo"
    window.page.goto(reverse("criteria:sheet-step", args=[city.round.pk, sheet.ward_id, "submit"]))
    expect(window.page.locator(".stage-return")).to_contain_text("Thiếu biên bản đo")


def test_a_form_without_scripts_is_refused_on_a_page_without_barriers(
    window: Window, city: City, colleague: User
) -> None:
    window.sign_in(city.officer)
    window.open("criteria:sheet", city.round.pk, city.own.pk)
    window.row(city.criteria[2]).more.locator("summary").click()
    window.row(city.criteria[2]).explanation.fill("Gõ dở")
    _change_person(window, colleague)
    window.page.evaluate(
        """() => {
            const form = document.querySelector("#sheet");
            const [, token] = document.cookie.match(/csrftoken=([^;]+)/);
            form.elements.csrfmiddlewaretoken.value = token;
            HTMLFormElement.prototype.submit.call(form);
        }"""
    )
    expect(window.page.locator("h1")).to_have_text(vi("Somebody else is signed in"))
    expect(window.page.locator(".typed textarea").first).to_have_value("Gõ dở")
    inspection = Inspection(window)
    inspection.look("somebody else is signed in")
    assert not inspection.findings, "\n".join(inspection.findings)
