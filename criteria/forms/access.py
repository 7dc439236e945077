"""The filter of the access record: kept in the URL, used by the page and by its file."""

from typing import Any, cast

from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Access, User
from criteria.forms.fields import DayField
from criteria.forms.filters import on_days
from namdinh_wards.text import fold


class AccessFilterForm(forms.Form):
    """By person, kind, days and words, diacritics aside. One query: of whom there is anything."""

    NOBODY = "nobody"  # names without an account

    q = forms.CharField(
        required=False,
        max_length=100,
        label=_("Words"),
        widget=forms.SearchInput(attrs={"autocomplete": "off"}),
    )
    person = forms.ChoiceField(required=False, label=_("Person"))
    kind = forms.ChoiceField(
        required=False,
        label=_("What was done"),
        choices=[("", _("All")), *Access.Kind.choices],
    )
    since = DayField(required=False, label=_("From day"))
    until = DayField(required=False, label=_("To day"))

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        came = Exists(Access.objects.filter(user=OuterRef("pk")))
        people = User.objects.filter(came).order_by("full_name", "username")
        cast(forms.ChoiceField, self.fields["person"]).choices = [
            ("", _("All")),
            *((user.pk, user.label) for user in people),
            (self.NOBODY, _("No account of this name")),
        ]

    def clean(self) -> Any:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day is before the first."))
        return cleaned

    def filter_qs(self, entries: QuerySet[Access]) -> QuerySet[Access]:
        """Narrow the record; a filter that cannot be made out lets nothing through."""
        if not self.is_valid():
            return entries.none()
        cleaned = self.cleaned_data
        if cleaned["person"] == self.NOBODY:
            entries = entries.filter(user=None)
        elif cleaned["person"]:
            entries = entries.filter(user=cleaned["person"])
        if cleaned["kind"]:
            entries = entries.filter(kind=cleaned["kind"])
        for word in fold(cleaned["q"]).split():
            entries = entries.filter(search_text__contains=word)
        return on_days(entries, cleaned["since"], cleaned["until"])
