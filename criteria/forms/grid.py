"""The forms of the grid: the rows of the sheet as compact cells, which are typed in and pasted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from criteria.forms.sheet import ResultForm
from criteria.measures import CROSSES, TICKS, Choice
from criteria.models import JUDGEMENTS, Requirement
from criteria.sheets.sheet import Line, Sheet
from criteria.verdicts import Verdict
from namdinh_wards.text import fold

# A “c” alone is a judgement (đ/c: đạt, chưa đạt), where it can mean one thing only.
JUDGEMENT_WORDS = {
    **dict.fromkeys(TICKS, Verdict.MET.value),
    **dict.fromkeys((*CROSSES, "c", "cd", "kd"), Verdict.NOT_MET.value),
}
# Each requirement's cells, in order; the last two are only read.
KINDS = ("choice", "figure", "year", "judgement", "threshold", "previous")


class WordField(forms.Field):
    """A choice from a list, which may also be written as a word: its label, or one that people use.

    choices: those that say something, each with its label.
    """

    widget = forms.TextInput  # the list itself is written by the cell's template tag
    default_error_messages = {"invalid_choice": _("Write one of these: %(words)s.")}

    def __init__(
        self, *, words: Mapping[str, str], choices: Sequence[Choice], **kwargs: Any
    ) -> None:
        super().__init__(required=False, **kwargs)
        self.words = words
        self.labels = dict(choices)

    def _labels(self) -> dict[str, str]:
        """Return the labels in the reader's language."""
        return {value: str(label) for value, label in self.labels.items()}

    def known_words(self) -> dict[str, str]:
        """Return which choice each word means, folded; its own label first."""
        labels = {fold(label): value for value, label in self._labels().items()}
        return {**labels, **self.words}

    def to_python(self, value: Any) -> str:
        text = fold(str(value or ""))
        return self.known_words().get(text, text)

    def validate(self, value: str) -> None:
        labels = self._labels()
        if value and value not in labels:
            message = self.error_messages["invalid_choice"]
            words = ", ".join(labels.values())
            raise ValidationError(message, code="invalid_choice", params={"words": words})

    def prepare_value(self, value: Any) -> Any:
        """Choose from the list what was written; what is not in it stays as it is."""
        choice = self.to_python(value)
        return choice if choice in self.labels else value


class CellForm(ResultForm):
    """One ward's row of the grid. Its fields are prefixed with the ward's pk."""

    url_name = "criteria:grid-row"

    def __init__(self, sheet: Sheet, criterion_id: int, data: Any = None) -> None:
        row = sheet.row(criterion_id)
        if row is None:
            raise ValueError("the criterion is not in the round's criteria set")
        assessment = sheet.assessment
        super().__init__(row, assessment.round.year, data, prefix=f"w{assessment.ward_id}")

    def choice_field(self, line: Line, choices: list[Choice], initial: str) -> forms.Field:
        return WordField(
            words=line.measure.spellings(line.requirement),
            choices=choices,
            initial=initial,
            label=line.requirement.text,
        )

    def judgement_field(self, initial: str) -> forms.Field:
        return WordField(
            words=JUDGEMENT_WORDS, choices=JUDGEMENTS, initial=initial, label=_("Judgement")
        )

    def cells(self, blocks: Sequence["Block"]) -> list["Cell"]:
        """Return what the row shows under each head."""
        lines = {line.requirement.pk: line for line in self.row.lines}
        return [
            self._cell(kind, lines[block.requirement.pk])
            for block in blocks
            for kind in block.kinds
        ]

    def _cell(self, kind: str, line: Line) -> "Cell":
        key = f"{kind}{line.requirement.pk}"
        if key not in self.fields:
            return Cell(kind, key, line)
        bound, field = self[key], self.fields[key]
        value = bound.value()
        errors = map(str, self.errors.get(key, [])) if self.is_bound else []
        return Cell(
            kind,
            key,
            line,
            bound.html_name,
            "" if value is None else str(value),
            " ".join(errors),
            tuple(field.labels.items()) if isinstance(field, WordField) else (),
        )


@dataclass(frozen=True)
class Cell:
    """One cell under a requirement's head. `name` is empty where there is nothing to enter.

    choices: of a list, those that say something.
    """

    kind: str
    key: str
    line: Line
    name: str = ""
    value: str = ""
    error: str = ""
    choices: tuple[Choice, ...] = ()

    @property
    def is_entered(self) -> bool:
        """Whether its column is one that is typed in."""
        return self.kind not in ("threshold", "previous")

    @property
    def is_answer(self) -> bool:
        return self.kind in ("choice", "figure")


@dataclass(frozen=True)
class Block:
    """The heads of one requirement: the kinds of cell that some ward has.

    words: of each kind that is a list, which choice each word means that people write for it.
    """

    requirement: Requirement
    kinds: tuple[str, ...]
    words: Mapping[str, Mapping[str, str]]


def blocks(rows: Iterable[CellForm]) -> list[Block]:
    """Return the heads over all rows, in the order of the requirements."""
    kinds_asked: dict[Requirement, set[str]] = {}
    words: dict[Requirement, dict[str, Mapping[str, str]]] = {}
    for form in rows:
        for line in form.row.lines:
            kinds = kinds_asked.setdefault(line.requirement, {"previous"})
            lists = words.setdefault(line.requirement, {})
            for kind in KINDS:
                field = form.fields.get(f"{kind}{line.requirement.pk}")
                if field:
                    kinds.add(kind)
                if isinstance(field, WordField) and kind not in lists:
                    lists[kind] = field.known_words()
            if line.threshold is not None:
                kinds.add("threshold")
    return [
        Block(requirement, tuple(kind for kind in KINDS if kind in kinds), words[requirement])
        for requirement, kinds in kinds_asked.items()
    ]
