"""What htmx says of a request, and what must be said of the answer."""

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails


def htmx_of(request: HttpRequest) -> HtmxDetails:
    """Return what the request's headers tell; false where htmx did not send it."""
    details: HtmxDetails = request.htmx  # type: ignore[attr-defined] # by HtmxMiddleware
    return details


def vary_by_htmx(response: HttpResponseBase) -> None:
    """Keep the answers apart that one address gives, else Back would show the bare fragment."""
    patch_vary_headers(response, ["HX-Request"])
