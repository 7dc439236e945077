"""The units, what became of them, and what is kept for each."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from criteria.admin.base import ReadOnlyInline, RecordInline
from criteria.admin.norms import NormOptions
from criteria.admin.registry import RegistryAdmin
from criteria.models import (
    Pledge,
    Recognition,
    Ward,
    WardBoundary,
    WardNorm,
    WardQuerySet,
    WardSuccession,
    WardTile,
)
from criteria.readiness.standing import (
    n_criteria,
    not_ready,
    ready,
    standing_of,
    standing_round,
    with_standing,
    without_sheet,
)


def ward_label(ward: Ward) -> str:
    """Name a unit so that its namesakes before and after a merger are told apart."""
    words = {
        "ward": ward,
        "code": ward.code,
        "start": date_format(ward.valid_from, "SHORT_DATE_FORMAT"),
    }
    if ward.valid_to is None:
        return _("%(ward)s (%(code)s, from %(start)s)") % words
    words["end"] = date_format(ward.valid_to, "SHORT_DATE_FORMAT")
    return _("%(ward)s (%(code)s, from %(start)s until before %(end)s)") % words


# --- inlines --------------------------------------------------------------------------------------


class SuccessionForm(forms.ModelForm):
    def add_error(self, field: Any, error: Any) -> None:
        # The predecessor is the page's own record and has no input that could show an error.
        for about_page in getattr(error, "error_dict", {}).pop("predecessor", []):
            super().add_error(None, about_page)
        super().add_error(field, error)


class SuccessionInline(RecordInline):
    model = WardSuccession
    form = SuccessionForm
    fk_name = "predecessor"
    fields = ["successor", "effective_on", "relation", "legal_basis"]
    autocomplete_fields = ["successor"]
    verbose_name_plural = gettext_lazy("what became of the unit")

    def get_queryset(self, request: HttpRequest) -> QuerySet[WardSuccession]:
        return super().get_queryset(request).select_related("successor")


class OriginInline(ReadOnlyInline):
    model = WardSuccession
    fk_name = "successor"
    fields = ["came_from", "effective_on", "relation", "legal_basis"]
    readonly_fields = ["came_from"]
    verbose_name_plural = gettext_lazy("what the unit came from")

    def get_queryset(self, request: HttpRequest) -> QuerySet[WardSuccession]:
        return super().get_queryset(request).select_related("predecessor")

    @admin.display(description=gettext_lazy("predecessor"))
    def came_from(self, succession: WardSuccession) -> str:
        if succession.predecessor is None:
            return succession.outside_name
        return ward_label(succession.predecessor)


class TileInline(RecordInline):
    model = WardTile
    fields = ["valid_from", "column", "row"]
    deletable = True


class BoundaryInline(ReadOnlyInline):
    """Outlines come from files alone: `manage.py load_boundaries`."""

    model = WardBoundary
    fields = ["valid_from", "source"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They are part of what the unit's page says, and have no permission of their own."""
        return request.user.has_perm("criteria.view_ward")

    def get_queryset(self, request: HttpRequest) -> QuerySet[WardBoundary]:
        return super().get_queryset(request).defer("outline")


class NormInline(NormOptions, RecordInline):
    model = WardNorm
    fields = ["requirement", "threshold", "legal_basis", "valid_from"]


class PledgeInline(RecordInline):
    model = Pledge
    fields = ["year", "legal_basis"]


class RecognitionInline(RecordInline):
    model = Recognition
    template = "admin/edit_inline/stacked.html"
    fields = [
        "year",
        ("decision_number", "decided_on"),
        "issued_by",
        ("revoked_on", "revoked_reason"),
    ]


# --- wards ----------------------------------------------------------------------------------------

STANDINGS = {
    "ready": gettext_lazy("Ready"),
    "not_ready": gettext_lazy("Not ready"),
    "no_sheet": gettext_lazy("No approved sheet"),
    "out": gettext_lazy("Out of scope"),
}
_KEPT: dict[str, Callable[[WardQuerySet], WardQuerySet]] = {
    "ready": ready,
    "not_ready": not_ready,
    "no_sheet": without_sheet,
}


class StandingFilter(admin.SimpleListFilter):
    title = gettext_lazy("standing today")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(STANDINGS.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        today, standing = timezone.localdate(), self.value()
        if standing in _KEPT:
            return _KEPT[standing](queryset.in_scope(today))
        if standing == "out":
            return queryset.exclude(pk__in=Ward.objects.in_scope(today))
        return queryset


class InForceFilter(admin.SimpleListFilter):
    title = gettext_lazy("in force today")
    parameter_name = "in_force"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        in_force = Ward.objects.in_force(timezone.localdate())
        if self.value() == "yes":
            return queryset.filter(pk__in=in_force)
        return queryset.exclude(pk__in=in_force) if self.value() == "no" else queryset


class WardChangeList(ChangeList):
    """Knows where each of its wards stands today. Two queries, however many wards."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.today = timezone.localdate()
        self.round = standing_round(self.today)
        super().__init__(*args, **kwargs)

    def get_queryset(self, *args: Any, **kwargs: Any) -> Any:
        self.root_queryset = with_standing(Ward.objects.all(), self.round)
        return super().get_queryset(*args, **kwargs)

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        total = n_criteria(self.round)
        for ward in self.result_list:
            standing = standing_of(ward, self.round, total)
            ward.standing_today = standing if ward.is_in_scope(self.today) else None


@admin.register(Ward)
class WardAdmin(RegistryAdmin):
    list_display = ["unit", "kind", "standing", "met", "code", "valid_from", "valid_to"]
    list_filter = [StandingFilter, "kind", InForceFilter]
    search_fields = ["search_name__contains", "code__startswith"]
    search_help_text = gettext_lazy("Name, with or without diacritics, or official code.")
    fieldsets = [
        (None, {"fields": ["name", "kind", "code", "valid_from", "valid_to"]}),
        (gettext_lazy("Facts"), {"fields": ["population", "area_km2", "source"]}),
    ]

    def option_label(self, record: Any) -> str:
        return ward_label(record)

    def options_for(self, db_field: Any) -> WardQuerySet:
        """Criteria and roadmap cover the wards only; anything may succeed anything."""
        wards = Ward.objects.order_by("sort_key", "-valid_from")
        if db_field.model is WardSuccession:
            return wards
        return wards.filter(kind=Ward.Kind.WARD)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return WardChangeList

    def get_inlines(self, request: HttpRequest, obj: Ward | None) -> list[Any]:
        if obj is None:
            return [TileInline]
        always = [OriginInline, SuccessionInline, TileInline, BoundaryInline]
        if obj.kind == Ward.Kind.COMMUNE:
            return always
        return [*always, NormInline, PledgeInline, RecognitionInline]

    @admin.display(description=gettext_lazy("name"), ordering="sort_key")
    def unit(self, ward: Any) -> str:
        return str(ward.name)

    @admin.display(description=gettext_lazy("criteria met"), ordering="n_met")
    def met(self, ward: Any) -> str:
        standing = ward.standing_today
        if standing is None or standing.round is None:
            return self.get_empty_value_display()
        return f"{standing.tally.met}/{standing.tally.applicable}"

    @admin.display(description=gettext_lazy("standing today"))
    def standing(self, ward: Any) -> Any:
        standing = ward.standing_today
        if standing is None:
            return STANDINGS["out"]
        if standing.round is None:
            return STANDINGS["no_sheet"]
        return STANDINGS["ready" if standing.is_ready else "not_ready"]


@admin.register(WardSuccession)
class WardSuccessionAdmin(RegistryAdmin):
    """Also for predecessors from outside the city, which have no page of their own."""

    list_display = ["came_from", "successor", "effective_on", "relation", "legal_basis"]
    list_select_related = ["predecessor", "successor"]
    list_filter = ["effective_on", "relation"]
    search_fields = [
        "predecessor__search_name__contains",
        "successor__search_name__contains",
        "outside_name__folded__contains",
    ]
    search_help_text = gettext_lazy("Name of the predecessor or of the successor.")
    autocomplete_fields = ["predecessor", "successor"]
    fields = [
        "predecessor",
        "outside_name",
        "successor",
        "effective_on",
        "relation",
        "legal_basis",
    ]

    @admin.display(description=gettext_lazy("predecessor"), ordering="predecessor__sort_key")
    def came_from(self, succession: WardSuccession) -> str:
        return str(succession.predecessor or succession.outside_name)
