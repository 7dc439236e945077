"""Fill in a page of the admin as a browser would: what it shows, with what the test changes."""

from html.parser import HTMLParser

from django.http import HttpResponse
from django.test import Client


class _Inputs(HTMLParser):
    """The inputs of the page's main form, by name, with what they show."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.inside = False
        self.name = ""  # of the open select or textarea
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = said.get("id", "").endswith("_form")
        if not self.inside:
            return
        if tag == "input" and said.get("type") not in ("submit", "checkbox"):
            self._add(said.get("name", ""), said.get("value", ""))
        elif tag == "input" and said.get("type") == "checkbox" and "checked" in said:
            self._add(said["name"], said.get("value", "on"))
        elif tag in ("select", "textarea"):
            self.name, self.text = said.get("name", ""), ""
        elif tag == "option" and "selected" in said:
            self._add(self.name, said.get("value", ""))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "textarea" and self.inside:
            self._add(self.name, self.text.strip("\r\n"))

    def _add(self, name: str, value: str) -> None:
        if name and name != "csrfmiddlewaretoken":
            self.values.setdefault(name, []).append(value)


def shown(page: HttpResponse) -> dict[str, list[str]]:
    inputs = _Inputs()
    inputs.feed(page.content.decode())
    return inputs.values


def save(client: Client, url: str, **changes: object) -> HttpResponse:
    """Open the page, type `changes` over what it shows, save."""
    page = client.get(url)
    assert page.status_code == 200, page.status_code
    return client.post(url, {**shown(page), **changes})


def add_row(page_values: dict[str, list[str]], prefix: str, **fields: object) -> dict[str, object]:
    """Return what “Add another” of an inline sends."""
    n = int(page_values[f"{prefix}-TOTAL_FORMS"][0])
    row = {f"{prefix}-{n}-{name}": value for name, value in fields.items()}
    return {f"{prefix}-TOTAL_FORMS": n + 1, **row}


def errors(page: HttpResponse) -> list[str]:
    """Everything that a page refuses, wherever it says so."""
    return [str(error) for found in page.context["errors"] for error in found]
