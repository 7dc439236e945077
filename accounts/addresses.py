"""Where a request comes from, as the lock after failed sign-ins counts it."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the client's address; behind a proxy, the one that the proxy saw.

    A proxy appends the address it saw to X-Forwarded-For. Whatever stands before that was said by
    the client, who could name another's address to lock them out, or a new one at every attempt.
    """
    nearest: str = request.META.get("REMOTE_ADDR", "")
    if not settings.BEHIND_PROXY:
        return nearest
    seen = request.headers.get("X-Forwarded-For", "").rsplit(",", 1)[-1].strip()
    try:
        return str(ip_address(seen))
    except ValueError:
        return nearest
