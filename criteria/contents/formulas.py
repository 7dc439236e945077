"""Formulas and fields that fetch or start something when a document is opened or calculated."""

import re

from criteria.contents import links
from criteria.contents.refused import Reason, Refused

_QUOTED = re.compile(r'"[^"]*"')
_SHEET = re.compile(r"'[^']*'")
_CALLS = re.compile(
    r"(?<![A-Z0-9])(DDE|WEBSERVICE|RTD|CALL|REGISTER|REGISTER\.ID|EXEC)\s*\(", re.IGNORECASE
)
_DDE = re.compile(r"(^|[\s\"])DDE(AUTO)?(?=[\s\"]|$)", re.IGNORECASE)
_FETCHING = frozenset(
    {"DDE", "DDEAUTO", "DATABASE", "IMPORT", "INCLUDE", "INCLUDEPICTURE", "INCLUDETEXT", "LINK"}
)


_LINK = re.compile(r'HYPERLINK\s*\(\s*"([^"]*)"', re.IGNORECASE)
_LINK_FIELD = re.compile(r'\s*HYPERLINK\s+(?:"([^"]*)|([^\s"\\]\S*))', re.IGNORECASE)


def check_calls(formula: str) -> None:
    """Refuse a formula that asks another program, or an address, or links to what starts."""
    for target in _LINK.findall(formula):
        links.check(target)
    if match := _CALLS.search(_QUOTED.sub("", formula)):
        raise Refused(Reason.FORMULA, name=match[1].upper())


def check_excel(formula: str) -> None:
    """Refuse the above, and Excel's own way to write DDE: program|topic!item."""
    check_calls(formula)
    if "|" in formula and "|" in _SHEET.sub("", _QUOTED.sub("", formula)):
        raise Refused(Reason.FORMULA, name="DDE")


def check_field(code: str) -> None:
    """Refuse a field of Word that starts a program or takes in another file."""
    first = code.split()[0].strip('"').upper() if code.split() else ""
    if first in _FETCHING or _DDE.search(code):
        raise Refused(Reason.FIELD, name=first or "DDE")


def check_link_field(code: str) -> None:
    """Refuse a field of Word, read to its end, that is a link and no plain one."""
    if match := _LINK_FIELD.match(code):
        links.check(match[1] or match[2] or "")
