"""Nothing moves on a page while it comes, even where its type comes late."""

import time
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Route

from tests.browser.city import City
from tests.browser.window import DESKTOP, PHONE, Window
from tests.browser.years import Years

MOST = 0.05
LATE = 0.4  # seconds

# The sum of what moved without having been asked to; a page starts to count before it is drawn.
COUNT = """
    window.shifts = [];
    new PerformanceObserver((list) => {
        for (const shift of list.getEntries()) {
            if (!shift.hadRecentInput) window.shifts.push(shift.value);
        }
    }).observe({type: "layout-shift", buffered: true});
"""
HAS_COME = """
    () => document.fonts.ready.then(() => new Promise((resolve) =>
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve, 200)))))
"""


def late(route: Route) -> None:
    time.sleep(LATE)
    route.continue_()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_moves_while_a_page_comes(
    open_window: Callable[..., Window], city: City, years: Years, size: dict
) -> None:
    window = open_window(size=size)
    window.context.add_init_script(COUNT)
    window.sign_in(city.city_officer)
    window.context.route("**/*.woff2", late)
    addresses = [
        reverse("criteria:dashboard"),
        reverse("criteria:matrix"),
        reverse("criteria:work"),
        reverse("criteria:roadmap"),
        reverse("criteria:ward-list"),
        reverse("criteria:ward-detail", args=[city.own.pk]),
        reverse("criteria:criterion-detail", args=[city.criteria[3].pk]),
        reverse("criteria:round-detail", args=[city.round.pk]),
        reverse("criteria:sheet", args=[city.round.pk, city.own.pk]),
        reverse("criteria:round-criterion", args=[city.round.pk, city.criteria[2].pk]),
    ]
    moved = {}
    for address in addresses:
        window.page.goto(address)
        window.page.evaluate(HAS_COME)
        moved[address] = round(sum(window.page.evaluate("window.shifts")), 3)
    assert all(shift <= MOST for shift in moved.values()), moved
