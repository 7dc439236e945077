"""The sheets, to be read: they are filled in, verified and approved on the site's own pages."""

from decimal import Decimal

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from criteria.admin.base import ReadOnlyAdmin, ReadOnlyInline
from criteria.forms.fields import figure
from criteria.models import Assessment, Requirement, RequirementValue, Result


def _said(requirement: Requirement, value: Decimal | None, judgement: str) -> str:
    """Return what one side says, in words: a value, a verdict; a dash for nothing."""
    words = [judgement] if judgement else []
    if value is not None:
        words.insert(0, _in_words(requirement, value))
    return ", ".join(words) or "–"


def _in_words(requirement: Requirement, value: Decimal) -> str:
    if requirement.measure in (Requirement.Measure.NUMBER, Requirement.Measure.PERCENT):
        return f"{figure(value)} {requirement.unit}".strip()
    if not value:
        return _("No")
    return _("Yes") if requirement.measure == Requirement.Measure.YES_NO else f"{value:.0f}"


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
        return format_html_join("", "<div>{}: {} → {}</div>", lines)

    def _line(self, value: RequirementValue) -> tuple[str, str, str]:
        asked = value.requirement
        return (
            str(asked),
            _said(asked, value.self_value, value.get_self_judgement_display()),
            _said(asked, value.verified_value, value.get_verified_judgement_display()),
        )


@admin.register(Assessment)
class AssessmentAdmin(ReadOnlyAdmin):
    list_display = [
        "ward",
        "round",
        "state",
        "n_met",
        "n_not_met",
        "n_not_applicable",
        "n_pending",
        "approved_by",
        "approved_at",
    ]
    list_select_related = ["ward", "round", "approved_by"]
    list_filter = ["round", "state"]
    search_fields = ["ward__search_name__contains", "ward__code__startswith"]
    search_help_text = gettext_lazy("Ward.")
    fields = [
        ("ward", "round"),
        ("state", "version"),
        ("n_met", "n_not_met", "n_not_applicable", "n_pending"),
        ("approved_by", "approved_at"),
    ]
    inlines = [ResultInline]
