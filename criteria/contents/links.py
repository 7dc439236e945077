"""Which links out of a document are plain: they open a page, a letter or a document beside it."""

import re
from urllib.parse import unquote

from criteria.contents.refused import Reason, Refused

_PAGE = re.compile(r"(https?:|mailto:|tel:|#)", re.IGNORECASE)
# Beside or under the document itself: no other computer, no drive, nothing that is run.
_BESIDE = re.compile(
    r"[^:\\/][^:\\]*\.(docx?|xlsx?|pptx?|pdf|od[tsp]|jpe?g|png|txt)(#.*)?", re.IGNORECASE
)
_LONGEST = 100


def is_plain(target: str) -> bool:
    """Tell whether following the link starts nothing and hands over nothing."""
    plain = unquote(target).strip()
    return not plain or bool(_PAGE.match(plain) or _BESIDE.fullmatch(plain))


def check(target: str) -> None:
    if not is_plain(target):
        raise Refused(Reason.LINK, target=in_short(target))


def in_short(target: str) -> str:
    """Return a link as a message can show it."""
    shown = "".join(char for char in target if char.isprintable())
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
