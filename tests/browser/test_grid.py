"""One criterion over all wards, by the keyboard and by blocks from a spreadsheet."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Locator, Page, Route, expect

from criteria.models import Assessment, RequirementValue, Ward
from tests.browser.city import PASSWORD, City
from tests.browser.inspection import Inspection
from tests.browser.window import LEAVING, Window, vi
from tests.factories import AssessmentFactory, WardFactory, steps_to


@pytest.fixture
def wards(city: City) -> list[Ward]:
    """Five more wards, after those of the city; the third has submitted its sheet."""
    wards = [WardFactory(name=f"Vị Xuyên {n}") for n in range(1, 6)]
    AssessmentFactory(ward=wards[2], round=city.round, **steps_to("submitted"))
    return wards


class Grid:
    """The grid of one criterion in front of a city officer."""

    def __init__(self, window: Window, city: City, number: int = 2) -> None:
        self.window, self.page, self.city = window, window.page, city
        self.criterion = city.criteria[number]
        if not window.page.url.endswith("/"):
            window.sign_in(city.city_officer)
        window.open("criteria:round-criterion", city.round.pk, self.criterion.pk)
        self.progress = self.page.locator("#grid-progress")
        self.report = self.page.locator("#grid-report")
        self.question = self.page.locator("#grid-ask")

    def row(self, ward: Ward) -> Locator:
        return self.page.locator(f"#w{ward.pk}")

    def cell(self, ward: Ward) -> Locator:
        return self.row(ward).locator(".grid-cell :is(input, select, textarea)").first

    def stored(self, *wards: Ward) -> list[Decimal | None]:
        """What the database has for each ward: the first requirement's value."""
        values = {
            value.result.assessment.ward_id: value.self_value
            for value in RequirementValue.objects.filter(
                result__criterion=self.criterion, result__assessment__round=self.city.round
            ).order_by("-requirement__position")
        }
        return [values.get(ward.pk) for ward in wards]

    def paste(self, text: str) -> None:
        """Put a text on the clipboard, as another program does, and paste it."""
        self.window.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        self.page.keyboard.press("Control+v")

    def expect_told(self, message: str, **values: object) -> None:
        expect(self.progress).to_contain_text(vi(message).format(**values))


def _press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_column_is_filled_in_by_keyboard_alone(
    window: Window, city: City, wards: list[Ward]
) -> None:
    one, two, locked, four, five = wards
    grid = Grid(window, city)
    page = window.page
    cell = grid.cell
    for _ in range(60):
        page.keyboard.press("Tab")
        if cell(city.own).evaluate("it => it === document.activeElement"):
            break
    _press(page, "ArrowDown")
    expect(cell(one)).to_be_focused()
    page.keyboard.type("120")
    _press(page, "ArrowDown")
    expect(grid.row(one).locator(".row-saved")).to_be_visible()
    page.keyboard.type("99,5")
    _press(page, "Enter")
    expect(cell(four)).to_be_focused()  # the sheet between has left the unit
    _press(page, "ArrowUp", "ArrowUp", "ArrowRight")
    expect(grid.row(one).locator("textarea")).to_be_focused()
    page.keyboard.type("Có hồ sơ")
    _press(page, "Control+Home", "ArrowLeft")
    expect(cell(one)).to_be_focused()
    expect(grid.row(one).locator(".row-saved")).to_be_visible()
    assert grid.stored(one, two, four, five) == [120, Decimal("99.5"), None, None]

    _press(page, "Control+d")
    asked = vi(
        "Fill “{value}” down? Rows that change: {n}. Other values that this replaces: {over}."
    )
    expect(grid.question).to_contain_text(asked.format(value="120", n=3, over=1))
    _press(page, "Escape")
    expect(cell(one)).to_be_focused()
    assert grid.stored(two) == [Decimal("99.5")]
    _press(page, "Control+d", "Enter")
    grid.expect_told("Rows saved: {saved}", saved=3)
    assert grid.stored(one, two, locked, four, five) == [120, 120, None, 120, 120]

    _press(page, "Control+z")
    grid.expect_told("Undone.")
    grid.expect_told("Rows saved: {saved}", saved=3)
    assert grid.stored(two, four, five) == [Decimal("99.5"), None, None]
    expect(cell(two)).to_have_value("99,5")
    page.reload()
    values = [cell(ward).input_value() for ward in (one, two, four, five)]
    assert values == ["120", "99,5", "", ""]
    expect(grid.row(one).locator("textarea")).to_have_value("Có hồ sơ")


def test_fill_down_keeps_to_the_rows_chosen_and_undo_goes_back_step_by_step(
    window: Window, city: City, wards: list[Ward]
) -> None:
    one, two, _locked, four, five = wards
    grid = Grid(window, city)
    page, cell = window.page, grid.cell
    cell(one).fill("101")
    _press(page, "Enter", "ArrowUp")
    grid.expect_told("{ward}: saved", ward=one.name)
    _press(page, "Shift+ArrowDown", "Shift+ArrowDown", "Shift+ArrowDown", "Shift+ArrowUp")
    expect(page.locator(".is-chosen")).to_have_count(3)
    _press(page, "Control+d", "Enter")
    grid.expect_told("Rows saved: {saved}", saved=2)
    assert grid.stored(one, two, four, five) == [101, 101, 101, None]
    cell(four).fill("7")
    _press(page, "Escape")
    expect(cell(four)).to_have_value("101")
    cell(five).fill("8")
    _press(page, "Enter")
    grid.expect_told("{ward}: saved", ward=five.name)
    undo = page.locator("#grid-undo")
    for n in range(3):
        expect(undo).to_be_enabled()
        undo.click()
        expect(page.locator(".is-dirty, .is-sent")).to_have_count(0)
        assert (
            grid.stored(one, two, four, five)
            == [
                [101, 101, 101, None],
                [101, None, None, None],
                [None, None, None, None],
            ][n]
        )
    expect(undo).to_be_disabled()


def test_a_block_from_excel_is_pasted_checked_and_undone(
    window: Window, city: City, wards: list[Ward]
) -> None:
    one, two, locked, four, five = wards
    grid = Grid(window, city)
    window.allow(422)
    cell = grid.cell
    cell(one).focus()
    grid.paste(
        '120\tGhi chú\r\n85,5\t"Hai ""dòng"""\r\n77\tx\r\n1.250\t\r\n130\tNăm\tsai\r\n140\r\n'
    )
    grid.expect_told("Rows saved: {saved}; not saved: {refused}", saved=3, refused=1)
    assert grid.stored(*wards) == [120, Decimal("85.5"), None, None, 130]
    expect(grid.row(two).locator("textarea")).to_have_value('Hai "dòng"')
    error = vi("Write the number without a thousands separator: 1250, not 1.250.")
    expect(grid.row(four).locator(".grid-error")).to_have_text(error)
    expect(cell(four)).to_have_attribute("aria-invalid", "true")
    expect(cell(four)).to_have_accessible_description(error)
    expect(cell(four)).to_have_value("1.250")
    misfits = grid.report.locator("li")
    expect(misfits).to_have_count(3)
    expect(grid.report).to_contain_text(vi("{n} of {all} rows did not fit:").format(n=3, all=6))
    expect(misfits.nth(0)).to_contain_text(locked.name)
    expect(misfits.nth(0)).to_contain_text("77")
    expect(misfits.nth(1)).to_contain_text("sai")
    expect(misfits.nth(2)).to_contain_text("140")

    cell(four).fill("125")
    _press(window.page, "Enter")
    expect(grid.row(four).locator(".row-saved")).to_be_visible()
    expect(grid.row(four).locator("[aria-invalid], .grid-error")).to_have_count(0)
    window.page.reload()
    values = [cell(ward).input_value() for ward in (one, two, four, five)]
    assert values == ["120", "85,5", "125", "130"]

    cell(one).focus()
    grid.paste("1\n2\n")
    grid.expect_told("Rows saved: {saved}", saved=2)
    _press(window.page, "Control+z")
    grid.expect_told("Undone.")
    grid.expect_told("Rows saved: {saved}", saved=2)
    assert grid.stored(one, two) == [120, Decimal("85.5")]
    cell(one).press("End")
    grid.paste("9\r\n")
    expect(cell(one)).to_have_value("1209")
    _press(window.page, "Escape")


def test_words_and_boxes_are_pasted_as_people_write_them(
    window: Window, city: City, wards: list[Ward]
) -> None:
    one, two, _locked, four, five = wards
    grid = Grid(window, city, number=1)
    grid.cell(one).focus()
    grid.paste("có\t\t\nk\tLý do\tx\n1\n1\n0\n")
    grid.expect_told("Rows saved: {saved}", saved=4)
    assert grid.stored(one, two, four, five) == [1, 0, 1, 0]
    expect(grid.row(two).locator("[type=checkbox]")).to_be_checked()
    assert Assessment.objects.get(ward=two).results.get().self_verdict == "not_applicable"
    expect(grid.cell(four)).to_have_value("1")
    grid.cell(one).focus()
    grid.paste("c\nX\n")
    grid.expect_told("{ward}: saved", ward=two.name)
    misfit = vi("{ward}: “{value}” is none of the answers: {answers}")
    answers = f"{vi('Yes', 'answer')}, {vi('No', 'answer')}"
    expect(grid.report).to_contain_text(misfit.format(ward=one.name, value="c", answers=answers))
    assert grid.stored(one, two) == [1, 1]


def test_an_answer_is_chosen_from_a_list_by_mouse_and_by_letters(
    window: Window, city: City, wards: list[Ward]
) -> None:
    one, two, _locked, four, five = wards
    grid = Grid(window, city, number=1)
    page = window.page
    grid.cell(one).focus()
    grid.cell(one).select_option("0")
    grid.expect_told("{ward}: saved", ward=one.name)
    assert grid.stored(one) == [0]
    _press(page, "ArrowDown")
    expect(grid.cell(two)).to_be_focused()
    for typed, value in (
        ("k", "0"),
        ("Delete", ""),
        ("x", "1"),
        ("0", "0"),
        ("C", "1"),
        ("?", "1"),
    ):
        _press(page, typed)
        expect(grid.cell(two)).to_have_value(value)
    _press(page, "Enter")
    expect(grid.cell(four)).to_be_focused()
    grid.expect_told("{ward}: saved", ward=two.name)
    page.keyboard.type("khong dat")
    expect(grid.cell(four)).to_have_value("0")
    _press(page, "Escape")
    expect(grid.cell(four)).to_have_value("")
    _press(page, "ArrowUp", "Control+d")
    expect(grid.question).to_contain_text(f"“{vi('Yes', 'answer')}”")
    _press(page, "Enter")
    grid.expect_told("Rows saved: {saved}", saved=2)
    assert grid.stored(one, two, four, five) == [0, 1, 1, 1]
    _press(page, "Control+z")
    grid.expect_told("Undone.")
    grid.expect_told("Rows saved: {saved}", saved=2)
    assert grid.stored(one, two, four, five) == [0, 1, None, None]


def test_saved_is_said_of_what_was_typed_last_and_nothing_is_overwritten(
    window: Window, city: City, wards: list[Ward]
) -> None:
    one = wards[0]
    grid = Grid(window, city)
    held: list[Route] = []
    window.page.route("**/criteria/*/wards/*/", lambda route: held.append(route))
    grid.cell(one).fill("120")
    _press(window.page, "Enter", "ArrowUp")
    expect(grid.row(one)).to_have_class(re.compile("is-sent"))
    expect(grid.row(one).locator(".row-saved")).to_have_count(0)
    grid.cell(one).press("End")
    window.page.keyboard.type("5")
    held.pop().continue_()
    expect(grid.row(one)).not_to_have_class(re.compile("is-sent"))
    expect(grid.row(one).locator(".row-saved")).to_be_hidden()
    expect(grid.cell(one)).to_have_value("1205")
    _press(window.page, "Enter")
    expect(grid.row(one)).to_have_class(re.compile("is-sent"))
    held.pop().continue_()
    expect(grid.row(one).locator(".row-saved")).to_be_visible()
    assert grid.stored(one) == [1205]


def test_what_somebody_else_saved_is_shown_and_either_can_be_kept(
    open_window: Callable[..., Window], city: City, wards: list[Ward]
) -> None:
    one, two = wards[:2]
    mine, theirs = (Grid(open_window(), city) for _ in range(2))
    mine.window.allow(409)
    for ward in (one, two):
        theirs.cell(ward).fill("200")
        _press(theirs.page, "Enter")
        theirs.expect_told("{ward}: saved", ward=ward.name)
        mine.cell(ward).fill("300")
        _press(mine.page, "Enter")
        problem = mine.row(ward).locator(".row-problem")
        expect(problem).to_contain_text("300")
        expect(problem).to_contain_text("200")
        expect(mine.cell(ward)).to_have_value("300")
    assert mine.stored(one, two) == [200, 200]
    mine.row(one).locator("[data-keep]").click()
    expect(mine.row(one).locator(".row-saved")).to_be_visible()
    expect(mine.cell(one)).to_be_focused()
    mine.row(two).locator("[data-take]").click()
    expect(mine.cell(two)).to_have_value("200")
    expect(mine.cell(two)).to_be_focused()
    assert mine.stored(one, two) == [300, 200]
    mine.page.reload()
    assert [mine.cell(ward).input_value() for ward in (one, two)] == ["300", "200"]


def test_what_was_typed_outlives_the_session_and_guards_the_page(
    window: Window, city: City, wards: list[Ward]
) -> None:
    one = wards[0]
    grid = Grid(window, city)
    window.allow(401)
    Session.objects.all().delete()
    grid.cell(one).fill("120")
    _press(window.page, "Enter")
    problem = grid.row(one).locator(".row-problem")
    expect(problem).to_contain_text(vi("Not saved: you are no longer signed in."))
    expect(grid.cell(one)).to_have_value("120")
    with window.context.expect_page() as opened:
        problem.get_by_role("link").click()
    page, window.page = window.page, opened.value
    window.fill_sign_in(city.city_officer.username, PASSWORD)
    expect(window.page.locator(".site-nav")).to_be_visible()
    window.page.close()
    window.page = page
    problem.locator("[data-send-again]").click()
    expect(grid.row(one).locator(".row-saved")).to_be_visible()
    assert grid.stored(one) == [120]

    window.allow(LEAVING)
    grid.cell(one).press_sequentially("5")
    with page.expect_event("dialog"):
        page.reload()
    expect(grid.cell(one)).to_have_value("120")


def test_a_sheet_submitted_meanwhile_says_so(window: Window, city: City, wards: list[Ward]) -> None:
    one = wards[0]
    grid = Grid(window, city)
    window.allow(403, LEAVING)
    AssessmentFactory(ward=one, round=city.round, **steps_to("submitted"))
    grid.cell(one).fill("120")
    _press(window.page, "Enter")
    expect(grid.row(one).locator(".row-problem")).to_be_visible()
    expect(grid.cell(one)).to_have_value("120")
    assert grid.stored(one) == [None]


def test_the_grid_is_filled_in_without_javascript(
    open_window: Callable[..., Window], city: City, wards: list[Ward]
) -> None:
    window = open_window(javascript=False)
    window.allow(422)
    grid = Grid(window, city)
    one, two = wards[:2]
    grid.cell(one).fill("1.250")
    grid.cell(two).fill("120")
    _press(window.page, "Enter")
    expect(window.page.locator(".messages .message-error")).to_contain_text(one.name)
    expect(grid.cell(one)).to_have_value("1.250")
    expect(grid.cell(one)).to_have_attribute("aria-invalid", "true")
    expect(window.page.locator("[aria-invalid]")).to_have_count(1)
    expect(window.page.locator(".grid-tools")).to_be_hidden()
    assert grid.stored(one, two) == [None, 120]


LONG = (
    "Đã thực hiện, có văn bản kèm theo; số liệu lấy từ sổ theo dõi của phường đến hết kỳ đánh giá."
)


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)])
def test_the_whole_explanation_and_the_verdict_can_be_read(
    window: Window, city: City, wards: list[Ward], size: tuple[int, int]
) -> None:
    """No column that stays covers a verdict, and no field cuts its text."""
    page, one = window.page, wards[0]
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for number in city.criteria:
        grid = Grid(window, city, number)
        words = grid.row(one).locator("textarea")
        words.fill(LONG)
        words.blur()
        grid.expect_told("{ward}: saved", ward=one.name)
        assert words.evaluate(
            "it => it.clientWidth >= 230 && it.scrollHeight <= it.clientHeight + 1"
        )
        for at in (0, 9_999):
            page.locator(".grid-scroll").evaluate("(it, left) => it.scrollTo({ left })", at)
            if at or size[0] > 1000:
                assert is_uncovered(grid.row(one).locator("[data-key=verdict] > *"))


def is_uncovered(element: Locator) -> bool:
    """Whether a person sees both ends of it."""
    whole: bool = element.evaluate(
        """element => {
          element.scrollIntoView({ block: "center", inline: "nearest" });
          const { left, right, top, bottom } = element.getBoundingClientRect();
          return [left + 2, right - 2].every((x) =>
            element.contains(document.elementFromPoint(x, (top + bottom) / 2)));
        }"""
    )
    return whole


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_grid_has_no_barriers_and_fits_a_telephone(
    window: Window, city: City, wards: list[Ward], language: str
) -> None:
    window.sign_in(city.city_officer)
    window.speak(language)
    window.allow(422, LEAVING)
    inspection = Inspection(window)
    for number in (1, 3, 4, 5, 6):
        Grid(window, city, number)
        inspection.look(f"grid of criterion {number}")
    grid = Grid(window, city)
    grid.cell(wards[0]).focus()
    grid.paste("1.250\n12\n13\n")
    expect(window.page.locator(".grid-error")).to_have_count(1)
    window.page.locator(".grid-keys summary").click()
    inspection.look("grid with an error and a report")
    grid.cell(wards[1]).focus()
    _press(window.page, "Control+d")
    expect(grid.question).to_be_visible()
    inspection.look("grid asking before it fills down")
    assert not inspection.findings, "\n".join(inspection.findings)
