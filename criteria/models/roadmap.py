"""What the city promised: the roadmap's targets, the yearly pledges, and what was recognised."""

from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from criteria.models.days import Day, DayOfPaper, Year
from criteria.models.wards import Ward


class RoadmapTarget(models.Model):
    """A whole percentage of the wards that must be ready by a day."""

    due_on = Day(_("due on"), unique=True)
    percent = models.PositiveSmallIntegerField(
        _("percentage of the wards"),
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("A whole number from 1 to 100; the number of wards is rounded up."),
    )
    legal_basis = models.CharField(_("legal basis"), max_length=250)

    class Meta:
        verbose_name = _("roadmap target")
        verbose_name_plural = _("roadmap targets")
        ordering = ["due_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__gte=1, percent__lte=100),
                name="target_is_a_percentage",
                violation_error_message=_("The percentage is a whole number from 1 to 100."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.percent} % – {self.due_on:%d/%m/%Y}"


class Pledge(models.Model):
    """A ward registered to become a model unit in a year."""

    ward = models.ForeignKey(
        Ward, on_delete=models.PROTECT, related_name="pledges", verbose_name=_("ward")
    )
    year = Year(_("year"))
    legal_basis = models.CharField(_("legal basis"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("pledge")
        verbose_name_plural = _("pledges")
        ordering = ["-year", "ward__sort_key"]
        constraints = [
            models.UniqueConstraint(
                fields=["ward", "year"],
                name="pledge_once_per_ward_and_year",
                violation_error_message=_("The ward is already registered for this year."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ward} {self.year}"

    def clean(self) -> None:
        _refuse_commune(self)


def _refuse_commune(record: "Pledge | Recognition") -> None:
    if record.ward_id and record.ward.kind != Ward.Kind.WARD:
        raise ValidationError({"ward": _("The criteria are for wards, not for communes.")})


def recognised_on(on: date) -> Q:
    """Recognitions decided by the day `on` and not revoked by then."""
    return Q(decided_on__lte=on) & (Q(revoked_on=None) | Q(revoked_on__gt=on))


class Recognition(models.Model):
    """A decision that names the ward a model unit for a year."""

    ward = models.ForeignKey(
        Ward, on_delete=models.PROTECT, related_name="recognitions", verbose_name=_("ward")
    )
    year = Year(_("year"))
    decision_number = models.CharField(_("decision number"), max_length=60)
    decided_on = DayOfPaper(_("decided on"))
    issued_by = models.CharField(_("issued by"), max_length=150)
    revoked_on = DayOfPaper(_("revoked on"), null=True, blank=True)
    revoked_reason = models.CharField(_("reason for revoking"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("recognition")
        verbose_name_plural = _("recognitions")
        ordering = ["-year", "ward__sort_key"]
        constraints = [
            models.UniqueConstraint(
                fields=["ward", "year"],
                condition=Q(revoked_on=None),
                name="recognition_once_per_ward_and_year",
                violation_error_message=_("The ward is already recognised for this year."),
            ),
            models.CheckConstraint(
                condition=Q(revoked_on=None, revoked_reason="")
                | Q(revoked_on__isnull=False) & ~Q(revoked_reason=""),
                name="recognition_revoked_with_reason",
                violation_error_message=_("A revocation has both a day and a reason."),
            ),
            models.CheckConstraint(
                condition=Q(revoked_on=None) | Q(revoked_on__gte=F("decided_on")),
                name="recognition_revoked_after_decision",
                violation_error_message=_("A recognition cannot be revoked before it was given."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ward} {self.year}"

    def clean(self) -> None:
        _refuse_commune(self)
        if self.year and self.decided_on and self.year > self.decided_on.year:
            raise ValidationError(
                {"year": _("Nothing is recognised for a year that is yet to begin.")}
            )
