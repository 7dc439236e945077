"""Text that tries to be part of the page, in every column that holds any, stays text everywhere."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models
from django.http import HttpResponse
from django.urls import reverse

from criteria.models import Activity, WardSuccession
from tests.conftest import make_person, signed_in
from tests.factories import EvidenceFactory, WardFactory
from tests.pages import read_by
from tests.reading import find, parse
from tests.test_queries import build
from tests.views.logs import log

pytestmark = pytest.mark.django_db

# Out of an attribute of either kind of quotes, or of none; out of a script, a box, a title; a tag.
# What the program says of itself: nothing of the city is in it.
OF_THE_PROGRAM = {"criteria:help", "criteria:keys"}
ESCAPES = "' x-bad=1 \" x-bad=1 </script></textarea></title></style><x-bad>"
SHORT = "'\"><x-bad>"
# Whose text is the program's own: keys, codes of a list, hashes, the name of a file on the disk.
OURS = {
    "Activity": {"object_type", "hash", "previous_hash"},
    "Evidence": {"file", "sha256", "search_text", "kind"},
    "Requirement": {"grades"},
    "Group": {"name"},
    "User": {"password"},
}


def columns_of_people(model: type[models.Model]) -> Iterator[models.Field]:
    """Yield the columns that hold what somebody typed."""
    for column in model._meta.concrete_fields:
        is_text = isinstance(column, models.CharField | models.TextField)
        is_ours = column.name in OURS.get(model.__name__, set()) or column.primary_key
        if is_text and not column.choices and not is_ours:
            yield column


def make_hostile(model: type[models.Model]) -> None:
    """Write it into each row; a key of a row makes it one of its kind where it must be."""
    for row in model._default_manager.all():
        texts = {}
        for column in columns_of_people(model):
            if getattr(row, column.name) or not column.blank:
                text = ESCAPES if (column.max_length or 999) > len(ESCAPES) + 9 else SHORT
                texts[column.name] = f"{row.pk}{text}"[: column.max_length]
        if texts:
            model._default_manager.filter(pk=row.pk).update(**texts)


@pytest.fixture(scope="module")
def place(kept_for_module):
    city = build(n_rounds=2)
    document = EvidenceFactory(ward=city.ward, title="x", number="1", issued_by="x")
    WardSuccession.objects.create(
        predecessor=WardFactory(valid_from="2020-01-01", valid_to=city.ward.valid_from),
        successor=city.ward,
        effective_on=city.ward.valid_from,
        relation="whole_into",
        legal_basis="x",
    )
    for result in city.ward.assessments.get(round=city.round).results.all():
        type(result).objects.filter(pk=result.pk).update(
            explanation="x", finding="x", return_note="x"
        )
    hostile = [m for app in ("accounts", "criteria") for m in apps.get_app_config(app).get_models()]
    for model in hostile:
        if model is not Activity:
            make_hostile(model)
    city.ward.refresh_from_db()
    for record in (city.ward, document, city.round):
        record.refresh_from_db()
        log(
            record,
            by=make_person("city", full_name=ESCAPES),
            reason=ESCAPES,
            after={ESCAPES: ESCAPES},
        )
    return city.place


def assert_harmless(response: HttpResponse, what: str) -> None:
    assert response.status_code == 200, what
    assert find(response, "x-bad") == find(response, "[x-bad]") == [], what
    for script in find(response, "script"):
        assert script.get("src") or script.get("type") == "application/json", what
    for element in parse(response).iter():
        assert not any(name.startswith("on") for name in element.attrib), what


@pytest.mark.parametrize("role", ["leader", "city", "verifier", "administrator"])
def test_no_page_takes_text_for_markup(place, role):
    client = signed_in(make_person(role))
    for page in read_by(role):
        for url in page.ways(place):
            assert_harmless(client.get(url), url)
            assert_harmless(client.get(url, headers={"HX-Request": "true"}), url)


def test_no_page_of_the_administration_takes_text_for_markup(place):
    office = signed_in(make_person("administrator"))
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert_harmless(office.get(reverse(f"{name}_changelist")), name)
        for record in model._default_manager.all()[:2]:
            assert_harmless(office.get(reverse(f"{name}_change", args=[record.pk])), name)


def test_it_is_there_to_be_read(place):
    """Else the tests above could not fail."""
    leader = signed_in(make_person("leader"))
    of_the_city = [page for page in read_by("leader") if page.name not in OF_THE_PROGRAM]
    shown = [
        page.name for page in of_the_city if "x-bad" in leader.get(page.at(place)).content.decode()
    ]
    assert len(shown) > len(of_the_city) * 0.8, shown
