"""The pages that leaders look at: without barriers, on every screen, soundly drawn."""

import pytest
from django.urls import reverse

from tests.browser.city import City
from tests.browser.test_pages import Inspection
from tests.browser.window import PHONE, Window
from tests.browser.years import AREA, Years

SCREENS = [
    {"width": 1920, "height": 1080},
    {"width": 1366, "height": 768},
    PHONE,
    {"width": 320, "height": 640},
]
TOLD_IN_NUMBERS = {
    "dashboard",
    "wards",
    "own ward",
    "ward of two opinions",
    "criterion with norms",
    "criterion with two opinions",
    "matrix",
    "result",
    "two rounds",
    "two wards",
    "what if",
}
# What is drawn must be drawn: no figure that is none, no decimal comma of a language, a finite box.
UNSOUND = r"""
    () => [...document.querySelectorAll("svg")].flatMap((svg) => {
        const said = [svg, ...svg.querySelectorAll("*")].flatMap((part) =>
            [...part.attributes]
                .filter(({name}) => !/^(aria-|class$|id$|href$)/.test(name))
                .filter(({value}) => /NaN|undefined|None|Infinity|\d[,.]\d/.test(value))
                .map(({name, value}) => `${part.tagName} ${name}=${value.slice(0, 80)}`));
        const {x, y, width, height} = svg.getBBox();
        const isDrawn = svg.matches("[viewBox]") && svg.checkVisibility();
        const box = [x, y, width, height];
        if (!box.every(Number.isFinite) || isDrawn && !width && !height) {
            said.push(`${svg.outerHTML.slice(0, 120)} has the box ${box}`);
        }
        return said;
    })
"""
# What stands beyond the edge of the page and is not scrolled within its own container.
BEYOND = """
    () => [...document.querySelectorAll("body *")].filter((element) =>
        element.getBoundingClientRect().right > document.documentElement.clientWidth + 1
        && !element.closest(".table-scroll, .chart-scroll, .matrix-scroll, .visually-hidden")
    ).slice(0, 3).map((element) => element.outerHTML.slice(0, 120))
"""


def places(city: City, years: Years) -> dict[str, str]:
    """Return the addresses of the pages, as of today and of the end of the earlier round."""

    def at(name: str, *args: int, **asked: object) -> str:
        query = "&".join(f"{key}={value}" for key, value in asked.items())
        return f"{reverse(f'criteria:{name}', args=args)}?{query}"

    then = city.earlier.ends_on
    own, second = city.own.pk, years.other_set.pk
    area, asked_anew = city.criteria[AREA].pk, city.criteria[2].pk
    return {
        "dashboard": at("dashboard"),
        "dashboard then": at("dashboard", on=then),
        "dashboard before all": at("dashboard", on="2020-01-31"),
        "dashboard of no day": at("dashboard", on="2026-02-31"),
        "wall": at("wall"),
        "wards": at("ward-list"),
        "wards then": at("ward-list", on=then),
        "wards that are far": at("ward-list", standing="far"),
        "own ward": at("ward-detail", own),
        "own ward then": at("ward-detail", own, on=then),
        "ward of two opinions": at("ward-detail", years.middling.pk),
        "merged ward": at("ward-detail", years.merged.pk),
        "merged ward before its time": at("ward-detail", years.merged.pk, on=then),
        "ward that is no more": at("ward-detail", years.former[0].pk),
        "criterion with norms": at("criterion-detail", area),
        "criterion then": at("criterion-detail", area, on=then),
        "criterion with two opinions": at("criterion-detail", asked_anew),
        "criterion of two requirements": at("criterion-detail", city.criteria[6].pk),
        "criterion of another set": at("criterion-detail", years.other_set.criteria.first().pk),
        "matrix": at("matrix"),
        "matrix then": at("matrix", on=then),
        "result": at("result-detail", city.round.pk, own, area),
        "roadmap": at("roadmap"),
        "roadmap then": at("roadmap", on=then),
        "two rounds": at("compare"),
        "two wards": at("compare", what="wards", first=own, second=years.far.pk),
        "one round twice": at("compare", first=city.round.pk, second=city.round.pk),
        "what if": at("what-if", set=second),
        "what if then": at("what-if", set=second, on=then),
    }


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_pages_of_leaders_have_no_barriers(
    window: Window, city: City, years: Years, language: str
) -> None:
    window.sign_in(city.leader)
    window.speak(language)
    _expect_no_barriers(window, places(city, years))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_a_ward_officer_sees_of_them_has_no_barriers(
    window: Window, city: City, years: Years, language: str
) -> None:
    """Where wards of others are told in numbers only."""
    window.sign_in(city.officer)
    window.speak(language)
    found = {what: place for what, place in places(city, years).items() if what in TOLD_IN_NUMBERS}
    assert len(found) == len(TOLD_IN_NUMBERS)
    _expect_no_barriers(window, found)


def _expect_no_barriers(window: Window, found: dict[str, str]) -> None:
    """Expect none, with everything open that opens."""
    inspection = Inspection(window)
    for what, address in found.items():
        window.page.goto(address)
        folded = window.page.locator("main details:not([open])")
        folded.evaluate_all("all => all.forEach(details => details.open = true)")
        inspection.look(what)
    assert not inspection.findings, "\n".join(inspection.findings)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_pages_of_leaders_fit_every_screen_and_are_drawn_soundly(
    window: Window, city: City, years: Years, language: str
) -> None:
    window.sign_in(city.leader)
    window.speak(language)
    page, found = window.page, []
    for what, address in places(city, years).items():
        page.goto(address)
        found += [f"{what}: {unsound}" for unsound in page.evaluate(UNSOUND)]
        for screen in SCREENS:
            page.set_viewport_size(screen)
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > screen["width"]:
                where = f"{what} at {screen['width']}"
                found.append(f"{where} is {width} px wide: {page.evaluate(BEYOND)}")
    assert not found, "\n".join(found)
