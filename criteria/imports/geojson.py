"""Outlines in a GeoJSON file, read strictly: whatever is doubtful is a problem of its feature.

Coordinates are kept to seven decimals of a degree, about a centimetre. As whole numbers of that
size they are checked without any rounding, and what was checked is what is stored.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from criteria.imports.rings import Point, crossings, enclosures, is_flat

LARGEST_MB = 20
MOST_POSITIONS = 2000  # of one unit: a page reads them all whenever it draws the map
_UNIT = 10**7  # of a degree
_CODES = ("gso_code", "code")

RingNumber = tuple[int, int]  # of the polygon and of the ring in it, from 1


class GeoJSONRefused(Exception):
    """A file that cannot be made out at all."""


@dataclass
class Feature:
    """A feature by its place in the file, from 1. Without problems, its polygons are sound.

    polygons: of rings, the outer one first, of points in ten-millionths of a degree, the first one
    not repeated at the end.
    """

    place: int
    code: str = ""
    polygons: list[list[list[Point]]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def refuse(self, message: str) -> None:
        values = {"place": self.place, "code": self.code, "message": message}
        named = _("Feature %(place)d (%(code)s): %(message)s")
        unnamed = _("Feature %(place)d: %(message)s")
        self.problems.append((named if self.code else unnamed) % values)

    def refuse_ring(self, number: RingNumber, message: str) -> None:
        self.refuse(f"{_in_words(number)}: {message}")

    def outline(self) -> list[list[list[list[float]]]]:
        """Return the polygons as they are stored: in degrees, each ring closed."""
        return [
            [[[x / _UNIT, y / _UNIT] for x, y in [*ring, ring[0]]] for ring in polygon]
            for polygon in self.polygons
        ]


# --- the file -------------------------------------------------------------------------------------


def read_document(path: Path) -> dict[str, Any]:
    """Read a FeatureCollection with something in it. Raises GeoJSONRefused, OSError."""
    with path.open("rb") as file:
        data = file.read(LARGEST_MB * 10**6 + 1)
    if len(data) > LARGEST_MB * 10**6:
        message = _("The file is larger than %(limit)d MB. Simplify the outlines first.")
        raise GeoJSONRefused(message % {"limit": LARGEST_MB})
    try:
        document = json.loads(data.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise GeoJSONRefused(_("This is not JSON in UTF-8.")) from error
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise GeoJSONRefused(_("This is not a GeoJSON FeatureCollection."))
    if not isinstance(document.get("features"), list) or not document["features"]:
        raise GeoJSONRefused(_("The file has no features."))
    return document


def _refuse_constant(name: str) -> float:
    raise ValueError(name)  # NaN and Infinity, which JSON does not know


def read_features(document: dict[str, Any]) -> list[Feature]:
    return [_feature(place, raw) for place, raw in enumerate(document["features"], 1)]


# --- one feature ----------------------------------------------------------------------------------


def _feature(place: int, raw: Any) -> Feature:
    if not isinstance(raw, dict) or raw.get("type") != "Feature":
        feature = Feature(place)
        feature.refuse(_("This is not a GeoJSON feature."))
        return feature
    feature = Feature(place, _code(raw))
    if not feature.code:
        feature.refuse(_("It has no code: no gso_code or code among its properties, and no id."))
    polygons = _polygons(raw.get("geometry"))
    if polygons is None:
        feature.refuse(_("Its geometry is not a Polygon or a MultiPolygon with coordinates."))
    elif sum(len(ring) for polygon in polygons for ring in polygon) > MOST_POSITIONS:
        message = _("Its outline has more than %(most)d positions. Simplify it first.")
        feature.refuse(message % {"most": MOST_POSITIONS})
    else:
        _read(feature, polygons)
    return feature


def _code(raw: dict[str, Any]) -> str:
    properties = raw.get("properties")
    known = properties if isinstance(properties, dict) else {}
    for code in (*(known.get(name) for name in _CODES), raw.get("id")):
        if isinstance(code, str) and code.strip():
            return code.strip()
        if isinstance(code, int) and not isinstance(code, bool):
            return f"{code:05}"  # codes have five digits; as a number one has lost its zeros
    return ""


def _polygons(geometry: Any) -> list[list[list[Any]]] | None:
    """Return the polygons as lists of rings of anything; None where there are none."""
    if not isinstance(geometry, dict):
        return None
    coordinates = geometry.get("coordinates")
    kinds: dict[Any, Any] = {"Polygon": [coordinates], "MultiPolygon": coordinates}
    polygons = kinds.get(str(geometry.get("type")))
    return polygons if _are_lists(polygons, depth=3) else None


def _are_lists(value: Any, depth: int) -> bool:
    """Tell whether a value is lists in lists, that deep, none of them empty."""
    if not isinstance(value, list) or not value:
        return False
    return depth == 1 or all(_are_lists(each, depth - 1) for each in value)


def _read(feature: Feature, polygons: Sequence[Sequence[Sequence[Any]]]) -> None:
    for number, polygon in enumerate(polygons, 1):
        feature.polygons.append([])
        for place, positions in enumerate(polygon, 1):
            try:
                feature.polygons[-1].append(_ring(positions))
            except ValueError as error:
                feature.refuse_ring((number, place), str(error))
    if not feature.problems:
        _check_rings(feature)


# --- rings ----------------------------------------------------------------------------------------


def _in_words(number: RingNumber) -> str:
    polygon, ring = number
    return _("polygon %(polygon)d, ring %(ring)d") % {"polygon": polygon, "ring": ring}


def _ring(positions: Sequence[Any]) -> list[Point]:
    """Return a ring's points, repeated ones left out. Raises ValueError with a message."""
    points = []
    for number, position in enumerate(positions, 1):
        point = _point(position)
        if point is None:
            message = _("position %(n)d is not a longitude and a latitude in degrees (WGS 84).")
            raise ValueError(message % {"n": number})
        points.append(point)
    if len(points) < 4:
        raise ValueError(_("it has fewer than four positions."))
    if points[0] != points[-1]:
        raise ValueError(_("it does not end where it starts."))
    ring = [point for point, after in pairwise(points) if point != after]
    if len(ring) < 3 or is_flat(ring):
        raise ValueError(_("it encloses nothing."))
    return ring


def _point(position: Any) -> Point | None:
    if not isinstance(position, list) or len(position) < 2:
        return None
    longitude, latitude = position[:2]
    for degrees, most in ((longitude, 180), (latitude, 90)):
        if isinstance(degrees, bool) or not isinstance(degrees, int | float):
            return None
        if not -most <= degrees <= most:  # nor is any number that is not finite
            return None
    return round(longitude * _UNIT), round(latitude * _UNIT)


def _check_rings(feature: Feature) -> None:
    """Refuse rings that cross, holes outside their polygon, and ground that is covered twice."""
    numbers = [
        (polygon, ring)
        for polygon, polygon_rings in enumerate(feature.polygons, 1)
        for ring in range(1, len(polygon_rings) + 1)
    ]
    rings = [ring for polygon in feature.polygons for ring in polygon]
    crossed = crossings(rings)
    for (first, second), (x, y) in sorted(crossed.items()):
        where: dict[str, Any] = {"longitude": x / _UNIT, "latitude": y / _UNIT}
        message = _("it crosses or touches itself near %(longitude)s, %(latitude)s.")
        if first != second:
            where["other"] = _in_words(numbers[first])
            message = _("it crosses %(other)s near %(longitude)s, %(latitude)s.")
        feature.refuse_ring(numbers[second], message % where)
    if crossed:
        return
    for number, held in zip(numbers, enclosures(rings), strict=True):
        polygon, ring = number
        is_hole = ring > 1
        if is_hole and not held.get(numbers.index((polygon, 1))):
            feature.refuse_ring(number, _("this hole does not lie in its polygon."))
        elif not all(held.values()) or len(held) % 2 != is_hole:
            feature.refuse_ring(number, _("it covers what another polygon or hole covers."))
