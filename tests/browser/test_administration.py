"""The administration: no barriers on any of its pages, whatever is registered with it."""

from collections.abc import Iterator

from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse

from tests.browser.city import City
from tests.browser.inspection import Inspection
from tests.browser.window import Window
from tests.browser.years import Years


def pages(city: City) -> Iterator[str]:
    """Each list, the page of a new record, and of the first one there is."""
    request = RequestFactory().get("/")
    request.user = city.administrator
    yield reverse("admin:index")
    for model, its_admin in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        yield reverse(f"{name}_changelist") + "?q=khong-co"
        if its_admin.has_add_permission(request):
            yield reverse(f"{name}_add")
        for record in model._default_manager.order_by("pk")[:1]:
            yield reverse(f"{name}_change", args=[record.pk])
            if its_admin.has_delete_permission(request, record):
                yield reverse(f"{name}_delete", args=[record.pk])


def refuse(window: Window) -> None:
    """Send the form of a page empty, past what the browser asks for by itself."""
    form = window.page.locator("#content-main > form").first
    form.locator("input[type=text], textarea").evaluate_all(
        "all => all.forEach(input => { input.value = ''; })"
    )
    with window.page.expect_navigation():
        form.evaluate("form => { form.noValidate = true; form.requestSubmit(); }")


def test_the_administration_has_no_barriers(window: Window, city: City, years: Years) -> None:
    window.sign_in(city.administrator)
    inspection = Inspection(window)
    inspection.tour({address: address for address in pages(city)})
    for address in pages(city):
        if address.endswith("/add/"):
            window.page.goto(address)
            refuse(window)
            inspection.look(f"{address} refused")
    assert not inspection.findings, "\n".join(inspection.findings)
