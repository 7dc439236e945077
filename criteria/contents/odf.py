"""OpenDocument: its kind by its own statement, and nothing in a part that acts."""

import re

from criteria.contents import formulas, links
from criteria.contents.kinds import KINDS
from criteria.contents.markup import Attributes, Reader
from criteria.contents.refused import Reason, Refused

MIMETYPE = "mimetype"
MANIFEST = "META-INF/manifest.xml"
_KINDS = {KINDS[name].content_type.encode(): name for name in ("odt", "ods", "odp")}
_SCRIPT = re.compile(r"\s*(vnd\.sun\.star\.script|macro|javascript):", re.IGNORECASE)
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]+:|//|\\\\|\.\./", re.IGNORECASE)
# A template is only named by its place on the author's computer, unless it comes from a server.
_REMOTE = re.compile(r"(?!file:///)[a-z][a-z0-9+.-]+:|//|\\\\|file://[^/]", re.IGNORECASE)
_RUNS = frozenset({"execute", "macro", "verb"})
_REFUSED = {
    "applet": Reason.MACROS,
    "cell-range-source": Reason.CONNECTION,
    "dde-connection": Reason.CONNECTION,
    "dde-connection-decl": Reason.CONNECTION,
    "dde-link": Reason.CONNECTION,
    "dde-source": Reason.CONNECTION,
    "script": Reason.MACROS,
}


def kind_of(names: frozenset[str], mimetype: bytes) -> str:
    kind = _KINDS.get(mimetype)
    if kind is None or "content.xml" not in names or MANIFEST not in names:
        raise Refused(Reason.NO_DOCUMENT)
    return kind


def reader_of(name: str) -> Reader:
    """Return what reads the part of this name."""
    if name == MANIFEST:
        return Reader({"encryption-data": _refuse_password}, {})
    if name.startswith("Configurations2/"):  # keys and menus name the program's own commands
        return Reader({}, {}, _check_scripts)
    return Reader({"event-listener": _check_event}, {}, _check)


def _refuse_password(_attributes: Attributes) -> None:
    raise Refused(Reason.PASSWORD)


def _check_scripts(_element: str, attributes: Attributes) -> None:
    if any(_SCRIPT.match(value) for value in attributes.values()):
        raise Refused(Reason.MACROS)


def _check(element: str, attributes: Attributes) -> None:
    if element in _REFUSED:
        raise Refused(_REFUSED[element])
    if not attributes:
        return
    _check_scripts(element, attributes)
    if "formula" in attributes:
        formulas.check_calls(attributes["formula"])
    target = attributes.get("href")
    if target:
        _check_link(element, target)


def _check_link(element: str, target: str) -> None:
    if element in ("a", "event-listener"):
        links.check(target)
    elif (_REMOTE if element == "template" else _ELSEWHERE).match(target):
        raise Refused(Reason.FETCHES, target=links.in_short(target))


def _check_event(attributes: Attributes) -> None:
    """Going to another slide is no program; a macro, in whatever language, is."""
    if "language" in attributes or "macro-name" in attributes:
        raise Refused(Reason.MACROS)
    if attributes.get("action") in _RUNS:
        raise Refused(Reason.LINK, target=links.in_short(attributes["action"]))
