"""Whatever the administration lists by name stands in Vietnamese order: Đ after D, not behind Y."""

import pytest
from django.contrib import admin
from django.db import models
from django.urls import reverse

from namdinh_wards.text import sort_key
from tests.factories import WardFactory
from tests.reading import find, one, text

pytestmark = pytest.mark.django_db


def test_the_index_is_in_vietnamese_order(client_of):
    page = client_of("administrator").get(reverse("admin:index"))
    for app in find(page, ".module[class*=app-]"):
        names = [text(link) for link in find(app, "th[scope=row]")]
        assert names == sorted(names, key=sort_key)
    assert any(text(link).startswith("Đợt") for link in find(page, "th[scope=row]"))


@pytest.mark.parametrize("query", ["", "?o=0", "?o=-0"])
def test_wards_are_in_vietnamese_order_by_whatever_they_are_sorted(client_of, query):
    names = ["Dệt", "Đông Mạc", "Ea", "Vị Xuyên"]
    for name in names[::-1]:
        WardFactory(name=name)
    page = client_of("administrator").get(reverse("admin:criteria_ward_changelist") + query)
    listed = [text(link) for link in find(page, "#result_list tbody th a")]
    assert listed == (names[::-1] if query == "?o=-0" else names)


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label)
def test_no_column_of_text_is_sorted_as_its_bytes(client_of, model):
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    request = client_of("administrator").get(address).wsgi_request
    keeper = admin.site.get_model_admin(model)
    fields = {field.name: field for field in model._meta.get_fields()}
    text_columns = [
        name
        for name in keeper.get_sortable_by(request)
        if isinstance(fields.get(name), models.CharField | models.TextField)
        and not fields[name].choices
    ]
    assert set(text_columns) <= {"code", "username"}


def test_add_another_goes_on_in_lower_case(client_of, make_user):
    user = make_user("ward")
    page = client_of("administrator").get(reverse("admin:accounts_user_change", args=[user.pk]))
    group = one(page, "[data-inline-formset]").get("data-inline-formset")
    assert "Thêm phường phụ trách" in group.encode().decode("unicode_escape")
