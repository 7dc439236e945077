"""CSV files that a spreadsheet opens right, and that cannot make it do anything."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

# A Vietnamese spreadsheet has the comma for decimals, so columns are parted by semicolons; without
# the mark at the beginning it would take the text for some other encoding than UTF-8.
DELIMITER = ";"
BYTE_ORDER_MARK = "\ufeff"
CONTENT_TYPE = "text/csv; charset=utf-8"

# A cell that begins with one of these is a formula, or becomes one once the spreadsheet has dropped
# the space and quotes before it; the wide forms are those of East Asian keyboards. Whoever opens
# the file with another separator has a cell begin behind each comma, tab or line break of a text.
_PARTS_CELLS = r"[,;|\t\v\f\r\n\x1c-\x1e\x85\u2028\u2029]"
_BEGINS_FORMULA = re.compile(rf"""((?:^|{_PARTS_CELLS})[\s"\0]*)(?=[=+\-@＝＋－＠])""")


def guard(cell: object) -> object:
    """Return text that no spreadsheet takes for formulas, by whichever separator it is read.

    Numbers are left as they are.
    """
    if cell is None or isinstance(cell, (int, float, Decimal)):
        return cell
    text = _BEGINS_FORMULA.sub(r"\1'", str(cell))
    return f"'{text}" if text.startswith(("\t", "\r", "\n")) else text


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
