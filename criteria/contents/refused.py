"""Why a file may not be stored, as a name for which `criteria.files.refusal` has the words."""

from enum import StrEnum


class Reason(StrEnum):
    APPENDED_TO_ARCHIVE = "appended-to-archive"
    APPENDED_TO_PDF = "appended-to-pdf"
    APPENDED_TO_PICTURE = "appended-to-picture"
    ARCHIVE = "archive"
    ARCHIVE_INSIDE = "archive-inside"
    DAMAGED = "damaged"
    DAMAGED_PDF = "damaged-pdf"
    DAMAGED_PICTURE = "damaged-picture"
    EXPANDS = "expands"
    FILE_INSIDE = "file-inside"
    LEADS_OUT = "leads-out"
    LIMITS = "limits"
    MACROS = "macros"
    NO_DOCUMENT = "no-document"
    OLD_OFFICE = "old-office"
    PASSWORD = "password"  # noqa: S105 - a word, not one
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
