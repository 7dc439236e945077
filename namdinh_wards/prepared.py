"""Statements that are put together once and run for anybody.

For what every request asks, or every save: the ORM takes ten times as long to write such a
statement as the database to answer it.
"""

from copy import copy
from typing import Any

from django.db import connections
from django.db.models import Expression, Field, QuerySet


class Given(Expression):
    """In the place of a value in a filter: named now, given when the statement is run."""

    def __init__(self, name: str, field: Field) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]

    def of(self, values: dict[str, Any], connection: Any) -> Any:
        return self.output_field.get_db_prep_value(values[self.name], connection)


class Prepared:
    """The statement of a queryset, with the names of what is given."""

    def __init__(self, rows: QuerySet[Any, Any]) -> None:
        self._rows = rows
        self._compiler = rows.query.get_compiler(rows.db)
        self._sql, self._params = self._compiler.as_sql()

    def rows(self, **values: Any) -> list[Any]:
        """Run it with these values for the names; one query.

        The rows come as the queryset gives them: records, dictionaries, tuples.
        """
        # What the queryset asks for its statement has it already, for this thread's connection.
        compiler: Any = copy(self._compiler)
        compiler.connection = connections[self._rows.db]
        params = tuple(
            param.of(values, compiler.connection) if isinstance(param, Given) else param
            for param in self._params
        )
        compiler.as_sql = lambda *args, **kwargs: (self._sql, params)
        rows: Any = self._rows.all()
        rows.query.get_compiler = lambda *args, **kwargs: compiler
        return list(rows)
