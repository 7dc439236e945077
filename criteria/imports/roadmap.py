"""The roadmap from files: targets, pledges of wards, and the rounds of assessment."""

from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from criteria.imports.loading import Kind, Load, read_tables
from criteria.imports.tables import Column, Table, day, one_of, whole, yes_or_no
from criteria.imports.wards import Units
from criteria.models import CriteriaSet, Pledge, RoadmapTarget, Round

TARGET_COLUMNS = (
    Column("due_on", day),
    Column("percent", whole),
    Column("legal_basis"),
    Column("source", required=False, empty=""),
)
PLEDGE_COLUMNS = (
    Column("code"),
    Column("valid_from", day),
    Column("year", whole),
    Column("legal_basis", required=False, empty=""),
    Column("source", required=False, empty=""),
)
ROUND_COLUMNS = (
    Column("name"),
    Column("year", whole),
    Column("starts_on", day),
    Column("ends_on", day),
    Column("submit_by", day),
    Column("verify_by", day),
    Column("criteria_set"),
    Column("status", one_of(Round.Status.values)),
    Column("is_citywide", yes_or_no, required=False, empty=True, is_optional=True),
    Column("settled_on", day, required=False, is_optional=True),
)

TARGETS = Kind(
    gettext_lazy("roadmap targets"),
    RoadmapTarget,
    columns={"due_on": "due_on", "percent": "percent", "legal_basis": "legal_basis"},
    blame={"target_is_a_percentage": "percent"},
)
PLEDGES = Kind(
    gettext_lazy("pledges"),
    Pledge,
    columns={"ward": "code", "year": "year", "legal_basis": "legal_basis"},
    blame={"pledge_once_per_ward_and_year": "year"},
)
ROUNDS = Kind(
    gettext_lazy("rounds"),
    Round,
    columns={column.name: column.name for column in ROUND_COLUMNS},
    blame={
        "round_ends_after_it_starts": "ends_on",
        "round_deadlines_in_order": "submit_by",
        "round_status_known": "status",
        "round_of_the_city_ends_once": "ends_on",
        "round_settled_once_closed": "settled_on",
    },
)


def read_roadmap(targets: Path, pledges: Path, rounds: Path) -> list[Load]:
    target_table, pledge_table, round_table = read_tables(
        (targets, TARGET_COLUMNS), (pledges, PLEDGE_COLUMNS), (rounds, ROUND_COLUMNS)
    )
    return [_targets(target_table), _pledges(pledge_table), _rounds(round_table)]


def _targets(table: Table) -> Load:
    load = Load(TARGETS, table)
    table.refuse_repeats("due_on")
    stored = {each.due_on: each for each in RoadmapTarget.objects.all()}
    for row in table.sound():
        record = TARGETS.record(row)
        load.take(row, record, stored.get(record.due_on))
    return load


def _pledges(table: Table) -> Load:
    load = Load(PLEDGES, table)
    table.refuse_repeats("code", "valid_from", "year")
    units = Units()
    stored = {(each.ward_id, each.year): each for each in Pledge.objects.select_related("ward")}
    for row in table.sound():
        ward = units.referred(table, row, "code", "valid_from")
        if ward is not None:
            record = PLEDGES.record(row, ward=ward)
            load.take(row, record, stored.get((ward.pk, record.year)))
    return load


def _rounds(table: Table) -> Load:
    load = Load(ROUNDS, table)
    table.refuse_repeats("name")
    sets = {each.code: each for each in CriteriaSet.objects.all()}
    stored = {each.name: each for each in Round.objects.all()}
    for row in table.sound():
        code = row["criteria_set"]
        if code not in sets:
            message = _("There is no criteria set with the code %(code)s.")
            table.refuse(row, "criteria_set", message % {"code": code})
        else:
            record = ROUNDS.record(row, criteria_set=sets[code])
            if record.status == Round.Status.CLOSED and record.settled_on is None:
                record.settled_on = record.verify_by
            load.take(row, record, stored.get(record.name))
    return load
