"""The thresholds of single wards, for the requirements that leave them to the ward."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from criteria.admin.base import RecordAdmin, RecordOptions
from criteria.models import Requirement, WardNorm


def _in_its_set(requirement: Any) -> str:
    """The same text stands in every set that was cloned from another."""
    criterion = requirement.criterion
    return f"{criterion.criteria_set.code}, {criterion.number}: {requirement}"


class NormOptions(RecordOptions):
    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "requirement":
            field.queryset = Requirement.objects.filter(norm_per_ward=True).select_related(
                "criterion__criteria_set"
            )
            field.label_from_instance = _in_its_set
        return field


@admin.register(WardNorm)
class WardNormAdmin(NormOptions, RecordAdmin):
    list_display = ["ward", "requirement", "threshold", "legal_basis", "valid_from"]
    list_select_related = ["ward", "requirement"]
    list_filter = [("requirement", admin.RelatedOnlyFieldListFilter), "valid_from"]
    search_fields = [
        "ward__search_name__contains",
        "ward__code__startswith",
        "requirement__text__folded__contains",
        "legal_basis__folded__contains",
    ]
    search_help_text = _("Ward, requirement or legal basis.")
    fields = ["ward", "requirement", "threshold", "legal_basis", "valid_from"]
    autocomplete_fields = ["ward"]
