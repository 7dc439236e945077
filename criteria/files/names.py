"""What a person's file is called: kept for people's eyes, never used on the disk."""

import unicodedata

from django.utils.translation import gettext as _

from criteria.contents.kinds import Kind
from criteria.files.refusal import FileRefused

MAX_LENGTH = 200
_LONGEST_EXTENSION = 10
# Marks that turn the reading direction: “gpj.exe” would be read as “exe.jpg”.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CONTROL = frozenset({"Cc", "Cs", "Zl", "Zp"})


def check(name: str) -> None:
    """Refuse a name that says another thing than it seems to, or leads to another place."""
    if "/" in name or "\\" in name or name.strip() in (".", ".."):
        raise FileRefused(_("The file's name contains a path. Rename the file."))
    if any(char in _BIDI or unicodedata.category(char) in _CONTROL for char in name):
        raise FileRefused(_("The file's name contains invisible control marks. Rename the file."))


def extension(name: str) -> str:
    """Return the extension in lower case; empty where what follows the last dot is none.

    “Báo cáo ngày 12.5” and “Số 54. Kế hoạch” have no extension.
    """
    stem, dot, last = name.strip().rpartition(".")
    is_one = stem and dot and last.isascii() and last.isalnum() and not last.isdecimal()
    return last.lower() if is_one and len(last) <= _LONGEST_EXTENSION else ""


def clean(name: str, kind: Kind) -> str:
    """Return a checked name in composed form, with the extension of its kind, not too long."""
    plain = "".join(char for char in name if unicodedata.category(char) != "Cf")
    composed = " ".join(unicodedata.normalize("NFC", plain).split())
    suffix = extension(composed)
    if suffix in kind.extensions:
        composed = composed[: -len(suffix) - 1]
    else:
        suffix = kind.extensions[0]
    stem = composed[: MAX_LENGTH - len(suffix) - 1].rstrip(" .") or _("document")
    return f"{stem}.{suffix}"
