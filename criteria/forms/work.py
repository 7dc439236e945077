"""My work: its filter, and what is chosen there to be approved or returned at once."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django import forms
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from criteria.forms.fields import TextField
from criteria.models import Assessment, Round, WardQuerySet
from criteria.sheets.deadlines import Urgency
from criteria.sheets.progress import SheetOnDay
from namdinh_wards.text import number

State = Assessment.State


class WorkFilterForm(forms.Form):
    """Sheets by ward (diacritics aside), round, state and deadline."""

    NOT_BEGUN = "none"
    FIELDS = ("q", "round", "state", "due")

    q = TextField(
        required=False,
        label=_("Find a ward"),
        widget=forms.SearchInput(attrs={"autocomplete": "off"}),
    )
    round = forms.IntegerField(required=False, label=_("Round"), widget=forms.Select)
    state = forms.ChoiceField(
        required=False,
        label=_("State"),
        choices=[
            ("", _("All")),
            (NOT_BEGUN, _("Not begun")),
            *((state.value, state.label) for state in State if state in Assessment.IN_HAND),
        ],
    )
    due = forms.ChoiceField(
        required=False,
        label=_("Deadline"),
        choices=[
            ("", _("All")),
            (Urgency.LATE.value, _("Late")),
            (Urgency.SOON.value, _("Within 7 days")),
            (Urgency.LATER.value, _("Later")),
        ],
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.is_valid()

    def offer(self, rounds: Iterable[Round]) -> None:
        """Name the rounds that can be asked for."""
        choices = [("", _("All")), *((str(round.pk), round.name) for round in rounds)]
        self.fields["round"].widget.choices = choices

    @property
    def said(self) -> dict[str, Any]:
        """What is asked for and can be made out; the rest narrows nothing."""
        return {
            name: self.cleaned_data[name] for name in self.FIELDS if self.cleaned_data.get(name)
        }

    @property
    def is_filtered(self) -> bool:
        return bool(self.said)

    @property
    def query(self) -> str:
        return urlencode(self.said)

    def search(self, wards: WardQuerySet) -> WardQuerySet:
        return wards.search(self.said.get("q", ""))

    def keeps(self, item: SheetOnDay) -> bool:
        asked = self.said
        wanted = {
            "round": item.sheet.round_id,
            "state": item.state or self.NOT_BEGUN,
            "due": item.urgency,
        }
        return all(asked.get(name) in (None, value) for name, value in wanted.items())


class ChosenForm(forms.Form):
    """The sheets chosen for one step, as “pk:version”; or all that match the filter.

    is_confirmed: the person has read the exact number, and said yes; never to “all”, which may be
    others by then.
    """

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.versions = dict(_pairs(data.getlist("sheet")))
        self.wants_all = bool(data.get("all"))
        self.is_confirmed = bool(data.get("confirmed")) and not self.wants_all


def _pairs(choices: Sequence[str]) -> Iterator[tuple[int, int]]:
    for choice in choices:
        pk, _colon, version = choice.partition(":")
        pair = number(pk), number(version)
        if pair[0] is not None and pair[1] is not None:
            yield pair[0], pair[1]
