"""Filters of lists: kept in the URL, used by the list and by whatever exports it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from criteria.models import WardQuerySet
from criteria.readiness import aggregate


class WardFilterForm(forms.Form):
    """Wards by name (diacritics aside) and by standing."""

    STANDINGS: dict[str, tuple[Any, Callable[[WardQuerySet], WardQuerySet]]] = {
        "ready": (_("Ready"), aggregate.ready),
        "not_ready": (_("Not ready"), aggregate.not_ready),
        "none": (_("No approved sheet"), aggregate.without_sheet),
    }

    q = forms.CharField(
        required=False,
        label=_("Name or code"),
        widget=forms.SearchInput(attrs={"autocomplete": "off"}),
    )
    standing = forms.ChoiceField(
        required=False,
        label=_("Standing"),
        choices=[("", _("All")), *((key, label) for key, (label, _keep) in STANDINGS.items())],
    )

    def filter_qs(self, wards: WardQuerySet) -> WardQuerySet:
        """Narrow wards that carry their standing (`aggregate.with_standing`)."""
        if not self.is_valid():
            return wards
        wards = wards.search(self.cleaned_data["q"])
        kept = self.STANDINGS.get(self.cleaned_data["standing"])
        return kept[1](wards) if kept else wards
