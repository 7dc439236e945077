"""Why a file may not be stored, as a name for which `criteria.files.refusal` has the words."""

from enum import StrEnum


class Reason(StrEnum):
    APPENDED_TO_ARCHIVE = "appended-to-archive"
    APPENDED_TO_PDF = "appended-to-pdf"
    APPENDED_TO_PICTURE = "appended-to-picture"
    ARCHIVE = "archive"
    ARCHIVE_INSIDE = "archive-inside"
    BEFORE_PDF = "before-pdf"
    BLANK = "blank"
    CHUNK = "chunk"
    CONNECTION = "connection"
    DAMAGED = "damaged"
    DAMAGED_PDF = "damaged-pdf"
    DAMAGED_PICTURE = "damaged-picture"
    DAMAGED_XML = "damaged-xml"
    DTD = "dtd"
    EXPANDS = "expands"
    FETCHES = "fetches"
    FIELD = "field"
    FILE_INSIDE = "file-inside"
    FILE_IN_PDF = "file-in-pdf"
    FORM = "form"
    FORMULA = "formula"
    HEIC = "heic"
    INCOMPLETE_PDF = "incomplete-pdf"
    LEADS_OUT = "leads-out"
    LIMITS = "limits"
    LINK = "link"
    MACROS = "macros"
    NO_DOCUMENT = "no-document"
    OLD_OFFICE = "old-office"
    OTHER_PICTURE = "other-picture"
    OTHER_WORKBOOK = "other-workbook"
    PASSWORD = "password"  # noqa: S105 - a word, not one
    PDF_ACTS = "pdf-acts"
    PDF_AND_ARCHIVE = "pdf-and-archive"
    PICTURE_AND_ARCHIVE = "picture-and-archive"
    PIXELS = "pixels"
    PROGRAM = "program"
    SCANS = "scans"
    SCRIPT = "script"
    STRANGE_ENTRY = "strange-entry"
    STRANGE_PACKING = "strange-packing"
    UNKNOWN = "unknown"


class Refused(Exception):
    """The file may not be stored; `params` go into the words for the reason."""

    def __init__(self, reason: Reason, **params: str | int) -> None:
        super().__init__(reason)
        self.reason, self.params = reason, params
