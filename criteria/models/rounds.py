"""The dated periods in which every ward is assessed against one criteria set."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from criteria.models.catalogue import CriteriaSet


class Round(models.Model):
    """A period of assessment. Its dates are data: a police year is not a calendar year."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    name = models.CharField(_("name"), max_length=100, unique=True)
    year = models.PositiveSmallIntegerField(
        _("year"), help_text=_("The year that titles and recognitions of this round are for.")
    )
    starts_on = models.DateField(_("period from"))
    ends_on = models.DateField(
        _("period to"), unique=True, help_text=_("The last day that the results speak of.")
    )
    submit_by = models.DateField(_("submit by"), help_text=_("The last day for self-assessment."))
    verify_by = models.DateField(_("verify by"), help_text=_("The last day for verification."))
    criteria_set = models.ForeignKey(
        CriteriaSet,
        on_delete=models.PROTECT,
        related_name="rounds",
        verbose_name=_("criteria set"),
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PLANNED)

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ["-ends_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="round_ends_after_it_starts",
                violation_error_message=_("A round ends after the day on which it starts."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["planned", "open", "closed"]),
                name="round_status_known",
                violation_error_message=_("Unknown status."),
            ),
            models.CheckConstraint(
                condition=Q(submit_by__gte=F("starts_on"), verify_by__gte=F("submit_by")),
                name="round_deadlines_in_order",
                violation_error_message=_(
                    "The deadlines must follow each other: start, submission, verification."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.criteria_set_id is None:
            return
        if self.status != self.Status.PLANNED and self.criteria_set.is_draft:
            raise ValidationError(
                {"criteria_set": _("Publish the criteria set before opening the round.")}
            )
        if self.pk and self.assessments.exclude(round__criteria_set=self.criteria_set_id).exists():
            raise ValidationError(
                {"criteria_set": _("Sheets of this round are filled in against its present set.")}
            )
        self._keep_what_approved_sheets_speak_of()

    def _keep_what_approved_sheets_speak_of(self) -> None:
        """Refuse what would move the figures of approved sheets to other days, or hide them."""
        if not self.pk or not self.assessments.filter(state="approved").exists():
            return
        stored = Round.objects.get(pk=self.pk)
        refused = {
            name: _("The round has approved sheets, whose figures are for what is stored here.")
            for name in ("year", "starts_on", "ends_on")
            if getattr(self, name) != getattr(stored, name)
        }
        if self.status == self.Status.PLANNED != stored.status:
            refused["status"] = _("A round with approved sheets cannot be planned again.")
        if refused:
            raise ValidationError(refused)

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN
