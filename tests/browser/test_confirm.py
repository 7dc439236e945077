"""Whatever asks before a step asks in one way: the button keeps its colour and its place."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Locator, expect

from criteria.models import Assessment, Round
from criteria.workflow import APPROVE, BEGIN
from tests import hands
from tests.browser.city import City, fill_in
from tests.browser.window import Window, vi

SIZES = [(1366, 768), (390, 844)]


def _to(state: str, city: City) -> Assessment:
    """Bring the approvable sheet of the open round to a state."""
    sheet = Assessment.objects.get(ward=city.approvable, round=city.round)
    if state != "submitted":
        hands.take(sheet, BEGIN, city.verifier)
    if state in ("verified", "approved"):
        hands.agree(sheet, city.verifier)
    if state == "approved":
        hands.take(sheet, APPROVE, city.verifier)
    return sheet


def _open_sheet(window: Window, city: City, who: str, state: str) -> None:
    _to(state, city)
    window.sign_in(getattr(city, who))
    window.open("criteria:sheet", city.round.pk, city.approvable.pk)


def _open_own(window: Window, city: City) -> None:
    fill_in(city.own, city, "submitted")
    window.sign_in(city.officer)
    window.open("criteria:sheet", city.round.pk, city.own.pk)


def _open_round(window: Window, city: City, status: str) -> None:
    Round.objects.filter(pk=city.round.pk).update(
        status=status, settled_on=city.round.ends_on if status == "closed" else None
    )
    window.sign_in(city.administrator)
    window.open("criteria:round-detail", city.round.pk)


ASKED = {
    "approve": lambda w, c: _open_sheet(w, c, "verifier", "verified"),
    "return": lambda w, c: _open_sheet(w, c, "verifier", "verifying"),
    "reopen": lambda w, c: _open_sheet(w, c, "administrator", "approved"),
    "withdraw": _open_own,
    "open_round": lambda w, c: _open_round(w, c, "planned"),
    "close_round": lambda w, c: _open_round(w, c, "open"),
    "reopen_round": lambda w, c: _open_round(w, c, "closed"),
}


@pytest.mark.parametrize("step", ASKED)
def test_the_button_keeps_its_colour_and_place_and_is_in_sight(
    open_window: Callable[..., Window], city: City, step: str
) -> None:
    window = open_window()
    ASKED[step](window, city)
    page = window.page
    form = page.locator(f"form[action$='/steps/{step}/']")
    asks = page.locator("details.confirm", has=form)
    ask, yes = asks.locator("summary"), form.locator("[type=submit]")
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        ask.scroll_into_view_if_needed()
        colour, (left, top, _right, _bottom) = _colour(ask), _box(ask)
        ask.click()
        expect(form.locator(".confirm-what")).to_be_visible()
        expect(yes).to_be_in_viewport(ratio=1)
        found = _box(yes)
        assert _colour(yes) == colour
        assert abs(found[0] - left) < 2
        is_short = form.bounding_box()["height"] < top
        assert abs(found[1] - top) < 2 or not is_short
        assert page.evaluate("e => e.contains(document.activeElement)", form.element_handle())
        back = form.get_by_role("button", name=vi("Cancel"))
        assert page.evaluate("e => getComputedStyle(e).borderTopColor", back.element_handle()) in (
            "rgba(0, 0, 0, 0)",
            "transparent",
        )
        back.click()
        expect(form).to_be_hidden()
        expect(ask).to_be_focused()


def _colour(button: Locator) -> list[str]:
    names = ["color", "backgroundColor", "borderTopColor"]
    button.page.mouse.move(0, 0)
    button.page.wait_for_timeout(300)  # Bootstrap's buttons change their colour slowly
    button.evaluate("e => e.blur()")
    return button.evaluate(f"e => {names}.map((name) => getComputedStyle(e)[name])")


def _box(element: Locator) -> tuple[float, float, float, float]:
    box = element.bounding_box()
    assert box
    return box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]


def test_the_second_half_of_a_double_click_is_no_answer(window: Window, city: City) -> None:
    _open_sheet(window, city, "verifier", "verified")
    asks = window.page.locator("details.confirm", has=window.page.locator("#step-approve"))
    asks.locator("summary").dblclick()
    expect(asks.locator(".confirm-what")).to_be_visible()
    assert Assessment.objects.get(ward=city.approvable, round=city.round).state == "verifying"


def test_closing_a_round_is_no_primary_button(client: Client, city: City) -> None:
    client.force_login(city.administrator, "accounts.backends.RoleBackend")
    page = client.get(reverse("criteria:round-detail", args=[city.round.pk])).content.decode()
    (before, _closing) = page.split('/steps/close_round/"')
    assert "btn-primary" not in before.rpartition("<details")[2]
