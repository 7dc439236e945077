"""Tables in CSV files, read strictly: whatever is doubtful is a problem, with its line and column.

A table gathers all its problems, so that whoever mends the file mends it once.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Problem:
    line: int  # the header is line 1
    column: str  # empty: the line as a whole
    message: str

    def __str__(self) -> str:
        if not self.column:
            return _("Line %(line)d: %(message)s") % {"line": self.line, "message": self.message}
        return _("Line %(line)d, column %(column)s: %(message)s") % {
            "line": self.line,
            "column": self.column,
            "message": self.message,
        }


class FileRefused(Exception):
    """A file with problems, none of which may be stored."""

    def __init__(self, name: str, problems: Iterable[Problem]) -> None:
        self.name = name
        self.problems = sorted(problems, key=lambda problem: problem.line)
        super().__init__(name, self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def text(cell: str) -> str:
    return cell


def day(cell: str) -> date:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cell):
        try:
            return date.fromisoformat(cell)
        except ValueError:
            pass  # such as 30 February: told in our own words below
    raise ValueError(_("“%(cell)s” is not a date written yyyy-mm-dd.") % {"cell": cell})


def whole(cell: str) -> int:
    if not re.fullmatch(r"[0-9]{1,12}", cell):
        raise ValueError(_("“%(cell)s” is not a whole number.") % {"cell": cell})
    return int(cell)


def decimal(cell: str) -> Decimal:
    if not re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,12})?", cell):
        raise ValueError(
            _("“%(cell)s” is not a number written with a decimal point.") % {"cell": cell}
        )
    return Decimal(cell)


def lines(cell: str) -> str:
    """Read a list whose parts a semicolon separates: one part a line."""
    return "\n".join(part.strip() for part in cell.split(";") if part.strip())


def one_of(choices: Sequence[str]) -> Callable[[str], str]:
    def read(cell: str) -> str:
        if cell not in choices:
            raise ValueError(
                _("“%(cell)s” is not one of: %(choices)s.")
                % {"cell": cell, "choices": ", ".join(choices)}
            )
        return cell

    return read


def yes_or_no(cell: str) -> bool:
    return one_of(["yes", "no"])(cell) == "yes"


@dataclass(frozen=True)
class Column:
    name: str
    read: Callable[[str], Any] = text  # raises ValueError with a message for people
    required: bool = True
    empty: Any = None  # what an empty cell says, where one is allowed
    is_optional: bool = False  # the header may leave it out: then every cell is empty


@dataclass
class Row:
    line: int
    cells: dict[str, Any] = field(default_factory=dict)
    is_sound: bool = True

    def __getitem__(self, column: str) -> Any:
        """Return what the cell says; None also where it could not be read."""
        return self.cells.get(column)


@dataclass
class Table:
    """`is_readable` False: the file as a whole cannot be made out, so the rows say nothing."""

    name: str
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    is_readable: bool = True

    def sound(self) -> Iterator[Row]:
        return (row for row in self.rows if row.is_sound)

    def refuse(self, row: Row, column: str, message: str) -> None:
        row.is_sound = False
        self.problems.append(Problem(row.line, column, message))

    def refuse_repeats(self, *columns: str) -> None:
        """Refuse a row that has the same `columns` as one above; the first is to blame."""
        seen: dict[tuple[Any, ...], int] = {}
        for row in self.sound():
            line = seen.setdefault(tuple(row[column] for column in columns), row.line)
            if line != row.line:
                message = _("Line %(line)d has the same %(columns)s already.")
                self.refuse(
                    row, columns[0], message % {"line": line, "columns": ", ".join(columns)}
                )

    def refuse_contradictions(self, key: Sequence[str], says: Sequence[str]) -> None:
        """Refuse a row that has the `key` of one above and does not say the same of it."""
        first: dict[tuple[Any, ...], Row] = {}
        for row in self.sound():
            above = first.setdefault(tuple(row[column] for column in key), row)
            for column in says:
                if row[column] != above[column]:
                    message = _("Line %(line)d says “%(cell)s” here, with the same %(columns)s.")
                    values = {"line": above.line, "cell": above[column], "columns": ", ".join(key)}
                    self.refuse(row, column, message % values)

    def check(self) -> None:
        """Raise FileRefused if there is any problem."""
        if self.problems:
            raise FileRefused(self.name, self.problems)


def read_table(path: Path, columns: Sequence[Column]) -> Table:
    """Read a CSV file whose header names `columns`, in any order, and no others."""
    table = Table(path.name)
    content = _decode(path.read_bytes(), table)
    lines = _lines(content, table)
    _, header = next(lines, (1, []))
    by_name = {column.name: column for column in columns}
    if table.is_readable:
        _check_header(header, by_name, table)
    if table.is_readable:
        for line, cells in lines:
            row = _row(line, cells, [by_name[name] for name in header], table)
            for column in columns:
                row.cells.setdefault(column.name, column.empty if column.is_optional else None)
            table.rows.append(row)
    return table


def _unreadable(table: Table, line: int, column: str, message: str) -> None:
    table.problems.append(Problem(line, column, message))
    table.is_readable = False


def _decode(data: bytes, table: Table) -> str:
    try:
        # A zero byte is what UTF-16 makes of plain letters; no text has one.
        return data.replace(b"\0", b"\xff").decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        _unreadable(table, line, "", _("This is not UTF-8. Save the file as “CSV UTF-8”."))
        return ""


def _lines(content: str, table: Table) -> Iterator[tuple[int, list[str]]]:
    """Return the lines that hold anything, each with the number at which it starts."""
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    start = 1
    try:
        for cells in reader:
            if cells:
                yield start, [unicodedata.normalize("NFC", cell.strip()) for cell in cells]
            start = reader.line_num + 1
    except csv.Error:
        _unreadable(table, start, "", _("The quotation marks do not match, or a cell is too long."))


def _check_header(header: list[str], columns: dict[str, Column], table: Table) -> None:
    for name in dict.fromkeys(header):
        if name not in columns:
            _unreadable(table, 1, name, _("This column is not known here."))
        elif header.count(name) > 1:
            _unreadable(table, 1, name, _("This column is given more than once."))
    for name in columns:
        if name not in header and not columns[name].is_optional:
            _unreadable(table, 1, name, _("This column is missing."))


def _row(line: int, cells: list[str], columns: list[Column], table: Table) -> Row:
    row = Row(line)
    if len(cells) != len(columns):
        message = _("The line has %(cells)d cells, the header %(columns)d.")
        table.refuse(row, "", message % {"cells": len(cells), "columns": len(columns)})
        return row
    for column, cell in zip(columns, cells, strict=True):
        try:
            if cell:
                row.cells[column.name] = column.read(cell)
            elif column.required:
                raise ValueError(_("This must not be empty."))
            else:
                row.cells[column.name] = column.empty
        except ValueError as error:
            table.refuse(row, column.name, str(error))
    return row
