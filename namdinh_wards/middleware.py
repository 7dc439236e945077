"""What every answer carries, whatever page it is."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

Handler = Callable[[HttpRequest], HttpResponseBase]

# What Django answers with a page for developers where DEBUG is on; its styles are inline.
ERRORS = {400, 404, 500}


def security_headers(get_response: Handler) -> Handler:
    """Let a page load and post to its own origin only, and leave nothing on the computer.

    No inline script or style; and no copy in the browser's cache for whoever sits down next.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not (settings.DEBUG and response.status_code in ERRORS):
            response.headers.setdefault("Content-Security-Policy", settings.CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    return middleware


def vietnamese_first(get_response: Handler) -> Handler:
    """Choose the language by the person's own choice alone, not by what their browser prefers.

    An office PC with an English Windows is no sign of an English reader.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        request.META.pop("HTTP_ACCEPT_LANGUAGE", None)
        return get_response(request)

    return middleware
