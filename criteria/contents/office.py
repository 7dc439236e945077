"""What an archive of Office is, entry by entry: no macros, no programs, nothing wrapped up."""

import re
from collections.abc import Sequence

from criteria.contents import odf, ooxml
from criteria.contents.links import in_short
from criteria.contents.markup import Reader
from criteria.contents.refused import Reason, Refused

# OLE, in which older Office programs, and objects put into a document, are kept.
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
GZIP = b"\x1f\x8b"
ARCHIVE = b"PK\x03\x04"
# Pictures of Windows, as Word packs them.
_PACKED_PICTURES = (".emz", ".wmz")
_MACRO_NAMES = ("vbaproject", "vbadata")
_MACRO_FOLDERS = frozenset({"macrosheets", "activex", "basic", "scripts", "dialogs"})
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!")
_PROGRAM_NAME = re.compile(
    r"\.(bat|cmd|com|cpl|dll|exe|hta|jar|jse?|lnk|msi|pif|ps1|reg|scf|scr|sh|swf|url|vb[es]?"
    r"|ws[cfh]|xla|xlam|xll)$",
    re.IGNORECASE,
)
_ARCHIVES = (GZIP, b"Rar!\x1a", b"7z\xbc\xaf\x27\x1c", b"BZh", b"\xfd7zXZ\0", b"MSCF\0")
_CHUNKS = re.compile(
    rb"(\xef\xbb\xbf)?\s*(\{\\rt|<!doctype\s+html|<html|<script|mime-version:)", re.I
)
_MARKUP_NAMES = (".xml", ".rels", ".rdf", ".svg", ".xhtml")
# Old drawings, which Excel itself writes with tags that do not close.
_LOOSE_MARKUP = ".vml"
_MARKUP = re.compile(rb"[\xef\xbb\xbf\xff\xfe\s\0]*<")
_DTD = re.compile(rb"<\0?!\0?(D\0?O\0?C\0?T|E\0?N\0?T\0?I)", re.IGNORECASE)
_OUTSIDE = re.compile(
    rb"""\b(src|href)\s*=\s*["']([a-z]{2,}:[^"']*|//[^"']*|\\\\[^"']*)""", re.IGNORECASE
)
_VBA = "_VBA_PROJECT".encode("utf-16-le")
_PROGRAM_INSIDE = re.compile(rb"This program (cannot|must) be run")
_PACKAGE = "Ole10Native".encode("utf-16-le")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class Package:
    """The entries of one archive, from its list of names to its kind."""

    def __init__(self, names: Sequence[str], *, first_is_plain: bool) -> None:
        if any(_is_macro(name) for name in names):
            raise Refused(Reason.MACROS)
        for name in names:
            if _PROGRAM_NAME.search(name):
                raise Refused(Reason.PROGRAM, name=name)
        self._names = frozenset(names)
        self._is_odf = names[0] == odf.MIMETYPE and first_is_plain
        if not self._is_odf and ooxml.CONTENT_TYPES not in self._names:
            raise Refused(Reason.ARCHIVE)
        self._types = ooxml.Types(self._names)
        self._mimetype = b""

    def reader_of(self, name: str, head: bytes) -> Reader | None:
        """Return what reads an entry that begins so; None: it is no XML."""
        is_markup = name.lower().endswith(_MARKUP_NAMES) or _MARKUP.match(head)
        if not is_markup or name.lower().endswith(_LOOSE_MARKUP):
            return None
        if name == ooxml.CONTENT_TYPES:
            return self._types.reader()
        return odf.reader_of(name) if self._is_odf else ooxml.reader_of(name)

    def take(self, name: str, content: bytes) -> None:
        """Look at an entry that has to be seen whole."""
        if name == odf.MIMETYPE:
            self._mimetype = content
        elif content.startswith(COMPOUND):
            _check_compound(content)
        elif _DTD.search(content):
            raise Refused(Reason.DTD)
        elif match := _OUTSIDE.search(content):
            raise Refused(Reason.FETCHES, target=in_short(match[2].decode("utf-8", "replace")))

    def kind(self) -> str:
        """Return the kind, once every entry is read."""
        kind = odf.kind_of(self._names, self._mimetype) if self._is_odf else self._types.kind
        if not kind:
            raise Refused(Reason.NO_DOCUMENT)
        return kind


def is_kept(name: str, head: bytes) -> bool:
    """Tell whether an entry has to be seen whole."""
    is_named = name == odf.MIMETYPE or name.lower().endswith(_LOOSE_MARKUP)
    return is_named or head.startswith((ARCHIVE, COMPOUND, GZIP))


def is_metafile(head: bytes) -> bool:
    """Tell whether this is the beginning of a picture of Windows."""
    is_emf = head.startswith(b"\x01\0\0\0") and head[40:44] == b" EMF"
    return is_emf or head.startswith((b"\xd7\xcd\xc6\x9a", b"\x01\0\x09\0", b"\x02\0\x09\0"))


def check_head(name: str, head: bytes) -> None:
    """Refuse an entry that begins as a program, another kind of archive, or a page of its own."""
    if head.startswith(_PROGRAMS):
        raise Refused(Reason.PROGRAM, name=name)
    is_picture = head.startswith(GZIP) and name.lower().endswith(_PACKED_PICTURES)
    if head.startswith(_ARCHIVES) and not is_picture:
        raise Refused(Reason.ARCHIVE_INSIDE, name=name)
    if _CHUNKS.match(head):
        raise Refused(Reason.CHUNK)


def _check_compound(content: bytes) -> None:
    """Refuse an object with macros, or one that is only the wrapping of any other file."""
    if _VBA in content:
        raise Refused(Reason.MACROS)
    if _PACKAGE in content or _PROGRAM_INSIDE.search(content):
        raise Refused(Reason.FILE_INSIDE)


def is_locked(content: bytes) -> bool:
    """Tell whether this is what Office makes of a document that a password protects."""
    return _ENCRYPTED in content


def _is_macro(name: str) -> bool:
    *folders, last = name.lower().split("/")
    return last.startswith(_MACRO_NAMES) or not _MACRO_FOLDERS.isdisjoint(folders)
