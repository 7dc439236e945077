"""The rounds and their days; opened, closed and extended they are on their own pages."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from criteria.actions.rounds import hold_round_alone
from criteria.admin.base import ReadOnlyAdmin, RecordAdmin
from criteria.models import Extension, Round
from namdinh_wards.text import number


@admin.register(Round)
class RoundAdmin(RecordAdmin):
    list_display = [
        "name",
        "year",
        "starts_on",
        "ends_on",
        "submit_by",
        "verify_by",
        "criteria_set",
        "is_citywide",
        "status",
        "settled_on",
    ]
    list_select_related = ["criteria_set"]
    list_filter = ["status", "year", "is_citywide"]
    search_fields = ["name__folded__contains"]
    search_help_text = _("Name of the round.")
    date_hierarchy = "ends_on"
    fields = [
        "name",
        "year",
        ("starts_on", "ends_on"),
        ("submit_by", "verify_by"),
        "criteria_set",
        "is_citywide",
        ("status", "settled_on"),
    ]
    readonly_fields = ["status", "settled_on"]

    def view_on_site(self, obj: Any) -> str:
        """The page on which the round is opened and closed."""
        return reverse("criteria:round-detail", args=[obj.pk])

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Take the round before the log, as those do who save on its sheets or close it."""
        object_id = kwargs.get("object_id") or (args[0] if args else None)
        if request.method != "POST" or object_id is None:
            return super().changeform_view(request, *args, **kwargs)
        with transaction.atomic():
            pk = number(str(object_id))
            if pk is not None and Round.objects.filter(pk=pk).exists():
                hold_round_alone(pk)
            return super().changeform_view(request, *args, **kwargs)


@admin.register(Extension)
class ExtensionAdmin(ReadOnlyAdmin):
    """Given on the round's page."""

    list_display = ["ward", "round", "submit_by", "reason", "given_by", "given_at"]
    list_select_related = ["ward", "round", "given_by"]
    list_filter = ["round"]
    search_fields = ["ward__search_name__contains", "ward__code__startswith"]
    search_help_text = _("Ward.")
    fields = [("round", "ward"), "submit_by", "reason", ("given_by", "given_at")]
