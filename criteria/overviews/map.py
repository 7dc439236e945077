"""Where the wards of a day lie, and the picture of them."""

from collections.abc import Iterable
from datetime import date

from django.db.models import OuterRef, Subquery

from criteria.charts.maps import Picture, outline_map, tile_map
from criteria.models import Ward, WardBoundary, WardQuerySet, WardTile


def with_places(wards: WardQuerySet, on: date) -> WardQuerySet:
    """Annotate tile_column, tile_row and outline as of the day `on`, NULL where nobody has said.

    Each is the latest from that day or before: a ward keeps its place, and its outline, until a
    later one is given. Subqueries: safe to chain, and no query of their own.
    """
    tiles = WardTile.objects.filter(ward=OuterRef("pk"), valid_from__lte=on)
    boundaries = WardBoundary.objects.filter(ward=OuterRef("pk"), valid_from__lte=on)
    tile, boundary = tiles.order_by("-valid_from"), boundaries.order_by("-valid_from")
    places = {
        "tile_column": tile.values("column"),
        "tile_row": tile.values("row"),
        "outline": boundary.values("outline"),
    }
    return wards.annotate(**{name: Subquery(values[:1]) for name, values in places.items()})


def picture_of(wards: Iterable[Ward]) -> Picture | None:
    """Draw the wards of `with_places`: their true outlines where every one has one, else tiles.

    None: there are no wards, or one of them has no tile either, or two have the same. A map with a
    ward missing would count fewer wards than the figures beside it. Asks no query.
    """
    wards = list(wards)
    outlines = {ward.pk: ward.outline for ward in wards if ward.outline}
    if wards and len(outlines) == len(wards):
        return outline_map(outlines)
    tiles = {
        ward.pk: (ward.tile_column, ward.tile_row)
        for ward in wards
        if ward.tile_column is not None and ward.tile_row is not None
    }
    if wards and len(set(tiles.values())) == len(wards):
        return tile_map(tiles)
    return None


def without_outline(on: date) -> WardQuerySet:
    """Return the wards in scope on the day whose missing outlines keep the map schematic."""
    return Ward.objects.in_scope(on).exclude(boundaries__valid_from__lte=on)
