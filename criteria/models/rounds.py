"""The dated periods in which every ward is assessed against one criteria set."""

from datetime import date
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connections, models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from criteria.models.catalogue import CriteriaSet, Criterion
from criteria.models.days import Day, Year
from criteria.models.wards import Ward, in_scope_on


class RoundQuerySet(models.QuerySet["Round"]):
    def with_n_criteria(self) -> Self:
        """Annotate `n_criteria`. A subquery, so safe to chain."""
        of_set = Criterion.objects.filter(criteria_set=OuterRef("criteria_set")).order_by()
        counted = of_set.values("criteria_set").annotate(n=Count("pk"))
        return self.annotate(n_criteria=Coalesce(Subquery(counted.values("n")), 0))

    def held(self, pk: int) -> "Round":
        """Read a round as it is now, and let nobody open or close it until the commit.

        Those who hold it do not wait for each other. SQLite has one writer at a time anyway.
        """
        lock = " FOR KEY SHARE" if connections[self.db].vendor == "postgresql" else ""
        table = self.model._meta.db_table
        return self.raw(f"SELECT * FROM {table} WHERE id = %s{lock}", [pk])[0]  # noqa: S608


class Round(models.Model):
    """A period of assessment. Its dates are data: a police year is not a calendar year.

    It speaks for the city once it is settled: closed for the first time, on `settled_on`, which
    makes its results official. Reopened later it goes on speaking.
    """

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    name = models.CharField(_("name"), max_length=100, unique=True)
    year = Year(
        _("year"), help_text=_("The year that titles and recognitions of this round are for.")
    )
    starts_on = Day(_("period from"))
    ends_on = Day(_("period to"), help_text=_("The last day that the results speak of."))
    submit_by = Day(_("submit by"), help_text=_("The last day for self-assessment."))
    verify_by = Day(_("verify by"), help_text=_("The last day for verification."))
    criteria_set = models.ForeignKey(
        CriteriaSet,
        on_delete=models.PROTECT,
        related_name="rounds",
        verbose_name=_("criteria set"),
    )
    is_citywide = models.BooleanField(
        _("covers the whole city"),
        default=True,
        help_text=_(
            "Only such a round speaks for the wards. A trial or thematic one enters no standing, "
            "headline, trajectory or target."
        ),
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PLANNED)
    settled_on = Day(
        _("settled on"),
        null=True,
        blank=True,
        help_text=_("The day on which it was closed for the first time: official from then on."),
    )

    # Annotated by RoundQuerySet.with_n_criteria(): the number of criteria in its set.
    n_criteria: int
    # Set by readiness.rounds.read_rounds(): its sheets are to be read as they were known at the end
    # of this day; None: as they are now.
    known: date | None = None

    objects = RoundQuerySet.as_manager()

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
            models.UniqueConstraint(
                fields=["ends_on"],
                condition=Q(is_citywide=True),
                name="round_of_the_city_ends_once",
                violation_error_message=_("Another round of the whole city ends on this day."),
            ),
            models.CheckConstraint(
                condition=(~Q(status="planned") | Q(settled_on=None))
                & (~Q(status="closed") | Q(settled_on__isnull=False)),
                name="round_settled_once_closed",
                violation_error_message=_(
                    "A closed round says when it was settled, and a planned one never was."
                ),
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
        self._keep_what_results_speak_of()
        self._keep_wards_of_open_sheets()
        self._keep_extensions_before_verification_ends()

    def _keep_what_results_speak_of(self) -> None:
        """Refuse what would move official figures and approved sheets to other days, or hide."""
        if not self.pk:
            return
        stored = Round.objects.get(pk=self.pk)
        if not (stored.is_settled or self.assessments.approved().exists()):
            return
        refused = {
            name: _("The round has approved sheets, whose figures are for what is stored here.")
            for name in ("year", "starts_on", "ends_on", "is_citywide")
            if getattr(self, name) != getattr(stored, name)
        }
        if self.status == self.Status.PLANNED != stored.status:
            refused["status"] = _("A round with approved sheets cannot be planned again.")
        if refused:
            raise ValidationError(refused)

    def _keep_wards_of_open_sheets(self) -> None:
        """Refuse another last day on which a ward is no more whose sheet people have in hand."""
        if not self.pk or self.ends_on is None:
            return
        stored = Round.objects.get(pk=self.pk)
        sheets = self.assessments.latest_revisions().filter(in_scope_on(stored.ends_on, "ward__"))
        lost = sheets.exclude(in_scope_on(self.ends_on, "ward__")).select_related("ward")
        if names := ", ".join(sheet.ward.name for sheet in lost):
            raise ValidationError(
                {
                    "ends_on": _("The round would no longer count wards with a sheet: %(wards)s.")
                    % {"wards": names}
                }
            )

    def _keep_extensions_before_verification_ends(self) -> None:
        """Refuse to move the end of verification to before the end of an extension.

        Those that a returned sheet was given for after it stay after it.
        """
        if not self.pk or self.verify_by is None:
            return
        stored = Round.objects.get(pk=self.pk)
        days = Q(submit_by__gt=self.verify_by, submit_by__lte=stored.verify_by)
        last = self.extensions.filter(days).aggregate(last=models.Max("submit_by"))["last"]
        if last:
            raise ValidationError(
                {
                    "verify_by": _("A ward has an extension until %(day)s.")
                    % {"day": date_format(last)}
                }
            )

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN

    @property
    def is_settled(self) -> bool:
        return self.settled_on is not None

    @property
    def is_mended(self) -> bool:
        """Its results are official, and it has been opened again to mend them."""
        return self.is_settled and self.is_open


class Extension(models.Model):
    """More time for one ward in one round; a later one for the same ward takes its place."""

    round = models.ForeignKey(
        Round, on_delete=models.PROTECT, related_name="extensions", verbose_name=_("round")
    )
    ward = models.ForeignKey(
        Ward, on_delete=models.PROTECT, related_name="extensions", verbose_name=_("ward")
    )
    submit_by = Day(
        _("submit by"), help_text=_("The last day on which the ward may fill in and submit.")
    )
    reason = models.TextField(_("reason"))
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("given by"),
    )
    given_at = models.DateTimeField(_("given at"))

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        ordering = ["round", "ward__sort_key"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "ward"],
                name="extension_once_per_ward_and_round",
                violation_error_message=_("The ward already has an extension in this round."),
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="extension_says_why",
                violation_error_message=_("Say why the ward gets more time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ward} – {self.round}"

    def clean(self) -> None:
        if self.submit_by and self.submit_by <= self.round.submit_by:
            raise ValidationError(
                {"submit_by": _("An extension ends after the round's own deadline.")}
            )
        if self.submit_by and self.submit_by > self.round.verify_by and not self._is_for_mending():
            raise ValidationError(
                {
                    "submit_by": _(
                        "Only a ward whose sheet was returned may get a day after verification."
                    )
                }
            )

    def _is_for_mending(self) -> bool:
        """Whether the ward's sheet of the round has come back once; it may do so at any time."""
        sheets = self.round.assessments.latest_revisions().filter(ward=self.ward_id)
        return sheets.filter(returned_at__isnull=False).exists()
