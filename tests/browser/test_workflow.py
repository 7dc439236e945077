"""Shorter journeys of a sheet from hand to hand."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override
from playwright.sync_api import Route, expect

from criteria.models import Activity, Assessment, Round, Ward, WardSuccession
from criteria.workflow import BEGIN, WITHDRAW
from tests import hands
from tests.browser.city import City, answer_all, fill_in, make_account
from tests.browser.inspection import Inspection
from tests.browser.window import Row, Window, vi
from tests.factories import WardFactory, approve_with

READ_AGAIN = "The sheet has changed since you opened it. Read it again."


def _sheet(city: City, ward: Ward) -> Assessment:
    return Assessment.objects.latest_revisions().get(ward=ward, round=city.round)


def _state(city: City, ward: Ward) -> str:
    return _sheet(city, ward).state


def _open(window: Window, city: City, ward: Ward) -> None:
    window.open("criteria:sheet", city.round.pk, ward.pk)


# --- two people at once -------------------------------------------------------------------------


def test_two_verifiers_find_on_the_same_row_and_nothing_typed_is_lost(
    open_window: Callable[..., Window], city: City
) -> None:
    colleague = make_account("thamdinh2", "Hoàng Thẩm Tra", "Verifier")
    hands.take(_sheet(city, city.approvable), BEGIN, city.verifier)
    mine, theirs = open_window(), open_window()
    mine.sign_in(city.verifier)
    theirs.sign_in(colleague)
    for window in (mine, theirs):
        _open(window, city, city.approvable)
    mine.allow(409)
    figure, other = city.criteria[2], city.criteria[3]

    theirs.row(figure).agree.click()
    expect(theirs.row(figure).figure).to_have_value("120")
    row = mine.row(figure)
    row.type("130")
    expect(row.problem.locator("dd")).to_contain_text(["130", "120"])
    expect(row.problem.locator("dt").last).to_contain_text(colleague.full_name)
    expect(row.figure).to_have_value("130")
    expect(row.saved).to_have_count(0)
    row.problem.get_by_role("button", name=vi("Save mine over it")).click()
    expect(row.saved).to_be_visible()

    theirs.row(other).type("155")
    expect(theirs.row(other).saved).to_be_visible()
    row = mine.row(other)
    row.explain("Đo lại")
    expect(row.problem).to_be_visible()
    expect(row.explanation).to_have_value("Đo lại")
    row.problem.get_by_role("link", name=vi("Take what is saved")).click()
    expect(row.figure).to_have_value("155")
    expect(row.explanation).to_have_value("")

    theirs.page.reload()
    expect(theirs.row(figure).figure).to_have_value("130")
    # What the other has found, or begun to find, is not agreed away unread.
    percent, both = city.criteria[4], city.criteria[6]
    mine.row(percent).choose("met")
    mine.row(percent).type("70")
    mine.row(percent).expect_verdict("met")
    mine.row(both).choose("0")
    expect(mine.row(both).saved).to_be_visible()
    for criterion, kind, told in (
        (percent, "warning", "Somebody else has saved on these criteria meanwhile."),
        (both, "error", "Something else is noted here as found: complete it, or clear it."),
    ):
        theirs.row(criterion).agree.click()
        expect(theirs.page.locator(f"#told .message-{kind}")).to_contain_text(vi(told))
    expect(theirs.row(percent).figure).to_have_value("70")
    expect(theirs.row(percent).agree).to_have_count(0)
    expect(theirs.row(both).chosen("0")).to_have_count(1)
    theirs.row(both).expect_verdict("pending")


def test_a_sheet_that_a_colleague_has_changed_is_not_submitted_unread(
    open_window: Callable[..., Window], city: City
) -> None:
    fill_in(city.own, city)
    mine, theirs = open_window(), open_window()
    mine.sign_in(city.officer)
    theirs.sign_in(city.city_officer)
    for window in (mine, theirs):
        _open(window, city, city.own)
    theirs.row(city.criteria[2]).type("90")
    expect(theirs.row(city.criteria[2]).saved).to_be_visible()
    mine.row(city.criteria[3]).type("170")
    expect(mine.row(city.criteria[3]).saved).to_be_visible()

    mine.take("submit")
    mine.expect_told(READ_AGAIN, "warning")
    assert _state(city, city.own) == "draft"
    expect(mine.row(city.criteria[2]).figure).to_have_value("90")
    expect(mine.row(city.criteria[3]).figure).to_have_value("170")
    mine.take("submit")
    mine.expect_told("The sheet is submitted.")


def test_saves_that_overtake_each_other_are_still_ones_own(window: Window, city: City) -> None:
    """Two rows in quick succession do not look like a colleague's change."""
    fill_in(city.own, city)
    window.sign_in(city.officer)
    _open(window, city, city.own)
    held: list[Route] = []
    window.page.route(
        "**/criteria/*/", lambda route: route.continue_() if held else held.append(route)
    )
    first, second = window.row(city.criteria[2]), window.row(city.criteria[3])
    first.type("130")
    expect(first.element.locator(".row-saving")).to_be_visible()
    second.type("170")
    held[0].continue_()
    for row in (first, second):
        expect(row.saved).to_be_visible()
    window.take("submit")
    window.expect_told("The sheet is submitted.")


# --- the unit's steps ---------------------------------------------------------------------------


def test_a_submitted_sheet_is_withdrawn_until_verification_begins(
    open_window: Callable[..., Window], city: City
) -> None:
    fill_in(city.own, city, "submitted")
    window = open_window()
    window.sign_in(city.officer)
    _open(window, city, city.own)
    row = window.row(city.criteria[2])
    expect(row.figure).to_have_count(0)
    window.take("withdraw")
    window.expect_told("The sheet is yours again: it can be changed.")
    row.type("140")
    expect(row.saved).to_be_visible()
    window.take("submit")
    window.expect_told("The sheet is submitted.")
    assert _state(city, city.own) == "submitted"

    hands.take(_sheet(city, city.own), BEGIN, city.verifier)
    window.take("withdraw")  # the button of a page that is not the newest any more
    expect(window.page.locator(".messages .message-error")).to_be_visible()
    expect(window.page.locator(".stage-verifying")).to_be_visible()
    expect(window.page.locator("form[action$='/withdraw/']")).to_have_count(0)


def test_an_extension_lets_a_late_ward_submit(
    open_window: Callable[..., Window], city: City
) -> None:
    today = timezone.localdate()
    fill_in(city.own, city)
    Round.objects.filter(pk=city.round.pk).update(submit_by=today - timedelta(days=1))
    unit, administrator = open_window(), open_window()
    unit.sign_in(city.officer)
    _open(unit, city, city.own)
    expect(unit.page.locator(".stage-late")).to_be_visible()
    expect(unit.row(city.criteria[2]).figure).to_have_count(0)
    expect(unit.page.locator("#step-submit")).to_have_count(0)

    administrator.sign_in(city.administrator)
    administrator.open("criteria:round-detail", city.round.pk)
    page = administrator.page
    page.get_by_role("row", name=city.own.name).locator(".round-extend").click()
    form = page.locator("main form")
    administrator.allow(422)
    for day in (today - timedelta(days=2), today + timedelta(days=3)):
        form.locator("[name=submit_by]").fill(_written(day))
        form.locator("[name=reason]").fill("Mất điện nhiều ngày")
        form.locator("[type=submit]").click()
        if day < today:  # refused, and what was typed is still there
            expect(form.locator(".invalid-feedback")).to_be_visible()
            expect(form.locator("[name=reason]")).to_have_value("Mất điện nhiều ngày")
    administrator.expect_told("The extension is given; it stands among the unit's notices.")
    row = page.get_by_role("row", name=city.own.name)
    expect(row.locator(".tag")).to_contain_text(_written(today + timedelta(days=3)))

    unit.page.reload()
    expect(unit.badge("criteria:notices")).to_contain_text("1")
    expect(unit.page.locator(".stage-late")).to_have_count(0)
    unit.row(city.criteria[2]).type("140")
    expect(unit.row(city.criteria[2]).saved).to_be_visible()
    unit.take("submit")
    unit.expect_told("The sheet is submitted.")


def _written(day: object) -> str:
    with override("vi"):
        return date_format(day, "SHORT_DATE_FORMAT")


# --- taking over --------------------------------------------------------------------------------


def test_a_value_of_the_last_round_is_taken_over(window: Window, city: City) -> None:
    window.sign_in(city.officer)
    _open(window, city, city.own)
    row, title = window.row(city.criteria[2]), window.row(city.criteria[5])
    expect(title.element.locator(".row-offer")).to_have_count(0)
    row.element.locator(".row-offer button").click()
    expect(row.figure).to_have_value("120")
    row.expect_verdict("met")
    expect(row.element.locator(".row-offer")).to_have_count(0)
    row.explain("Đã đối chiếu lại")
    expect(row.saved).to_be_visible()
    window.page.reload()
    expect(row.figure).to_have_value("120")
    _expect_taken_over(city, city.own, city.earlier.name)


def _expect_taken_over(city: City, ward: Ward, source: str) -> None:
    result = _sheet(city, ward).results.get()
    saved = Activity.objects.filter(object_type="criteria.result", object_id=result.pk)
    assert source in saved.earliest("pk").reason


@pytest.fixture
def merged(city: City) -> Ward:
    """A ward of two, each of which met criteria 1 and 2, and one of them criterion 3."""
    verdicts = {**dict.fromkeys(city.criteria, "met"), 3: "not_met"}
    sheet = approve_with(city.other, city.earlier, verdicts)
    answer_all(sheet)
    value = sheet.results.get(criterion=city.criteria[2]).values
    value.update(self_value=105, verified_value=105)
    since = city.earlier.ends_on + timedelta(days=30)
    merged = WardFactory(name="Trường Lộc", valid_from=since)
    for ward in (city.own, city.other):
        ward.valid_to = since
        ward.save(update_fields=["valid_to"])
        WardSuccession.objects.create(
            predecessor=ward,
            successor=merged,
            effective_on=since,
            relation=WardSuccession.Relation.MERGED_INTO,
            legal_basis="Nghị quyết để thử",
        )
    return merged


def test_a_merged_ward_confirms_what_its_predecessors_met(
    window: Window, city: City, merged: Ward
) -> None:
    window.sign_in(city.city_officer)
    _open(window, city, merged)
    row = window.row(city.criteria[2])
    offer = row.element.locator(".row-offer")
    expect(offer).to_contain_text(city.own.name)
    expect(offer).to_contain_text(city.other.name)
    row.expect_verdict("pending")  # an offer counts for nothing
    for number in (3, 4, 5):  # not met by both, for a person to judge, won for its own year
        expect(
            window.row(city.criteria[number]).element.locator(".row-offer button")
        ).to_have_count(0)
    offer.get_by_role("button", name=vi("Confirm what was inherited")).click()
    expect(row.figure).to_have_value("105")
    row.expect_verdict("met")
    expect(window.page.locator("#progress .meter-text")).to_have_text("1/6")
    window.page.reload()
    expect(row.figure).to_have_value("105")
    expect(window.row(city.criteria[1]).element.locator(".row-offer button")).to_be_visible()
    _expect_taken_over(city, merged, city.own.name)


# --- after the approval, and over many sheets ---------------------------------------------------


def test_an_administrator_reopens_an_approved_sheet_and_leaves_it_as_it_was(
    open_window: Callable[..., Window], city: City
) -> None:
    verdicts = dict.fromkeys(city.criteria, "met")
    answer_all(approve_with(city.own, city.round, verdicts))
    window, unit = open_window(), open_window()
    unit.sign_in(city.officer)
    headline = unit.page.locator("main .headline-number").first
    expect(headline).to_have_text("1/3")

    window.sign_in(city.administrator)
    _open(window, city, city.own)
    form = window.ask("reopen")
    form.locator("[type=submit]").click()  # the browser itself asks for the reason
    expect(form.locator("[name=reason]:invalid")).to_be_focused()
    form.locator("[name=reason]").fill("Nhầm số liệu")
    form.locator("[type=submit]").click()
    window.expect_told("The sheet is reopened; what was approved counts until the next approval.")
    expect(window.page.locator(".stage-returned")).to_be_visible()

    unit.page.reload()
    expect(headline).to_have_text("1/3")
    unit.follow("criteria:work")
    unit.page.locator("#returned").get_by_role("link", name=city.own.name).click()
    expect(unit.page.locator(".stage-return")).to_contain_text("Nhầm số liệu")
    unit.row(city.criteria[2]).type("110")
    expect(unit.row(city.criteria[2]).saved).to_be_visible()

    inspection = Inspection(window)
    window.page.reload()
    inspection.look("sheet under review")
    window.page.locator(".stage-review").get_by_role("link").click()
    expect(window.page.locator(".difference ins").first).to_be_visible()
    inspection.look("what differs between two revisions")
    inspection.tour({"matrix": ("criteria:matrix",), "wards": ("criteria:ward-list",)})
    assert not inspection.findings

    _open(window, city, city.own)
    form = window.ask("cancel_reopening")
    form.locator("[name=reason]").fill("Số liệu vẫn đúng")
    form.locator("[type=submit]").click()
    window.expect_told("The reopening is cancelled: the sheet stays as it was approved.")
    expect(window.page.locator(".stage-approved")).to_be_visible()
    expect(window.page.locator(".table-revisions tbody tr")).to_have_count(2)


def test_many_sheets_are_approved_at_once_or_none(window: Window, city: City) -> None:
    for ward in (city.own, city.other):
        fill_in(ward, city, "submitted")
    wards = [city.own, city.other, city.approvable]
    page = window.page
    window.sign_in(city.verifier)
    window.open("criteria:work")
    page.locator("#choose-all").check()
    expect(page.locator(".work-chosen")).to_contain_text("3")
    page.locator("#verify .work-steps .btn-primary").click()
    expect(page.locator("h1")).to_contain_text("3")
    chosen, yes = page.locator(".work-chosen-list li"), page.locator("main form [type=submit]")
    expect(chosen).to_have_count(3)
    expect(yes).to_contain_text("3")

    reason = page.locator("main [name=reason]")
    yes.click()  # the browser itself asks why nobody had to verify them
    expect(page.locator("main [name=reason]:invalid")).to_be_focused()
    hands.take(_sheet(city, city.own), WITHDRAW, city.city_officer)
    window.allow(409)
    reason.fill("Họp xét")
    yes.click()
    expect(page.locator(".message-error")).to_contain_text(
        vi("Nothing was changed, because not every sheet allows it:")
    )
    expect(page.locator(".work-left-out li")).to_contain_text([city.own.name])
    assert [_state(city, ward) for ward in wards] == ["draft", "submitted", "submitted"]
    expect(chosen).to_have_count(2)
    expect(yes).to_contain_text("2")
    expect(reason).to_have_value("Họp xét")
    yes.click()
    expect(page.locator(".messages .message-success")).to_contain_text("2")
    expect(page.locator("#verify tbody tr")).to_have_count(0)
    assert [_state(city, ward) for ward in wards] == ["draft", "approved", "approved"]
    window.open("criteria:dashboard")
    expect(page.locator("main .headline-number").first).to_have_text("2/3")


# --- without JavaScript -------------------------------------------------------------------------


def test_a_sheet_is_verified_and_returned_without_javascript(
    open_window: Callable[..., Window], city: City
) -> None:
    window = open_window(javascript=False)
    page = window.page
    rows: dict[int, Row] = {n: window.row(criterion) for n, criterion in city.criteria.items()}
    done = page.locator("#progress .meter-text")
    window.sign_in(city.verifier)
    _open(window, city, city.approvable)
    window.take("begin")
    rows[2].agree.click()
    expect(done).to_have_text("1/6")
    page.locator("[name=agree_group]").first.click()
    expect(done).to_have_text("3/6")

    window.allow(422)
    save = page.locator(".sheet-save button").last
    rows[6].choose("1")
    rows[6].type("9")
    rows[4].type("70")
    rows[4].choose("met")
    save.click()
    expect(page.locator(".messages .message-error")).to_contain_text("6")
    expect(rows[6].problem).to_be_visible()
    expect(rows[6].figure).to_have_value("9")
    expect(rows[4].figure).to_have_value("70")
    rows[6].explain("Sổ ghi 9 vụ")
    save.click()
    expect(page.locator(".messages .message-success")).to_be_visible()
    rows[6].expect_verdict("not_met")
    expect(rows[6].explanation).to_have_value("Sổ ghi 9 vụ")

    form = window.ask("return")
    form.locator("[name=reason]").fill("Một tiêu chí chưa khớp sổ")
    form.locator(f"[name=mend][value='{city.criteria[6].pk}']").check()
    form.locator(f"[name=note{city.criteria[6].pk}]").fill("Đối chiếu lại")
    form.locator("[type=submit]").click()
    window.expect_told("The sheet is returned to the unit.")
    expect(rows[6].element.locator(".row-note")).to_contain_text("Đối chiếu lại")
    assert _state(city, city.approvable) == "returned"
