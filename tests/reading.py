"""Reading a page as its readers do: parsed, never matched as a string of tags.

What is read is an answer, or a part of a page that was found in one.
"""

import unicodedata

from django.http import HttpResponseBase
from lxml import etree, html

Page = HttpResponseBase | html.HtmlElement | str

_WORDS = etree.XPath(".//text()", smart_strings=False)
# Not alt: Django's own administration has “Search” there, in every language.
_TOLD = etree.XPath(
    "//text()[not(parent::script or parent::style)] | //@aria-label | //@title | //@placeholder"
    " | //input[@type='submit' or @type='button']/@value",
    smart_strings=False,
)
_FIELDS = etree.XPath("//input | //select | //textarea")
_NEVER_SENT = {"submit", "button", "image", "reset", "file"}


def parse(page: Page) -> html.HtmlElement:
    """The root of a page, or of the part of one that htmx is answered with; it may be empty."""
    if isinstance(page, html.HtmlElement):
        return page
    source = page if isinstance(page, str) else page.content.decode()
    return html.document_fromstring(source if source.strip() else "<html></html>")


def find(page: Page, css: str) -> list[html.HtmlElement]:
    return parse(page).cssselect(css)


def one(page: Page, css: str) -> html.HtmlElement:
    """The only part of its kind."""
    found = find(page, css)
    assert len(found) == 1, f"{len(found)} × {css}"
    return found[0]


def text(page: Page) -> str:
    """The words that stand there, those of neighbouring elements apart."""
    return " ".join(" ".join(_WORDS(parse(page))).split())


def told(page: Page) -> str:
    """All that a person reads or is read: the text, and the words in attributes."""
    return unicodedata.normalize("NFC", " ".join(" ".join(_TOLD(parse(page))).split()))


def links(page: Page, css: str = "a[href]") -> list[str]:
    """Where the links lead, in order."""
    return [link.get("href") for link in find(page, css)]


def filled(form: html.HtmlElement) -> dict[str, list[str]]:
    """What a browser sends of a form that nobody has typed in, but for the token."""
    sent: dict[str, list[str]] = {}
    for field in _FIELDS(form.getroottree()):
        is_own = _form_of(field) is form and "disabled" not in field.attrib
        if is_own and field.name and field.name != "csrfmiddlewaretoken":
            for value in _values(field):
                sent.setdefault(field.name, []).append(value)
    return sent


def _form_of(field: html.HtmlElement) -> html.HtmlElement | None:
    """The form that a field belongs to: the one it names, else the one it stands in."""
    if named := field.get("form"):
        return field.getroottree().getroot().get_element_by_id(named, None)
    return next(field.iterancestors("form"), None)


def _values(field: html.HtmlElement) -> list[str]:
    if field.tag == "textarea":
        return [field.text_content().removeprefix("\r").removeprefix("\n")]
    if field.tag == "select":
        chosen = [each for each in field.iter("option") if "selected" in each.attrib]
        if not chosen and not field.multiple:
            chosen = list(field.iter("option"))[:1]
        return [each.get("value", text(each)) for each in chosen]
    if field.type in _NEVER_SENT or (field.checkable and not field.checked):
        return []
    return [field.get("value", "on" if field.checkable else "")]
