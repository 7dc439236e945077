"""What is still being filled in is on paper to its last line, and can be read whose it is."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from criteria.models import Result
from tests.browser.city import City, fill_in
from tests.browser.paper import PAPER, Printed
from tests.browser.window import Window

LONG = (
    "Đã thực hiện, có văn bản kèm theo; số liệu lấy từ sổ theo dõi đến hết kỳ đánh giá. " * 9
    + "Hết"
)

# Fields that a printer would cut: what stands in them is longer than their box.
CUT = """fields => fields.filter((field) => field.checkVisibility() &&
  (field.scrollHeight > field.clientHeight + 1 || field.scrollWidth > field.clientWidth + 1))
  .map((field) => field.name)"""


def on_paper(page: Page) -> None:
    page.emulate_media(media="print")
    page.set_viewport_size(PAPER)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")


def filled_in(city: City, what: str) -> tuple[User, str, list[int]]:
    """Who fills in what, with long texts in it."""
    state = "verifying" if what == "verification" else "draft"
    sheet = fill_in(city.own, city, state)
    Result.objects.filter(assessment=sheet).update(explanation=LONG)
    Result.objects.filter(assessment=sheet).exclude(verified_verdict="").update(finding=LONG)
    of_sheet = [city.round.pk, city.own.pk]
    return {
        "sheet": (city.officer, "sheet", of_sheet),
        "verification": (city.verifier, "sheet", of_sheet),
        "grid": (city.city_officer, "round-criterion", [city.round.pk, city.criteria[2].pk]),
        "evidence": (city.officer, "evidence-row", [*of_sheet, city.criteria[2].pk]),
    }[what]


@pytest.mark.parametrize("has_scripts", [True, False])
@pytest.mark.parametrize("what", ["sheet", "verification", "grid", "evidence"])
def test_no_field_is_cut_on_paper(
    open_window: Callable[..., Window], city: City, what: str, has_scripts: bool
) -> None:
    reader, name, keys = filled_in(city, what)
    window = open_window(javascript=has_scripts)
    window.sign_in(reader)
    window.open(f"criteria:{name}", *keys)
    page = window.page
    on_paper(page)
    assert page.locator("main :is(textarea, input)").evaluate_all(CUT) == []
    expect(page.locator("main .btn").filter(visible=True)).to_have_count(0)
    if what == "grid":
        expect(page.locator("h1")).to_contain_text(str(city.round))
        words = ".on-paper" if has_scripts else "textarea"
        expect(page.locator(f"#w{city.own.pk} {words}").last).to_have_text(LONG)
        expect(page.locator(f"#w{city.own.pk} {words}").last).to_be_visible()
        assert Printed(page, prefer_css_page_size=True).sizes[0] == (842, 595)
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator(".on-paper")).to_have_count(0)
