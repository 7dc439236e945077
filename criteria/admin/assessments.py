"""The sheets, to be read: they are filled in, verified and approved on the site's own pages."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy

from criteria.admin.base import ReadOnlyAdmin, ReadOnlyInline
from criteria.models import Assessment, RequirementValue, Result
from criteria.readiness.rules import NO_ANSWER, Answer
from criteria.sheets.sheet import Line
from criteria.templatetags.sheet_tags import said


class ResultInline(ReadOnlyInline):
    model = Result
    fields = [
        "criterion",
        "values_entered",
        "self_verdict",
        "verified_verdict",
        "explanation",
        "finding",
        "entered_by",
        "entered_at",
    ]
    readonly_fields = ["values_entered"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Result]:
        results = super().get_queryset(request).select_related("criterion", "entered_by")
        return results.prefetch_related("values__requirement")

    @admin.display(description=gettext_lazy("values"))
    def values_entered(self, result: Result) -> SafeString:
        """One line a requirement: what the unit says, and what the verifier found."""
        lines = [self._line(value) for value in result.values.all()]
        return format_html_join(mark_safe("<br>"), "{}: {} → {}", lines)

    def _line(self, value: RequirementValue) -> tuple[str, str, str]:
        entered = Answer(value.self_value, value.self_judgement)
        verified = Answer(value.verified_value, value.verified_judgement)
        line = Line(value.requirement, None, entered, value.threshold_applied, NO_ANSWER)
        return str(value.requirement), said(line, entered), said(line, verified)


@admin.register(Assessment)
class AssessmentAdmin(ReadOnlyAdmin):
    list_display = [
        "ward",
        "round",
        "revision",
        "state",
        "n_met",
        "n_not_met",
        "n_not_applicable",
        "n_pending",
        "approved_by",
        "approved_at",
    ]
    list_select_related = ["ward", "round", "approved_by"]
    list_filter = ["round", "state", "is_latest"]
    search_fields = ["ward__search_name__contains", "ward__code__startswith"]
    search_help_text = gettext_lazy("Ward.")
    fields = [
        ("ward", "round"),
        ("revision", "is_latest", "superseded_at"),
        ("reopened_by", "reopened_at", "reopening_reason"),
        ("cancelled_by", "cancelled_at", "cancelling_reason"),
        ("state", "version"),
        ("n_met", "n_not_met", "n_not_applicable", "n_pending"),
        ("approved_by", "approved_at"),
    ]
    inlines = [ResultInline]
