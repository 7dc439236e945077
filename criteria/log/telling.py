"""The log for its readers: what an entry says in words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from criteria.models import (
    QUESTION,
    Activity,
    CriteriaSet,
    Criterion,
    CriterionGroup,
    Requirement,
    Result,
    Round,
    Ward,
)
from criteria.readiness.rules import Answer
from criteria.readiness.words import answer_in_words, value_in_words, verdict_in_words

# What actions say that is no column of the record.
_LABELS = {
    "evidence": gettext_lazy("evidence"),
    "cloned_from": gettext_lazy("copied from set no."),
    "groups": gettext_lazy("groups"),
    "criteria": gettext_lazy("criteria"),
    "requirements": gettext_lazy("requirements"),
    "norms": gettext_lazy("norms"),
    "roles": gettext_lazy("roles"),
    "lock": gettext_lazy("lock"),
    "agreed_unseen": gettext_lazy("agreed with, verified by nobody"),
    "n_polygons": gettext_lazy("polygons"),
    "n_positions": gettext_lazy("positions"),
}
_AT_ONCE = 4
_OF_ANY_KIND = frozenset({Activity.Verb.CREATE, Activity.Verb.CHANGE, Activity.Verb.DELETE})
_JUDGEMENT = " (judgement)"  # the action's own mark behind a requirement's text
# The kinds of record that a key is named by: small tables, one query each where a page needs it.
_NAMED = (Ward, User, Round, CriteriaSet, CriterionGroup, Criterion, Requirement)

Names = Mapping[type[models.Model], Mapping[int, str]]
Requirements = Mapping[tuple[int, str], Requirement]  # by result and text; what it asks alone


@dataclass(frozen=True)
class Change:
    """One thing that an entry says: empty where there is nothing on that side.

    is_one_sided: it came, went or is only stated; nothing became something else. is_technical: of
    the program's own book-keeping, which tells a reader nothing.
    """

    label: str
    before: str
    after: str
    is_one_sided: bool = False
    is_technical: bool = False


@dataclass(frozen=True)
class EntryInWords:
    """An entry in words."""

    entry: Activity
    kind: str
    changes: tuple[Change, ...]

    @property
    def who(self) -> str:
        return self.entry.who or _("The program")

    @property
    def aside(self) -> str:
        """What neither the verb nor the record's own name says: its kind, its ward."""
        ward = self.entry.ward
        words = [self.kind] if self.entry.verb in _OF_ANY_KIND else []
        if ward and ward.name not in self.entry.object_name:
            words.append(str(ward))
        return " – ".join(words)

    @property
    def plain_changes(self) -> list[Change]:
        return [change for change in self.changes if not change.is_technical]

    @property
    def first_changes(self) -> list[Change]:
        """What is shown at once; the rest is asked for."""
        changes = self.plain_changes
        return changes if len(changes) <= _AT_ONCE + 1 else changes[:_AT_ONCE]

    @property
    def more_changes(self) -> list[Change]:
        return self.plain_changes[len(self.first_changes) :]


def tell(entries: Sequence[Activity], known: Names | None = None) -> list[EntryInWords]:
    """Put entries into words.

    known: names that the caller has at hand. At most one query a kind of record that is named by
    its key, and one for the requirements, however many entries.
    """
    names, asked = _names(entries, known or {}), _asked(entries)
    return [
        EntryInWords(entry, kind_in_words(entry), tuple(_changes(entry, names, asked)))
        for entry in entries
    ]


def tell_briefly(entries: Iterable[Activity]) -> list[EntryInWords]:
    """Say of entries what was done to what, without from and to: no query."""
    return [EntryInWords(entry, kind_in_words(entry), ()) for entry in entries]


def kind_in_words(entry: Activity) -> str:
    model = _model(entry.object_type)
    return str(capfirst(model._meta.verbose_name)) if model else entry.object_type


def _model(label: str) -> type[models.Model] | None:
    """The kind of record that an entry speaks of; it may be of a kind that is no more."""
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def _fields(entry: Activity) -> Iterator[tuple[str, models.Field | None]]:
    """Yield what the entry speaks of, in its order, with the column that keeps it, if one does."""
    model = _model(entry.object_type)
    columns: dict[str, models.Field] = {}
    for field in model._meta.concrete_fields if model else ():
        columns[field.name] = columns[field.attname] = field
    for name in dict.fromkeys([*entry.before, *entry.after]):
        yield name, columns.get(name)


def _changes(entry: Activity, names: Names, asked: Requirements) -> Iterator[Change]:
    for name, field in _in_order(entry, asked):
        before, after = (
            _in_words(entry, name, field, side.get(name), names, asked)
            for side in (entry.before, entry.after)
        )
        if before or after:
            is_one_sided = (name in entry.before) != (name in entry.after)
            yield Change(_label(name, field), before, after, is_one_sided, _is_technical(field))


def _in_order(entry: Activity, asked: Requirements) -> list[tuple[str, models.Field | None]]:
    """The columns as the model has them, then the requirements as the sheet has them.

    PostgreSQL keeps the names of JSON by their length, SQLite as they were said.
    """
    order = {text: place for place, (result, text) in enumerate(asked) if result == entry.object_id}

    def place(item: tuple[str, models.Field | None]) -> tuple[int, int, str]:
        name, field = item
        if field is not None:
            return 0, field.creation_counter, ""
        plain = name.removesuffix(_JUDGEMENT)
        return 1, order.get(plain, len(order)), name

    return sorted(_fields(entry), key=place)


def _is_technical(field: models.Field | None) -> bool:
    return field is not None and (
        field.primary_key or not field.editable or field.name == "version"
    )


def _label(name: str, field: models.Field | None) -> str:
    if field is not None:
        return str(capfirst(field.verbose_name))
    if name in _LABELS:
        return str(capfirst(_LABELS[name]))
    if name.endswith(_JUDGEMENT):
        return _("%(requirement)s (judgement)") % {"requirement": name.removesuffix(_JUDGEMENT)}
    model = _model(name)  # a load counts its records by kind
    return str(capfirst(model._meta.verbose_name_plural)) if model else name


def _in_words(
    entry: Activity,
    name: str,
    field: models.Field | None,
    value: Any,
    names: Names,
    asked: Requirements,
) -> str:
    if isinstance(field, models.ForeignKey) and isinstance(value, int):
        unnamed = _("no. %(number)d") % {"number": value}
        return names.get(field.related_model, {}).get(value, unnamed)
    if field is None and entry.object_type == Result._meta.label_lower and isinstance(value, str):
        if name.endswith(_JUDGEMENT):
            return verdict_in_words(value)
        if requirement := asked.get((entry.object_id or 0, name)):
            return _answer(requirement, value)
    return value_in_words(field, value)


def _answer(asked: Requirement, value: str) -> str:
    try:
        return answer_in_words(asked, Answer(Decimal(value)))
    except InvalidOperation:
        return value


def _names(entries: Iterable[Activity], known: Names) -> Names:
    wanted: dict[type[models.Model], set[int]] = {model: set() for model in _NAMED}
    for entry in entries:
        for name, field in _fields(entry):
            if isinstance(field, models.ForeignKey) and field.related_model in wanted:
                sides = (entry.before.get(name), entry.after.get(name))
                wanted[field.related_model] |= {key for key in sides if isinstance(key, int)}
    return {model: _named(model, keys, known.get(model, {})) for model, keys in wanted.items()}


def _named(
    model: type[models.Model], keys: set[int], known: Mapping[int, str]
) -> Mapping[int, str]:
    missing = keys - known.keys()
    records = model._default_manager.in_bulk(missing) if missing else {}
    return {**known, **{key: _name(record) for key, record in records.items()}}


def _name(record: models.Model) -> str:
    return record.label if isinstance(record, User) else str(record)


def _asked(entries: Iterable[Activity]) -> Requirements:
    kind = Result._meta.label_lower
    results = {entry.object_id or 0 for entry in entries if entry.object_type == kind}
    if not results:
        return {}
    rows = Result.objects.filter(pk__in=results)
    path = "criterion__requirements__"
    asked = rows.order_by("pk", f"{path}position").values_list(
        "pk", *(f"{path}{name}" for name in QUESTION)
    )
    requirements = {}
    for pk, *question in asked:
        requirement = Requirement(**dict(zip(QUESTION, question, strict=True)))
        requirements[pk, requirement.text] = requirement
    return requirements
