"""The one way in which an inspection says no, and the words for every reason."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from criteria.contents.refused import Reason, Refused


class FileRefused(ValidationError):
    """The file may not be stored; its message says why, to the person who chose it."""


WORDS = {
    Reason.APPENDED_TO_ARCHIVE: _("The file is damaged, or something is appended behind its end."),
    Reason.APPENDED_TO_PDF: _("Something else follows the end of the PDF. Save it anew."),
    Reason.APPENDED_TO_PICTURE: _(
        "Something is appended behind the end of the picture. Save it anew as a plain picture."
    ),
    Reason.ARCHIVE: _("Archives are not accepted. Upload the documents in it one by one."),
    Reason.ARCHIVE_INSIDE: _("The document contains an archive (%(name)s). Save it as PDF."),
    Reason.DAMAGED: _("The file is damaged."),
    Reason.DAMAGED_PDF: _("The PDF is damaged: its end is missing."),
    Reason.DAMAGED_PICTURE: _("The picture is damaged or incomplete."),
    Reason.EXPANDS: _(
        "The file unpacks to far more than its size, or holds archives inside archives."
    ),
    Reason.FILE_INSIDE: _(
        "The document has another file wrapped in it. Save it as PDF, or take that file out."
    ),
    Reason.LEADS_OUT: _("The file holds an entry whose name leads out of it."),
    Reason.LIMITS: _(
        "The file could not be checked within the limits of time and memory. Save it anew, "
        "smaller or as PDF."
    ),
    Reason.MACROS: _("The document contains macros. Save it without macros, or as PDF."),
    Reason.NO_DOCUMENT: _("The file is an archive, but not a document of Office or LibreOffice."),
    Reason.OLD_OFFICE: _(
        "This is an old Office document or one protected by a password. Save it without a "
        "password as DOCX, XLSX or PPTX, or as PDF."
    ),
    Reason.PASSWORD: _("The file is protected by a password. Save it without one."),
    Reason.PDF_AND_ARCHIVE: _("The file is a PDF and an archive at the same time."),
    Reason.PICTURE_AND_ARCHIVE: _("The file is a picture and an archive at the same time."),
    Reason.PIXELS: _("The picture has more than %(n)d million pixels."),
    Reason.PROGRAM: _("The document contains a program (%(name)s)."),
    Reason.SCANS: _(
        "The picture is stored in more layers than any camera or scanner writes. Save it anew as "
        "a plain JPEG."
    ),
    Reason.SCRIPT: _("The picture contains a script. Save it anew."),
    Reason.STRANGE_ENTRY: _("The file holds an entry that no Office program writes."),
    Reason.STRANGE_PACKING: _("The file is packed in a way that Office programs do not use."),
    Reason.UNKNOWN: _("This kind of file is not accepted. Accepted are: %(kinds)s."),
}


def in_words(refused: Refused) -> FileRefused:
    return FileRefused(str(WORDS[refused.reason]) % refused.params)
