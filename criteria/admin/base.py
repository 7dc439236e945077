"""What every page of the admin has in common: writes are logged, and nothing just disappears."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import (
    AdminTextInputWidget,
    AutocompleteSelect,
    RelatedFieldWidgetWrapper,
)
from django.db import IntegrityError, models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from criteria.actions.records import delete_record, save_record
from criteria.forms.fields import FigureField
from namdinh_wards.text import fold

admin.site.site_header = gettext_lazy("Model ward police units: administration")
admin.site.site_title = gettext_lazy("Administration")
admin.site.enable_nav_sidebar = False  # the index has it all, and lists need the width
admin.site.index_title = gettext_lazy("Administration")
admin.site.disable_action("delete_selected")


def user_of(request: HttpRequest) -> User:
    """The person at work; the admin lets nobody in who has not signed in."""
    return cast(User, request.user)


class Options(AutocompleteJsonView):
    """Django's own autocomplete, with what the admin of the records sought offers for the field."""

    model_admin: Any

    def get_queryset(self) -> Any:
        offered = self.model_admin.options_for(self.source_field)
        return self.model_admin.get_search_results(self.request, offered, self.term)[0]

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        result = super().serialize_result(obj, to_field_name)
        return {**result, "text": self.model_admin.option_label(obj)}


class OptionsSelect(AutocompleteSelect):
    def get_url(self) -> str:
        sought = self.field.related_model._meta
        return reverse(f"admin:{sought.app_label}_{sought.model_name}_options")


class RecordOptions(BaseModelAdmin):
    """Of a page or of an inline."""

    deletable = False
    long_inputs = False
    formfield_overrides = {models.DecimalField: {"form_class": FigureField}}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.deletable and super().has_delete_permission(request, obj)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        widget = getattr(field, "widget", None)
        if isinstance(widget, RelatedFieldWidgetWrapper):
            # Whoever chooses a record may look at it; to change it they go to its own page.
            widget.can_add_related = widget.can_change_related = False
            widget.can_delete_related = False
        if self.long_inputs and isinstance(widget, AdminTextInputWidget):
            widget.attrs["class"] = "vLargeTextField" if db_field.max_length > 150 else "vTextField"
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        try:
            sought = self.admin_site.get_model_admin(db_field.related_model)
        except NotRegistered:
            return super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name in self.get_autocomplete_fields(request):
            wide = {"data-width": "32em"}
            kwargs["widget"] = OptionsSelect(db_field, self.admin_site, attrs=wide)
        kwargs["queryset"] = cast(RecordAdmin, sought).options_for(db_field)
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        field.label_from_instance = cast(RecordAdmin, sought).option_label
        return field


class RecordAdmin(RecordOptions, admin.ModelAdmin):
    """`search_fields` name their lookups; each word is sought as typed and without diacritics."""

    long_inputs = True

    def option_label(self, record: Any) -> str:
        """Name a record among all that a field offers."""
        return str(record)

    def options_for(self, db_field: Any) -> Any:
        """The records that a field of another model may name."""
        return self.model._default_manager.all()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(Options.as_view(admin_site=self.admin_site))
        name = f"{self.opts.app_label}_{self.opts.model_name}_options"
        return [path("options/", view, name=name), *super().get_urls()]

    def store(self, record: Any, user: User) -> None:
        save_record(record, acting_user=user)

    def remove(self, record: Any, user: User) -> None:
        delete_record(record, acting_user=user)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        self.store(obj, user_of(request))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.remove(obj, user_of(request))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.save(commit=False)
        for record in formset.deleted_objects:
            self.remove(record, user_of(request))
        changed = [record for record, fields in formset.changed_objects]
        for record in [*changed, *formset.new_objects]:
            self.store(record, user_of(request))

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        for word in search_term.split():
            found = models.Q()
            for lookup in self.get_search_fields(request):
                found |= models.Q(**{lookup: word}) | models.Q(**{lookup: fold(word)})
            queryset = queryset.filter(found)
        return queryset, False

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except IntegrityError:
            # Two people at once, or two rows of one page, broke a rule that each alone keeps.
            self.message_user(
                request,
                _("Nothing was saved: it contradicts itself or what somebody has just saved."),
                messages.ERROR,
            )
            return HttpResponseRedirect(request.get_full_path())

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """The log knows more than the admin's own history: what was done elsewhere, too."""
        return redirect_to_log(self.opts.label_lower, object_id)


def redirect_to_log(object_type: str, object_id: Any) -> HttpResponse:
    """`object_id` None: of every record of the kind."""
    about = {"object_type__exact": object_type}
    if object_id is not None:
        about["object_id__exact"] = object_id
    return redirect(f"{reverse('admin:criteria_activity_changelist')}?{urlencode(about)}")


class RecordInline(RecordOptions, admin.TabularInline):
    extra = 0

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        self.narrow(formset.form.base_fields, obj)
        for field in formset.form.base_fields.values():
            _ask_once(field)
        return formset

    def narrow(self, fields: dict[str, Any], parent: Any) -> None:
        """Limit what the fields of a row offer to what fits the page's record."""


def _ask_once(field: Any) -> None:
    """Read the options of a drop-down once, not once for every row of the inline."""
    widget = getattr(field.widget, "widget", field.widget)
    if isinstance(field, forms.ModelChoiceField) and not isinstance(widget, AutocompleteSelect):
        field.choices = list(cast(Iterable[Any], field.choices))


class ReadOnly(BaseModelAdmin):
    """For facts that have their own way of being written, and need no second one."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(ReadOnly, RecordAdmin):
    pass


class ReadOnlyInline(ReadOnly, RecordInline):
    pass
