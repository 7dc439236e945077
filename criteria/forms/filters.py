"""Filters of lists: kept in the URL, used by the list and by whatever exports it."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, TypeVar, cast

from django import forms
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from criteria.forms.fields import DayField, TextField
from criteria.log.about import Log, about_ward
from criteria.log.telling import Names
from criteria.models import Activity, Ward, WardQuerySet
from criteria.readiness.rules import Reach
from criteria.readiness.standing import not_ready, within
from criteria.readiness.words import reach_in_words
from namdinh_wards.text import fold, number

Dated = TypeVar("Dated", bound=Model)  # by its column “at”


class WardFilterForm(forms.Form):
    """Wards by name (diacritics aside) and by standing."""

    STANDINGS: dict[str, tuple[Any, Callable[[WardQuerySet], WardQuerySet]]] = {
        "not_ready": (_("Not ready"), not_ready),
        **{
            reach.value: (
                lazy(partial(reach_in_words, reach), str)(),
                partial(within, reach=reach),
            )
            for reach in Reach
        },
    }

    q = TextField(
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
        """Narrow wards that carry their standing (`standing.with_standing`)."""
        if not self.is_valid():
            return wards
        wards = wards.search(self.cleaned_data["q"])
        standing = self.STANDINGS.get(self.cleaned_data["standing"])
        return standing[1](wards) if standing else wards


class LogFilterForm(forms.Form):
    """Entries of the log by ward, person, kind, days and words.

    log: what the reader may see; only wards and people in it are offered, and the ward that is
    asked for. Two queries.
    """

    PROGRAM = "program"  # what no person did: loads, commands

    q = TextField(
        required=False,
        max_length=100,
        label=_("Words"),
        widget=forms.SearchInput(attrs={"autocomplete": "off"}),
    )
    ward = forms.ChoiceField(required=False, label=_("Ward"))
    person = forms.ChoiceField(required=False, label=_("Person"))
    kind = forms.ChoiceField(
        required=False,
        label=_("What was done"),
        choices=[("", _("All")), *Activity.Verb.choices],
    )
    since = DayField(required=False, label=_("From day"))
    until = DayField(required=False, label=_("To day"))

    def __init__(self, data: Any, *, log: Log) -> None:
        super().__init__(data)
        asked = number(str(data.get("ward", "")))
        occurs = Exists(log.filter(ward=OuterRef("pk")))
        wards = Ward.objects.filter(occurs | Q(pk=asked))
        acted = Exists(log.filter(actor=OuterRef("pk")))
        people = User.objects.filter(acted).order_by("full_name", "username")
        self.known: Names = {
            Ward: {ward.pk: str(ward) for ward in wards},
            User: {user.pk: user.label for user in people},
        }
        names = Counter(self.known[Ward].values())
        self.wards = {
            ward.pk: _ward_label(ward, has_namesake=names[str(ward)] > 1) for ward in wards
        }
        self._offer("ward", ("", _("All")), *self.wards.items())
        self._offer(
            "person", ("", _("All")), *self.known[User].items(), (self.PROGRAM, _("The program"))
        )

    def _offer(self, name: str, *choices: tuple[Any, Any]) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = choices

    def clean(self) -> Any:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day is before the first."))
        return cleaned

    def filter_qs(self, log: Log) -> Log:
        """Narrow the log; a filter that cannot be made out lets nothing through."""
        if not self.is_valid():
            return log.none()
        cleaned = self.cleaned_data
        if cleaned["ward"]:
            log = about_ward(log, int(cleaned["ward"]))
        if cleaned["person"] == self.PROGRAM:
            log = log.filter(actor=None)
        elif cleaned["person"]:
            log = log.filter(actor=cleaned["person"])
        if cleaned["kind"]:
            log = log.filter(verb=cleaned["kind"])
        return _with_words(on_days(log, cleaned["since"], cleaned["until"]), cleaned["q"])


def _ward_label(ward: Ward, *, has_namesake: bool) -> str:
    """Tell a unit that is no more from the one of the same name that came of it."""
    if ward.valid_to:
        label, day = gettext("%(ward)s (until before %(day)s)"), ward.valid_to
    elif has_namesake:
        label, day = gettext("%(ward)s (from %(day)s)"), ward.valid_from
    else:
        return str(ward)
    return label % {"ward": ward, "day": date_format(day)}


def on_days(log: "QuerySet[Dated]", since: date | None, until: date | None) -> "QuerySet[Dated]":
    """Days of this country, both included."""
    if since:
        log = log.filter(at__gte=_midnight(since))
    if until:
        log = log.filter(at__lt=_midnight(until + timedelta(days=1)))
    return log


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())


def _with_words(log: Log, text: str) -> Log:
    """Entries that have every word, diacritics and case aside."""
    for word in fold(text).split():
        log = log.filter(
            Q(object_name__folded__contains=word)
            | Q(reason__folded__contains=word)
            | Q(actor_name__folded__contains=word)
            | Q(actor__search_name__contains=word)
            | Q(ward__search_name__contains=word)
        )
    return log
