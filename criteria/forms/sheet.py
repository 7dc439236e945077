"""The forms of one row of the sheet: from what is posted to an Entry, and back.

The unit's and the verifier's side ask the same questions; they differ in whose answers they hold.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from criteria.forms.fields import FigureField, TextField, WholeNumberField
from criteria.measures import Choice, Measure
from criteria.models import JUDGEMENTS
from criteria.readiness.rules import NO_ANSWER, Answer
from criteria.readiness.words import answer_in_words
from criteria.sheets.sheet import Entry, Line, Row
from namdinh_wards.text import number

NOT_SAID = ("", pgettext_lazy("answer", "Not said"))
JUDGEMENT = [*JUDGEMENTS, NOT_SAID]
FIRST_YEAR = 2000


class Outcome(StrEnum):
    """What became of a row that was posted."""

    NONE = ""
    SAVED = "saved"
    REFUSED = "refused"
    STALE = "stale"


def digest(entry: Entry) -> str:
    """Return a short mark of an entry, by which a post tells the rows that nobody touched."""
    facts = [
        sorted((pk, str(answer.value), answer.judgement) for pk, answer in entry.answers.items()),
        entry.not_applicable,
        entry.explanation,
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def limits(measure: Measure) -> list[Callable[[Any], None]]:
    """Return what a figure of the measure must keep to."""
    validators: list[Callable[[Any], None]] = []
    if measure.least is not None:
        validators.append(MinValueValidator(measure.least))
    if measure.most is not None:
        validators.append(MaxValueValidator(measure.most))
    return validators


def _comparable(entry: Entry) -> Entry:
    """Give figures one scale, so that 85 and 85.00 have one digest."""
    cent = Decimal("0.01")
    answers = {
        pk: Answer(None if a.value is None else a.value.quantize(cent), a.judgement)
        for pk, a in entry.answers.items()
    }
    return Entry(answers, entry.not_applicable, entry.explanation)


def _explanation(label: Any) -> forms.CharField:
    return TextField(
        required=False, max_length=4000, label=label, widget=forms.Textarea(attrs={"rows": 2})
    )


class _Shared(dict[str, forms.Field]):
    """Fields that no form changes: a page has hundreds of forms, and one copy serves them all."""

    def __deepcopy__(self, memo: Any) -> dict[str, forms.Field]:
        return dict(self)


class ResultForm(forms.Form):
    """One criterion as the unit says it: a control a requirement, not applicable, explanation.

    Fields are prefixed with the criterion's pk, so that all rows fit in one HTML form. `version`
    is the row's when the page was made, `was` the digest of what it said then, `keep` the version
    that a person has seen and wants to overwrite.
    """

    url_name = "criteria:sheet-row"
    letter = "c"

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    was = forms.CharField(required=False, widget=forms.HiddenInput)
    keep = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    not_applicable = forms.BooleanField(required=False, label=_("Does not apply"))
    explanation = _explanation(_("Explanation"))

    def __init__(self, row: Row, year: int, data: Any = None, prefix: str = "") -> None:
        self.row, self.year = row, year
        self.outcome = Outcome.NONE
        initial = {
            "version": row.version,
            "was": self.stored_digest,
            "not_applicable": self.stored.not_applicable,
            "explanation": self.stored.explanation,
        }
        prefix = prefix or f"{self.letter}{row.criterion.pk}"
        self.base_fields = _Shared(self.base_fields)  # type: ignore[misc]
        super().__init__(data, prefix=prefix, initial=initial)
        for line in row.lines:
            self._add_controls(line, self.stored.answers[line.requirement.pk])

    def __getitem__(self, name: str) -> BoundField:
        """Return a field. Templates look for one first under the name of every attribute.

        Django's own refusal would list all fields each time.
        """
        if name not in self.fields:
            raise KeyError(name)
        return super().__getitem__(name)

    @property
    def stored(self) -> Entry:
        """What the row says now, on this side."""
        return self.row.self_entry

    @property
    def figures(self) -> list[str]:
        """The figures that are stored, in words: how what was typed has been read."""
        answers = self.stored.answers
        asked = [line.requirement for line in self.row.lines if line.measure.is_figure]
        words = (answer_in_words(requirement, answers[requirement.pk]) for requirement in asked)
        return [word for word in words if word]

    @property
    def verdict(self) -> str:
        return self.row.self_verdict

    @property
    def stored_by(self) -> User | None:
        return self.row.result.entered_by if self.row.result else None

    @property
    def stored_at(self) -> datetime | None:
        return self.row.result.entered_at if self.row.result else None

    def _add_controls(self, line: Line, answer: Answer) -> None:
        """Ask for what the measure takes: a choice, with the year if need be, or a figure."""
        pk, measure = line.requirement.pk, line.measure
        if choices := measure.choices(line.requirement):
            self.fields[f"choice{pk}"] = self.choice_field(
                line, choices, "" if answer.value is None else measure.choice_of(answer.value)
            )
            if measure.asks_year:
                self.fields[f"year{pk}"] = WholeNumberField(
                    min_value=FIRST_YEAR,
                    max_value=self.year,
                    required=False,
                    initial=int(answer.value or self.year),
                    label=_("Year of the title"),
                )
            return
        self.fields[f"figure{pk}"] = self.figure_field(line, answer.value)
        if line.needs_judgement:
            self.fields[f"judgement{pk}"] = self.judgement_field(answer.judgement)

    def choice_field(self, line: Line, choices: list[Choice], initial: str) -> forms.Field:
        return forms.ChoiceField(
            choices=[*choices, NOT_SAID],
            required=False,
            initial=initial,
            widget=forms.RadioSelect,
            label=line.requirement.text,
        )

    def figure_field(self, line: Line, initial: Decimal | None) -> forms.Field:
        measure, asked = line.measure, line.requirement
        return FigureField(
            suffixes=(measure.suffix, asked.unit),
            initial=initial,
            validators=limits(measure),
            label=asked.text,
        )

    def judgement_field(self, initial: str) -> forms.Field:
        return forms.ChoiceField(
            choices=JUDGEMENT,
            required=False,
            initial=initial,
            widget=forms.RadioSelect,
            label=_("Judgement"),
        )

    def clean(self) -> None:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("not_applicable") and not cleaned.get("explanation"):
            self.add_error(
                "explanation", ValidationError(_("Say why the criterion does not apply."))
            )

    @property
    def entry(self) -> Entry:
        """What a valid form says."""
        cleaned = self.cleaned_data
        return Entry(
            {line.requirement.pk: self._answer(line) for line in self.row.lines},
            cleaned["not_applicable"],
            cleaned["explanation"],
        )

    def _answer(self, line: Line) -> Answer:
        pk, cleaned = line.requirement.pk, self.cleaned_data
        if f"choice{pk}" in cleaned:
            choice, year = cleaned[f"choice{pk}"], cleaned.get(f"year{pk}") or self.year
            return Answer(line.measure.value_of(choice, year)) if choice else NO_ANSWER
        return Answer(cleaned[f"figure{pk}"], cleaned.get(f"judgement{pk}", ""))

    @property
    def start_version(self) -> int:
        """The version that the save starts from: the page's, or the one knowingly overwritten."""
        keep: int | None = self.cleaned_data.get("keep")
        version: int = self.cleaned_data["version"]
        return version if keep is None else keep

    @property
    def next_version(self) -> int:
        """The version that the next save starts from; a conflict keeps the page's own."""
        if self.outcome in (Outcome.REFUSED, Outcome.STALE):
            return number(str(self.data.get(self.add_prefix("version"), ""))) or 0
        return self.row.version

    @property
    def stored_digest(self) -> str:
        return digest(_comparable(self.stored))

    @property
    def is_touched(self) -> bool:
        """Whether a person changed the row since the page was made. An invalid row was."""
        if not self.is_valid() or self.cleaned_data.get("keep") is not None:
            return True
        return bool(digest(_comparable(self.entry)) != self.cleaned_data["was"])

    def controls(self) -> list[dict[str, Any]]:
        """Return what the template draws for each requirement: the line and its bound fields."""
        return [
            {
                "line": line,
                **{
                    kind: self[f"{kind}{line.requirement.pk}"]
                    for kind in ("choice", "year", "figure", "judgement")
                    if f"{kind}{line.requirement.pk}" in self.fields
                },
            }
            for line in self.row.lines
        ]


class FindingForm(ResultForm):
    """One criterion as the verifier finds it; the explanation is the finding."""

    url_name = "criteria:sheet-verify-row"
    letter = "v"

    explanation = _explanation(_("Finding"))

    def clean(self) -> None:
        """Whether a finding is missing depends on what the unit says: the action sees it."""

    @property
    def stored(self) -> Entry:
        return self.row.verified_entry

    @property
    def verdict(self) -> str:
        return self.row.verified_verdict

    @property
    def stored_by(self) -> User | None:
        return self.row.result.verified_by if self.row.result else None

    @property
    def stored_at(self) -> datetime | None:
        return self.row.result.verified_at if self.row.result else None
