"""What the city promised and what was recognised."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from criteria.admin.base import RecordAdmin
from criteria.models import Pledge, Recognition, RoadmapTarget


@admin.register(RoadmapTarget)
class RoadmapTargetAdmin(RecordAdmin):
    list_display = ["due_on", "percent", "legal_basis"]
    search_fields = ["legal_basis__folded__contains"]
    search_help_text = _("Legal basis.")
    fields = ["due_on", "percent", "legal_basis"]


@admin.register(Pledge)
class PledgeAdmin(RecordAdmin):
    list_display = ["ward", "year", "legal_basis"]
    list_select_related = ["ward"]
    list_filter = ["year"]
    search_fields = [
        "ward__search_name__contains",
        "ward__code__startswith",
        "legal_basis__folded__contains",
    ]
    search_help_text = _("Ward or legal basis.")
    fields = ["ward", "year", "legal_basis"]
    autocomplete_fields = ["ward"]


@admin.register(Recognition)
class RecognitionAdmin(RecordAdmin):
    list_display = ["ward", "year", "decision_number", "decided_on", "issued_by", "revoked_on"]
    list_select_related = ["ward"]
    list_filter = ["year", ("revoked_on", admin.EmptyFieldListFilter)]
    search_fields = [
        "ward__search_name__contains",
        "ward__code__startswith",
        "decision_number__folded__contains",
        "issued_by__folded__contains",
    ]
    search_help_text = _("Ward, decision number or who issued it.")
    date_hierarchy = "decided_on"
    fields = [
        "ward",
        "year",
        ("decision_number", "decided_on"),
        "issued_by",
        ("revoked_on", "revoked_reason"),
    ]
    autocomplete_fields = ["ward"]
