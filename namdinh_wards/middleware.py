"""What every answer carries, whatever page it is."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import redirect
from django.urls import Resolver404, get_script_prefix, resolve

Handler = Callable[[HttpRequest], HttpResponseBase]

# What Django answers with a page for developers where DEBUG is on; its styles are inline.
ERRORS = {400, 404, 500}


def compressed_pages(get_response: Handler) -> Handler:
    """Send pages compressed: a sheet is a fifth of itself. Files are compressed by what they are.

    Against BREACH, which guesses a secret by the length of what is compressed: the form's token is
    masked anew each time, and Django makes each answer longer by a random number of bytes.
    """
    gzip = GZipMiddleware(get_response)

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            return gzip.process_response(request, response)
        return response

    return middleware


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


def page_above(get_response: Handler) -> Handler:
    """Lead whoever opens a button's address to the page on which the button stands.

    Such an address stays in the browser after a refusal, and the way back from the sign-in leads
    there; it takes POST alone. Addresses are written so that the page is above its buttons.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.status_code == 405 and request.method in ("GET", "HEAD"):
            return redirect(get_script_prefix().rstrip("/") + _above(request.path_info))
        return response

    return middleware


def _above(path: str) -> str:
    """Return the nearest address above that there is; the site's own page at the latest."""
    above = f"{path.rstrip('/').rpartition('/')[0]}/"
    try:
        resolve(above)
    except Resolver404:
        return _above(above)
    return above
