"""CSV files that a spreadsheet opens right, and that cannot make it do anything."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import gettext as _

# A Vietnamese spreadsheet has the comma for decimals, so columns are parted by semicolons; without
# the mark at the beginning it would take the text for some other encoding than UTF-8.
DELIMITER = ";"
BYTE_ORDER_MARK = "\ufeff"
CONTENT_TYPE = "text/csv; charset=utf-8"

# A cell that begins with one of these is a formula, or becomes one once the spreadsheet has dropped
# what stands before it; the wide forms are those of East Asian keyboards.
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


def guard(cell: object) -> object:
    """Return text that no spreadsheet takes for a formula; numbers are left as they are."""
    if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS):
        return f"'{cell}"
    return cell


class _Echo:
    """A file that hands back what is written to it, for the writer to format line by line."""

    def write(self, line: str) -> str:
        return line


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield a file line by line: the headings, the rows, and last how many rows there were.

    A download that broke off is known by its missing last line.
    """
    writer = csv.writer(_Echo(), delimiter=DELIMITER)
    yield BYTE_ORDER_MARK + writer.writerow([guard(cell) for cell in head])
    n_rows = 0
    for row in rows:
        n_rows += 1
        yield writer.writerow([guard(cell) for cell in row])
    yield writer.writerow([_("Number of rows"), n_rows])
