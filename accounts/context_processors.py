"""What every page knows of the installation, and of what its person could not send."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.unsent import KEY, Unsent, texts_in, unsent_of


def demo(request: HttpRequest) -> dict[str, bool]:
    """Tell the templates whether what they show is invented."""
    return {"is_demo": settings.DEMO}


def unsent(request: HttpRequest) -> dict[str, Any]:
    """What no form of the page has taken back, and what the request itself sent in vain.

    Both are looked up where a template asks for them.
    """
    return {
        "unsent": SimpleLazyObject(lambda: _last_resort(request)),
        "texts_sent": SimpleLazyObject(lambda: _texts_sent(request)),
    }


def _last_resort(request: HttpRequest) -> Unsent | None:
    """Return it for the last time: what is shown as text to be copied is forgotten.

    Not to whoever must choose a password first: they have not come to their page yet.
    """
    if getattr(request.user, "must_change_password", False):
        return None
    unsent = unsent_of(request)
    if unsent:
        del request.session[KEY]
    return unsent


def _texts_sent(request: HttpRequest) -> list[str]:
    """Return nothing of what another site sent: it could pass for words of this one."""
    is_foreign = request.headers.get("Sec-Fetch-Site") == "cross-site"
    return [] if is_foreign else texts_in(request.POST)
