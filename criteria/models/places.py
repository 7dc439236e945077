"""Where a unit lies, from a day on: on the schematic map, and truly."""

import json
from hashlib import sha256
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from criteria.models.days import Day
from criteria.models.wards import Ward


class WardTile(models.Model):
    """The place of a unit on the schematic map from a day on: column and row, from 1.

    Dated apart from the unit, because a unit that lives through a reorganisation moves when its
    neighbours merge.
    """

    ward = models.ForeignKey(
        Ward, on_delete=models.PROTECT, related_name="tiles", verbose_name=_("ward")
    )
    valid_from = Day(_("in force from"))
    column = models.PositiveSmallIntegerField(_("column"))
    row = models.PositiveSmallIntegerField(_("row"))

    class Meta:
        verbose_name = _("place on the map")
        verbose_name_plural = _("places on the map")
        ordering = ["valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["ward", "valid_from"],
                name="tile_once_per_ward_and_start",
                violation_error_message=_("The ward already has a place from this day."),
            ),
            models.UniqueConstraint(
                fields=["valid_from", "column", "row"],
                name="tile_place_taken_once",
                violation_error_message=_("Another ward has this place from the same day."),
            ),
            models.CheckConstraint(
                condition=Q(column__gte=1, row__gte=1),
                name="tile_counts_from_one",
                violation_error_message=_("Columns and rows count from 1."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.column}:{self.row}"


class WardBoundary(models.Model):
    """The true outline of a unit from a day on, until a later one is loaded.

    Dated apart from the unit, like its place on the schematic map: a survey may be better than the
    one before. `outline`: a list of polygons, each a list of rings (the outer one, then its holes),
    each a closed list of [longitude, latitude] in degrees (WGS 84).
    """

    ward = models.ForeignKey(
        Ward, on_delete=models.PROTECT, related_name="boundaries", verbose_name=_("ward")
    )
    valid_from = Day(_("in force from"))
    outline = models.JSONField(_("outline"), editable=False)
    source = models.CharField(_("source"), max_length=250)

    class Meta:
        verbose_name = _("true outline")
        verbose_name_plural = _("true outlines")
        ordering = ["valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["ward", "valid_from"],
                name="boundary_once_per_ward_and_start",
                violation_error_message=_("The ward already has an outline from this day."),
            ),
        ]

    def __str__(self) -> str:
        return self.source

    def digest(self) -> dict[str, Any]:
        """What the log says in place of thousands of numbers: how many, and their SHA-256."""
        return {
            "outline": sha256(json.dumps(self.outline).encode()).hexdigest(),
            "n_polygons": len(self.outline),
            "n_positions": sum(len(ring) for polygon in self.outline for ring in polygon),
        }
