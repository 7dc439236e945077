"""What was done is told to somebody: whether there is anybody who hears of it."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from criteria import permissions
from criteria.models import Ward, WardQuerySet
from criteria.workflow import Hand


def warn_of_unheard(request: HttpRequest, hand: Hand | None, wards: WardQuerySet) -> None:
    """Warn where nobody who works for a ward, or verifies, gets the notice. At most one query."""
    warning = ""
    if hand == Hand.UNIT:
        warning = _of_wards(list(permissions.without_officer(wards)))
    elif hand == Hand.VERIFIER and not permissions.has_verifier():
        warning = _("No active account verifies, so nobody gets notice of it yet.")
    if warning:
        messages.warning(request, warning)


def _of_wards(wards: Sequence[Ward]) -> str:
    if not wards:
        return ""
    warning = _(
        "No active account works for %(wards)s, so nobody there gets notice of it. "
        "An administrator gives officers their wards."
    )
    return warning % {"wards": get_text_list(list(map(str, wards)), _("and"))}
