"""Criteria sets from files: the sets, and their criteria with one row a requirement.

A set that is stored already is never touched: a published one must not change, and a draft is in
somebody's hands. Its rows are compared and no more.
"""

from collections import Counter
from pathlib import Path

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from criteria.imports.loading import Kind, Load, read_tables
from criteria.imports.tables import (
    Column,
    Row,
    Table,
    day,
    decimal,
    lines,
    one_of,
    whole,
    yes_or_no,
)
from criteria.measures import MEASURES
from criteria.models import CriteriaSet, Criterion, CriterionGroup, Requirement

SET_COLUMNS = (
    Column("code"),
    Column("title"),
    Column("legal_basis", required=False, empty=""),
    Column("is_official", yes_or_no),
    Column("effective_from", day),
    Column("effective_to", day, required=False),
    Column("status", one_of(CriteriaSet.Status.values)),
)
CRITERION_COLUMNS = (
    Column("criteria_set"),
    Column("number", whole),
    Column("code"),
    Column("group_code"),
    Column("group_name"),
    Column("group_name_en", required=False, empty=""),
    Column("name"),
    Column("name_en", required=False, empty=""),
    Column("lead_agency", required=False, empty=""),
    Column("guidance", required=False, empty=""),
    Column("requirement"),
    Column("measure", one_of(list(MEASURES))),
    Column("comparator", one_of(Requirement.Comparator.values), required=False, empty=""),
    Column("threshold", decimal, required=False),
    Column("unit", required=False, empty=""),
    Column("grades", lines, required=False, empty="", is_optional=True),
    Column("norm_per_ward", yes_or_no),
    Column("evidence", required=False, empty=""),
    Column("origin", one_of(Requirement.Origin.values)),
    Column("source", required=False, empty=""),
)

SETS = Kind(
    gettext_lazy("criteria sets"),
    CriteriaSet,
    columns={column.name: column.name for column in SET_COLUMNS},
    blame={"set_ends_after_it_starts": "effective_to", "set_status_known": "status"},
)
GROUPS = Kind(
    gettext_lazy("groups of criteria"),
    CriterionGroup,
    columns={"code": "group_code", "name": "group_name", "name_en": "group_name_en"},
    blame={"group_code_once_per_set": "group_code"},
)
CRITERIA = Kind(
    gettext_lazy("criteria"),
    Criterion,
    columns={
        "group": "group_code",
        "number": "number",
        "code": "code",
        "name": "name",
        "name_en": "name_en",
        "lead_agency": "lead_agency",
        "guidance": "guidance",
    },
    blame={
        "criterion_number_once_per_set": "number",
        "criterion_code_once_per_set": "code",
        "criterion_counts_from_one": "number",
        "criterion_replaces_another": "number",
    },
)
REQUIREMENTS = Kind(
    gettext_lazy("requirements"),
    Requirement,
    columns={
        "text": "requirement",
        "measure": "measure",
        "comparator": "comparator",
        "threshold": "threshold",
        "grades": "grades",
        "unit": "unit",
        "norm_per_ward": "norm_per_ward",
        "evidence_hint": "evidence",
        "origin": "origin",
        "source": "source",
    },
    blame={
        "requirement_position_once_per_criterion": "requirement",
        "requirement_fits_its_measure": "comparator",
        "requirement_has_one_threshold": "threshold",
    },
)


_Key = str | int | tuple[int, int]  # a group's code, a criterion's number, with the position


def read_catalogue(sets: Path, criteria: Path) -> list[Load]:
    set_table, criterion_table = read_tables((sets, SET_COLUMNS), (criteria, CRITERION_COLUMNS))
    numbers: dict[str, set[int]] = {}
    for row in criterion_table.sound():
        numbers.setdefault(row["criteria_set"], set()).add(row["number"])
    load, by_code = _sets(set_table, numbers)
    return [load, *_criteria(criterion_table, by_code)]


def _sets(table: Table, numbers: dict[str, set[int]]) -> tuple[Load, dict[str, CriteriaSet | None]]:
    """Return the load, and the sets that criteria may name; None for one that was refused.

    numbers: of each set's criteria. A set in use is held to what publishing asks of a draft.
    """
    load = Load(SETS, table)
    table.refuse_repeats("code")
    stored = {each.code: each for each in CriteriaSet.objects.all()}
    by_code: dict[str, CriteriaSet | None] = {row["code"]: None for row in table.rows}
    for row in table.sound():
        record = SETS.record(row)
        if record.code not in stored and not record.is_draft:
            set_numbers = numbers.get(record.code, set())
            if not set_numbers:
                table.refuse(row, "status", _("A set without criteria stays a draft."))
                continue
            if min(set_numbers) >= 1 and max(set_numbers) != len(set_numbers):
                text = _("A set whose criteria are not numbered from 1 without a gap is a draft.")
                table.refuse(row, "status", text)
        load.take(row, record, stored.get(record.code))
        by_code[record.code] = record
    return load, by_code | stored


def _criteria(table: Table, sets: dict[str, CriteriaSet | None]) -> list[Load]:
    loads = [Load(kind, table) for kind in (GROUPS, CRITERIA, REQUIREMENTS)]
    table.refuse_repeats("requirement", "criteria_set", "number")
    table.refuse_contradictions(("criteria_set", "group_code"), ("group_name", "group_name_en"))
    table.refuse_contradictions(
        ("criteria_set", "number"),
        ("code", "group_code", "name", "name_en", "lead_agency", "guidance"),
    )
    readers: dict[str, _SetReader] = {}
    for row in table.sound():
        code = row["criteria_set"]
        if code not in sets:
            message = _("There is no criteria set with the code %(code)s.")
            table.refuse(row, "criteria_set", message % {"code": code})
        elif criteria_set := sets[code]:
            if code not in readers:
                readers[code] = _SetReader(criteria_set, loads)
            readers[code].read(row)
    for reader in readers.values():
        reader.note_missing()
    return loads


class _SetReader:
    """Takes apart the rows of one set; a group and a criterion come from their first row."""

    def __init__(self, criteria_set: CriteriaSet, loads: list[Load]) -> None:
        self._set = criteria_set
        self._loads = {load.kind.model: load for load in loads}
        self._groups: dict[str, Model] = {}
        self._criteria: dict[int, Model] = {}
        self._n_requirements: Counter[int] = Counter()
        self._unseen = _stored(criteria_set) if criteria_set.pk else {}

    def read(self, row: Row) -> None:
        code, number = row["group_code"], row["number"]
        if code not in self._groups:
            group = GROUPS.record(row, criteria_set=self._set)
            self._groups[code] = self._take(row, group, code)
        if number not in self._criteria:
            criterion = CRITERIA.record(row, criteria_set=self._set, group=self._groups[code])
            self._criteria[number] = self._take(row, criterion, number)
        self._n_requirements[number] += 1
        position = self._n_requirements[number]
        requirement = REQUIREMENTS.record(row, criterion=self._criteria[number], position=position)
        self._take(row, requirement, (number, position))

    def _take(self, row: Row, record: Model, key: _Key) -> Model:
        """Count the record in its load; return the one that later rows refer to."""
        load = self._loads[type(record)]
        if self._set.pk is None:
            load.create(row, record)
            return record
        stored = self._unseen.pop((type(record), key), None)
        if stored is None:
            message = _("line %(line)d, %(record)s: not in the stored set")
            load.differing.append(message % {"line": row.line, "record": record})
            return record
        load.keep(row, record, stored)
        return stored

    def note_missing(self) -> None:
        for (model, _key), record in self._unseen.items():
            message = _("%(record)s: in the stored set, not in the file")
            self._loads[model].differing.append(message % {"record": record})


def _stored(criteria_set: CriteriaSet) -> dict[tuple[type[Model], _Key], Model]:
    """Return what the set holds, by what the rows of a file know it by."""
    requirements = Requirement.objects.filter(criterion__criteria_set=criteria_set)
    return {
        **{(CriterionGroup, each.code): each for each in criteria_set.groups.all()},
        **{(Criterion, each.number): each for each in criteria_set.criteria.all()},
        **{
            (Requirement, (each.criterion.number, each.position)): each
            for each in requirements.select_related("criterion")
        },
    }
