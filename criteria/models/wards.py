"""The units of administration, each with its dates: wards merge, are renamed, stop."""

from datetime import date
from functools import reduce
from operator import and_
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.expressions import Combinable
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from criteria.models.days import Day
from namdinh_wards.text import LONGEST_SOUGHT, fold, sort_key


def in_force_on(on: date | Combinable, path: str = "") -> Q:
    """Units, reached by `path`, that exist on the day `on`."""
    still = Q(**{f"{path}valid_to": None}) | Q(**{f"{path}valid_to__gt": on})
    return Q(**{f"{path}valid_from__lte": on}) & still


def in_scope_on(on: date | Combinable, path: str = "") -> Q:
    """Units that the criteria and the roadmap count on the day `on`: wards, not communes."""
    return in_force_on(on, path) & Q(**{f"{path}kind": Ward.Kind.WARD})


_KINDS_CALLED = {"phuong": "ward", "ward": "ward", "xa": "commune", "commune": "commune"}


def _has_words(text: str) -> Q:
    """Units whose name or code has every word of a folded text."""
    words = [Q(search_name__contains=word) | Q(code__startswith=word) for word in text.split()]
    return reduce(and_, words, Q())


class WardQuerySet(models.QuerySet["Ward"]):
    def in_force(self, on: date) -> Self:
        return self.filter(in_force_on(on))

    def in_scope(self, on: date) -> Self:
        return self.filter(in_scope_on(on))

    def with_sight(self, visible: "WardQuerySet | None") -> Self:
        """Annotate `is_in_sight`: whether each is one of the `visible` wards; None: all are."""
        is_among = Value(True) if visible is None else Exists(visible.filter(pk=OuterRef("pk")))
        return self.annotate(is_in_sight=is_among)

    def search(self, text: str) -> Self:
        """Units whose name or code has every word of `text`, diacritics and case aside.

        The first word may also be the kind, as in “phường Trường Thi”.
        """
        text = fold(text)
        if len(text) > LONGEST_SOUGHT:
            return self.none()
        first, _space, rest = text.partition(" ")
        kind = _KINDS_CALLED.get(first)
        whole = _has_words(text)
        return self.filter(whole | Q(kind=kind) & _has_words(rest) if kind else whole)


class Ward(models.Model):
    """A ward (phường) or commune (xã) of the city, from `valid_from` until before `valid_to`.

    Official codes are reused after a merger, so a code identifies a unit on a day only.
    """

    class Kind(models.TextChoices):
        WARD = "ward", _("Ward")
        COMMUNE = "commune", _("Commune")

    code = models.CharField(_("official code"), max_length=10)
    name = models.CharField(
        _("name"), max_length=100, help_text=_("Without “phường” or “xã”: Trường Thi.")
    )
    search_name = models.CharField(max_length=100, editable=False)
    sort_key = models.CharField(max_length=400, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.WARD)
    valid_from = Day(_("in force from"))
    valid_to = Day(
        _("no longer from"),
        null=True,
        blank=True,
        help_text=_("The first day on which the unit no longer exists. Empty: it still does."),
    )
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    area_km2 = models.DecimalField(
        _("area (km²)"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    source = models.TextField(
        _("source"), blank=True, help_text=_("Where the code, dates, population and area are from.")
    )

    # Annotated by WardQuerySet.with_sight(): the reader may see its results.
    is_in_sight: bool
    # Annotated by criteria.overviews.map: where it lies on a day; None where nobody has said.
    tile_column: int | None
    tile_row: int | None
    outline: list[Any] | None

    objects = WardQuerySet.as_manager()

    class Meta:
        verbose_name = _("ward")
        verbose_name_plural = _("wards")
        ordering = ["sort_key", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "valid_from"],
                name="ward_code_once_per_start",
                violation_error_message=_("Another unit has this code from the same day."),
            ),
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(valid_to=None),
                name="ward_code_in_force_once",
                violation_error_message=_("A unit in force already has this code."),
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="ward_ends_after_it_starts",
                violation_error_message=_("A unit ends after the day on which it starts."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["ward", "commune"]),
                name="ward_kind_known",
                violation_error_message=_("A unit is a ward or a commune."),
            ),
            models.CheckConstraint(
                condition=Q(area_km2=None) | Q(area_km2__gt=0),
                name="ward_area_positive",
                violation_error_message=_("The area must be greater than zero."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_name = fold(self.name)
        self.sort_key = sort_key(self.name)
        super().save(*args, **kwargs)

    def clean(self) -> None:
        if not self.code or not self.valid_from:
            return
        namesakes = Ward.objects.filter(code=self.code).exclude(pk=self.pk)
        overlapping = namesakes.filter(Q(valid_to=None) | Q(valid_to__gt=self.valid_from))
        if self.valid_to:
            overlapping = overlapping.filter(valid_from__lt=self.valid_to)
        if overlapping.exists():
            raise ValidationError(
                {"valid_from": _("Another unit has this code on some of these days.")}
            )

    @property
    def police_unit(self) -> str:
        """The unit that acts: a ward itself submits nothing."""
        ward = f"{self.get_kind_display().lower()} {self.name}"
        return gettext("Police of %(ward)s") % {"ward": ward}

    def in_force(self, on: date) -> bool:
        """Tell of one unit what `in_force_on` tells of rows."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)

    def is_in_scope(self, on: date) -> bool:
        """Tell of one unit what `in_scope_on` tells of rows."""
        return self.in_force(on) and self.kind == self.Kind.WARD


class WardSuccession(models.Model):
    """What became of a unit: one row a predecessor and successor.

    A predecessor from outside the city is a name only: it was never assessed here, so its
    successor cannot inherit a result from it.
    """

    class Relation(models.TextChoices):
        MERGED_INTO = "merged_into", _("Merged with others")
        WHOLE_INTO = "whole_into", _("Carried over whole")

    predecessor = models.ForeignKey(
        Ward,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="successions",
        verbose_name=_("predecessor"),
    )
    outside_name = models.CharField(
        _("predecessor outside the city"),
        max_length=150,
        blank=True,
        help_text=_("For a predecessor that was not a unit of the city."),
    )
    successor = models.ForeignKey(
        Ward,
        on_delete=models.PROTECT,
        related_name="origins",
        verbose_name=_("successor"),
    )
    effective_on = Day(_("effective on"))
    relation = models.CharField(_("relation"), max_length=20, choices=Relation)
    legal_basis = models.CharField(_("legal basis"), max_length=250)

    class Meta:
        verbose_name = _("succession")
        verbose_name_plural = _("successions")
        ordering = ["effective_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["predecessor", "successor"],
                name="succession_once",
                violation_error_message=_("This succession is already recorded."),
            ),
            models.UniqueConstraint(
                fields=["outside_name", "successor"],
                condition=Q(predecessor=None),
                name="succession_from_outside_once",
                violation_error_message=_("This succession is already recorded."),
            ),
            models.CheckConstraint(
                condition=Q(predecessor__isnull=False, outside_name="")
                | Q(predecessor__isnull=True) & ~Q(outside_name=""),
                name="succession_has_one_predecessor",
                violation_error_message=_(
                    "Name either a unit of the city or a predecessor outside it."
                ),
            ),
            models.CheckConstraint(
                condition=Q(relation__in=["merged_into", "whole_into"]),
                name="succession_relation_known",
                violation_error_message=_("Unknown relation."),
            ),
            models.CheckConstraint(
                condition=~Q(predecessor=F("successor")),
                name="succession_of_two_units",
                violation_error_message=_("A unit cannot succeed itself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outside_name or self.predecessor} → {self.successor}"

    def clean(self) -> None:
        errors = {}
        if self.predecessor and self.predecessor.valid_to != self.effective_on:
            errors["predecessor"] = _("The predecessor must end on the day of the succession.")
        if self.successor_id and self.successor.valid_from != self.effective_on:
            errors["effective_on"] = _("The successor must start on the day of the succession.")
        if errors:
            raise ValidationError(errors)
