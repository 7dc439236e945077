"""What every page of the admin has in common: writes are logged, and nothing just disappears."""

import json
from collections.abc import Iterable, Sequence
from functools import partial, reduce
from operator import or_
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
from django.core.exceptions import FieldDoesNotExist
from django.db import IntegrityError, models, transaction
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms import BoundField
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.crypto import salted_hmac
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.unsent import keep_refused, unsent_on
from criteria.actions.records import delete_record, save_record
from criteria.forms.fields import FigureField, TextField, WholeNumberField
from criteria.models import Activity
from criteria.views.base import user_of
from namdinh_wards.text import fold, number


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

    def build_attrs(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        # The box that the script draws over the select is announced by its placeholder alone.
        attrs: dict[str, Any] = super().build_attrs(*args, **kwargs)
        return {**attrs, "data-placeholder": capfirst(self.field.verbose_name)}

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        """Show what is chosen; a key that is none chooses nothing, and Django would ask for it.

        An empty option comes first, also where one must choose: HTML asks for it there.
        """
        groups = super().optgroups(name, [key for key in value if number(str(key))], attr)
        chosen = [option for _, options, _ in groups for option in options if option["value"]]
        empty = self.create_option(name, *BLANK_CHOICE_DASH[0], not chosen, 0)
        return [(None, [empty, *chosen], 0)]


class Unlabelled(BoundField):
    def label_tag(self, *args: Any, **kwargs: Any) -> SafeString:
        """Write none, where Django's page would: a label is for what is seen."""
        return SafeString()


class MarksField(forms.CharField):
    widget = forms.HiddenInput
    bound_field_class = Unlabelled


class RecordForm(forms.ModelForm):
    """Refuses to write over what somebody else has saved since the page was opened.

    `seen` holds a mark of each field as the page showed it. Only what the form can write counts:
    whatever else the record says is read anew and stays as it is.
    """

    seen = MarksField(required=False, label="")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = {
            name: _mark(name, self.initial[name])
            for name, field in self.fields.items()
            if name in self.initial and not field.disabled
        }
        if self.instance.pk:
            self.initial["seen"] = json.dumps(self.stored)

    def clean(self) -> Any:
        cleaned = super().clean()
        if self.instance.pk:
            seen = _read_marks(self.cleaned_data.get("seen"))
            changed = [name for name, mark in self.stored.items() if seen.get(name) != mark]
            if changed:
                self.add_error(None, self._refusal(changed))
        elif self.cleaned_data.get("seen"):
            self.add_error(None, _("Nothing was saved: somebody has removed this meanwhile."))
        return cleaned

    def _refusal(self, changed: Sequence[str]) -> str:
        labels = [f"“{capfirst(str(self[name].label))}”" for name in changed]
        refusal = _(
            "Nothing was saved: since this page was opened, somebody has changed %(fields)s. "
            "Open the page again to go on from what is stored now."
        )
        return refusal % {"fields": get_text_list(labels, _("and"))}


def _mark(name: str, value: Any) -> str:
    """A short mark that differs where the value differs, and does not give the value away."""
    if isinstance(value, list):  # of related records, in any order
        value = sorted(related.pk for related in value)
    return salted_hmac(f"criteria.admin.seen.{name}", repr(value)).hexdigest()[:12]


def _read_marks(text: str | None) -> dict[str, Any]:
    try:
        marks = json.loads(text or "")
    except (ValueError, RecursionError):  # of brackets within brackets without end
        return {}
    return marks if isinstance(marks, dict) else {}


def watched(form: Any) -> Any:
    """Return the form as one that refuses to write over what it has not shown."""
    return type(form)(form.__name__, (RecordForm, form), {})


class GivenBackForm(forms.ModelForm):
    """Shows what was typed and not stored. Nobody has sent it now, so it stores nothing."""

    def clean(self) -> Any:
        cleaned = super().clean()
        self.add_error(None, _("Not saved yet: look through what you typed, and save it."))
        return cleaned


class RecordOptions(BaseModelAdmin):
    """Of a page or of an inline."""

    deletable = False
    long_inputs = False
    formfield_overrides = {
        models.DecimalField: {"form_class": FigureField},
        models.IntegerField: {"form_class": WholeNumberField, "widget": WholeNumberField.widget},
        models.CharField: {"form_class": TextField},
        models.TextField: {"form_class": TextField},
        models.SlugField: {"form_class": forms.SlugField},
        models.EmailField: {"form_class": forms.EmailField},
    }

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
    """Searched word by word, case and diacritics aside.

    `search_fields` name lookups of columns that are stored folded or, where a table is small, of
    `folded` ones.
    """

    long_inputs = True
    keys = frozenset({"code", "username"})  # text in letters that every database sorts alike

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

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if change and self.has_change_permission(request, obj):
            kwargs["form"] = watched(kwargs.get("form", self.form))
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        if hasattr(request, "is_given_back"):
            form = type(form)(form.__name__, (GivenBackForm, form), {})
        return form

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
        for word in fold(search_term).split():
            lookups = (models.Q(**{lookup: word}) for lookup in self.search_fields)
            queryset = queryset.filter(reduce(or_, lookups, models.Q()))
        return queryset, False

    def get_sortable_by(self, request: HttpRequest) -> Any:
        """Databases sort text by code point, Đ behind Y: only keys and what is no text may be."""
        return [name for name in self.get_list_display(request) if not self._is_prose(name)]

    def _is_prose(self, name: Any) -> bool:
        try:
            field = self.opts.get_field(name)
        except FieldDoesNotExist:  # a method, which says by what it is sorted
            return False
        if not isinstance(field, models.CharField | models.TextField):
            return False
        return not field.choices and name not in self.keys

    def get_inline_formsets(self, *args: Any, **kwargs: Any) -> Any:
        inlines = super().get_inline_formsets(*args, **kwargs)
        for inline in inlines:
            inline.inline_formset_data = partial(_data_of, inline, inline.inline_formset_data())
        return inlines

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method != "POST" and not self._gives_back(request):
            return super().changeform_view(request, *args, **kwargs)
        try:
            with transaction.atomic():
                # Pages are saved one after the other, so that what is read from here on, to
                # compare with what the page showed, is what the save will find.
                Activity.objects.hold()
                return super().changeform_view(request, *args, **kwargs)
        except IntegrityError:
            # Two people at once, or two rows of one page, broke a rule that each alone keeps.
            keep_refused(request)
            self.message_user(
                request,
                _("Nothing was saved: it contradicts itself or what somebody has just saved."),
                messages.ERROR,
            )
            return HttpResponseRedirect(request.get_full_path())

    def _gives_back(self, request: HttpRequest) -> bool:
        """Whether the page was sent and not stored: then draw it as one that is refused."""
        page = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        unsent = unsent_on(request, f"{page}_change", f"{page}_add")
        if unsent is None or unsent.path != request.path_info:
            return False
        assert not request.FILES  # noqa: S101 # read now, it is not read later over what is set here
        request.POST = unsent.give_back()  # type: ignore[assignment]
        request.method = "POST"
        request.is_given_back = True  # type: ignore[attr-defined]
        return True

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


class RecordFormSet(BaseInlineFormSet):
    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            _name_aloud(form.fields["DELETE"])


class RecordInline(RecordOptions, admin.TabularInline):
    extra = 0
    formset = RecordFormSet

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_fields(request, obj)
        return [*fields, "seen"] if self.has_change_permission(request, obj) else fields

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        if self.has_change_permission(request, obj):
            kwargs["form"] = watched(self.form)
        formset = super().get_formset(request, obj, **kwargs)
        self.narrow(formset.form.base_fields, obj)
        for field in formset.form.base_fields.values():
            _ask_once(field)
            _name_aloud(field)
        return formset

    def narrow(self, fields: dict[str, Any], parent: Any) -> None:
        """Limit what the fields of a row offer to what fits the page's record."""


def _data_of(inline: Any, data: str) -> str:
    """Django begins the record's name with a capital, though “Add another” stands before it."""
    parts = json.loads(data)
    text = _("Add another %(verbose_name)s")
    parts["options"]["addText"] = text % {"verbose_name": inline.opts.verbose_name}
    return json.dumps(parts)


def _ask_once(field: Any) -> None:
    """Read the options of a drop-down once, not once for every row of the inline."""
    widget = getattr(field.widget, "widget", field.widget)
    if isinstance(field, forms.ModelChoiceField) and not isinstance(widget, AutocompleteSelect):
        field.choices = list(cast(Iterable[Any], field.choices))


def _name_aloud(field: Any) -> None:
    """Name an input to a screen reader: in a table only the column's head says what it is for."""
    widget = getattr(field.widget, "widget", field.widget)
    if field.label and not widget.is_hidden:
        widget.attrs["aria-label"] = str(capfirst(field.label))


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
