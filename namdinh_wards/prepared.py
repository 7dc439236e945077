"""Statements that are put together once and run for anybody.

For what every request asks: the ORM takes ten times as long to write such a statement as the
database to answer it.
"""

from typing import Any

from django.db import connection
from django.db.models import Expression, Field, QuerySet


class Given(Expression):
    """In the place of a value in a filter: named now, given when the statement is run."""

    def __init__(self, name: str, field: Field) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]

    def of(self, values: dict[str, Any]) -> Any:
        return self.output_field.get_db_prep_value(values[self.name], connection)


class Prepared:
    """The statement of a queryset that gives one row, of annotations alone."""

    def __init__(self, rows: QuerySet[Any, dict[str, Any]]) -> None:
        self.names = tuple(rows.query.annotation_select)
        self.sql, self.params = rows.query.sql_with_params()

    def row(self, **values: Any) -> dict[str, Any]:
        """Run it with these values for the names that are given; one query."""
        params = [p.of(values) if isinstance(p, Given) else p for p in self.params]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, params)
            return dict(zip(self.names, cursor.fetchone(), strict=True))
