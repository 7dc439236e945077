"""The key “?”, and the guidance of a criterion where it is filled in."""

from playwright.sync_api import expect

from tests.browser.city import City
from tests.browser.window import Window


def test_a_key_lists_the_keys_over_any_page_and_gives_the_focus_back(
    window: Window, city: City
) -> None:
    page = window.page
    window.sign_in(city.officer)
    link = page.locator("main a").first
    link.focus()
    page.keyboard.press("?")
    dialog = page.locator("#keys")
    expect(dialog).to_be_visible()
    expect(page.locator("#keys-title")).to_be_focused()
    expect(dialog).to_contain_text("Ctrl+D")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(link).to_be_focused()


def test_a_question_mark_in_a_field_is_only_a_letter(window: Window, city: City) -> None:
    page = window.page
    window.sign_in(city.officer)
    window.open("criteria:search")
    box = page.locator("main [name=q]")
    box.press_sequentially("a?")
    expect(box).to_have_value("a?")
    expect(page.locator("#keys")).to_be_hidden()
