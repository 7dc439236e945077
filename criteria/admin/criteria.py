"""The criteria of the sets and what each requires: written in drafts, read once published."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from criteria.admin.catalogue import DraftAdmin, DraftInline
from criteria.models import Criterion, Requirement


class CriterionForm(forms.ModelForm):
    def _get_validation_exclusions(self) -> Any:
        # The set is not on the form, yet numbers and codes are unique within it.
        return super()._get_validation_exclusions() - {"criteria_set"}  # type: ignore[misc]


class RequirementInline(DraftInline):
    model = Requirement
    template = "admin/edit_inline/stacked.html"
    long_inputs = True
    fields = [
        "position",
        "text",
        ("measure", "comparator", "threshold", "unit"),
        "norm_per_ward",
        "grades",
        "evidence_hint",
        ("origin", "source"),
    ]


@admin.register(Criterion)
class CriterionAdmin(DraftAdmin):
    """New criteria are added on the page of their set."""

    list_display = ["number", "name", "code", "group", "criteria_set"]
    list_display_links = ["number", "name"]
    list_select_related = ["group", "criteria_set"]
    list_filter = [("criteria_set", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["search_name__contains"]
    search_help_text = gettext_lazy("Name, with or without diacritics, or code.")
    form = CriterionForm
    fields = [
        "criteria_set",
        ("number", "code"),
        "group",
        "name",
        "name_en",
        "guidance",
        "lead_agency",
        "replaces",
    ]
    readonly_fields = ["criteria_set"]
    autocomplete_fields = ["replaces"]
    inlines = [RequirementInline]
    deletable = True

    def option_label(self, record: Any) -> str:
        return f"{record} ({record.criteria_set.code})"

    def options_for(self, db_field: Any) -> QuerySet[Criterion]:
        criteria = Criterion.objects.select_related("criteria_set")
        return criteria.order_by("-criteria_set__effective_from", "criteria_set", "number")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Its requirements go with it: the action removes them first, and the log keeps each."""
        deleted, counts, lacking, protected = super().get_deleted_objects(objs, request)
        requirements = list(Requirement.objects.filter(criterion__in=objs))
        going, more, also_lacking, blocking = super().get_deleted_objects(requirements, request)
        in_the_way = [*(named for named in protected if named not in going), *blocking]
        return [*deleted, *going], {**counts, **more}, lacking | also_lacking, in_the_way

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        if obj and "group" in form.base_fields:
            form.base_fields["group"].queryset = obj.criteria_set.groups.all()
        return form

    def get_queryset(self, request: HttpRequest) -> QuerySet[Criterion]:
        return super().get_queryset(request).select_related("criteria_set", "group")
