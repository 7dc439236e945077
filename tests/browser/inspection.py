"""What is looked for on a page: barriers, what does not fit the screen, what is drawn unsoundly."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.window import DESKTOP, PHONE, Window

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
# Without its own loading of style sheets: axe looks for imports beside the page, not the sheet.
VIOLATIONS = """
    rules => axe.run({runOnly: rules, resultTypes: ["violations"], preload: false}).then(
        found => found.violations.map(({id, nodes}) => `${id}: ${nodes.map(node => node.html)}`))
"""
SCREENS = [
    {"width": 1920, "height": 1080},
    {"width": 1366, "height": 768},
    PHONE,
    {"width": 320, "height": 640},
]
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

    def tour(self, places: dict[str, str | tuple], *, is_open: bool = False) -> None:
        """Look at places, each an address or what it names; with everything open that opens."""
        for what, place in places.items():
            if isinstance(place, str):
                self.window.page.goto(place)
            else:
                self.window.open(*place)
            if is_open:
                folded = self.window.page.locator("main details:not([open])")
                folded.evaluate_all("all => all.forEach(details => details.open = true)")
            self.look(what)


def unfit_or_unsound(page: Page) -> list[str]:
    found = page.evaluate(UNSOUND)
    for screen in SCREENS:
        page.set_viewport_size(screen)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > screen["width"]:
            where = f"at {screen['width']}"
            found.append(f"{where} is {width} px wide: {page.evaluate(BEYOND)}")
    return found
