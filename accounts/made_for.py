"""For whom a page was made. Every form says so, and what it sends counts for nobody else.

Two people at one computer share its cookies: in one tab a page of the first is still open, in
another the second has signed in. What is typed on the first page must not count as the second's.
"""

from typing import Any

from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, UnreadablePostError

FIELD = "made_for"
NOBODY = ""
UNKNOWN = "?"  # a mark that this installation has not made


def _signer() -> Signer:
    """Signed, so that nobody without a page of the program can leave anything for a person."""
    return Signer(salt="accounts.made_for")


def mark_of(user: Any) -> str:
    """Return what a page says of the person that it is made for."""
    return _signer().sign(person_of(user))


def person_of(user: Any) -> str:
    return str(user.pk) if user.is_authenticated else NOBODY


def made_for(request: HttpRequest) -> str | None:
    """Return for whom the page was made that sends the request; None where it does not say."""
    try:
        mark = request.POST.get(FIELD)
    except UnreadablePostError:  # it broke off: whoever reads it next says so
        return None
    if mark is None:
        return None
    try:
        return _signer().unsign(mark)
    except BadSignature:
        return UNKNOWN
