"""The people who sign in. What each may do comes from their roles (groups)."""

from typing import Any

from django.contrib.auth.models import AbstractUser, Permission
from django.db import models
from django.db.models import CharField, F, Value
from django.db.models.functions import Concat
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from namdinh_wards.text import fold


def permission_name(path: str = "") -> Concat:
    """Return “app_label.codename”, as has_perm() asks for it, of the permission at `path`."""
    label, codename = F(f"{path}content_type__app_label"), F(f"{path}codename")
    return Concat(label, Value("."), codename, output_field=CharField())


class User(AbstractUser):
    """A person with one full name, as Vietnamese names are written."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    full_name = models.CharField(_("full name"), max_length=150)
    search_name = models.CharField(max_length=310, editable=False, default="")
    is_demo = models.BooleanField(
        _("demo account"),
        default=False,
        help_text=_("Made for the demonstration; cannot sign in outside it."),
    )

    REQUIRED_FIELDS = ["full_name"]

    class Meta(AbstractUser.Meta):
        verbose_name = _("user")  # type: ignore[assignment]
        verbose_name_plural = _("users")  # type: ignore[assignment]
        ordering = ["username"]

    def __str__(self) -> str:
        return self.full_name or self.username

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_name = fold(f"{self.full_name} {self.username}")
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "search_name"}
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name

    @cached_property
    def role_permissions(self) -> set[str]:
        """What the user's roles allow, as “app.codename”. One query, unless RoleBackend read it."""
        granted = Permission.objects.filter(group__user=self)
        return set(granted.values_list(permission_name(), flat=True))
