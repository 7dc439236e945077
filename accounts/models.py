"""The people who sign in, and the record of their coming and going.

What each may do comes from their roles (groups).
"""

import unicodedata
from collections import Counter
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, Permission
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import CharField, F, Q, Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from namdinh_wards.text import fold, one_line

# Whoever keeps the accounts is an administrator, and so enters the administration.
ADMINISTERS = "accounts.change_user"


def permission_name(path: str = "") -> Concat:
    """Return “app_label.codename”, as has_perm() asks for it, of the permission at `path`."""
    label, codename = F(f"{path}content_type__app_label"), F(f"{path}codename")
    return Concat(label, Value("."), codename, output_field=CharField())


def sign_in_key(username: str) -> str:
    """Return what a user name comes to however it is typed: its letters' case, marks and form.

    Never empty, so that no name that is typed is taken for none.
    """
    return fold(unicodedata.normalize("NFKC", username))[:150] or "?"


def composed(password: str) -> str:
    """Return a password in one form: “ộ” is the same from one key as from three."""
    return unicodedata.normalize("NFC", password)


class UserManager(DjangoUserManager["User"]):
    use_in_migrations = False

    def called(self, username: str) -> list["User"]:
        """The accounts of a user name, however it is typed: one, but for accounts of old."""
        key = sign_in_key(username)
        ending = self.filter(Q(search_name=key) | Q(search_name__endswith=f" {key}"))
        return [user for user in ending if sign_in_key(user.username) == key]

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find an account by its name as it is typed; where several fit, as it is written."""
        candidates = self.called(username or "")
        written = unicodedata.normalize("NFKC", username or "")
        exact = [user for user in candidates if user.username == written]
        if len(exact or candidates) != 1:
            raise self.model.DoesNotExist
        return (exact or candidates)[0]

    def create_user(
        self, username: str, email: str | None = None, password: str | None = None, **fields: Any
    ) -> "User":
        name = self.model.normalize_username(username)
        user = self.model(username=name, email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **fields: Any
    ) -> "User":
        return self.create_user(username, email, password, is_superuser=True, **fields)


class User(AbstractUser):
    """A person with one full name, as Vietnamese names are written.

    shares_name: another account, perhaps of the past, has the same full name, so that this one is
    told apart from it wherever it is named. Kept by save().
    """

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    full_name = models.CharField(_("full name"), max_length=150)
    search_name = models.CharField(max_length=310, editable=False, default="")
    shares_name = models.BooleanField(default=False, editable=False)
    must_change_password = models.BooleanField(
        _("must change the password"),
        default=False,
        editable=False,
        help_text=_("Somebody else has set it: the person chooses their own at the next sign-in."),
    )
    is_demo = models.BooleanField(
        _("demo account"),
        default=False,
        help_text=_("Made for the demonstration; cannot sign in outside it."),
    )

    objects: ClassVar[UserManager] = UserManager()

    REQUIRED_FIELDS = ["full_name"]

    class Meta(AbstractUser.Meta):
        verbose_name = _("user")  # type: ignore[assignment]
        verbose_name_plural = _("users")  # type: ignore[assignment]
        ordering = ["username"]

    def __str__(self) -> str:
        return self.label if self.shares_name or not self.full_name else self.full_name

    @property
    def label(self) -> str:
        """The person and nobody else, for lists of all and for what outlives the account."""
        return f"{self.full_name} ({self.username})" if self.full_name else self.username

    @property
    def is_staff(self) -> bool:  # type: ignore[override]
        """Whether the administration lets them in: their role says so."""
        return self.has_perm(ADMINISTERS)

    def clean(self) -> None:
        super().clean()
        called = User.objects.called(self.username) if self.username else []
        if any(other.pk != self.pk for other in called):
            taken = _("Another account has this user name, perhaps with other letters or marks.")
            raise ValidationError({"username": taken}, code="unique")

    def save(self, *args: Any, **kwargs: Any) -> None:
        stored = kwargs.get("update_fields")
        self.full_name = one_line(self.full_name)
        self.search_name = fold(f"{self.full_name} {self.username}")
        if stored is not None:
            kwargs["update_fields"] = {*stored, "search_name"}
        super().save(*args, **kwargs)
        if stored is None or "full_name" in stored:
            self._tell_namesakes_apart()

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(raw_password and composed(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Compare letter by letter, however a keyboard composes them.

        One that was set before they were composed here is still known as it was typed then.
        """
        check = super().check_password
        typed = raw_password and composed(raw_password)
        return check(typed) or (typed != raw_password and check(raw_password))

    def _tell_namesakes_apart(self) -> None:
        """Mark who shares a full name, whatever its marks: few accounts, and seldom named anew."""
        people = {pk: (fold(name), shares) for pk, name, shares in self._named()}
        n_called = Counter(name for name, _shares in people.values())
        for shares in (True, False):
            changed = [
                pk
                for pk, (name, before) in people.items()
                if before != shares and (n_called[name] > 1) == shares
            ]
            if changed:
                User.objects.filter(pk__in=changed).update(shares_name=shares)
        self.shares_name = n_called[fold(self.full_name)] > 1

    def _named(self) -> models.QuerySet[Any, Any]:
        everybody = User.objects.order_by().exclude(full_name="")
        return everybody.values_list("pk", "full_name", "shares_name")

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        """As Django's administration greets."""
        return str(self)

    @cached_property
    def role_permissions(self) -> set[str]:
        """What the user's roles allow, as “app.codename”. One query, unless RoleBackend read it."""
        granted = Permission.objects.filter(group__user=self)
        return set(granted.values_list(permission_name(), flat=True))


class Access(models.Model):
    """Who came and went, was refused, or took something to read or away. Append-only by triggers.

    Apart from the log: nothing here changes a fact, so nobody who reads waits for the log's chain.
    No real foreign key: a row outlives what it speaks of, and names it in words.

    name: as typed, or of the account; key: what it comes to however it is typed, empty where a
    whole address is locked. path: what was asked for.
    """

    class Kind(models.TextChoices):
        SIGN_IN = "sign_in", pgettext_lazy("access", "Signed in")
        FAILURE = "failure", pgettext_lazy("access", "Sign-in failed")
        OLD_PASSWORD = "old_password", pgettext_lazy("access", "Wrong old password")
        LOCK = "lock", pgettext_lazy("access", "Locked")
        REFUSED = "refused", pgettext_lazy("access", "Refused while locked")
        UNLOCK = "unlock", pgettext_lazy("access", "Unlocked")
        PASSWORD = "password", pgettext_lazy("access", "Password changed")
        SIGN_OUT = "sign_out", pgettext_lazy("access", "Signed out")
        READ = "read", pgettext_lazy("access", "Document read")
        DOWNLOAD = "download", pgettext_lazy("access", "Document downloaded")
        EXPORT = "export", pgettext_lazy("access", "Table exported")

    at = models.DateTimeField(_("time"), default=timezone.now)
    kind = models.CharField(_("what was done"), max_length=20, choices=Kind)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        verbose_name=_("person"),
    )
    name = models.CharField(_("person"), max_length=310, blank=True)
    key = models.CharField(max_length=150, blank=True, editable=False)
    address = models.CharField(_("address"), max_length=45, blank=True)
    about = models.CharField(_("of what"), max_length=500, blank=True)
    path = models.CharField(_("page"), max_length=500, blank=True)
    search_text = models.CharField(max_length=1000, blank=True, editable=False)

    class Meta:
        verbose_name = _("access")
        verbose_name_plural = _("access record")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["address", "at"], name="access_address"),
            models.Index(fields=["user", "id"], name="access_user"),
            models.Index(fields=["kind", "id"], name="access_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.name or self.address}"
