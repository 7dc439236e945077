"""A table sent as a file, written while it is sent; that it was taken away is noted."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, override

from accounts.models import Access
from accounts.record import note
from criteria.reports.spreadsheet import CONTENT_TYPE, csv_lines

Head = Callable[[], Sequence[str]]
Rows = Callable[[], Iterable[Sequence[object]]]


def csv_file(request: HttpRequest, title: str, head: Head, rows: Rows) -> StreamingHttpResponse:
    """Return the rows as a file that is named after what it holds and the day."""
    note(request, Access.Kind.EXPORT, about=title)
    lines = _lines(head, rows, get_language())
    response = StreamingHttpResponse(lines, content_type=CONTENT_TYPE)
    name = f"{title}-{timezone.localdate().isoformat()}.csv"
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response


def _lines(head: Head, rows: Rows, language: str | None) -> Iterator[str]:
    """The lines are made after the request has been answered, in its language all the same."""
    with override(language):
        yield from csv_lines(head(), rows())
