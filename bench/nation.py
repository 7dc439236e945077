"""The province many times over, until it has as many units as the country."""

from django.db import connection

from criteria.models import Assessment, Recognition, RequirementValue, Result, Ward

N_NATION = 3321
_APART = 10_000_000  # between the keys of one copy and the next: more than a province has rows

# What is copied after the wards, and by which column it hangs on something copied before.
_HANGING = [
    (Assessment, "ward_id", Ward),
    (Result, "assessment_id", Assessment),
    (RequirementValue, "result_id", Result),
    (Recognition, "ward_id", Ward),
]
_NAMES = {"code": "'{copy}' || code", "sort_key": "sort_key || '{copy}'"} | {
    name: name + " || ' / {copy}'" for name in ("name", "search_name")
}


def multiply(n_wards: int) -> None:
    """Copy the province's wards, with all that is judged of them, until there are so many.

    Documents and the log stay the province's own: no page over all wards reads them.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM criteria_ward")
        n_province = cursor.fetchone()[0]
        for copy in range(1, -(-n_wards // n_province)):
            apart, limit = copy * _APART, min(n_province, n_wards - copy * n_province)
            names = {name: expression.format(copy=copy) for name, expression in _NAMES.items()}
            columns, copied = _columns(Ward, {"id": f"id + {apart}"} | names)
            cursor.execute(
                f"INSERT INTO criteria_ward ({columns}) SELECT {copied} FROM criteria_ward"  # noqa: S608
                f" WHERE id < {_APART} ORDER BY id LIMIT {limit}"
            )
            for model, hook, above in _HANGING:
                moved = {column: f"t.{column} + {apart}" for column in ("id", hook)}
                columns, copied = _columns(model, moved, "t.")
                table = model._meta.db_table
                cursor.execute(
                    f"INSERT INTO {table} ({columns}) SELECT {copied} FROM {table} t"  # noqa: S608
                    f" JOIN {above._meta.db_table} a ON a.id = t.{hook} + {apart}"
                    f" WHERE t.id < {_APART}"
                )
        cursor.execute("ANALYZE")


def _columns(model, changed: dict[str, str], prefix: str = "") -> tuple[str, str]:
    """Return a table's columns, and what a copy has in each."""
    names = [field.column for field in model._meta.concrete_fields]
    return ", ".join(names), ", ".join(changed.get(name, prefix + name) for name in names)
