"""Office Open XML: its kind by the list of its parts, and nothing in a part that acts."""

import re

from criteria.contents import formulas, links
from criteria.contents.kinds import KINDS
from criteria.contents.markup import Attributes, OnElement, OnText, Reader
from criteria.contents.refused import Reason, Refused

CONTENT_TYPES = "[Content_Types].xml"
_MAIN = {  # the main part's content type → the kind and where that part usually is
    f"{KINDS['docx'].content_type}.main+xml": ("docx", "word/document.xml"),
    f"{KINDS['xlsx'].content_type}.main+xml": ("xlsx", "xl/workbook.xml"),
    f"{KINDS['pptx'].content_type}.main+xml": ("pptx", "ppt/presentation.xml"),
}
_MACRO_TYPE = re.compile(r"macroenabled|vbaproject|vbadata|macrosheet|activex", re.IGNORECASE)
# Word takes such a part into the text when it opens the document.
_CHUNK_TYPE = re.compile(r"text/(html|rtf)|xhtml|application/rtf|rfc822", re.IGNORECASE)

# Relationships by the last word of their type, those within the document, too.
_RELATIONS = {
    "aFChunk": Reason.CHUNK,
    "activeXControlBinary": Reason.MACROS,
    "attachedToolbars": Reason.MACROS,
    "control": Reason.MACROS,
    "extensibility": Reason.MACROS,
    "vbaProject": Reason.MACROS,
    "webextension": Reason.MACROS,
    "webextensiontaskpanes": Reason.MACROS,
    "wordVbaData": Reason.MACROS,
    "xlIntlMacrosheet": Reason.MACROS,
    "xlMacrosheet": Reason.MACROS,
    "connections": Reason.CONNECTION,
    "externalLink": Reason.OTHER_WORKBOOK,
    "externalLinkPath": Reason.OTHER_WORKBOOK,
    "queryTable": Reason.CONNECTION,
}
# A template that Word itself installed on the author's computer is only looked for.
_OWN_TEMPLATE = re.compile(
    r"file:///[A-Z]:[\\/][^:]*[\\/]Microsoft( Office)?[\\/][^:]*\.dot[xm]?", re.IGNORECASE
)
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]+:|//|\\\\", re.IGNORECASE)
_RUNS = re.compile(r"ppaction://(program|macro)", re.IGNORECASE)
_CLICKS = ("hlinkClick", "hlinkHover", "hlinkMouseOver")
_LONGEST_CODE = 4096
_FORMULAS = ("f", "formula", "formula1", "formula2", "definedName")


class Types:
    """What the list of parts says: which kind the document is, and that no part may act."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names
        self.kind = ""

    def reader(self) -> Reader:
        return Reader({"Override": self._part, "Default": self._part}, {})

    def _part(self, attributes: Attributes) -> None:
        content_type = attributes.get("ContentType", "")
        if _MACRO_TYPE.search(content_type):
            raise Refused(Reason.MACROS)
        if _CHUNK_TYPE.search(content_type):
            raise Refused(Reason.CHUNK)
        kind, usual = _MAIN.get(content_type, ("", ""))
        place = attributes.get("PartName", usual).replace("\\", "/").lstrip("/")
        if kind and place in self._names and place.split("/")[0] == usual.split("/")[0]:
            self.kind = self.kind or kind


def reader_of(name: str) -> Reader:
    """Return what reads the part of this name."""
    if name.lower().endswith(".rels"):
        return Reader({"Relationship": _check_relation}, {})
    if name.lower().startswith("customxml/"):  # an office's own data, shown nowhere
        return Reader({}, {})
    field = _Fields()
    elements: dict[str, OnElement] = {
        **dict.fromkeys(_CLICKS, _check_click),
        "altChunk": _refuse(Reason.CHUNK),
        "ddeLink": _refuse(Reason.FORMULA, name="DDE"),
        "fldChar": field.mark,
        "fldSimple": _check_simple_field,
        "imagedata": _check_picture,
        "oleLink": _refuse(Reason.OTHER_WORKBOOK),
        "script": _refuse(Reason.MACROS),
        "shape": _check_shape,
        "sourceFileName": _refuse(Reason.FETCHES, target="frame"),
        "webPr": _refuse(Reason.CONNECTION),
    }
    texts: dict[str, OnText] = {
        **dict.fromkeys(_FORMULAS, formulas.check_excel),
        **dict.fromkeys(("instrText", "delInstrText"), field.text),
        # To which links without a place of their own are relative.
        "HyperlinkBase": links.check,
    }
    return Reader(elements, texts)


class _Fields:
    """The codes of Word's fields, which stand in pieces, and in each other."""

    def __init__(self) -> None:
        self._open = [""]

    def mark(self, attributes: Attributes) -> None:
        kind = attributes.get("fldCharType")
        if kind == "begin":
            self._open.append("")
            return
        formulas.check_link_field(self._open[-1])
        self._open[-1] = ""
        if kind == "end" and len(self._open) > 1:
            self._open.pop()

    def text(self, text: str) -> None:
        """Look at once: Word reads a field that never ends, too."""
        self._open[-1] = (self._open[-1] + text)[:_LONGEST_CODE]
        formulas.check_field(self._open[-1])


def _check_relation(attributes: Attributes) -> None:
    kind = attributes.get("Type", "").rpartition("/")[2]
    if kind in _RELATIONS:
        raise Refused(_RELATIONS[kind])
    target = attributes.get("Target", "")
    is_outside = attributes.get("TargetMode", "").lower() == "external"
    if not is_outside and not _ELSEWHERE.match(target):
        return
    if kind == "hyperlink":
        links.check(target)
    elif not (kind == "attachedTemplate" and _OWN_TEMPLATE.fullmatch(target)):
        raise Refused(Reason.FETCHES, target=links.in_short(target))


def _check_simple_field(attributes: Attributes) -> None:
    code = attributes.get("instr", "")
    formulas.check_field(code)
    formulas.check_link_field(code)


def _check_click(attributes: Attributes) -> None:
    if _RUNS.match(attributes.get("action", "")):
        raise Refused(Reason.LINK, target=links.in_short(attributes["action"]))


def _check_picture(attributes: Attributes) -> None:
    """Old drawings name their pictures by an address."""
    target = attributes.get("src", "")
    if _ELSEWHERE.match(target):
        raise Refused(Reason.FETCHES, target=links.in_short(target))


def _check_shape(attributes: Attributes) -> None:
    links.check(attributes.get("href", ""))


def _refuse(reason: Reason, **params: str | int) -> OnElement:
    def refuse(_attributes: Attributes) -> None:
        raise Refused(reason, **params)

    return refuse
