"""Office Open XML and ODF by what their archive holds; no macros, no programs, no passwords."""

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from criteria.contents.kinds import KINDS
from criteria.contents.refused import Reason, Refused

# OLE, in which older Office programs, and objects put into a document, are kept.
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CONTENT_TYPES = "[Content_Types].xml"
_MIMETYPE = "mimetype"
_MANIFEST = "META-INF/manifest.xml"
_WANTED = frozenset({_CONTENT_TYPES, _MIMETYPE, _MANIFEST})
_XMLNS = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_MAIN = {  # the main part's content type → the kind and where that part usually is
    f"{KINDS['docx'].content_type}.main+xml": ("docx", "word/document.xml"),
    f"{KINDS['xlsx'].content_type}.main+xml": ("xlsx", "xl/workbook.xml"),
    f"{KINDS['pptx'].content_type}.main+xml": ("pptx", "ppt/presentation.xml"),
}
_ODF = {KINDS[name].content_type.encode(): name for name in ("odt", "ods", "odp")}
_MACRO_TYPE = re.compile(r"macroenabled|vbaproject|vbadata|macrosheet|activex", re.IGNORECASE)
_MACRO_NAMES = ("vbaproject", "vbadata")
_MACRO_FOLDERS = frozenset({"macrosheets", "activex", "basic", "scripts"})
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!")
_ARCHIVES = (b"\x1f\x8b", b"Rar!\x1a", b"7z\xbc\xaf\x27\x1c", b"BZh", b"\xfd7zXZ\0", b"MSCF\0")
_VBA = "_VBA_PROJECT".encode("utf-16-le")
_PACKAGE = "Ole10Native".encode("utf-16-le")


def is_wanted(name: str) -> bool:
    """Tell whether `kind_of` reads the entry."""
    return name in _WANTED


def kind_of(names: Sequence[str], texts: dict[str, bytes], *, first_is_plain: bool) -> str:
    """Return the kind of Office file that has these entries; `texts`: of the wanted ones."""
    if any(_is_macro(name) for name in names):
        raise _macros()
    if names[0] == _MIMETYPE and first_is_plain:
        return _odf(names, texts)
    if _CONTENT_TYPES in texts:
        return _ooxml(names, texts[_CONTENT_TYPES])
    raise Refused(Reason.ARCHIVE)


def check_head(name: str, head: bytes) -> None:
    """Refuse an entry that begins as a program or another kind of archive."""
    if head.startswith(_PROGRAMS):
        raise Refused(Reason.PROGRAM, name=name)
    if head.startswith(_ARCHIVES):
        raise Refused(Reason.ARCHIVE_INSIDE, name=name)


def check_compound(content: bytes) -> None:
    """Refuse an object with macros, or one that is only the wrapping of any other file."""
    if _VBA in content:
        raise _macros()
    if _PACKAGE in content:
        raise Refused(Reason.FILE_INSIDE)


def _is_macro(name: str) -> bool:
    *folders, last = name.lower().split("/")
    return last.startswith(_MACRO_NAMES) or not _MACRO_FOLDERS.isdisjoint(folders)


def _odf(names: Sequence[str], texts: dict[str, bytes]) -> str:
    kind = _ODF.get(texts[_MIMETYPE])
    if kind is None or "content.xml" not in names or _MANIFEST not in texts:
        raise _no_document()
    if b"encryption-data" in texts[_MANIFEST]:
        raise Refused(Reason.PASSWORD)
    return kind


def _ooxml(names: Sequence[str], content_types: bytes) -> str:
    # No DTD, so no entities to expand; no NUL, so no other encoding to hide words in.
    if b"<!DOCTYPE" in content_types or b"\0" in content_types:
        raise _no_document()
    try:
        root = ElementTree.fromstring(content_types)  # noqa: S314 - without a DTD, see above
    except ElementTree.ParseError:
        raise _no_document() from None
    if any(_MACRO_TYPE.search(part.get("ContentType", "")) for part in root):
        raise _macros()
    parts = frozenset(names)
    for part in root:
        kind, usual = _MAIN.get(part.get("ContentType", ""), ("", ""))
        is_override = part.tag == f"{_XMLNS}Override"
        place = part.get("PartName", "").lstrip("/") if is_override else usual
        if kind and place in parts and place.split("/")[0] == usual.split("/")[0]:
            return kind
    raise _no_document()


def _no_document() -> Refused:
    return Refused(Reason.NO_DOCUMENT)


def _macros() -> Refused:
    return Refused(Reason.MACROS)
