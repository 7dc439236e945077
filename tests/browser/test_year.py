"""The whole year in one journey: every person in a window of their own, by clicking only."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, expect

from accounts.models import User
from tests.browser.city import GROUNDS, MEETS, PASSWORD, City, make_city
from tests.browser.window import Row, Window, vi
from tests.files.samples import pdf

DOCUMENT, REFERENCE = "Biên bản kiểm tra bình chữa cháy", "Kết quả khảo sát"
FINDING, REASON, NOTE = "Sổ ghi 9 vụ", "Một tiêu chí chưa khớp sổ", "Đối chiếu lại với sổ trực ban"


@pytest.fixture
def city(transactional_db: None, django_db_serialized_rollback: None) -> City:
    """The small city before the year begins: its round is planned."""
    return make_city(is_begun=False)


@dataclass(frozen=True)
class People:
    administrator: Window
    officer: Window
    verifier: Window
    leader: Window


@pytest.fixture
def people(open_window: Callable[..., Window], city: City) -> People:
    def seat(user: User) -> Window:
        window = open_window()
        window.open("login")
        window.fill_sign_in(user.username, PASSWORD)
        expect(window.page.locator(".site-nav")).to_be_visible()
        return window

    return People(
        *map(seat, [city.administrator, city.officer, city.verifier, city.leader]),
    )


def test_a_year_from_the_opening_of_the_round_to_its_closing(people: People, city: City) -> None:
    _the_round_is_opened(people, city)
    _the_unit_fills_in(people.officer, city)
    _the_unit_submits(people.officer, city)
    _the_verifier_verifies_and_returns(people.verifier, city)
    _the_unit_mends(people.officer, city)
    _the_verifier_approves(people.verifier, city)
    _nobody_changes_it_any_more(people.officer, city)
    _the_round_is_closed(people, city)


def _headline(window: Window) -> Locator:
    return window.page.locator("main .headline-number").first


def _the_round_is_opened(people: People, city: City) -> None:
    expect(_headline(people.leader)).to_have_text("0/3")
    window = people.administrator
    window.follow("criteria:work")
    window.page.locator("#rounds").get_by_role("link", name=city.round.name).click()
    expect(window.page.locator(".tag-planned")).to_be_visible()
    window.take("open_round")
    window.expect_told("The round is open: the units can fill in their sheets.")
    window.page.reload()
    expect(window.page.locator(".tag-open")).to_be_visible()


def _the_unit_fills_in(window: Window, city: City) -> None:
    page = window.page
    page.reload()
    expect(window.badge("criteria:notices")).to_contain_text("1")
    expect(window.badge("criteria:work")).to_contain_text("1")
    window.follow("criteria:work")
    page.locator("#fill-in").get_by_role("link", name=city.own.name).click()
    expect(window.rows).to_have_count(6)

    for number in (1, 2, 3, 4, 6):
        row = window.row(city.criteria[number])
        _answer(row, number)
        page.reload()
        _expect_answered(row, number)
        expect(page.locator("#progress .meter-text")).to_contain_text(
            {1: "1", 2: "2", 3: "3", 4: "4", 6: "5"}[number]
        )

    row = window.row(city.criteria[2])
    panel = row.open_evidence()
    panel.file.set_input_files(
        {"name": f"{DOCUMENT}.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    )
    expect(panel.field("title")).to_have_value(DOCUMENT)
    panel.say(number="12/BB-CAP")
    panel.store()
    expect(panel.done).to_contain_text(DOCUMENT)
    panel.close()
    expect(row.attached).to_contain_text([DOCUMENT])

    reference = window.row(city.criteria[4])
    panel = reference.open_evidence()
    panel.say(title=REFERENCE, number="03/BC-CATP", issued_by="Công an thành phố")
    panel.store()
    expect(panel.done).to_contain_text(REFERENCE)
    panel.close()
    page.reload()
    expect(row.attached).to_contain_text([DOCUMENT])
    expect(reference.attached).to_contain_text([REFERENCE])

    for number in (1, 3):
        row = window.row(city.criteria[number])
        row.explain(f"{GROUNDS}, tiêu chí {number}")
        expect(row.saved).to_be_visible()
        page.reload()
        expect(row.explanation).to_have_value(f"{GROUNDS}, tiêu chí {number}")


def _answer(row: Row, number: int) -> None:
    """Answer every requirement of a criterion so that it is met."""
    said = MEETS[number]
    if number == 4:
        row.choose("met")
    elif number in (1, 5, 6):
        row.choose("1")
    if number != 1 and number != 5:
        row.type(said[-1])
    expect(row.saved).to_be_visible()
    row.expect_verdict("met")


def _expect_answered(row: Row, number: int) -> None:
    if number in (1, 4, 5, 6):
        expect(row.chosen("met" if number == 4 else "1")).to_have_count(1)
    if number not in (1, 5):
        expect(row.figure).to_have_value(MEETS[number][-1])
    row.expect_verdict("met")


def _the_unit_submits(window: Window, city: City) -> None:
    """First too early: criterion 5 has no answer, and 6 no grounds."""
    window.allow(422)
    window.take("submit")
    gaps = window.page.locator("#gaps li")
    expect(gaps).to_contain_text(
        [vi("not assessed yet"), vi("neither evidence nor an explanation")]
    )
    gaps.first.get_by_role("link").click()
    row = window.row(city.criteria[5])
    expect(row.element).to_be_in_viewport()
    _answer(row, 5)
    row.explain(GROUNDS)
    expect(row.saved).to_be_visible()
    row = window.row(city.criteria[6])
    row.explain(GROUNDS)
    expect(row.saved).to_be_visible()
    window.take("submit")
    window.expect_told("The sheet is submitted.")
    _expect_state(window, "submitted")


def _expect_state(window: Window, state: str) -> None:
    """Expect a state of the sheet that a reload does not change."""
    expect(window.page.locator(f".stage-{state}")).to_be_visible()
    window.page.reload()
    expect(window.page.locator(f".stage-{state}")).to_be_visible()


def _the_verifier_verifies_and_returns(window: Window, city: City) -> None:
    page, rows = window.page, {n: window.row(criterion) for n, criterion in city.criteria.items()}
    _open_from_work(window, city)
    window.take("begin")
    window.expect_told("Verification has begun.")
    page.locator("[name=agree_group]").first.click()
    _expect_verified(window, 3)
    expect(rows[3].agree).to_have_count(0)

    rows[4].agree.focus()
    page.keyboard.press("a")
    _expect_verified(window, 4)
    expect(rows[5].agree).to_be_focused()
    rows[5].agree.click()
    _expect_verified(window, 5)

    window.allow(422)
    rows[6].choose("1")
    expect(rows[6].saved).to_be_visible()
    rows[6].type("9")
    told = vi("The verdict differs from the unit's own: say what you found.")
    expect(rows[6].problem).to_contain_text(told)
    expect(rows[6].figure).to_have_value("9")
    rows[6].explain(FINDING)
    expect(rows[6].saved).to_be_visible()
    rows[6].expect_verdict("not_met")
    page.reload()
    expect(rows[6].figure).to_have_value("9")
    expect(rows[6].explanation).to_have_value(FINDING)
    expect(rows[6].element.locator(".row-differs")).to_be_visible()
    for number in (1, 2, 3, 4, 5):
        rows[number].expect_verdict("met")

    form = window.ask("return")
    form.locator("[name=reason]").fill(REASON)
    form.locator(f"[name=mend][value='{city.criteria[6].pk}']").check()
    form.locator(f"[name=note{city.criteria[6].pk}]").fill(NOTE)
    form.locator("[type=submit]").click()
    window.expect_told("The sheet is returned to the unit.")
    _expect_state(window, "returned")


def _open_from_work(window: Window, city: City) -> None:
    window.follow("criteria:work")
    expect(window.badge("criteria:work")).to_contain_text("1")
    window.page.locator("#verify").get_by_role("link", name=city.own.name).click()
    expect(window.rows).to_have_count(6)


def _expect_verified(window: Window, n: int) -> None:
    expect(window.page.locator("#progress .meter-text")).to_have_text(f"{n}/6")


def _the_unit_mends(window: Window, city: City) -> None:
    page = window.page
    page.reload()
    expect(window.badge("criteria:work")).to_contain_text("1")
    window.follow("criteria:notices")
    notice = page.locator(".notice-new", has_text=REASON)
    notice.get_by_role("link").click()
    expect(page.locator(".stage-return")).to_contain_text(REASON)
    row = window.row(city.criteria[6])
    _expect_asked(row, NOTE)
    expect(page.locator(".is-to-mend")).to_have_count(1)
    page.locator(".stage-return a[href$='?only=mend']").click()
    expect(window.rows).to_have_count(1)
    row.type("4")
    expect(row.saved).to_be_visible()
    page.reload()
    expect(window.rows).to_have_count(0)  # it is mended
    page.locator("a[href$='?only=changed']").click()
    expect(row.figure).to_have_value("4")
    window.take("submit")
    window.expect_told("The sheet is submitted.")
    _expect_state(window, "submitted")


def _expect_asked(row: Row, note: str) -> None:
    expect(row.element.locator(".row-note .mark-returned")).to_be_visible()
    expect(row.element.locator(".row-note")).to_contain_text(note)


def _the_verifier_approves(window: Window, city: City) -> None:
    page = window.page
    _open_from_work(window, city)
    window.take("begin")
    window.expect_told("Verification has begun.")
    _expect_verified(window, 5)
    page.locator("a[href$='?only=changed']").click()
    expect(window.rows).to_have_count(1)
    row = window.row(city.criteria[6])
    expect(row.element.locator(".row-changes del")).to_have_text(["3 vụ"])
    expect(row.element.locator(".row-changes ins")).to_have_text(["4 vụ"])
    row.agree.click()
    _expect_verified(window, 6)
    window.take("approve")
    window.expect_told("The sheet is approved.")
    _expect_state(window, "approved")
    expect(window.badge("criteria:work")).to_have_count(0)


def _nobody_changes_it_any_more(window: Window, city: City) -> None:
    page = window.page
    page.reload()
    _expect_state(window, "approved")
    expect(window.rows).to_have_count(6)
    for criterion in city.criteria.values():
        window.row(criterion).expect_verdict("met")
    expect(window.ways_to_change).to_have_count(0)
    expect(page.locator("[data-evidence-panel]")).to_have_count(0)
    expect(window.badge("criteria:work")).to_have_count(0)


def _the_round_is_closed(people: People, city: City) -> None:
    window = people.administrator
    window.page.reload()
    form = window.ask("close_round")
    expect(form).to_contain_text("1")
    form.locator("[type=submit]").click()
    window.expect_told("The round is closed: its sheets can only be read now.")
    window.page.reload()
    expect(window.page.locator(".tag-closed")).to_be_visible()
    people.leader.page.reload()
    expect(_headline(people.leader)).to_have_text("1/3")
    people.officer.page.reload()
    expect(people.officer.page.locator(".stage-approved")).to_be_visible()
