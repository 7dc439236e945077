"""What each criterion came to on a sheet, and the values behind it."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from criteria.models.assessments import Assessment, person_of_step
from criteria.models.catalogue import Criterion, Requirement, threshold_in_force
from criteria.models.rounds import Round
from criteria.verdicts import Verdict

VERDICTS = [
    (Verdict.MET.value, pgettext_lazy("verdict", "Met")),
    (Verdict.NOT_MET.value, pgettext_lazy("verdict", "Not met")),
    (Verdict.NOT_APPLICABLE.value, pgettext_lazy("verdict", "Not applicable")),
    (Verdict.PENDING.value, pgettext_lazy("verdict", "Not assessed yet")),
]
# What a person may say where no threshold decides.
JUDGEMENTS = VERDICTS[:2]

# The verifier has come to the unit's verdict, or to none yet; as `verdicts.differs`.
NOT_DIFFERING = Q(verified_verdict__in=["pending", F("self_verdict")])


class ResultQuerySet(models.QuerySet["Result"]):
    def of_round(self, round: Round | None) -> Self:
        """Keep the results of the approved sheets of a round, of its own set alone.

        The sheets are named by a subquery: through a join SQLite reads the results of every round.
        """
        if round is None:
            return self.none()
        return self.filter(
            assessment__in=Assessment.objects.approved_in(round).values("pk"),
            criterion__criteria_set=round.criteria_set_id,
        )

    def not_met(self) -> Self:
        return self.filter(verified_verdict=Verdict.NOT_MET)

    def differing(self) -> Self:
        """Keep those on which the verifier has come to another verdict than the unit."""
        return self.exclude(NOT_DIFFERING)

    def agreed(self) -> Self:
        """Keep those on which the verifier has come to the unit's verdict."""
        return self.filter(NOT_DIFFERING).exclude(verified_verdict=Verdict.PENDING)

    def telling(self) -> Self:
        """Keep what says something: not met, not applicable, or the opinions differ."""
        said = [Verdict.NOT_MET, Verdict.NOT_APPLICABLE]
        return self.filter(Q(verified_verdict__in=said) | ~NOT_DIFFERING)


class Result(models.Model):
    """What one criterion came to on one sheet. No row: nobody has judged it yet.

    `version` grows with every change; a save that started from an older one is refused. `entered_…`
    speaks of the unit's side, `verified_…` of the verifier's. `return_note` says what the last
    return asked the unit to mend here; empty: nothing. `is_agreed_in_bulk`: the verifier took the
    unit's verdict over together with others; None: nobody has verified it, or how is not known.
    """

    assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, related_name="results", verbose_name=_("assessment")
    )
    criterion = models.ForeignKey(
        Criterion, on_delete=models.PROTECT, related_name="results", verbose_name=_("criterion")
    )
    self_verdict = models.CharField(
        _("self-assessment"), max_length=15, choices=VERDICTS, default=Verdict.PENDING
    )
    verified_verdict = models.CharField(
        _("verification"), max_length=15, choices=VERDICTS, default=Verdict.PENDING
    )
    explanation = models.TextField(_("explanation"), blank=True)
    finding = models.TextField(_("finding"), blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("entered by"),
    )
    entered_at = models.DateTimeField(_("entered at"))
    verified_by = person_of_step(_("verified by"))
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)
    is_agreed_in_bulk = models.BooleanField(_("agreed with in bulk"), null=True, blank=True)
    return_note = models.TextField(_("to be mended"), blank=True)

    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
        ordering = ["assessment", "criterion__number"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "criterion"],
                name="result_once_per_criterion",
                violation_error_message=_("The sheet already has a result for this criterion."),
            ),
            models.CheckConstraint(
                condition=~Q(self_verdict="not_applicable") | ~Q(explanation=""),
                name="result_not_applicable_says_why",
                violation_error_message=_("Say why the criterion does not apply."),
            ),
            models.CheckConstraint(
                condition=Q(
                    self_verdict__in=[verdict.value for verdict in Verdict],
                    verified_verdict__in=[verdict.value for verdict in Verdict],
                ),
                name="result_verdicts_known",
                violation_error_message=_("Unknown verdict."),
            ),
            models.CheckConstraint(
                condition=Q(verified_verdict="pending")
                | Q(verified_by__isnull=False, verified_at__isnull=False),
                name="result_verified_says_by_whom",
                violation_error_message=_("A verified result says who verified it."),
            ),
            models.CheckConstraint(
                condition=NOT_DIFFERING | ~Q(finding=""),
                name="result_difference_has_finding",
                violation_error_message=_(
                    "Where the verification differs from the self-assessment, say what was found."
                ),
            ),
            models.CheckConstraint(
                condition=Q(is_agreed_in_bulk=None)
                | ~Q(verified_verdict="pending")
                & (Q(is_agreed_in_bulk=False) | Q(verified_verdict=F("self_verdict"))),
                name="result_agreed_in_bulk_is_verified",
                violation_error_message=_("Only what is verified as the unit says is agreed with."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id}/{self.criterion_id}"


class RequirementValueQuerySet(models.QuerySet["RequirementValue"]):
    def with_threshold_in_force(self) -> Self:
        """Annotate `threshold_in_force`: for the ward, on the last day of the round."""
        return self.annotate(
            threshold_in_force=threshold_in_force(
                "requirement",
                common="requirement__threshold",
                ward=OuterRef("result__assessment__ward"),
                on=OuterRef("result__assessment__round__ends_on"),
            )
        )


class RequirementValue(models.Model):
    """The value behind a result for one requirement; a result has one row for each.

    What a value stands for, the measure says (`criteria.measures`). `…_judgement` is a person's
    verdict where no threshold decides. `threshold_applied` is the threshold at the time of the
    save.
    """

    result = models.ForeignKey(
        Result, on_delete=models.PROTECT, related_name="values", verbose_name=_("result")
    )
    requirement = models.ForeignKey(
        Requirement, on_delete=models.PROTECT, related_name="+", verbose_name=_("requirement")
    )
    self_value = models.DecimalField(
        _("value"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    self_judgement = models.CharField(
        _("judgement"), max_length=15, choices=JUDGEMENTS, blank=True, default=""
    )
    verified_value = models.DecimalField(
        _("verified value"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    verified_judgement = models.CharField(
        _("verified judgement"), max_length=15, choices=JUDGEMENTS, blank=True, default=""
    )
    threshold_applied = models.DecimalField(
        _("threshold applied"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    # Annotated by RequirementValueQuerySet.with_threshold_in_force().
    threshold_in_force: Any

    objects = RequirementValueQuerySet.as_manager()

    class Meta:
        verbose_name = _("value")
        verbose_name_plural = _("values")
        ordering = ["result", "requirement__position"]
        constraints = [
            models.UniqueConstraint(
                fields=["result", "requirement"],
                name="value_once_per_requirement",
                violation_error_message=_("The result already has a value for this requirement."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.result_id}/{self.requirement_id}"
