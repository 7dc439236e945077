"""What is pasted into a field goes into the field; a picture alone goes where pictures go."""

import pytest
from playwright.sync_api import Locator, expect

from criteria.models import Evidence
from tests.browser.city import City, fill_in
from tests.browser.window import Window

# As Excel and Word do: the text that was copied, and a picture of it.
PASTE = """(element, [text, withPicture]) => {
    const clipboard = new DataTransfer();
    if (text) clipboard.setData("text/plain", text);
    if (withPicture) clipboard.items.add(new File(["\\x89PNG"], "image.png", {type: "image/png"}));
    const event = {bubbles: true, cancelable: true, clipboardData: clipboard};
    return element.dispatchEvent(new ClipboardEvent("paste", event));
}"""


def _paste(element: Locator, text: str, *, with_picture: bool) -> bool:
    """Whether the browser is left to paste as it does."""
    return bool(element.evaluate(PASTE, [text, with_picture]))


@pytest.mark.parametrize("where", ["figure", "explanation", "heading"])
def test_text_with_its_picture_is_pasted_as_text(window: Window, city: City, where: str) -> None:
    fill_in(city.own, city)
    window.sign_in(city.officer)
    window.open("criteria:sheet", city.round.pk, city.own.pk)
    row = window.row(city.criteria[2])
    element = {
        "figure": row.figure,
        "explanation": row.explanation,
        "heading": row.element.locator("h3"),
    }[where]
    dialog = window.page.locator("#evidence-dialog")
    assert _paste(element, "120", with_picture=True)
    expect(dialog).to_be_hidden()
    # A picture alone is meant for the row, but not where somebody types.
    assert _paste(element, "", with_picture=True) is (where != "heading")
    expect(dialog).to_be_visible(visible=where == "heading")


def test_in_the_form_of_a_document_text_is_text_too(window: Window, city: City) -> None:
    fill_in(city.own, city)
    window.sign_in(city.officer)
    window.open("criteria:sheet", city.round.pk, city.own.pk)
    panel = window.row(city.criteria[2]).open_evidence()
    assert _paste(panel.field("title"), "Biên bản", with_picture=True)
    assert panel.file.evaluate("field => field.files.length") == 0
    assert not _paste(panel.field("title"), "", with_picture=True)
    assert panel.file.evaluate("field => field.files.length") == 1
    assert not Evidence.objects.exists()


def test_a_picture_takes_nothing_out_of_a_cell(window: Window, city: City) -> None:
    window.sign_in(city.city_officer)
    window.open("criteria:round-criterion", city.round.pk, city.criteria[2].pk)
    cell = window.page.locator(f"#w{city.own.pk} .grid-cell input").first
    cell.fill("120")
    cell.press("Control+a")
    assert _paste(cell, "", with_picture=True)
    expect(cell).to_have_value("120")
    assert not _paste(cell, "125", with_picture=True)
    expect(cell).to_have_value("125")
