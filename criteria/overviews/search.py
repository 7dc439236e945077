"""Wards, criteria and documents by their names, numbers and codes: what the box in the bar finds.

Every word must occur, in any order, diacritics and case aside. Who may see which documents is for
the caller to say; the names of wards and criteria are for everybody who reads the pages.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Prefetch,
    Q,
    When,
    Window,
)

from criteria.models import (
    CriteriaSet,
    Criterion,
    Evidence,
    EvidenceQuerySet,
    Round,
    Ward,
    WardSuccession,
    in_force_on,
)
from namdinh_wards.text import LONGEST_SOUGHT, fold

N_SHOWN = 10  # a group

# A criterion may be called by its number: “tiêu chí 5”.
_NUMBERED = re.compile(r"(?:tieu chi |criterion )?0*([1-9][0-9]{0,3})", re.ASCII)

Row = TypeVar("Row")


@dataclass(frozen=True)
class Group(Generic[Row]):
    """What was found of one kind: the first rows, and how many there are in all."""

    rows: list[Row]
    total: int

    @property
    def has_more(self) -> bool:
        return self.total > len(self.rows)


@dataclass(frozen=True)
class FoundWard:
    """A unit, whether it exists on the day, and what became of it directly."""

    ward: Ward
    is_in_force: bool
    is_to_come: bool
    successors: list[Ward]


@dataclass(frozen=True)
class Found:
    """`only_ward`: the pk of the ward of all documents found, where they are of one ward."""

    wards: Group[FoundWard]
    criteria: Group[Criterion]
    documents: Group[Evidence]
    only_ward: int | None

    @property
    def total(self) -> int:
        return self.wards.total + self.criteria.total + self.documents.total

    @property
    def has_more(self) -> bool:
        return self.wards.has_more or self.criteria.has_more or self.documents.has_more


def clean(typed: str) -> str:
    """Return what is searched for of what was typed: no NUL, no space around it."""
    return typed.replace("\0", "").strip()


def find(
    typed: str, documents: EvidenceQuerySet, on: date, *, n_shown: int = N_SHOWN
) -> Found | None:
    """Return what is called like `typed` among units, criteria and `documents`.

    Units in force on the day come first, then those to come, then those that are no more; criteria
    of sets that rounds go by before others, and of the latest set first; documents in use before
    those superseded. Within that, names that begin with the text first, then those of which a word
    does. None: there is nothing to search for. Four queries at most.
    """
    text = fold(clean(typed))
    if not text:
        return None
    if len(text) > LONGEST_SOUGHT:
        return Found(Group([], 0), Group([], 0), Group([], 0), None)
    wards = _first(_wards(text, on), n_shown)
    matching = _first(_documents(documents, text), n_shown)
    return Found(
        wards=Group([_tell(ward, on) for ward in wards.rows], wards.total),
        criteria=_first(_criteria(text), n_shown),
        documents=matching,
        only_ward=_only_ward(matching.rows),
    )


def _first(rows: Any, n_shown: int) -> Group[Any]:
    """Read the first of rows that carry `n_found`. The count comes with them, in one query."""
    shown = list(rows[:n_shown])
    return Group(shown, shown[0].n_found if shown else 0)


def _rank(*cases: Q | Exists) -> Case:
    """Return the place of the first case that is true; after all of them where none is."""
    places = [When(case, then=place) for place, case in enumerate(cases)]
    return Case(*places, default=len(cases), output_field=IntegerField())


def _begins(column: str, text: str, *, also: Q | None = None) -> Case:
    """Rank names that begin with the text, or have `also`, before those of which a word does."""
    first = Q(**{f"{column}__startswith": text}) | (also or Q())
    return _rank(first, Q(**{f"{column}__contains": f" {text}"}))


def _wards(text: str, on: date) -> Any:
    became = WardSuccession.objects.select_related("successor").order_by("successor__sort_key")
    return (
        Ward.objects.search(text)
        .annotate(n_found=Window(Count("*")))
        .order_by(
            _rank(in_force_on(on), Q(valid_from__gt=on)),
            _begins("search_name", text),
            "sort_key",
            "-valid_from",
        )
        .prefetch_related(Prefetch("successions", queryset=became))
    )


def _tell(ward: Ward, on: date) -> FoundWard:
    successors = [succession.successor for succession in ward.successions.all()]
    return FoundWard(ward, ward.in_force(on), ward.valid_from > on, successors)


def _criteria(text: str) -> Any:
    matches, called = Q(), Q(code__folded=text)
    for word in text.split():
        matches &= Q(search_name__contains=word)
    numbered = _NUMBERED.fullmatch(text)
    if numbered:
        called |= Q(number=int(numbered[1]))
    return (
        Criterion.objects.filter(matches | called)
        .exclude(criteria_set__status=CriteriaSet.Status.DRAFT)
        .select_related("criteria_set")
        .annotate(n_found=Window(Count("*")))
        .order_by(
            _rank(Exists(Round.objects.filter(criteria_set=OuterRef("criteria_set")))),
            "-criteria_set__effective_from",
            "criteria_set__code",
            _begins("search_name", text, also=called),
            "number",
        )
    )


def _documents(documents: EvidenceQuerySet, text: str) -> Any:
    """Annotate `first_ward` and `last_ward` too: the same where all that is found is of one."""
    return (
        documents.search(text)
        .select_related("ward")
        .annotate(
            n_found=Window(Count("*")),
            first_ward=Window(Min("ward")),
            last_ward=Window(Max("ward")),
        )
        .order_by(_rank(Q(superseded_by=None)), _begins("search_text", text), "-added_at", "-pk")
    )


def _only_ward(documents: list[Any]) -> int | None:
    if documents and documents[0].first_ward == documents[0].last_ward:
        return int(documents[0].first_ward)
    return None
