"""Accounts, their roles and their wards. An account is never deleted, only made inactive."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    UserChangeForm,
    UserCreationForm,
)
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_POST

from accounts.locks import locks_of
from accounts.models import User
from criteria.actions.users import password_was_given, save_user, set_roles, unlock_user
from criteria.admin.base import ReadOnlyAdmin, RecordAdmin, RecordInline
from criteria.admin.wards import ward_label
from criteria.models import Activity, Membership
from criteria.readiness.words import time_in_words
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


class AccountForm(UserChangeForm):
    """What is stored in a password's place tells whoever attacks it something, and nobody else."""

    password = None  # type: ignore[assignment]


class MembershipInline(RecordInline):
    model = Membership
    fields = ["ward", "given_on"]
    readonly_fields = ["given_on"]
    autocomplete_fields = ["ward"]
    deletable = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        given = Activity.objects.filter(
            verb=Activity.Verb.CREATE,
            object_type=Membership._meta.label_lower,
            object_id=OuterRef("pk"),
        )
        own: QuerySet[Membership] = super().get_queryset(request).select_related("ward")
        return own.annotate(given_at=Subquery(given.values("at")[:1]))

    @admin.display(description=gettext_lazy("works for it since"))
    def given_on(self, membership: Any) -> Any:
        given_at = getattr(membership, "given_at", None)
        return time_in_words(given_at) if given_at else None


@admin.register(User)
class UserAdmin(RecordAdmin, DjangoUserAdmin):
    """Roles alone grant anything. Nobody changes their own, and only a superuser makes another."""

    list_display = ["username", "full_name", "roles", "wards", "is_active"]
    list_filter = [RoleFilter, "is_active"]
    search_fields = ["search_name__contains"]
    search_help_text = gettext_lazy("Name or user name, with or without diacritics.")
    filter_horizontal = ()
    form = AccountForm
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
        own = [ward_label(membership.ward) for membership in user.memberships.all()]
        return ", ".join(own) or self.get_empty_value_display()

    @admin.display(description=gettext_lazy("password"))
    def own_password(self, user: User) -> str:
        """Whether there is one, and the way to a new one."""
        state = _("Chosen by the person.")
        if not user.has_usable_password():
            state = _("None: nobody can sign in to this account.")
        elif user.must_change_password:
            state = _(
                "Given by an administrator; the person chooses their own at the next sign-in."
            )
        return format_html(
            '{} <a class="button" href="../password/">{}</a>', state, _("Set a new password")
        )

    @admin.display(description=gettext_lazy("lock"))
    def lock(self, user: User) -> str:
        return "; ".join(
            _("from %(address)s until %(time)s")
            % {"address": lock.address, "time": time_in_words(lock.until)}
            for lock in locks_of(user)
        ) or _("not locked")

    def option_label(self, record: Any) -> str:
        return cast(str, record.label)

    # --- what may be changed ----------------------------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if obj is not None and obj.is_superuser and not user_of(request).is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def _sets_access(self, request: HttpRequest, user: User | None) -> bool:
        return self.has_change_permission(request, user) and user != request.user

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        roles = "groups" if self._sets_access(request, obj) else "roles"
        access = ["is_active", roles]
        if user_of(request).is_superuser:
            access.append("is_superuser")
        if obj is None:
            person = ["username", "full_name", "email", "password1", "password2"]
            return [(None, {"fields": person}), (_("Access"), {"fields": access})]
        person = ["username", "full_name", "email"]
        if self.has_change_permission(request, obj):
            person += ["own_password", "lock"]
        return [
            (None, {"fields": person}),
            (_("Access"), {"fields": access}),
            (_("Dates"), {"fields": ["last_login", "date_joined", "is_demo"]}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        always = ["roles", "last_login", "date_joined", "is_demo", "own_password", "lock"]
        if obj is None or self._sets_access(request, obj):
            return always
        return [*always, "is_active", "is_superuser"]

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
                password_was_given(cast(User, user), acting_user=user_of(request))
        return response

    # --- locks ------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.unlock))
        return [path("<key:pk>/unlock/", view, name="accounts_user_unlock"), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        user = context["original"]
        may_unlock = user is not None and self.has_change_permission(request, user)
        context["is_locked"] = may_unlock and bool(locks_of(user))
        return super().render_change_form(request, context, *args, **kwargs)

    def unlock(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let a person who failed too often try again at once."""
        user = get_object_or_404(User, pk=pk)
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        if unlock_user(user, acting_user=user_of(request)):
            done = _("%(person)s is unlocked and can sign in again.") % {"person": user.label}
            self.message_user(request, done, messages.SUCCESS)
        else:
            self.message_user(request, _("The account was not locked any more."), messages.INFO)
        return redirect("admin:accounts_user_change", pk)


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(ReadOnlyAdmin):
    """What a role may do is part of the program; who has it is set on each account."""

    list_display = ["role", "n_users"]
    fields = ["role", "people"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        roles: QuerySet[Group] = super().get_queryset(request)
        return roles.annotate(n_users=Count("user"))

    @admin.display(description=gettext_lazy("role"))
    def role(self, role: Group) -> str:
        return role_label(role)

    @admin.display(description=gettext_lazy("accounts"), ordering="n_users")
    def n_users(self, role: Any) -> int:
        return cast(int, role.n_users)

    @admin.display(description=gettext_lazy("accounts"))
    def people(self, role: Any) -> str:
        return (
            ", ".join(user.label for user in role.user_set.all()) or self.get_empty_value_display()
        )
