"""The criteria sets: worked on as drafts, read-only for everybody once published, then retired."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import User
from criteria.actions.catalogue import delete_criterion, hold_draft
from criteria.admin.base import RecordAdmin, RecordInline
from criteria.admin.set_steps import SetSteps
from criteria.models import Activity, CriteriaSet, Criterion, CriterionGroup, Requirement


def _set_of(record: Any) -> CriteriaSet:
    """The set that a record of the catalogue is, or is part of."""
    if isinstance(record, Requirement):
        return record.criterion.criteria_set
    return record if isinstance(record, CriteriaSet) else record.criteria_set


def _may_change(record: Any) -> bool:
    return record is None or _set_of(record).is_draft


class DraftOptions(BaseModelAdmin):
    """What is published does not change: not for a superuser either."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _may_change(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_change(obj)


class DraftAdmin(DraftOptions, RecordAdmin):
    def store(self, record: Any, user: User) -> None:
        self._hold(_set_of(record))
        super().store(record, user)

    def remove(self, record: Any, user: User) -> None:
        self._hold(_set_of(record))
        if isinstance(record, Criterion):
            delete_criterion(record, acting_user=user)
        else:
            super().remove(record, user)

    def _hold(self, criteria_set: CriteriaSet) -> None:
        """Refuse what somebody has published since the page was asked for."""
        if criteria_set.pk is None:
            return
        Activity.objects.hold()  # in the order of every page: the log, then its rows
        try:
            hold_draft(criteria_set)
        except ValidationError as refusal:
            raise PermissionDenied(*refusal.messages) from None


class DraftInline(DraftOptions, RecordInline):
    deletable = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and _may_change(obj)


# --- sets -----------------------------------------------------------------------------------------


class GroupRowForm(forms.ModelForm):
    class Meta:
        widgets = {
            "code": forms.TextInput({"size": 5}),
            "name": forms.TextInput({"size": 60}),
            "name_en": forms.TextInput({"size": 40}),
        }


class GroupInline(DraftInline):
    model = CriterionGroup
    form = GroupRowForm
    fields = ["code", "name", "name_en"]


class CriterionRowForm(forms.ModelForm):
    class Meta:
        widgets = {
            "code": forms.TextInput({"size": 8}),
            "name": forms.Textarea({"rows": 2, "cols": 50}),
        }


class CriterionInline(DraftInline):
    model = Criterion
    form = CriterionRowForm
    fields = ["number", "code", "group", "name"]
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Criterion]:
        return super().get_queryset(request).select_related("group")

    def narrow(self, fields: dict[str, Any], parent: Any) -> None:
        if "group" in fields:
            fields["group"].queryset = parent.groups.all()


def _count(parts: QuerySet) -> Coalesce:
    counted = parts.filter(criteria_set=OuterRef("pk")).order_by().values("criteria_set")
    number = Subquery(counted.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    return Coalesce(number, 0)


@admin.register(CriteriaSet)
class CriteriaSetAdmin(SetSteps, DraftAdmin):
    list_display = [
        "title",
        "code",
        "status",
        "is_official",
        "effective_from",
        "effective_to",
        "n_groups",
        "n_criteria",
    ]
    list_filter = ["status", "is_official"]
    search_fields = [
        "title__folded__contains",
        "code__folded__contains",
        "legal_basis__folded__contains",
    ]
    search_help_text = gettext_lazy("Title, code or legal basis.")
    fields = [
        "title",
        "code",
        "legal_basis",
        "is_official",
        "effective_from",
        "effective_to",
        "status",
    ]
    readonly_fields = ["status"]

    def option_label(self, record: Any) -> str:
        """A clone has the title of its original until somebody gives it another."""
        return f"{record} ({record.code}, {record.get_status_display()})"

    def get_inlines(self, request: HttpRequest, obj: CriteriaSet | None) -> list[Any]:
        """A criterion names its group, so groups come first."""
        return [GroupInline, CriterionInline] if obj else [GroupInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CriteriaSet]:
        sets: QuerySet[CriteriaSet] = super().get_queryset(request)
        return sets.annotate(
            n_groups=_count(CriterionGroup.objects.all()),
            n_criteria=_count(Criterion.objects.all()),
        )

    @admin.display(description=pgettext_lazy("criteria", "groups"), ordering="n_groups")
    def n_groups(self, criteria_set: Any) -> int:
        return cast(int, criteria_set.n_groups)

    @admin.display(description=gettext_lazy("criteria"), ordering="n_criteria")
    def n_criteria(self, criteria_set: Any) -> int:
        return cast(int, criteria_set.n_criteria)
