"""Whether the database still refuses to change what only grows, as the migrations made it."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from django.db import connection

# The log, and the record of who came and went; each with the migration that guards it.
_GUARDED = {
    "criteria_activity": import_module("criteria.migrations.0003_append_only_log"),
    "accounts_access": import_module("accounts.migrations.0002_people"),
}
# Before each row (1 + 2), of DELETE (8) and UPDATE (16); without a condition; in force.
_POSTGRESQL = """
    SELECT tgtype, tgqual IS NULL, tgenabled IN ('O', 'A'), prosrc
    FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE tgrelid = %s::regclass AND tgname = %s
"""
_SQLITE = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"


def unguarded() -> Iterator[str]:
    """Yield the tables of which not every trigger is there and says what it was made to say."""
    with connection.cursor() as cursor:
        for table, made in _GUARDED.items():
            if connection.vendor == "postgresql":
                cursor.execute(_POSTGRESQL, [table, f"{table}_append_only"])
                source = _plain(made.POSTGRESQL[0])
                is_guarded = [_is_whole(row, source) for row in cursor.fetchall()] == [True]
            else:
                cursor.execute(_SQLITE, [table])
                there = {_plain(sql) for (sql,) in cursor.fetchall()}
                is_guarded = there == {_plain(sql) for sql in made.SQLITE}
            if not is_guarded:
                yield table


def _is_whole(row: tuple[Any, ...], made: str) -> bool:
    *facts, source = row
    return facts == [27, True, True] and _plain(source) in made


def _plain(sql: Any) -> str:
    return " ".join(str(sql).split()).casefold()
