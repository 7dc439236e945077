"""The criteria sets: worked on as drafts, read-only for everybody once published, then retired."""

from collections.abc import Callable, Iterable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import BaseModelAdmin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.unsent import keep_refused, unsent_on
from criteria.actions.catalogue import (
    clone_set,
    delete_criterion,
    hold_draft,
    publish_set,
    retire_set,
)
from criteria.admin.base import RecordAdmin, RecordInline
from criteria.forms.fields import DayField
from criteria.models import Activity, CriteriaSet, Criterion, CriterionGroup, Requirement
from criteria.views.base import user_of


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


class RetireForm(forms.Form):
    effective_to = DayField(
        label=gettext_lazy("No longer from"),
        help_text=gettext_lazy("The first day on which the set no longer applies."),
    )


@admin.register(CriteriaSet)
class CriteriaSetAdmin(DraftAdmin):
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
    actions = ["clone_selected"]

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

    @admin.action(description=gettext_lazy("Clone to a new draft"), permissions=["add"])
    def clone_selected(self, request: HttpRequest, sets: QuerySet[CriteriaSet]) -> None:
        for criteria_set in sets:
            self._clone(request, criteria_set)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/clone/", view(self.clone), name="criteria_criteriaset_clone"),
            path("<int:pk>/publish/", view(self.publish), name="criteria_criteriaset_publish"),
            path("<int:pk>/retire/", view(self.retire), name="criteria_criteriaset_retire"),
        ]
        return [*own, *super().get_urls()]

    @method_decorator(require_POST)
    def clone(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        made = self._clone(request, self._get_set(request, pk))
        return redirect("admin:criteria_criteriaset_change", made.pk)

    @method_decorator(require_POST)
    def publish(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        criteria_set = self._get_set(request, pk)
        done = _("“%(title)s” is published.") % {"title": criteria_set}
        self._step(request, done, lambda: publish_set(criteria_set, acting_user=user_of(request)))
        return redirect("admin:criteria_criteriaset_change", pk)

    @method_decorator(require_POST)
    def retire(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        criteria_set = self._get_set(request, pk)
        form = RetireForm(request.POST)
        if not form.is_valid():
            keep_refused(request)
            self._refuse(request, map(str, form.errors["effective_to"]))
            return redirect("admin:criteria_criteriaset_change", pk)
        day, user = form.cleaned_data["effective_to"], user_of(request)
        done = _("“%(title)s” is retired.") % {"title": criteria_set}
        self._step(
            request, done, lambda: retire_set(criteria_set, effective_to=day, acting_user=user)
        )
        return redirect("admin:criteria_criteriaset_change", pk)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        # Of any set: whether its state allows a step is the action's to say.
        may_step = self.has_change_permission(request)
        unsent = unsent_on(request, "admin:criteria_criteriaset_retire") if may_step else None
        retire_form = RetireForm(unsent.give_back() if unsent else None)
        context |= {"may_step": may_step, "retire_form": retire_form}
        return super().render_change_form(request, context, *args, **kwargs)

    def _get_set(self, request: HttpRequest, pk: int) -> CriteriaSet:
        criteria_set = self.get_object(request, str(pk))
        if criteria_set is None:
            raise Http404
        return cast(CriteriaSet, criteria_set)

    def _clone(self, request: HttpRequest, criteria_set: CriteriaSet) -> CriteriaSet:
        made = clone_set(criteria_set, code=criteria_set.code, acting_user=user_of(request))
        done = _("“%(title)s” is cloned to the draft %(code)s.")
        self.message_user(request, done % {"title": made, "code": made.code}, messages.SUCCESS)
        return made

    def _step(self, request: HttpRequest, done: str, take: Callable[[], None]) -> None:
        try:
            take()
        except ValidationError as refusal:
            keep_refused(request)
            self._refuse(request, refusal.messages)
        else:
            self.message_user(request, done, messages.SUCCESS)

    def _refuse(self, request: HttpRequest, problems: Iterable[str]) -> None:
        for problem in problems:
            self.message_user(request, problem, messages.ERROR)
