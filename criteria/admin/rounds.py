"""The rounds: planned, opened, closed, and where it must be, opened again."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from criteria.admin.base import RecordAdmin
from criteria.models import Round


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
        "status",
    ]
    list_select_related = ["criteria_set"]
    list_filter = ["status", "year"]
    searched_texts = ["name"]
    search_help_text = _("Name of the round.")
    date_hierarchy = "ends_on"
    fields = [
        "name",
        "year",
        ("starts_on", "ends_on"),
        ("submit_by", "verify_by"),
        "criteria_set",
        "status",
    ]
