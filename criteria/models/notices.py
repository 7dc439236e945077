"""What a person has seen of what concerns them, and whether they want it by e-mail.

The notices themselves are rows of the log: nothing is said twice.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Inbox(models.Model):
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="inbox",
        verbose_name=_("user"),
    )
    seen_seq = models.PositiveBigIntegerField(
        default=0, editable=False, verbose_name=_("seen up to entry")
    )
    wants_digest = models.BooleanField(_("one e-mail a day"), default=False)
    digest_on = models.DateField(_("last e-mail on"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("inbox")
        verbose_name_plural = _("inboxes")

    def __str__(self) -> str:
        return str(self.user)
