"""No text becomes a formula, by whichever separator the file is read."""

import csv
from decimal import Decimal
from io import StringIO

import pytest
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from criteria.reports.spreadsheet import BYTE_ORDER_MARK, csv_lines, guard

FORMULA = tuple("=+-@＝＋－＠")
READ_BY = [",", ";", "\t", "|"]

# What matters is dense here; of any text hardly one would begin a cell with a formula.
a_text = st.text(st.sampled_from([*"=+-@＝,;|\t\n\r\" 'aĐ1\v\x85\u2028"]), max_size=12) | st.text()


def cells(lines: list[str], separator: str) -> list[str]:
    text = "".join(lines).removeprefix(BYTE_ORDER_MARK)
    rows = csv.reader(StringIO(text, newline=""), delimiter=separator)
    return [cell for row in rows for cell in row]


@given(st.lists(st.lists(a_text, min_size=1, max_size=4), max_size=3))
def test_no_cell_begins_with_a_formula_by_whichever_separator_it_is_read(rows):
    lines = list(csv_lines(["Đầu"], rows))
    for separator in READ_BY:
        for cell in cells(lines, separator):
            assert not cell.lstrip(' "\t\r\n').startswith(FORMULA), (separator, cell)


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("=1+1", "'=1+1"),
        ("Phường,=cmd|'/c calc'!A1", "Phường,'=cmd|'/c calc'!A1"),
        ("a\t@SUM(1)", "a\t'@SUM(1)"),
        ("dòng\n-2", "dòng\n'-2"),
        ('x,"=1', "x,\"'=1"),
        ("8 - 5, kế hoạch 54/KH-UBND", "8 - 5, kế hoạch 54/KH-UBND"),
        ("an@example.vn", "an@example.vn"),
    ],
)
def test_what_would_begin_a_formula_is_marked_and_nothing_else(text, guarded):
    assert guard(text) == guarded


@pytest.mark.parametrize("figure", [-1, -1.5, Decimal("-85.5"), None])
def test_numbers_stay_numbers(figure):
    assert guard(figure) == figure


def test_a_text_that_is_translated_late_is_text():
    assert guard(gettext_lazy("=1")) == "'=1"
