from decimal import Decimal
from pathlib import Path

import pytest

from criteria.imports.tables import (
    Column,
    FileRefused,
    day,
    decimal,
    one_of,
    read_table,
    whole,
    yes_or_no,
)

COLUMNS = (
    Column("code"),
    Column("valid_from", day),
    Column("population", whole, required=False),
    Column("area", decimal, required=False),
    Column("kind", one_of(["ward", "commune"]), required=False, empty=""),
    Column("pilot", yes_or_no, required=False),
)
HEADER = "code,valid_from,population,area,kind,pilot\n"


@pytest.fixture
def problems_of(tmp_path: Path):
    def read(content: bytes | str) -> list[tuple[int, str, str]]:
        path = tmp_path / "table.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        table = read_table(path, COLUMNS)
        return [(each.line, each.column, each.message) for each in table.problems]

    return read


@pytest.fixture
def rows_of(tmp_path: Path):
    def read(content: bytes | str) -> list[tuple[int, dict[str, object]]]:
        path = tmp_path / "table.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        table = read_table(path, COLUMNS)
        table.check()
        return [(row.line, row.cells) for row in table.rows]

    return read


def test_cells_become_values(rows_of):
    [(line, cells)] = rows_of(HEADER + "13636, 2023-01-01 ,11702,0.73,ward,yes\n")
    assert line == 2
    assert cells == {
        "code": "13636",
        "valid_from": day("2023-01-01"),
        "population": 11702,
        "area": Decimal("0.73"),
        "kind": "ward",
        "pilot": True,
    }


def test_an_empty_cell_says_what_its_column_says_of_it(rows_of):
    [(_, cells)] = rows_of(HEADER + "1,2023-01-01,,,,\n")
    assert cells["population"] is None
    assert cells["kind"] == ""


def test_columns_may_stand_in_any_order(rows_of):
    [(_, cells)] = rows_of("pilot,kind,area,population,valid_from,code\nno,,,,2023-01-01,13636\n")
    assert (cells["code"], cells["pilot"]) == ("13636", False)


def test_a_byte_order_mark_and_windows_line_ends_are_no_problem(rows_of):
    content = (HEADER + "13636,2023-01-01,,,,\n").replace("\n", "\r\n").encode("utf-8-sig")
    assert len(rows_of(content)) == 1


def test_a_line_is_counted_as_an_editor_counts_it(rows_of):
    rows = rows_of(HEADER + '"a\nb",2023-01-01,,,,\n\nc,2023-01-01,,,,\n')
    assert [line for line, _ in rows] == [2, 5]


def test_text_is_composed_so_that_equal_names_are_equal(rows_of):
    [(_, cells)] = rows_of(HEADER + "Lo\u0302\u0323c Ha\u0323,2023-01-01,,,,\n")
    assert cells["code"] == "Lộc Hạ"


@pytest.mark.parametrize(
    ("header", "column", "message"),
    [
        ("code,valid_from,population,area,kind", "pilot", "This column is missing."),
        (HEADER.strip() + ",colour", "colour", "This column is not known here."),
        (HEADER.strip() + ",code", "code", "This column is given more than once."),
    ],
)
def test_a_wrong_header_is_refused(problems_of, header, column, message):
    assert problems_of(f"{header}\n1,2\n") == [(1, column, message)]


def test_an_empty_file_misses_every_column(problems_of):
    assert [column for _, column, _ in problems_of("")] == [each.name for each in COLUMNS]


@pytest.mark.parametrize(
    ("cells", "column", "message"),
    [
        ("1,01/01/2023,,,,", "valid_from", "“01/01/2023” is not a date written yyyy-mm-dd."),
        ("1,2023-02-30,,,,", "valid_from", "“2023-02-30” is not a date written yyyy-mm-dd."),
        ("1,20230101,,,,", "valid_from", "“20230101” is not a date written yyyy-mm-dd."),
        ("1,,,,,", "valid_from", "This must not be empty."),
        ("1,2023-01-01,12.5,,,", "population", "“12.5” is not a whole number."),
        ("1,2023-01-01,-1,,,", "population", "“-1” is not a whole number."),
        ("1,2023-01-01,٣,,,", "population", "“٣” is not a whole number."),
        (
            '1,2023-01-01,,"0,73",,',
            "area",
            "“0,73” is not a number written with a decimal point.",
        ),
        ("1,2023-01-01,,NaN,,", "area", "“NaN” is not a number written with a decimal point."),
        ("1,2023-01-01,,,town,", "kind", "“town” is not one of: ward, commune."),
        ("1,2023-01-01,,,,true", "pilot", "“true” is not one of: yes, no."),
        ("1,2023-01-01,,,", "", "The line has 5 cells, the header 6."),
        ("1,2023-01-01,,,,,", "", "The line has 7 cells, the header 6."),
    ],
)
def test_a_wrong_cell_is_refused(problems_of, cells, column, message):
    assert problems_of(f"{HEADER}0,2023-01-01,,,,\n{cells}\n") == [(3, column, message)]


@pytest.mark.parametrize("encoding", ["windows-1258", "utf-16", "utf-16-le", "utf-32"])
def test_another_encoding_is_refused_with_the_line(problems_of, encoding):
    name = "Trần" if encoding.startswith("utf") else "Tr\u00e2\u0300n"
    [(line, column, message)] = problems_of((HEADER + f"{name},2023-01-01,,,,\n").encode(encoding))
    assert (line, column) == (2 if encoding == "windows-1258" else 1, "")
    assert message == "This is not UTF-8. Save the file as “CSV UTF-8”."


@pytest.mark.parametrize("cells", ['"1,2023-01-01,,,,', '"1"x,2023-01-01,,,,', "x" * 200_000])
def test_what_is_no_csv_is_refused_with_the_line(problems_of, cells):
    [(line, _, message)] = problems_of(f"{HEADER}0,2023-01-01,,,,\n{cells}\n")
    assert line == 3
    assert message == "The quotation marks do not match, or a cell is too long."


def test_all_problems_are_told_at_once_in_order(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(HEADER + "1,x,y,,,\n2,2023-01-01,,,,\n3,2023-01-01,,,town,\n,2023-01-01,\n")
    table = read_table(path, COLUMNS)
    with pytest.raises(FileRefused) as refused:
        table.check()
    assert str(refused.value) == (
        "Line 2, column valid_from: “x” is not a date written yyyy-mm-dd.\n"
        "Line 2, column population: “y” is not a whole number.\n"
        "Line 4, column kind: “town” is not one of: ward, commune.\n"
        "Line 5: The line has 3 cells, the header 6."
    )
    assert [row.line for row in table.sound()] == [3]


def test_a_repeated_row_is_refused_and_the_first_named(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(HEADER + "1,2023-01-01,,,,\n1,2024-01-01,,,,\n1,2023-01-01,5,,,\n")
    table = read_table(path, COLUMNS)
    table.refuse_repeats("code", "valid_from")
    [problem] = table.problems
    assert str(problem) == "Line 4, column code: Line 2 has the same code, valid_from already."


def test_a_row_that_contradicts_one_above_is_refused(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(HEADER + "1,2023-01-01,,,ward,\n1,2023-01-01,,,commune,\n")
    table = read_table(path, COLUMNS)
    table.refuse_contradictions(["code"], ["valid_from", "kind"])
    [problem] = table.problems
    assert str(problem) == "Line 3, column kind: Line 2 says “ward” here, with the same code."
