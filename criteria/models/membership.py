"""For which wards an officer works. What the officer may do there comes from their role."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from criteria.models.wards import Ward


class Membership(models.Model):
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="memberships",
        verbose_name=_("user"),
    )
    ward = models.ForeignKey(
        Ward, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("ward")
    )

    class Meta:
        verbose_name = _("own ward")
        verbose_name_plural = _("own wards")
        ordering = ["user", "ward__sort_key"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "ward"],
                name="membership_once",
                violation_error_message=_("The user already works for this ward."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.ward)
