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
    Reason.BEFORE_PDF: _("Something else stands before the beginning of the PDF. Save it anew."),
    Reason.BLANK: _("The PDF has no pages, or nothing on them."),
    Reason.CHUNK: _(
        "The document takes in a page of HTML or RTF. Open it in Word and save it anew, or save it "
        "as PDF."
    ),
    Reason.CONNECTION: _(
        "The document fetches data from elsewhere. Remove its connections and queries, or save it "
        "as PDF."
    ),
    Reason.DAMAGED: _("The file is damaged."),
    Reason.DAMAGED_PDF: _("The PDF is damaged and cannot be opened. Print or save it anew as PDF."),
    Reason.DAMAGED_PICTURE: _("The picture is damaged or incomplete."),
    Reason.DAMAGED_XML: _(
        "A part of the document cannot be read: it is damaged, or in an encoding that Office does "
        "not use. Save it anew, or as PDF."
    ),
    Reason.DTD: _(
        "The document declares abbreviations of its own (DTD), which can be used for attacks. Save "
        "it anew with Office or LibreOffice, or as PDF."
    ),
    Reason.EXPANDS: _(
        "The file unpacks to far more than its size, or holds archives inside archives."
    ),
    Reason.FETCHES: _(
        "The document fetches something from elsewhere when it is opened (%(target)s). Put that "
        "into the document itself, or save it as PDF."
    ),
    Reason.FIELD: _(
        "The document has a field that fetches or starts something (%(name)s). Turn the fields "
        "into text (Ctrl+A, Ctrl+Shift+F9 in Word), or save it as PDF."
    ),
    Reason.FILE_INSIDE: _(
        "The document has another file wrapped in it. Save it as PDF, or take that file out."
    ),
    Reason.FILE_IN_PDF: _(
        "The PDF has another file attached to it (%(name)s). Upload that file by itself, and print "
        "this one anew as PDF."
    ),
    Reason.FORM: _("The PDF is a form that few programs can show (XFA). Print it anew as PDF."),
    Reason.FORMULA: _(
        "The document has a formula that asks another program or address (%(name)s). Replace it by "
        "its value, or save it as PDF."
    ),
    Reason.HEIC: _(
        "This photograph is HEIC, which most office computers cannot show. Send it as JPEG: on an "
        "iPhone choose Settings → Camera → Formats → Most Compatible and photograph again; or open "
        "the photograph on the telephone and make a screenshot."
    ),
    Reason.INCOMPLETE_PDF: _("The PDF is damaged: its end is missing."),
    Reason.LEADS_OUT: _("The file holds an entry whose name leads out of it."),
    Reason.LIMITS: _(
        "The file could not be checked within the limits of time and memory. Save it anew, "
        "smaller or as PDF."
    ),
    Reason.LINK: _(
        "The document has a link that starts something or leads to another computer (%(target)s). "
        "Remove the link, or print it anew as PDF."
    ),
    Reason.MACROS: _(
        "The document contains macros, scripts or controls. Save it without them, or as PDF."
    ),
    Reason.NO_DOCUMENT: _("The file is an archive, but not a document of Office or LibreOffice."),
    Reason.OLD_OFFICE: _(
        "This is a document of an old Office. Save it as DOCX, XLSX or PPTX, or as PDF."
    ),
    Reason.OTHER_PICTURE: _("This kind of picture is not accepted. Save it as JPEG or PNG."),
    Reason.OTHER_WORKBOOK: _(
        "The workbook takes values from another one. Break the links (Data → Edit Links), or save "
        "it as PDF."
    ),
    Reason.PASSWORD: _(
        "The file is protected by a password, so that nobody else could read it. Save it without "
        "one."
    ),
    Reason.PDF_ACTS: _("The PDF contains a script or starts something. Print it anew as PDF."),
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
