"""What a ward has already, told before it is stored twice: the same file, or the same number."""

import re
from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from criteria.models import Evidence, Ward
from namdinh_wards.text import fold

# “Số 05/BC – CAP” and “5/BC-CAP” are one number.
_BEFORE = re.compile(r"^so\b[\s:.]*")
_SPACING = re.compile(r"\s+")
_DASHES = re.compile(r"[‐-―−]")
_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")


class SameFile(Exception):
    """The ward has the file already."""

    def __init__(self, ward: Ward, sha256: str) -> None:
        super().__init__("the ward has this file")
        self.ward, self.sha256 = ward, sha256

    @property
    def document(self) -> Evidence:
        return Evidence.objects.get(ward=self.ward, sha256=self.sha256)


class SameNumber(ValidationError):
    """The ward has documents of this number: whether it is another one is for a person to say."""

    def __init__(self, documents: list[Evidence]) -> None:
        super().__init__(_("The ward already has a document with this number."), code="same_number")
        self.documents = documents


def check_file(ward: Ward, sha256: str) -> None:
    """Raise SameFile where the ward has a file of this checksum; empty: there is no file."""
    if sha256 and Evidence.objects.filter(ward=ward, sha256=sha256).exists():
        raise SameFile(ward, sha256)


def check_number(evidence: Evidence, *, besides: Collection[Evidence] = ()) -> None:
    """Raise SameNumber where a document in use has the number of this new one.

    besides: whose place the new one takes, or which came with it. Numbers begin anew each year:
    papers of different years are different ones.
    """
    key = _key(evidence.number)
    if not key:
        return
    numbered = Evidence.objects.current().filter(ward=evidence.ward).exclude(number="")
    same = [
        other
        for other in numbered
        if other not in besides and _key(other.number) == key and _may_be_one(other, evidence)
    ]
    if same:
        raise SameNumber(same)


def _key(number: str) -> str:
    plain = _DASHES.sub("-", fold(number))
    return _ZEROS.sub("", _SPACING.sub("", _BEFORE.sub("", plain)))


def _may_be_one(one: Evidence, other: Evidence) -> bool:
    if not (one.issued_on and other.issued_on):
        return True
    return one.issued_on.year == other.issued_on.year
