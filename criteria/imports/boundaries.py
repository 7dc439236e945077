"""True outlines of the units from a file: each is matched by its code, then all are stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from criteria.actions.records import save_record
from criteria.imports.geojson import Feature, GeoJSONRefused, read_document, read_features
from criteria.imports.tables import day
from criteria.models import Activity, Ward, WardBoundary

MOST_PROBLEMS = 50  # that are told of one file


class BoundariesRefused(Exception):
    """A file with problems. Nothing of it was stored."""

    def __init__(self, name: str, problems: Sequence[str]) -> None:
        self.name = name
        self.problems = problems
        super().__init__(name, problems)

    def __str__(self) -> str:
        lines = list(self.problems[:MOST_PROBLEMS])
        if len(self.problems) > MOST_PROBLEMS:
            lines.append(_("… and %(n)d more.") % {"n": len(self.problems) - MOST_PROBLEMS})
        return "\n".join([self.name, *lines])


@dataclass
class Loaded:
    """How many units' outlines from the day `on` a file came to."""

    on: date
    created: int = 0
    replaced: int = 0
    unchanged: int = 0

    def __str__(self) -> str:
        return _("%(created)d created, %(replaced)d replaced, %(unchanged)d unchanged") % vars(self)


def load_boundaries(path: Path, on: date | None = None) -> Loaded:
    """Store the outlines of a GeoJSON file, all of them or none.

    on: the day from which they hold; None: the file says it in its member “valid_from”. Units are
    matched by their code on that day, since codes are reused after a merger.
    Raises BoundariesRefused, OSError.
    """
    try:
        document = read_document(path)
        start = on or _start(document)
    except GeoJSONRefused as error:
        raise BoundariesRefused(path.name, [str(error)]) from error
    features = read_features(document)
    wards = _matched(features, start)
    problems = [problem for feature in features for problem in feature.problems]
    if problems:
        raise BoundariesRefused(path.name, problems)
    outlines = {wards[feature.code]: feature.outline() for feature in features}
    return _store(outlines, start, _source(document, path))


def _start(document: Mapping[str, Any]) -> date:
    value = document.get("valid_from")
    if value is None:
        raise GeoJSONRefused(
            _("The file does not say from which day its outlines hold. Give the day: --on DATE")
        )
    try:
        return day(str(value))
    except ValueError as error:
        raise GeoJSONRefused(f"valid_from: {error}") from error


def _source(document: Mapping[str, Any], path: Path) -> str:
    credit = document.get("attribution")
    source = f"{path.name} – {credit}" if credit and isinstance(credit, str) else path.name
    return source[: WardBoundary._meta.get_field("source").max_length]


def _matched(features: Sequence[Feature], on: date) -> dict[str, Ward]:
    """Return the units in force on the day by their code; refuse features that are none of them."""
    wards = {ward.code: ward for ward in Ward.objects.in_force(on)}
    first: dict[str, int] = {}
    for feature in features:
        if not feature.code:
            continue
        if feature.code not in wards:
            message = _("No unit has the code %(code)s on %(day)s.")
            feature.refuse(message % {"code": feature.code, "day": on.isoformat()})
        elif first.setdefault(feature.code, feature.place) != feature.place:
            message = _("Feature %(place)d has the same code already.")
            feature.refuse(message % {"place": first[feature.code]})
    return wards


@transaction.atomic
def _store(outlines: Mapping[Ward, Any], start: date, source: str) -> Loaded:
    Activity.objects.hold()  # so that what is read here is what the saves will find
    known = {each.ward_id: each for each in WardBoundary.objects.filter(valid_from=start)}
    loaded = Loaded(start)
    for ward, outline in outlines.items():
        boundary = known.get(ward.pk) or WardBoundary(valid_from=start)
        if (boundary.outline, boundary.source) == (outline, source):
            loaded.unchanged += 1
            continue
        boundary.ward, boundary.outline, boundary.source = ward, outline, source
        boundary.full_clean()
        save_record(boundary, acting_user=None)
        if ward.pk in known:
            loaded.replaced += 1
        else:
            loaded.created += 1
    return loaded
