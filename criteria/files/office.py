"""Office Open XML and ODF by what their archive holds; no macros, no programs, no passwords."""

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from django.utils.translation import gettext as _

from criteria.files.kinds import KINDS
from criteria.files.refusal import FileRefused

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
    raise FileRefused(_("Archives are not accepted. Upload the documents in it one by one."))


def check_head(name: str, head: bytes) -> None:
    """Refuse an entry that begins as a program or another kind of archive."""
    if head.startswith(_PROGRAMS):
        raise FileRefused(_("The document contains a program (%(name)s).") % {"name": name})
    if head.startswith(_ARCHIVES):
        raise FileRefused(
            _("The document contains an archive (%(name)s). Save it as PDF.") % {"name": name}
        )


def check_compound(content: bytes) -> None:
    """Refuse an object with macros, or one that is only the wrapping of any other file."""
    if _VBA in content:
        raise _macros()
    if _PACKAGE in content:
        raise FileRefused(
            _("The document has another file wrapped in it. Save it as PDF, or take that file out.")
        )


def _is_macro(name: str) -> bool:
    *folders, last = name.lower().split("/")
    return last.startswith(_MACRO_NAMES) or not _MACRO_FOLDERS.isdisjoint(folders)


def _odf(names: Sequence[str], texts: dict[str, bytes]) -> str:
    kind = _ODF.get(texts[_MIMETYPE])
    if kind is None or "content.xml" not in names or _MANIFEST not in texts:
        raise _no_document()
    if b"encryption-data" in texts[_MANIFEST]:
        raise FileRefused(_("The file is protected by a password. Save it without one."))
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


def _no_document() -> FileRefused:
    return FileRefused(_("The file is an archive, but not a document of Office or LibreOffice."))


def _macros() -> FileRefused:
    return FileRefused(_("The document contains macros. Save it without macros, or as PDF."))
