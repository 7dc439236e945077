"""The criteria as data: sets, their groups and criteria, and what each criterion asks for."""

from datetime import date
from decimal import Decimal
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from criteria import measures
from criteria.models.days import Day
from criteria.models.wards import Ward
from namdinh_wards.prepared import Given
from namdinh_wards.text import fold


class CriteriaSet(models.Model):
    """A version of the criteria. Once published it never changes: a new decision is a new set."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        RETIRED = "retired", _("Retired")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=250)
    legal_basis = models.CharField(_("legal basis"), max_length=250, blank=True)
    is_official = models.BooleanField(
        _("official text"),
        default=False,
        help_text=_("The Ministry's own text. Otherwise every page says that this is a draft."),
    )
    effective_from = Day(_("effective from"))
    effective_to = Day(
        _("no longer from"),
        null=True,
        blank=True,
        help_text=_("The first day on which the set no longer applies. Empty: it still does."),
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False
    )

    class Meta:
        verbose_name = _("criteria set")
        verbose_name_plural = _("criteria sets")
        ordering = ["-effective_from", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(effective_to=None) | Q(effective_to__gt=F("effective_from")),
                name="set_ends_after_it_starts",
                violation_error_message=_("A set ends after the day on which it starts."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "published", "retired"]),
                name="set_status_known",
                violation_error_message=_("Unknown status."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT


class BilingualName(models.Model):
    """A Vietnamese name, with an English one for those who read the pages in English."""

    name = models.CharField(_("name"), max_length=400)
    name_en = models.CharField(_("English name"), max_length=400, blank=True)

    class Meta:
        abstract = True

    @property
    def display_name(self) -> str:
        return (self.name_en if get_language() == "en" else "") or self.name


class CriterionGroup(BilingualName):
    criteria_set = models.ForeignKey(
        CriteriaSet,
        on_delete=models.PROTECT,
        related_name="groups",
        verbose_name=_("criteria set"),
    )
    code = models.CharField(
        _("code"), max_length=10, help_text=_("Groups are shown in this order.")
    )

    class Meta:
        verbose_name = _("group of criteria")
        verbose_name_plural = _("groups of criteria")
        ordering = ["criteria_set", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["criteria_set", "code"],
                name="group_code_once_per_set",
                violation_error_message=_("The set already has a group with this code."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}. {self.display_name}"


class Criterion(BilingualName):
    criteria_set = models.ForeignKey(
        CriteriaSet,
        on_delete=models.PROTECT,
        related_name="criteria",
        verbose_name=_("criteria set"),
    )
    group = models.ForeignKey(
        CriterionGroup,
        on_delete=models.PROTECT,
        related_name="criteria",
        verbose_name=pgettext_lazy("criteria", "group"),
    )
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1)])
    code = models.CharField(_("code"), max_length=20)
    search_name = models.CharField(max_length=800, editable=False)
    guidance = models.TextField(
        _("guidance"), blank=True, help_text=_("Shown beside the criterion on the sheet.")
    )
    lead_agency = models.CharField(_("lead agency"), max_length=200, blank=True)
    replaces = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name=_("replaces"),
        help_text=_("The criterion of an earlier set that this one continues."),
    )

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["criteria_set", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["criteria_set", "number"],
                name="criterion_number_once_per_set",
                violation_error_message=_("The set already has a criterion with this number."),
            ),
            models.UniqueConstraint(
                fields=["criteria_set", "code"],
                name="criterion_code_once_per_set",
                violation_error_message=_("The set already has a criterion with this code."),
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1),
                name="criterion_counts_from_one",
                violation_error_message=_("Criteria are numbered from 1."),
            ),
            models.CheckConstraint(
                condition=Q(replaces=None) | ~Q(replaces=F("pk")),
                name="criterion_replaces_another",
                violation_error_message=_("A criterion cannot replace itself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.display_name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_name = fold(f"{self.name} {self.name_en} {self.code}")
        super().save(*args, **kwargs)

    def clean(self) -> None:
        if self.group_id and self.group.criteria_set_id != self.criteria_set_id:
            raise ValidationError({"group": _("The group belongs to another criteria set.")})


# What makes a requirement of one set the same question as one of another.
QUESTION = ("measure", "unit", "grades", "text")
Question = tuple[str, str, str, str]


def threshold_in_force(
    requirement: str, *, common: str, ward: Ward | OuterRef | Given, on: date | OuterRef | Given
) -> Coalesce:
    """Return, inside a query, the ward's norm on a day, or the common threshold; NULL for neither.

    requirement, common: where the query has the requirement's pk and its threshold.
    """
    norms = WardNorm.objects.started(on).filter(requirement=OuterRef(requirement), ward=ward)
    return Coalesce(Subquery(norms.values("threshold")[:1]), F(common))


class RequirementQuerySet(models.QuerySet["Requirement"]):
    def with_threshold_for(self, ward: Ward | Given, on: date | Given) -> Self:
        """Annotate `threshold_in_force`: the ward's norm on the day `on`, or the common threshold.

        None where neither is known; then a person judges. A subquery, so safe to chain.
        """
        in_force = threshold_in_force("pk", common="threshold", ward=ward, on=on)
        return self.annotate(threshold_in_force=in_force)


class Requirement(models.Model):
    """One thing that a criterion asks for, and how it is measured."""

    class Comparator(models.TextChoices):
        AT_LEAST = measures.AT_LEAST, _("at least (≥)")
        AT_MOST = measures.AT_MOST, _("at most (≤)")

    class Origin(models.TextChoices):
        SEED = "seed", _("The city's report")
        PUBLIC = "public", _("Public source")
        WORKING = "working", _("Working draft")
        OFFICIAL = "official", _("Official text")

    criterion = models.ForeignKey(
        Criterion,
        on_delete=models.PROTECT,
        related_name="requirements",
        verbose_name=_("criterion"),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    text = models.CharField(_("requirement"), max_length=400)
    measure = models.CharField(_("measure"), max_length=10, choices=measures.CHOICES)
    comparator = models.CharField(
        _("comparison"), max_length=2, choices=Comparator, blank=True, default=""
    )
    threshold = models.DecimalField(
        _("threshold"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_(
            "Empty: a person judges, or the norm of each ward applies."
            " For grades: the place in their list of the one that meets it."
        ),
    )
    grades = models.TextField(
        _("grades"),
        blank=True,
        default="",
        help_text=_("For grades: one a line, the lowest first."),
    )
    unit = models.CharField(_("unit"), max_length=30, blank=True)
    norm_per_ward = models.BooleanField(
        _("norm of each ward"),
        default=False,
        help_text=_("The threshold is entered for each ward, with its legal basis."),
    )
    evidence_hint = models.CharField(_("usual evidence"), max_length=300, blank=True)
    origin = models.CharField(_("origin"), max_length=10, choices=Origin, default=Origin.OFFICIAL)
    source = models.TextField(_("source"), blank=True)

    objects = RequirementQuerySet.as_manager()

    class Meta:
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        ordering = ["criterion", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["criterion", "position"],
                name="requirement_position_once_per_criterion",
                violation_error_message=_("The criterion already has a requirement here."),
            ),
            models.CheckConstraint(
                condition=measures.CONDITION,
                name="requirement_fits_its_measure",
                violation_error_message=_(
                    "A number or percentage needs a comparison; a grade needs “at least”, the list"
                    " of grades and the one that meets it; nothing else has any of these."
                ),
            ),
            models.CheckConstraint(
                condition=Q(norm_per_ward=False) | Q(threshold=None),
                name="requirement_has_one_threshold",
                violation_error_message=_(
                    "With a norm for each ward, leave the common threshold empty."
                ),
            ),
        ]

    # Annotated by RequirementQuerySet.with_threshold_for().
    threshold_in_force: Any

    def __str__(self) -> str:
        return self.text

    @property
    def question(self) -> Question:
        return self.measure, self.unit, self.grades, self.text

    def clean(self) -> None:
        self.grades = "\n".join(measures.grades_of(self))
        measure = measures.MEASURES.get(self.measure)
        if measure and (problems := measure.problems(self)):
            raise ValidationError(problems)


class WardNormQuerySet(models.QuerySet["WardNorm"]):
    def started(self, on: date | OuterRef | Given) -> Self:
        """Keep those that have started by a day, the latest first: that one is in force."""
        return self.filter(valid_from__lte=on).order_by("-valid_from")

    def in_force(self, on: date) -> dict[tuple[int, int], Decimal]:
        """Return the norms in force on a day, by ward and requirement. One query."""
        started = self.started(on).reverse()  # a later one takes the place of an earlier one
        return {
            (ward_id, requirement_id): threshold
            for ward_id, requirement_id, threshold in started.values_list(
                "ward", "requirement", "threshold"
            )
        }


class WardNorm(models.Model):
    """The threshold of one ward for one requirement (area, headcount), from a day on."""

    ward = models.ForeignKey(
        Ward, on_delete=models.PROTECT, related_name="norms", verbose_name=_("ward")
    )
    requirement = models.ForeignKey(
        Requirement, on_delete=models.PROTECT, related_name="norms", verbose_name=_("requirement")
    )
    threshold = models.DecimalField(_("norm"), max_digits=12, decimal_places=2)
    legal_basis = models.CharField(_("legal basis"), max_length=250)
    valid_from = Day(_("in force from"))

    objects = WardNormQuerySet.as_manager()

    class Meta:
        verbose_name = _("norm of a ward")
        verbose_name_plural = _("norms of the wards")
        ordering = ["ward__sort_key", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["ward", "requirement", "valid_from"],
                name="norm_once_per_start",
                violation_error_message=_("The ward already has a norm from this day."),
            ),
            models.CheckConstraint(
                condition=Q(threshold__gte=0),
                name="norm_not_negative",
                violation_error_message=_("A norm cannot be negative."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.threshold} ({self.legal_basis})"

    def clean(self) -> None:
        if self.requirement_id and not self.requirement.norm_per_ward:
            raise ValidationError(
                {"requirement": _("This requirement has one threshold for every ward.")}
            )
