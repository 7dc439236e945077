"""Every page as all kinds of people meet it: by eye, by screen reader, on a telephone, on paper."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.city import City
from tests.browser.window import DESKTOP, PHONE, Window

LANGUAGES = ["vi", "en"]
AXE_OPTIONS = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
}


class Inspection:
    """Looks at the page in front of a window on both screens, and keeps what is wrong with it."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.findings: list[str] = []

    def look(self, what: str) -> None:
        page = self.window.page
        language = page.locator("html").get_attribute("lang")
        for size in (PHONE, DESKTOP):
            page.set_viewport_size(size)
            where = f"{what} ({language}, {size['width']} px)"
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > size["width"]:
                self.findings.append(f"{where}: scrolls sideways, {width} px")
            for violation in Axe().run(page, options=AXE_OPTIONS).response["violations"]:
                places = [" ".join(node["target"]) for node in violation["nodes"]]
                self.findings.append(f"{where}: {violation['id']}: {places}")

    def tour(self, pages: dict[str, tuple]) -> None:
        for what, place in pages.items():
            self.window.open(*place)
            self.look(what)

    def report(self) -> str:
        return "\n".join(self.findings)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_have_no_barriers_and_fit_a_telephone(
    open_window: Callable[..., Window], city: City, language: str
) -> None:
    window = open_window()
    inspection = Inspection(window)
    sheet = ("criteria:sheet", city.round.pk)
    window.allow(403, 404, 422, 429)

    window.open("login")
    window.speak(language)
    inspection.look("sign-in")
    for _ in range(5):
        window.fill_sign_in("khong.ai", "sai")
    expect(window.page.locator("#sign-in")).to_have_count(0)
    inspection.look("locked out")

    window.sign_in(city.officer)
    inspection.tour(
        {
            "dashboard": ("criteria:dashboard",),
            "wards": ("criteria:ward-list",),
            "own ward": ("criteria:ward-detail", city.own.pk),
            "other ward": ("criteria:ward-detail", city.other.pk),
            "round": ("criteria:round-detail", city.round.pk),
            "password change": ("password_change",),
            "404": ("criteria:ward-detail", 0),
            "sheet": (*sheet, city.own.pk),
        }
    )
    window.row(city.criteria[2]).type("1.250")
    expect(window.row(city.criteria[2]).problem).to_be_visible()
    inspection.look("sheet with a refusal")
    window.sign_out()

    window.sign_in(city.verifier)
    inspection.tour({"closed sheet": ("criteria:sheet", city.earlier.pk, city.own.pk)})
    window.open(*sheet, city.approvable.pk)
    window.page.locator("details.confirm summary").click()
    inspection.look("sheet to approve")
    window.sign_out()

    window.sign_in(city.newcomer)
    inspection.tour({"403": ("criteria:dashboard",)})
    assert not inspection.findings, inspection.report()
