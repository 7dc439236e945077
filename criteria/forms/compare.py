"""What is held against what: two rounds, two wards, another criteria set. Kept in the URL."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from criteria.models import CriteriaSet, Round, WardQuerySet
from criteria.readiness.rounds import Rounds
from criteria.readiness.standing import Standing


class _PairForm(forms.Form):
    """Two different ones of what is offered; what the address leaves out is chosen here."""

    first = forms.TypedChoiceField(coerce=int, required=False, empty_value=None)
    second = forms.TypedChoiceField(coerce=int, required=False, empty_value=None)
    same: Any = ""  # said where both are one

    def __init__(self, data: Any, offered: Mapping[int, str], chosen: Mapping[str, Any]) -> None:
        names = ("first", "second")
        super().__init__({name: data.get(name) or chosen.get(name) or "" for name in names})
        for name in names:
            field = cast(forms.ChoiceField, self.fields[name])
            field.choices = [("", _("Choose …")), *offered.items()]

    def clean(self) -> Any:
        cleaned = super().clean() or {}
        if cleaned.get("first") and cleaned.get("first") == cleaned.get("second"):
            raise ValidationError(self.same)
        return cleaned

    @property
    def keys(self) -> tuple[int, int] | None:
        """The pks of both; None as long as one is missing or cannot be made out."""
        if not self.is_valid():
            return None
        first, second = self.cleaned_data["first"], self.cleaned_data["second"]
        return (first, second) if first and second else None

    @property
    def problems(self) -> list[str]:
        return list(
            dict.fromkeys(str(message) for errors in self.errors.values() for message in errors)
        )


class RoundsForm(_PairForm):
    """Two rounds; the latest, and the one before it, where the address names none."""

    same = gettext_lazy("Choose two different rounds.")

    def __init__(self, data: Any, rounds: Rounds) -> None:
        self.rounds = {round.pk: round for round in rounds}
        known = list(self.rounds)
        later = str(data.get("second") or "")
        place = next((n for n, pk in enumerate(known) if str(pk) == later), 0)
        chosen = {"second": next(iter(known), None), "first": next(iter(known[place + 1 :]), None)}
        super().__init__(data, {pk: _round_label(r) for pk, r in self.rounds.items()}, chosen)

    @property
    def pair(self) -> tuple[Any, Any] | None:
        """Both rounds, the earlier one first, whichever was named first."""
        keys = self.keys
        if keys is None:
            return None
        before, after = sorted((self.rounds[pk] for pk in keys), key=lambda round: round.ends_on)
        return before, after


def _round_label(round: Round) -> str:
    ends = date_format(round.ends_on)
    return _("%(name)s (to %(ends)s)") % {"name": round.name, "ends": ends}


class WardsForm(_PairForm):
    """Two wards of a day; the first one is the reader's own, where the address names none."""

    same = gettext_lazy("Choose two different wards.")

    def __init__(self, data: Any, standings: Sequence[Standing], own: WardQuerySet) -> None:
        self.standings = {standing.ward.pk: standing for standing in standings}
        of_reader = frozenset(own.values_list("pk", flat=True))
        first = next((pk for pk in self.standings if pk in of_reader), None)
        if str(first) == data.get("second"):
            first = None
        offered = {pk: standing.ward.name for pk, standing in self.standings.items()}
        super().__init__(data, offered, {"first": first})

    @property
    def pair(self) -> tuple[Standing, Standing] | None:
        keys = self.keys
        return (self.standings[keys[0]], self.standings[keys[1]]) if keys else None


class SetForm(forms.Form):
    """Another criteria set; the latest one where the address names none."""

    set = forms.TypedChoiceField(coerce=int, required=False, empty_value=None)

    def __init__(self, data: Any, sets: Sequence[CriteriaSet]) -> None:
        self.sets = {criteria_set.pk: criteria_set for criteria_set in sets}
        super().__init__({"set": data.get("set") or next(iter(self.sets), "")})
        field = cast(forms.ChoiceField, self.fields["set"])
        field.choices = [(pk, _set_label(criteria_set)) for pk, criteria_set in self.sets.items()]

    @property
    def chosen(self) -> CriteriaSet | None:
        return self.sets.get(self.cleaned_data["set"]) if self.is_valid() else None


def _set_label(criteria_set: CriteriaSet) -> str:
    return f"{criteria_set.title} ({criteria_set.code}, {criteria_set.get_status_display()})"
