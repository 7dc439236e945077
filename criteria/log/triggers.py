"""Whether the database still refuses to change the log, as migration 0003 made it."""

from importlib import import_module
from typing import Any

from django.db import connection

_MADE = import_module("criteria.migrations.0003_append_only_log")
# Before each row (1 + 2), of DELETE (8) and UPDATE (16); without a condition; in force.
_POSTGRESQL = """
    SELECT tgtype, tgqual IS NULL, tgenabled IN ('O', 'A'), prosrc
    FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE tgrelid = 'criteria_activity'::regclass AND tgname = 'criteria_activity_append_only'
"""
_SQLITE = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'criteria_activity'"


def log_is_guarded() -> bool:
    """Every trigger is there, and says what it was made to say."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRESQL)
            return [_is_whole(*row) for row in cursor.fetchall()] == [True]
        cursor.execute(_SQLITE)
        there = {_plain(sql) for (sql,) in cursor.fetchall()}
    return there == {_plain(sql) for sql in _MADE.SQLITE}


def _is_whole(kind: int, is_for_all: bool, is_in_force: bool, source: str) -> bool:
    return (kind, is_for_all, is_in_force) == (27, True, True) and _plain(source) in _plain(
        _MADE.POSTGRESQL[0]
    )


def _plain(sql: Any) -> str:
    return " ".join(str(sql).split()).casefold()
