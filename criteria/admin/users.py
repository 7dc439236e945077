"""Accounts, their roles and their wards. An account is never deleted, only made inactive."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, UserCreationForm
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from accounts.models import User
from criteria.actions.users import log_password, save_user, set_roles
from criteria.admin.base import ReadOnlyAdmin, RecordAdmin, RecordInline
from criteria.models import Activity, Membership
from criteria.views.base import user_of

# The roles are stored in English; named here for the catalogue of translations.
ROLES = [
    gettext_noop("Ward officer"),
    gettext_noop("City officer"),
    gettext_noop("Verifier"),
    gettext_noop("Leader"),
    gettext_noop("Administrator"),
]


def role_label(role: Any) -> str:
    return _(role.name)


class RolesField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return role_label(obj)


class RoleFilter(admin.SimpleListFilter):
    title = gettext_lazy("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(role.pk), role_label(role)) for role in Group.objects.all()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        known = {str(value) for value, _label in self.lookup_choices}
        return queryset.filter(groups=self.value()) if self.value() in known else queryset


class PasswordForm(AdminPasswordChangeForm):
    """Django fixes part of this help text, in English, when the program starts."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field := self.fields.get("usable_password"):
            field.help_text = _("Without a password nobody can sign in to this account.")


class MembershipInline(RecordInline):
    model = Membership
    fields = ["ward"]
    autocomplete_fields = ["ward"]
    deletable = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("ward")


@admin.register(User)
class UserAdmin(RecordAdmin, DjangoUserAdmin):
    """Roles alone grant anything. Nobody changes their own, and only a superuser makes another."""

    list_display = ["username", "full_name", "roles", "wards", "is_active", "is_staff"]
    list_filter = [RoleFilter, "is_active", "is_staff"]
    search_fields = ["search_name__contains"]
    search_help_text = gettext_lazy("Name or user name, with or without diacritics.")
    filter_horizontal = ()
    add_form = UserCreationForm
    change_password_form = PasswordForm
    inlines = [MembershipInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups", "memberships__ward")

    @admin.display(description=gettext_lazy("roles"))
    def roles(self, user: User) -> str:
        return ", ".join(map(role_label, user.groups.all())) or self.get_empty_value_display()

    @admin.display(description=gettext_lazy("own wards"))
    def wards(self, user: User) -> str:
        own = [str(membership.ward) for membership in user.memberships.all()]
        return ", ".join(own) or self.get_empty_value_display()

    # --- what may be changed ----------------------------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if obj is not None and obj.is_superuser and not user_of(request).is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def _sets_access(self, request: HttpRequest, user: User | None) -> bool:
        return self.has_change_permission(request, user) and user != request.user

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        roles = "groups" if self._sets_access(request, obj) else "roles"
        access = ["is_active", "is_staff", roles]
        if user_of(request).is_superuser:
            access.append("is_superuser")
        if obj is None:
            person = ["username", "full_name", "email", "password1", "password2"]
            return [(None, {"fields": person}), (_("Access"), {"fields": access})]
        person = ["username", "full_name", "email"]
        if self.has_change_permission(request, obj):
            person.append("password")
        return [
            (None, {"fields": person}),
            (_("Access"), {"fields": access}),
            (_("Dates"), {"fields": ["last_login", "date_joined", "is_demo"]}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        always = ["roles", "last_login", "date_joined", "is_demo"]
        if obj is None or self._sets_access(request, obj):
            return always
        return [*always, "is_active", "is_staff", "is_superuser"]

    def get_inlines(self, request: HttpRequest, obj: User | None) -> list[Any]:
        return [MembershipInline] if obj else []

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs["form_class"] = RolesField
            kwargs["widget"] = forms.CheckboxSelectMultiple
            kwargs["label"] = gettext_lazy("Roles")
            kwargs["help_text"] = ""
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    # --- writes -----------------------------------------------------------------------------------

    def store(self, record: Any, user: User) -> None:
        if isinstance(record, User):
            save_user(record, acting_user=user)
        else:
            super().store(record, user)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        if "groups" in form.cleaned_data:
            set_roles(form.instance, form.cleaned_data["groups"], acting_user=user_of(request))
        for formset in formsets:
            self.save_formset(request, form, formset, change)

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        user = self.get_object(request, unquote(id))
        with transaction.atomic():
            Activity.objects.hold()  # before the account: a page that saves it asks in this order
            response = super().user_change_password(request, id, form_url)
            if user:
                log_password(cast(User, user), acting_user=user_of(request))
        return response


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(ReadOnlyAdmin):
    """What a role may do is part of the program; who has it is set on each account."""

    list_display = ["role", "n_users"]
    fields = ["role", "people"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        roles: QuerySet[Group] = super().get_queryset(request)
        return roles.annotate(n_users=Count("user"))

    @admin.display(description=gettext_lazy("role"), ordering="name")
    def role(self, role: Group) -> str:
        return role_label(role)

    @admin.display(description=gettext_lazy("accounts"), ordering="n_users")
    def n_users(self, role: Any) -> int:
        return cast(int, role.n_users)

    @admin.display(description=gettext_lazy("accounts"))
    def people(self, role: Any) -> str:
        return ", ".join(map(str, role.user_set.all())) or self.get_empty_value_display()
