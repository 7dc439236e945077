"""Whatever is sent to an address is answered in words: nothing that anybody types breaks a page."""

import string
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from django.contrib import admin
from django.db import transaction
from django.db.models import Model
from django.forms import formsets
from django.http import HttpResponseBase
from django.test import Client, RequestFactory
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.conftest import again, make_person
from tests.pages import PAGES
from tests.permissions.conftest import ACTORS, clients, document, sheet, world
from tests.permissions.test_table import TABLE, address, body, prepare
from tests.reading import filled, one

__all__ = ["clients", "document", "sheet", "world"]  # fixtures of the table of permissions

pytestmark = [pytest.mark.usefixtures("bare_refusals"), pytest.mark.django_db]
in_one_world = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
    ],  # to shrink takes minutes, and tells little
)

# What a page reads of its address or of a form, under any name that some page knows.
NAMES = """
    q on known round set what first second verdict group sort opinions standing state person kind
    ward sheet criterion record since until before after page next revision only due reason version
    keep all evidence title number issued_on issued_by submit_by note language username password
    agree agree_group sheet_version earlier later was find from to old_password new_password1
"""
names = st.sampled_from(NAMES.split())
numbers = st.integers(-(10**19), 10**19).map(str)
dates = st.dates().map(lambda day: f"{day:%d/%m}/{day.year}")
texts = st.one_of(
    st.text(max_size=40),
    st.text(string.printable + "\0\u0301\ud7ff", max_size=2000),
    st.text("0123456789-+., \t%eE_", max_size=12),
    st.text("[{\"':,}]", min_size=1, max_size=8).map(lambda part: part * 2000),
    numbers,
    dates,
)
queries = st.dictionaries(names, st.binary(max_size=20) | texts, max_size=5)
BUTTONS = [
    row for row, method in TABLE if method == "post" and {200, 302, 422} & {*TABLE[row, method][2:]}
]
ADMINS = sorted(admin.site._registry, key=lambda model: model._meta.label)


def read(response: HttpResponseBase) -> None:
    """Read it to its end: a file is made while it is sent."""
    if response.streaming:
        b"".join(response)
    assert response.status_code < 500


def encoded(query: dict[str, bytes | str]) -> str:
    plain = {name: v if isinstance(v, bytes) else v.encode() for name, v in query.items()}
    return "&".join(f"{name}={quote_from_bytes(value)}" for name, value in plain.items())


def whoever_may(row: str, method: str, clients: dict[str, Client]) -> Client:
    """Return a new window of the actor who gets furthest."""
    answers = dict(zip(ACTORS, TABLE[row, method], strict=True))
    furthest = next(who for code in (200, 422, 302) for who in ACTORS[::-1] if answers[who] == code)
    return again(clients[furthest])


@contextmanager
def undone() -> Iterator[None]:
    """Leave the world to the next example as it was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@in_one_world
@given(data=st.data())
def test_anything_in_an_address(data: Any, sheet: Any, clients: Any, document: Any) -> None:
    name = data.draw(st.sampled_from([*(page.name for page in PAGES), "criteria:log-export"]))
    query = data.draw(queries)
    client = whoever_may(name, "get", clients)
    with undone():
        read(client.get(address(name, sheet, document=document), QUERY_STRING=encoded(query)))


@in_one_world
@given(data=st.data())
def test_anything_in_a_form(data: Any, sheet: Any, clients: Any, document: Any) -> None:
    row = data.draw(st.sampled_from(BUTTONS))
    name, _, word = row.partition(" ")
    posted = body(name, sheet, document)
    fields = st.sampled_from(sorted(posted)) | names if posted else names
    posted |= data.draw(st.dictionaries(fields, texts, max_size=5))
    with undone():
        prepare(word, sheet)
        read(whoever_may(row, "post", clients).post(address(name, sheet, word, document), posted))


@in_one_world
@given(data=st.data())
def test_anything_in_a_list_of_the_administration(data: Any, clients: Any) -> None:
    url = reverse(f"{admin_of(data.draw(st.sampled_from(ADMINS)))}_changelist")
    read(clients["administrator"].get(url, QUERY_STRING=encoded(data.draw(queries))))


@in_one_world
@given(data=st.data())
def test_anything_in_a_form_of_the_administration(
    data: Any, clients: Any, forms: Any, few_rows: None
) -> None:
    url = data.draw(st.sampled_from(forms))
    office = clients["administrator"]
    typed = filled(one(office.get(url), "form[id$=_form]"))
    for field in data.draw(st.lists(st.sampled_from(sorted(typed)), max_size=4)):
        typed[field] = [data.draw(texts)]
    with undone():
        read(office.post(url, typed))


def admin_of(model: type[Model]) -> str:
    return f"admin:{model._meta.app_label}_{model._meta.model_name}"


@pytest.fixture
def few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Believe of a forged count of rows no more than some dozens: a thousand take half a minute."""
    monkeypatch.setattr(formsets, "DEFAULT_MAX_NUM", 20)


@pytest.fixture
def forms(sheet: Any) -> list[str]:
    """The addresses of all pages of the administration on which something is entered."""
    request = RequestFactory().get("/")
    request.user = make_person("administrator")
    addresses = []
    for model in ADMINS:
        keeper = admin.site.get_model_admin(model)
        if keeper.has_add_permission(request):
            addresses.append(reverse(f"{admin_of(model)}_add"))
        record = model._default_manager.first()
        if record and keeper.has_change_permission(request, record):
            addresses.append(reverse(f"{admin_of(model)}_change", args=[record.pk]))
    return addresses
