"""What production must not be set to, and what to set instead. Pure: no framework."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

SHORTEST_KEY, FEWEST_CHARACTERS = 50, 5  # as `check --deploy` has them
# Of Vietnam and of the world: whoever likes has a name under these.
_ANYBODYS = frozenset({"ac", "com", "edu", "gov", "health", "info", "int", "name", "net", "org"})
_THIS_COMPUTER = frozenset({"localhost", "127.0.0.1", "[::1]"})


def unsafe_settings(
    *, secret_key: str, hosts: Sequence[str], origins: Sequence[str], tls: bool
) -> list[str]:
    """Return every problem in words, with what to set."""
    return [
        *_of_key(secret_key),
        *_of_hosts(hosts),
        *_of_origins(origins, tls=tls),
        *_of_plain_http(hosts, tls=tls),
    ]


def _of_key(key: str) -> Iterator[str]:
    is_short = len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_CHARACTERS
    if is_short or key.startswith("django-insecure-"):
        yield (
            "SECRET_KEY can be guessed, and with it anybody's session made: set 50 random "
            "characters or more, as Python's secrets.token_urlsafe(64) makes them."
        )


def _of_hosts(hosts: Sequence[str]) -> Iterator[str]:
    for host in hosts:
        if "*" in host or is_too_wide(host):
            yield (
                f"ALLOWED_HOSTS has “{host}”, which lets anybody's name pass for the site's: set "
                "the names of the server themselves, such as “phuong.namdinh.gov.vn”."
            )
        elif not host or (any(mark in host for mark in "/ :@") and host not in _THIS_COMPUTER):
            yield (
                f"ALLOWED_HOSTS has “{host}”, which is no name of a server: set it without "
                "“https://”, port and path."
            )


def is_too_wide(host: str) -> bool:
    """Tell whether a pattern such as “.vn” covers names that others have."""
    if not host.startswith("."):
        return False
    labels = [label for label in host.lower().split(".") if label]
    return len(labels) < 2 or (len(labels) == 2 and labels[0] in _ANYBODYS)


def _of_origins(origins: Sequence[str], *, tls: bool) -> Iterator[str]:
    for origin in origins:
        parts = urlsplit(origin)
        host = parts.netloc
        if host.startswith("*."):
            host = host.removeprefix("*")
        is_secure = parts.scheme == "https" or (parts.scheme == "http" and not tls)
        if not is_secure or not host or "*" in host or is_too_wide(host):
            yield (
                f"CSRF_TRUSTED_ORIGINS has “{origin}”: set the whole address of the site, such as "
                "“https://phuong.namdinh.gov.vn”."
            )


def _of_plain_http(hosts: Sequence[str], *, tls: bool) -> Iterator[str]:
    if not tls and not set(hosts) <= _THIS_COMPUTER:
        yield (
            "TLS is off, and passwords would be read by whoever is on the wire: remove TLS=off. "
            "Where a proxy ends TLS, TLS stays on and BEHIND_PROXY=on says so. Plain HTTP is for "
            "a trial on this computer alone, with ALLOWED_HOSTS=localhost,127.0.0.1."
        )
