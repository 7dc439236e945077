"""Text compared without case and diacritics, in whatever form of Unicode it was typed.

`name__folded__contains` compares what a column holds as `text.fold` writes it. What is often
searched is stored folded beside; this is for the rest, and for rows that nothing may be added to.
"""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models import CharField, TextField, Transform

from namdinh_wards.text import fold

_ON_SQLITE = "namdinh_wards_fold"


class Folded(Transform):
    lookup_name = "folded"
    function = _ON_SQLITE

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Take it apart into letters and marks, drop the marks; đ is a letter of its own.

        `lower` knows no more than ASCII in some databases, and needs to know no more here.
        """
        template = (
            r"lower(translate(regexp_replace(normalize(%(expressions)s, NFD),"
            r" E'[\u0300-\u036f]', '', 'g'), 'đĐ', 'dd'))"
        )
        return self.as_sql(compiler, connection, template=template, **context)


def register() -> None:
    """Teach it to text columns, and to SQLite, which has no such functions of its own."""
    for column in (CharField, TextField):
        column.register_lookup(Folded)
    connection_created.connect(_teach_sqlite, dispatch_uid=_ON_SQLITE)


def _teach_sqlite(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_function(_ON_SQLITE, 1, _fold, deterministic=True)


def _fold(text: str | None) -> str | None:
    return None if text is None else fold(text)
