"""The registry of units from files: units, what became of them, their places on the map."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from criteria.imports.loading import Kind, Load, read_tables
from criteria.imports.tables import Column, Row, Table, day, decimal, one_of, whole
from criteria.models import Ward, WardSuccession, WardTile

WARD_COLUMNS = (
    Column("code"),
    Column("name"),
    Column("kind", one_of(Ward.Kind.values)),
    Column("valid_from", day),
    Column("valid_to", day, required=False),
    Column("population", whole, required=False),
    Column("area_km2", decimal, required=False),
    Column("source", required=False, empty=""),
)
SUCCESSION_COLUMNS = (
    Column("predecessor_code", required=False, empty=""),
    Column("predecessor_valid_from", day, required=False),
    Column("outside_name", required=False, empty=""),
    Column("successor_code"),
    Column("successor_valid_from", day),
    Column("effective_on", day),
    Column("relation", one_of(WardSuccession.Relation.values)),
    Column("legal_basis"),
    Column("source", required=False, empty=""),
)
TILE_COLUMNS = (
    Column("code"),
    Column("valid_from", day),
    Column("column", whole),
    Column("row", whole),
)

WARDS = Kind(
    gettext_lazy("wards"),
    Ward,
    columns={column.name: column.name for column in WARD_COLUMNS},
    blame={
        "ward_code_once_per_start": "code",
        "ward_code_in_force_once": "code",
        "ward_ends_after_it_starts": "valid_to",
        "ward_kind_known": "kind",
        "ward_area_positive": "area_km2",
    },
)
SUCCESSIONS = Kind(
    gettext_lazy("successions"),
    WardSuccession,
    columns={
        "predecessor": "predecessor_code",
        "outside_name": "outside_name",
        "successor": "successor_code",
        "effective_on": "effective_on",
        "relation": "relation",
        "legal_basis": "legal_basis",
    },
    blame={
        "succession_once": "predecessor_code",
        "succession_from_outside_once": "outside_name",
        "succession_has_one_predecessor": "outside_name",
        "succession_relation_known": "relation",
        "succession_of_two_units": "successor_code",
    },
)
TILES = Kind(
    gettext_lazy("places on the map"),
    WardTile,
    columns={"ward": "code", "valid_from": "valid_from", "column": "column", "row": "row"},
    blame={
        "tile_once_per_ward_and_start": "valid_from",
        "tile_place_taken_once": "row",
        "tile_counts_from_one": "column",
    },
)


class Units:
    """The units that rows may refer to: those stored, and those that a file is about to add."""

    def __init__(self) -> None:
        self._by_code: dict[str, list[Ward]] = defaultdict(list)
        self._in_doubt: set[str] = set()
        for ward in Ward.objects.all():
            self.add(ward)

    def add(self, ward: Ward) -> None:
        self._by_code[ward.code].append(ward)

    def doubt(self, rows: Iterable[Row]) -> None:
        """Take note of rows that were refused: who refers to them has done nothing wrong."""
        self._in_doubt.update(row["code"] for row in rows if not row.is_sound)

    def starting(self, code: str, on: date) -> Ward | None:
        return next((ward for ward in self._by_code[code] if ward.valid_from == on), None)

    def referred(self, table: Table, row: Row, column: str, on: str) -> Ward | None:
        """Return the unit with the code in `column` that starts on the day in `on`."""
        ward = self.starting(row[column], row[on])
        if ward is None:
            self._refuse(table, row, column, _("No unit has the code %(code)s from %(day)s."), on)
        return ward

    def in_force(self, table: Table, row: Row, column: str, on: str) -> Ward | None:
        """Return the unit with the code in `column` that exists on the day in `on`."""
        ward = next((each for each in self._by_code[row[column]] if each.in_force(row[on])), None)
        if ward is None:
            self._refuse(table, row, column, _("No unit has the code %(code)s on %(day)s."), on)
        return ward

    def _refuse(self, table: Table, row: Row, column: str, message: str, on: str) -> None:
        if row[column] in self._in_doubt:
            row.is_sound = False
        else:
            table.refuse(row, column, message % {"code": row[column], "day": row[on].isoformat()})


def read_wards(wards: Path, successions: Path, tiles: Path) -> list[Load]:
    ward_table, succession_table, tile_table = read_tables(
        (wards, WARD_COLUMNS), (successions, SUCCESSION_COLUMNS), (tiles, TILE_COLUMNS)
    )
    units = Units()
    return [
        _wards(ward_table, units),
        _successions(succession_table, units),
        _tiles(tile_table, units),
    ]


def _wards(table: Table, units: Units) -> Load:
    load = Load(WARDS, table)
    table.refuse_repeats("code", "valid_from")
    units.doubt(table.rows)
    for row in table.sound():
        ward = WARDS.record(row)
        stored = units.starting(ward.code, ward.valid_from)
        load.take(row, ward, stored)
        if stored is None:
            units.add(ward)
    return load


def _successions(table: Table, units: Units) -> Load:
    load = Load(SUCCESSIONS, table)
    table.refuse_repeats(
        "predecessor_code",
        "predecessor_valid_from",
        "outside_name",
        "successor_code",
        "successor_valid_from",
    )
    known = {
        (each.predecessor_id, each.outside_name, each.successor_id): each
        for each in WardSuccession.objects.select_related("predecessor", "successor")
    }
    for row in table.sound():
        predecessor = _predecessor(table, row, units)
        successor = units.referred(table, row, "successor_code", "successor_valid_from")
        if not row.is_sound:
            continue
        record = SUCCESSIONS.record(row, predecessor=predecessor, successor=successor)
        key = (record.predecessor_id, record.outside_name, record.successor_id)
        load.take(row, record, known.get(key))
    return load


def _predecessor(table: Table, row: Row, units: Units) -> Ward | None:
    code, start = row["predecessor_code"], row["predecessor_valid_from"]
    if code and start:
        return units.referred(table, row, "predecessor_code", "predecessor_valid_from")
    if code or start:
        missing = "predecessor_valid_from" if code else "predecessor_code"
        table.refuse(row, missing, _("Give both the code and the first day of the predecessor."))
    return None


def _tiles(table: Table, units: Units) -> Load:
    load = Load(TILES, table)
    table.refuse_repeats("code", "valid_from")
    known = {
        (each.ward_id, each.valid_from): each for each in WardTile.objects.select_related("ward")
    }
    for row in table.sound():
        ward = units.in_force(table, row, "code", "valid_from")
        if ward is None:
            continue
        record = TILES.record(row, ward=ward)
        load.take(row, record, known.get((record.ward_id, record.valid_from)))
    return load
