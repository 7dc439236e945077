"""Fill in a page of the admin as a browser would: what it shows, with what the test changes."""

from django.http import HttpResponse
from django.test import Client

from tests.reading import filled, one


def shown(page: HttpResponse) -> dict[str, list[str]]:
    return filled(one(page, "form[id$=_form]"))


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
