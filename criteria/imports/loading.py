"""From the rows of a file to stored records: what is missing is created, what is there is left."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from criteria.actions.records import ReferenceRefused, store_reference
from criteria.imports.tables import Column, FileRefused, Problem, Row, Table, read_table

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Kind(Generic[M]):
    """A kind of record that a file holds."""

    name: Promise  # in the plural
    model: type[M]
    columns: Mapping[str, str]  # the column of the file for each field of the model
    blame: Mapping[str, str]  # the column to name when a constraint of the model is broken

    def record(self, row: Row, **links: object) -> M:
        """Return the unsaved record that the row speaks of; `links` is what no cell says as is."""
        fields = {name: row[column] for name, column in self.columns.items()}
        return self.model(**fields | links)

    def problems(self, row: Row, error: ValidationError) -> Iterator[Problem]:
        blamed = {
            str(constraint.violation_error_message): self.blame[constraint.name]
            for constraint in self.model._meta.constraints
        }
        for name, messages in error.message_dict.items():
            for message in messages:
                yield Problem(row.line, self.columns.get(name) or blamed.get(message, ""), message)


@dataclass
class Load:
    """What the rows of one kind come to: records to create, and records there already."""

    kind: Kind
    table: Table
    created: list[tuple[Row, Model]] = field(default_factory=list)
    n_present: int = 0
    differing: list[str] = field(default_factory=list)

    def create(self, row: Row, record: Model) -> None:
        self.created.append((row, record))

    def keep(self, row: Row, record: Model, stored: Model) -> None:
        """Count the stored record as there, and note where the file says something else."""
        self.n_present += 1
        attributes = {each.name: each.attname for each in self.kind.model._meta.concrete_fields}
        columns = [
            column
            for name, column in self.kind.columns.items()
            if getattr(record, attributes[name]) != getattr(stored, attributes[name])
        ]
        if columns:
            self.differing.append(
                _("line %(line)d, %(record)s: %(columns)s")
                % {"line": row.line, "record": stored, "columns": ", ".join(columns)}
            )

    def take(self, row: Row, record: Model, stored: Model | None) -> None:
        if stored is None:
            self.create(row, record)
        else:
            self.keep(row, record, stored)

    def __str__(self) -> str:
        return _("%(kind)s: %(created)d created, %(present)d already there, %(differ)d differ") % {
            "kind": self.kind.name,
            "created": len(self.created),
            "present": self.n_present,
            "differ": len(self.differing),
        }


class LoadRefused(Exception):
    """The files of a load that have problems. Nothing of any file was stored."""

    def __init__(self, refusals: Sequence[FileRefused]) -> None:
        self.refusals = refusals
        super().__init__(refusals)

    def __str__(self) -> str:
        return "\n\n".join(f"{refusal.name}\n{refusal}" for refusal in self.refusals)


def read_tables(*files: tuple[Path, Sequence[Column]]) -> list[Table]:
    """Read the files of a load; go no further if one of them cannot be made out at all."""
    tables = [read_table(path, columns) for path, columns in files]
    if not all(table.is_readable for table in tables):
        _check(tables)
    return tables


@transaction.atomic
def store(loads: Iterable[Load]) -> None:
    """Store what the loads create, all of it or nothing: raise LoadRefused for any problem."""
    loads = list(loads)
    tables = list({id(load.table): load.table for load in loads}.values())
    files = [
        (
            table.name,
            [record for load in loads if load.table is table for _, record in load.created],
        )
        for table in tables
    ]
    try:
        store_reference(files)
    except ReferenceRefused as refused:
        for load in loads:
            for row, record in load.created:
                if error := refused.error_of(record):
                    load.table.problems.extend(load.kind.problems(row, error))
    _check(tables)


def _check(tables: Iterable[Table]) -> None:
    refusals = []
    for table in tables:
        try:
            table.check()
        except FileRefused as refused:
            refusals.append(refused)
    if refusals:
        raise LoadRefused(refusals)
