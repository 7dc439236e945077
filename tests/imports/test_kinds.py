import pytest

from criteria.imports import catalogue, roadmap, wards
from criteria.imports.loading import Kind

KINDS = [
    (kind, module)
    for module in (catalogue, roadmap, wards)
    for kind in vars(module).values()
    if isinstance(kind, Kind)
]
IDS = [kind.model.__name__ for kind, _ in KINDS]


@pytest.mark.parametrize(("kind", "module"), KINDS, ids=IDS)
def test_every_constraint_names_a_column_of_the_file(kind, module):
    files = [value for name, value in vars(module).items() if name.endswith("_COLUMNS")]
    names = {column.name for columns in files for column in columns}
    assert set(kind.blame) == {constraint.name for constraint in kind.model._meta.constraints}
    assert {*kind.blame.values(), *kind.columns.values()} <= names
