"""The documents and where they were attached, to be read: units add them on their sheets."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.filters import AllValuesFieldListFilter
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from criteria.admin.base import ReadOnlyAdmin, ReadOnlyInline
from criteria.models import Evidence, EvidenceUse


def _where(use: Any) -> str:
    return f"{use.result.assessment} – {use.result.criterion}"


class UseInline(ReadOnlyInline):
    model = EvidenceUse
    fields = ["where", "attached_by", "attached_at", "detached_by", "detached_at"]
    readonly_fields = ["where"]

    def get_queryset(self, request: HttpRequest) -> Any:
        uses = super().get_queryset(request)
        return uses.select_related(
            "result__assessment__ward",
            "result__assessment__round",
            "result__criterion",
            "attached_by",
            "detached_by",
        )

    @admin.display(description=_("result"))
    def where(self, use: Any) -> str:
        return _where(use)


class KindFilter(AllValuesFieldListFilter):
    def choices(self, changelist: Any) -> Iterator[Any]:
        """Name the documents that are papers only: Django's link for them has no words."""
        for choice in super().choices(changelist):
            yield {**choice, "display": choice["display"] or _("without a file")}


@admin.register(Evidence)
class EvidenceAdmin(ReadOnlyAdmin):
    list_display = ["title", "number", "issued_by", "ward", "file_name", "added_by", "added_at"]
    list_select_related = ["ward", "added_by"]
    list_filter = [("kind", KindFilter)]
    search_fields = ["search_text__contains", "ward__search_name__contains"]
    search_help_text = _("Title, number, issuing body or ward.")
    date_hierarchy = "added_at"
    fields = [
        "ward",
        ("title", "number"),
        ("issued_on", "issued_by"),
        ("file_name", "kind", "size"),
        ("added_by", "added_at"),
        "superseded_by",
    ]
    inlines = [UseInline]

    def view_on_site(self, obj: Any) -> str:
        return reverse("criteria:evidence-detail", args=[obj.pk])


@admin.register(EvidenceUse)
class EvidenceUseAdmin(ReadOnlyAdmin):
    list_display = ["evidence", "where", "attached_by", "attached_at", "detached_by", "detached_at"]
    list_select_related = [
        "evidence",
        "result__assessment__ward",
        "result__assessment__round",
        "result__criterion",
        "attached_by",
        "detached_by",
    ]
    search_fields = ["evidence__search_text__contains", "evidence__ward__search_name__contains"]
    search_help_text = _("Title, number, issuing body or ward.")
    fields = ["evidence", "where", ("attached_by", "attached_at"), ("detached_by", "detached_at")]
    readonly_fields = ["where"]

    @admin.display(description=_("result"))
    def where(self, use: Any) -> str:
        return _where(use)
