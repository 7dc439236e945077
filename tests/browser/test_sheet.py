"""Journeys of the people who fill in and approve sheets."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import Locator, Page, Route, expect

from criteria.models import Assessment, Result
from criteria.workflow import BEGIN
from tests import hands
from tests.browser.city import GROUNDS, MEETS, PASSWORD, City
from tests.browser.window import LEAVING, Row, Window, vi


def test_an_officer_fills_in_a_sheet_by_keyboard_and_the_headline_moves(
    window: Window, city: City
) -> None:
    page = window.page
    window.sign_in(city.officer)
    headline = page.locator("main .headline-number").first
    expect(headline).to_have_text("0/3")

    page.locator(f".site-nav a[href='{reverse('criteria:ward-list')}']").click()
    names = page.locator("#wards tbody th")
    expect(names).to_have_count(3)
    page.evaluate("window.isTheSamePage = true")
    page.locator("main .filters [name=q]").press_sequentially("truong thi")
    expect(names).to_have_text(["Trường Thi"])
    expect(page).to_have_url(re.compile(r"\?.*q=truong"))
    assert parse_qs(urlsplit(page.url).query)["q"] == ["truong thi"]
    assert page.evaluate("window.isTheSamePage")
    page.reload()
    expect(names).to_have_text(["Trường Thi"])
    expect(page.locator("main .filters [name=q]")).to_have_value("truong thi")

    names.get_by_role("link").click()
    sheet_url = reverse("criteria:sheet", args=[city.round.pk, city.own.pk])
    page.locator(f"main a[href='{sheet_url}']").first.click()
    _fill_in_by_keyboard(page, city)
    saved = page.locator(".sheet-row .row-saved")
    expect(saved).to_have_count(len(city.criteria))
    expect(saved.first).to_contain_text("Đã lưu")
    _expect_full(page, city)
    page.reload()
    _expect_full(page, city)
    for number in (2, 3, 4, 6):
        expect(window.row(city.criteria[number]).figure).to_have_value(MEETS[number][-1])
    for number, value in {1: "1", 4: "met", 5: "1", 6: "1"}.items():
        expect(window.row(city.criteria[number]).chosen(value)).to_have_count(1)
    for criterion in city.criteria.values():
        window.row(criterion).explain(GROUNDS)
    expect(saved).to_have_count(len(city.criteria))
    window.take("submit")
    window.expect_told("The sheet is submitted.")
    window.sign_out()

    window.sign_in(city.verifier)
    window.open("criteria:sheet", city.round.pk, city.own.pk)
    window.take("begin")
    window.expect_told("Verification has begun.")
    for n, agree in enumerate(["first", "last"], start=1):
        getattr(page.locator("[name=agree_group]"), agree).click()
        expect(page.locator("#progress .meter-text")).to_have_text(f"{3 * n}/6")
    window.take("approve")
    window.expect_told("The sheet is approved.")
    window.open("criteria:dashboard")
    expect(headline).to_have_text("1/3")
    window.sign_out()

    window.sign_in(city.officer)
    window.open("criteria:sheet", city.round.pk, city.own.pk)
    expect(window.rows).to_have_count(len(city.criteria))
    expect(window.ways_to_change).to_have_count(0)


def _fill_in_by_keyboard(page: Page, city: City) -> None:
    """Answer every field from the first on: Tab to it, arrows and typing, Enter to the next."""
    focus = page.locator(".sheet-row input:focus")
    for _ in range(60):
        page.keyboard.press("Tab")
        if focus.count():
            break
    number_of = {str(criterion.pk): n for n, criterion in city.criteria.items()}
    visited = []
    while focus.count() and (name := focus.get_attribute("name")) not in visited:
        visited.append(name)
        criterion, kind = re.fullmatch(r"c(\d+)-([a-z]+)\d+", name).groups()
        if kind in ("choice", "judgement"):
            # From “not said”, the last one, the arrow leads round to the first.
            page.keyboard.press("ArrowRight")
        elif kind == "figure":
            page.keyboard.type(MEETS[number_of[criterion]][-1])
        page.keyboard.press("Enter")
    assert len(visited) == 9


def _expect_full(page: Page, city: City) -> None:
    n = len(city.criteria)
    expect(page.locator("#progress .meter-text")).to_have_text(f"{n}/{n}")
    expect(page.locator("#progress .meter-met")).to_have_attribute("width", str(n))
    expect(page.locator("#progress .sheet-progress-rest a[href^='#c']")).to_have_count(0)


def test_a_row_is_sent_alone(window: Window, city: City) -> None:
    window.sign_in(city.officer)
    window.open("criteria:sheet", city.round.pk, city.own.pk)
    criterion = city.criteria[2]
    with window.page.expect_request(lambda request: request.method == "POST") as asked:
        window.row(criterion).type("85,5")
    sent = parse_qs(asked.value.post_data)
    prefix = f"c{criterion.pk}-"
    assert f"{prefix}version" in sent
    assert [name for name in sent if name.startswith(prefix)] == [
        name for name in sent if re.match(r"c\d+-", name)
    ]
    assert {"sheet_version", "made_for", "csrfmiddlewaretoken"} <= sent.keys()
    expect(window.row(criterion).saved).to_be_visible()


def test_a_sheet_is_filled_in_without_javascript(
    open_window: Callable[..., Window], city: City
) -> None:
    window = open_window(javascript=False)
    page = window.page
    window.sign_in(city.officer)
    window.open("criteria:sheet", city.round.pk, city.own.pk)
    first, second, third = (window.row(city.criteria[number]) for number in (1, 2, 3))
    save = page.locator(".sheet-save button").last

    first.choose("1")
    second.type("85,5")
    save.click()
    expect(page.locator(".messages .message-success")).to_be_visible()
    expect(first.chosen("1")).to_have_count(1)
    expect(second.figure).to_have_value("85,5")
    expect(page.locator("#progress .meter-text")).to_have_text("1/6")

    window.allow(422)
    second.type("1.250")
    third.type("160,5")
    save.click()
    expect(page.locator(".messages .message-success")).to_be_visible()
    expect(page.locator(".messages .message-error")).to_contain_text("2")
    expect(second.problem).to_contain_text(_two_ways())
    expect(second.figure).to_have_value("1.250")
    _expect_refused(second)
    expect(page.locator("[aria-invalid]")).to_have_count(1)
    window.open("criteria:sheet", city.round.pk, city.own.pk)
    expect(second.figure).to_have_value("85,5")
    expect(third.figure).to_have_value("160,5")


def _expect_refused(row: Row) -> None:
    """Expect the figure to be marked as wrong, and the reason to be read out with it."""
    expect(row.figure).to_have_attribute("aria-invalid", "true")
    expect(row.figure).to_have_accessible_description(re.compile(re.escape(_two_ways())))


def _two_ways() -> str:
    return vi("Write the number without a thousands separator: 1250, not 1.250.")


def test_two_people_change_the_same_row_and_nothing_typed_is_lost(
    open_window: Callable[..., Window], city: City
) -> None:
    mine, theirs = open_window(), open_window()
    mine.sign_in(city.officer)
    theirs.sign_in(city.city_officer)
    for window in (mine, theirs):
        window.open("criteria:sheet", city.round.pk, city.own.pk)
    mine.allow(409)
    choice, figure = city.criteria[1], city.criteria[2]

    theirs.row(figure).type("120")
    expect(theirs.row(figure).saved).to_be_visible()
    row = mine.row(figure)
    row.type("95,5")
    said = row.problem.locator("dd")
    expect(said).to_contain_text(["95,5", "120"])
    expect(row.problem.locator("dt").last).to_contain_text(city.city_officer.full_name)
    expect(row.figure).to_have_value("95,5")
    expect(row.saved).to_have_count(0)
    row.problem.get_by_role("button", name=vi("Save mine over it")).click()
    expect(row.saved).to_be_visible()
    expect(row.problem).to_have_count(0)
    row.type("96")
    expect(row.saved).to_be_visible()
    expect(mine.page.locator(".is-dirty, .is-unsaved")).to_have_count(0)

    theirs.row(choice).choose("0")
    expect(theirs.row(choice).saved).to_be_visible()
    row = mine.row(choice)
    row.choose("1")
    said = row.problem.locator("dd")
    expect(said).to_have_text([vi("Yes", "answer"), vi("No", "answer")])
    expect(row.chosen("1")).to_have_count(1)
    row.problem.get_by_role("link", name=vi("Take what is saved")).click()
    expect(row.chosen("0")).to_have_count(1)
    expect(said).to_have_count(0)
    row.choose("1")
    expect(row.saved).to_be_visible()

    theirs.page.reload()
    expect(theirs.row(figure).figure).to_have_value("96")
    expect(theirs.row(choice).chosen("1")).to_have_count(1)


def test_what_is_typed_outlives_a_broken_line_and_the_end_of_the_session(
    window: Window, city: City
) -> None:
    window.sign_in(city.officer)
    window.open("criteria:sheet", city.round.pk, city.own.pk)
    row = window.row(city.criteria[2])
    window.disconnect()
    row.type("120")
    expect(row.problem).to_contain_text(vi("Not saved: the server does not answer."))
    expect(row.figure).to_have_value("120")
    expect(row.saved).to_have_count(0)
    window.reconnect()
    row.problem.locator("[data-save-again]").click()
    expect(row.saved).to_be_visible()
    expect(row.problem).to_have_count(0)

    window.allow(401)
    Session.objects.all().delete()
    row.type("125")
    expect(row.problem).to_contain_text(vi("Not saved: you are no longer signed in."))
    expect(row.figure).to_have_value("125")
    stored = Result.objects.get(assessment__ward=city.own, assessment__round=city.round)
    assert stored.values.get().self_value == 120
    with window.context.expect_page() as opened:
        row.problem.get_by_role("link").click()
    sheet, window.page = window.page, opened.value
    window.fill_sign_in(city.officer.username, PASSWORD)
    expect(window.page.locator(".site-nav")).to_be_visible()
    window.page.close()
    window.page = sheet
    row.problem.locator("[data-save-again]").click()
    expect(row.saved).to_be_visible()
    sheet.reload()
    expect(row.figure).to_have_value("125")


def test_saved_is_said_of_what_was_typed_last_and_of_nothing_else(
    window: Window, city: City
) -> None:
    window.sign_in(city.officer)
    window.open("criteria:sheet", city.round.pk, city.own.pk)
    row = window.row(city.criteria[2])
    row.type("120")
    expect(row.saved).to_be_visible()

    held: list[Route] = []
    window.page.route("**/criteria/*/", lambda route: held.append(route))
    row.type("121")
    expect(row.element).to_have_class(re.compile("htmx-request"))
    expect(row.saved).to_be_hidden()
    row.figure.press("End")
    row.figure.press_sequentially("5")
    held.pop().continue_()
    expect(row.element).not_to_have_class(re.compile("htmx-request"))
    expect(row.saved).to_be_hidden()
    row.figure.press("Tab")
    expect(row.element).to_have_class(re.compile("htmx-request"))
    held.pop().continue_()
    expect(row.saved).to_be_visible()
    assert not held
    window.page.reload()
    expect(row.figure).to_have_value("1215")


def test_a_figure_that_reads_two_ways_is_refused_and_a_decimal_comma_is_not(
    window: Window, city: City
) -> None:
    window.allow(422)
    window.sign_in(city.officer)
    window.open("criteria:sheet", city.round.pk, city.own.pk)
    row = window.row(city.criteria[2])
    row.type("1.250")
    expect(row.problem).to_contain_text(_two_ways())
    expect(row.figure).to_have_value("1.250")
    expect(row.saved).to_have_count(0)
    _expect_refused(row)
    assert not Assessment.objects.filter(ward=city.own, round=city.round).exists()
    window.allow(LEAVING)
    with window.page.expect_event("dialog"):
        window.page.reload()
    expect(row.figure).to_have_value("")

    row.type("abc")
    expect(row.figure).to_have_attribute("aria-invalid", "true")
    row.type("85,5")
    expect(row.saved).to_be_visible()
    expect(row.problem).to_have_count(0)
    expect(row.element.locator("[aria-invalid], [aria-describedby]")).to_have_count(0)
    window.page.reload()
    expect(row.figure).to_have_value("85,5")


def test_an_approval_can_be_thought_better_of_by_keyboard(window: Window, city: City) -> None:
    _open_to_approve(window, city)
    page = window.page
    button, question = _approval(page)
    what, yes = question.locator(".confirm-what"), question.locator("[type=submit]")
    button.focus()
    for close in ("Escape", "Cancel"):
        page.keyboard.press("Enter")
        expect(what).to_be_focused()  # so that a second Enter answers nothing
        page.keyboard.press("Tab")
        expect(yes).to_be_focused()
        if close == "Cancel":
            page.keyboard.press("Tab")
            expect(question.get_by_role("button", name=vi("Cancel"))).to_be_focused()
        page.keyboard.press("Escape" if close == "Escape" else "Enter")
        expect(question).to_be_hidden()
        expect(button).to_be_focused()
        expect(button).to_have_text(vi("Approve…"), use_inner_text=True)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    window.expect_told("The sheet is approved.")


def test_an_approval_can_be_thought_better_of_without_javascript(
    open_window: Callable[..., Window], city: City
) -> None:
    window = open_window(javascript=False)
    _open_to_approve(window, city)
    button, question = _approval(window.page)
    button.click()
    expect(question).to_be_visible()
    button.click()
    expect(question).to_be_hidden()


def _approval(page: Page) -> tuple[Locator, Locator]:
    """The button, and what it asks before the sheet is approved."""
    question = page.locator("#step-approve")
    return page.locator("details.confirm", has=question).locator("summary"), question


def _open_to_approve(window: Window, city: City) -> None:
    sheet = Assessment.objects.get(ward=city.approvable, round=city.round)
    hands.take(sheet, BEGIN, city.verifier)
    hands.agree(sheet, city.verifier)
    window.sign_in(city.verifier)
    window.open("criteria:sheet", city.round.pk, city.approvable.pk)
