"""PDF: opens without a password, has something on its pages, and nothing in it that acts."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from pikepdf import Array, Dictionary, PasswordError, Pdf, PdfError, Stream

from criteria.contents import links
from criteria.contents.archives import PADDING, opens_as_archive
from criteria.contents.markup import Reader
from criteria.contents.refused import Reason, Refused

_END = b"%%EOF"
_MAX_AFTER = 64 * 1024
_MAX_OBJECTS = 300_000
_ACTING_KEYS = {
    "/JavaScript": Reason.PDF_ACTS,
    "/JS": Reason.PDF_ACTS,
    "/RichMediaContent": Reason.PDF_ACTS,
    "/RichMediaSettings": Reason.PDF_ACTS,
    "/XFA": Reason.FORM,
}
_ACTIONS = frozenset({"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE"})


def kind_of(stream: BinaryIO, size: int) -> str:
    stream.seek(max(0, size - _MAX_AFTER))
    _before, end, after = stream.read().rpartition(_END)
    if not end:
        raise Refused(Reason.INCOMPLETE_PDF)
    if after.strip(PADDING):
        raise Refused(Reason.APPENDED_TO_PDF)
    if opens_as_archive(stream):
        raise Refused(Reason.PDF_AND_ARCHIVE)
    stream.seek(0)
    _open(stream)
    return "pdf"


def _open(stream: BinaryIO) -> None:
    try:
        with Pdf.open(stream, suppress_warnings=True) as pdf:
            _check_objects(pdf)
            if not any(_has_content(page.obj) for page in pdf.pages):
                raise Refused(Reason.BLANK)
    except PasswordError:
        raise Refused(Reason.PASSWORD) from None
    except (Refused, MemoryError):
        raise
    except PdfError as error:
        is_locked = "encrypt" in str(error) or "security handler" in str(error)
        raise Refused(Reason.PASSWORD if is_locked else Reason.DAMAGED_PDF) from None
    except Exception:  # a file made to make its reader fail finds a dozen ways
        raise Refused(Reason.DAMAGED_PDF) from None


def _has_content(page: Any) -> bool:
    if len(page.get("/Annots", ())):
        return True
    contents = page.get("/Contents")
    if contents is None:
        return False
    streams = contents if isinstance(contents, Array) else [contents]
    return any(stream.read_bytes().strip() for stream in streams)


def _check_objects(pdf: Any) -> None:
    """Look at every dictionary, wherever it is kept; the library has read escapes and packings."""
    for dictionary in _dictionaries(pdf):
        for key, reason in _ACTING_KEYS.items():
            if key in dictionary:
                raise Refused(reason)
        action = dictionary.get("/S")
        if action is not None and str(action) in _ACTIONS:
            raise Refused(Reason.PDF_ACTS)
        if "/EF" in dictionary:
            _check_attached(dictionary)
        if str(action) in ("/URI", "/GoToR"):
            _check_link(dictionary)


def _dictionaries(pdf: Any) -> Iterator[Any]:
    objects = list(pdf.objects)
    n_seen = 0
    while objects:
        n_seen += 1
        if n_seen > _MAX_OBJECTS:
            raise Refused(Reason.LIMITS)
        thing = objects.pop()
        if isinstance(thing, Stream):
            thing = thing.stream_dict
        if isinstance(thing, Dictionary):
            yield thing
            inner: Any = thing.values()
        elif isinstance(thing, Array):
            inner = thing
        else:
            continue
        objects += [each for each in inner if not getattr(each, "is_indirect", True)]


def _check_attached(file: Any) -> None:
    """Take figures in XML, as invoices and signed papers carry them; any other file is refused."""
    name = str(file.get("/UF", file.get("/F", "")))
    for stream in file.EF.values():
        try:
            Reader({}, {}).feed(stream.read_bytes(), is_last=True)
        except Refused:
            raise Refused(Reason.FILE_IN_PDF, name=links.in_short(name)) from None
    if not name.lower().endswith(".xml"):
        raise Refused(Reason.FILE_IN_PDF, name=links.in_short(name))


def _check_link(action: Any) -> None:
    target = action.get("/URI", action.get("/F", ""))
    if isinstance(target, Dictionary):
        target = target.get("/UF", target.get("/F", ""))
    links.check(str(target))
