"""The short manual of each role, and the keys that the pages know."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from accounts.models import User
from criteria import permissions
from criteria.views.base import PageMixin, user_of
from criteria.workflow import Hand
from namdinh_wards.manuals import read_manual

# docs/help/<language>/<name>.md
MANUALS = {
    "ward-officer": _("Ward officer"),
    "city-officer": _("City officer"),
    "verifier": _("Verifier"),
    "leader": _("Leader"),
    "administrator": _("Administrator"),
}


def manual_of(user: User) -> str:
    """Name the manual for what the user does most; several roles have several."""
    hands = permissions.hands_of(user)
    if Hand.ADMINISTRATOR in hands:
        return "administrator"
    if Hand.VERIFIER in hands:
        return "verifier"
    if permissions.can_enter_any(user):
        return "city-officer"
    return "ward-officer" if Hand.UNIT in hands else "leader"


class HelpView(PageMixin, TemplateView):
    template_name = "criteria/help/page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = self.request.GET.get("role", "")
        name = asked if asked in MANUALS else manual_of(user_of(self.request))
        manual = read_manual(name, str(get_language()))
        return super().get_context_data(manuals=MANUALS, name=name, manual=manual, **kwargs)


class KeysView(PageMixin, TemplateView):
    template_name = "criteria/help/keys.html"
    fragment_name = "criteria/help/_keys.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(keys=read_manual("keys", str(get_language())), **kwargs)
