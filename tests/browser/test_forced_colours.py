"""In colours that the reader has forced on the page, nothing is lost that a colour of ours told."""

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.city import City
from tests.browser.inspection import Inspection
from tests.browser.window import Window
from tests.browser.years import AREA, Years

SHAPE, TEXT = 3, 4.5  # the contrast that each needs (WCAG 2.1: 1.4.11, 1.4.3)
# As they are drawn: the contrast of a property of each element with what lies under it.
CONTRASTS = """
    (elements, [property, ground]) => {
        const probe = document.body.appendChild(document.createElement("i"));
        const light = (colour) => {
            probe.style.cssText = `forced-color-adjust: none; background: ${colour}`;
            const parts = getComputedStyle(probe).backgroundColor.match(/[\\d.]+/g).slice(0, 3);
            const [red, green, blue] = parts.map((part) => part / 255).map((part) =>
                part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
            return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        };
        const found = elements.map((element) => {
            const two = [light(getComputedStyle(element)[property]), light(ground)];
            return (Math.max(...two) + 0.05) / (Math.min(...two) + 0.05);
        });
        probe.remove();
        return found;
    }
"""
IS_DASHED = "line => getComputedStyle(line).strokeDasharray !== 'none'"
GROUND = "element => getComputedStyle(element).backgroundColor"
DASHBOARD = {
    ".trajectory text": ("fill", TEXT),
    ".trajectory :is(.grid-line, .year-line, .today-line, .scope-line)": ("stroke", SHAPE),
    ".trajectory :is(.ready-line, .recognised-line, .required-line)": ("stroke", SHAPE),
    ".trajectory :is(.ready-mark, .recognised-mark, .target-mark)": ("fill", SHAPE),
    ".ward-words text:not(.ready)": ("fill", TEXT),
    ".ward-words text.ready": ("stroke", TEXT),
    ".ward-spot path": ("stroke", SHAPE),
    ".patterns :is(.fill-ready, .dot-near)": ("fill", SHAPE),
    ".patterns :is(.line-middling, .line-far, .line-nothing_applies)": ("stroke", SHAPE),
    ".meter-met": ("fill", SHAPE),
    ".meter-not_met": ("fill", SHAPE),
}
CRITERION = {
    ".plot-axis text": ("fill", TEXT),
    ".plot-strip :is(.plot-grid, .plot-gap, .plot-threshold)": ("stroke", SHAPE),
    ".plot-strip :is(.plot-met, .plot-not_met)": ("fill", SHAPE),
    ".bar .part": ("stroke", SHAPE),
    ".patterns .line-not-met": ("stroke", SHAPE),
}
WARD = {
    ".ward-chart text": ("fill", TEXT),
    ".ward-chart :is(.grid-line, .own-line)": ("stroke", SHAPE),
}

Scheme = Literal["light", "dark"]


def force_colours(window: Window, scheme: Scheme) -> Window:
    window.page.emulate_media(forced_colors="active", color_scheme=scheme, reduced_motion="reduce")
    return window


@pytest.fixture(params=["light", "dark"])
def forced(request: pytest.FixtureRequest, open_window: Callable[..., Window]) -> Window:
    return force_colours(open_window(), request.param)


def contrast(element: Locator, what: str, ground: str) -> float:
    [found] = element.evaluate_all(CONTRASTS, [what, ground])
    return found


def faint(window: Window, looks: dict[str, tuple[str, float]]) -> list[str]:
    """What can hardly be told from the canvas, of what is looked for; or is not there at all."""
    found = []
    for selector, (what, least) in looks.items():
        elements = window.page.locator(selector)
        contrasts = elements.evaluate_all(CONTRASTS, [what, "Canvas"])
        found += [f"{selector} {what}: {each:.1f}" for each in contrasts if each < least]
        if not contrasts:
            found.append(f"{selector} is nowhere")
    return found


def test_charts_and_the_map_are_drawn_in_them(forced: Window, city: City, years: Years) -> None:
    forced.sign_in(city.leader)
    assert faint(forced, DASHBOARD) == []
    assert forced.page.locator(".trajectory .required-line").evaluate(IS_DASHED)
    forced.open("criteria:criterion-detail", city.criteria[AREA].pk)
    assert faint(forced, CRITERION) == []
    assert forced.page.locator("tbody .plot-threshold").first.evaluate(IS_DASHED)
    forced.open("criteria:ward-detail", city.own.pk)
    assert faint(forced, WARD) == []


def test_the_chosen_answer_stands_out(forced: Window, city: City) -> None:
    forced.sign_in(city.officer)
    forced.open("criteria:sheet", city.round.pk, city.own.pk)
    answers = forced.page.locator(".segments").first.locator("input + span")
    assert answers.count() == 3
    for chosen in answers.all():
        chosen.click()
        rest = forced.page.locator(".segments").first.locator("input:not(:checked) + span")
        expect(rest).to_have_count(2)
        ground = chosen.evaluate(GROUND)
        assert all(ground != each.evaluate(GROUND) for each in rest.all())
        assert contrast(chosen, "color", ground) >= TEXT
        assert contrast(chosen, "backgroundColor", "Canvas") >= SHAPE


def test_the_keyboards_place_is_outlined(forced: Window, city: City) -> None:
    """Bootstrap shows it by a shadow, and forced colours have none."""
    forced.sign_in(city.officer)
    forced.open("criteria:ward-list")
    fields = forced.page.locator("main .filters :is(input:not([type=hidden]), select, button)")
    assert fields.count() >= 3
    for field in fields.all():
        field.focus()
        forced.page.keyboard.press("Shift+Tab")
        forced.page.keyboard.press("Tab")
        expect(field).to_be_focused()
        assert field.evaluate("field => getComputedStyle(field).outlineStyle") == "solid"


def test_what_is_lacking_stands_out_of_the_matrix(forced: Window, city: City, years: Years) -> None:
    forced.sign_in(city.leader)
    forced.open("criteria:matrix")
    lacking = forced.page.locator(".matrix-table td > a[aria-labelledby$='n']").first
    met = forced.page.locator(".matrix-table td > a[aria-labelledby$='m']").first
    assert contrast(lacking, "color", lacking.evaluate(GROUND)) >= TEXT
    assert lacking.evaluate(GROUND) != met.evaluate(GROUND)


def test_there_are_no_barriers_in_them(window: Window, city: City, years: Years) -> None:
    """On a light ground: axe takes text to have the colours from before they are forced."""
    forced = force_colours(window, "light")
    inspection = Inspection(forced)
    forced.sign_in(city.leader)
    inspection.tour({"dashboard": ("criteria:dashboard",), "matrix": ("criteria:matrix",)})
    forced.sign_in(city.officer)
    sheet = ("criteria:sheet", city.round.pk, city.own.pk)
    inspection.tour({"sheet": sheet}, is_open=True)
    assert not inspection.findings, "\n".join(inspection.findings)
