"""How a requirement is measured: all that differs from one measure to the next, in one table.

The database's check, forms, grid, words, offers, imports and pages read it, so that none of them
can know of a measure that another does not. CONTRIBUTING.md tells how to add one.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any, Protocol

from django.db.models import Q
from django.utils.formats import localize_input
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from namdinh_wards.text import fold

AT_LEAST, AT_MOST = ">=", "<="
SIGNS = {AT_LEAST: "≥", AT_MOST: "≤"}
YES, NO = "1", "0"
NOTHING_COMPARED = Q(comparator="", threshold=None, norm_per_ward=False, grades="")

# As people in Vietnam keep it in their own tables, folded. A “c” alone is “có” to one reader and
# “chưa” to another, so it is no answer to yes or no.
TICKS = ("1", "x", "v", "✓", "co", "yes", "y", "d", "dat")
CROSSES = ("0", "khong", "ko", "k", "no", "n", "chua", "khong dat", "chua dat")
TICKS_AND_CROSSES = {**dict.fromkeys(TICKS, YES), **dict.fromkeys(CROSSES, NO)}

Choice = tuple[str, Any]  # what is posted, and its words


class RequirementFacts(Protocol):
    """What a measure must know of the requirement that goes by it."""

    @property
    def measure(self) -> str: ...
    @property
    def comparator(self) -> str: ...
    @property
    def threshold(self) -> Decimal | None: ...
    @property
    def unit(self) -> str: ...
    @property
    def norm_per_ward(self) -> bool: ...
    @property
    def grades(self) -> str: ...


@dataclass(frozen=True)
class Measure:
    """One entry of the table. A value is always a Decimal; what it stands for, each measure says.

    is_compared: a threshold decides, and where none is known a person. is_figure: a quantity in
    the requirement's unit, which is typed in, drawn along an axis and short by so much; anything
    else is chosen. is_yearly: won or given for one year, so that the next one starts without it.
    asks_year: the control asks for the year. suffix: what people write behind the figure.
    condition: what the columns of a requirement must hold, for the database's own check.
    """

    code: str
    label: Any
    condition: Q
    is_compared: bool = False
    is_figure: bool = False
    is_yearly: bool = False
    asks_year: bool = False
    suffix: str = ""
    least: Decimal | None = None
    most: Decimal | None = None

    # --- how it is asked and read ---------------------------------------------------------------

    def choices(self, asked: RequirementFacts) -> list[Choice]:
        """Return what can be chosen; empty where a figure is typed."""
        return []

    def spellings(self, asked: RequirementFacts) -> Mapping[str, str]:
        """Return the choice that each word means which people type for it, folded."""
        return {}

    def choice_of(self, value: Decimal) -> str:
        """Return the choice that shows a stored value."""
        return YES if value > 0 else NO

    def value_of(self, choice: str, year: int) -> Decimal:
        """Return the value that a choice stands for. year: the one typed, or the round's."""
        return Decimal(choice)

    # --- in words -------------------------------------------------------------------------------

    def answer_in_words(self, value: Decimal, asked: RequirementFacts) -> str:
        raise NotImplementedError

    def fact_in_words(self, value: Decimal, asked: RequirementFacts) -> str:
        """Say it as a fact behind the requirement's text: “there is”, “182 m²”."""
        return self.answer_in_words(value, asked)

    def limit_in_words(self, threshold: Decimal, asked: RequirementFacts) -> str:
        """Write a threshold alone: “150 m²”."""
        return self.answer_in_words(threshold, asked)

    def threshold_in_words(self, threshold: Decimal, asked: RequirementFacts) -> str:
        """Write what meets the requirement: “≥ 150 m²”."""
        return f"{SIGNS[asked.comparator]} {self.limit_in_words(threshold, asked)}"

    def demand_in_words(self, asked: RequirementFacts) -> str:
        """Say what the requirement demands of every ward alike."""
        raise NotImplementedError

    # --- what may be taken over, and what an administrator must mend ----------------------------

    def inherited(
        self, values: Sequence[Decimal | None], asked: RequirementFacts, threshold: Decimal | None
    ) -> Decimal | None:
        """Return the value that is safe to start from where all predecessors met the requirement.

        values: of each of them, None where it was not asked. None: a person must answer.
        """
        return None

    def problems(self, asked: RequirementFacts) -> dict[str, str]:
        """Return what is wrong with a requirement's columns beyond `condition`, by column."""
        return {}


class YesNo(Measure):
    """1 or 0."""

    def choices(self, asked: RequirementFacts) -> list[Choice]:
        return [(YES, pgettext_lazy("answer", "Yes")), (NO, pgettext_lazy("answer", "No"))]

    def spellings(self, asked: RequirementFacts) -> Mapping[str, str]:
        return TICKS_AND_CROSSES

    def answer_in_words(self, value: Decimal, asked: RequirementFacts) -> str:
        return pgettext("answer", "Yes") if value else pgettext("answer", "No")

    def fact_in_words(self, value: Decimal, asked: RequirementFacts) -> str:
        if value:
            return pgettext("requirement", "there is")
        return pgettext("requirement", "there is none")

    def demand_in_words(self, asked: RequirementFacts) -> str:
        return pgettext("answer", "Yes")

    def inherited(
        self, values: Sequence[Decimal | None], asked: RequirementFacts, threshold: Decimal | None
    ) -> Decimal | None:
        """A yes stays a yes."""
        return Decimal(1) if all(values) else None


class Figure(Measure):
    """A quantity in the requirement's unit."""

    def answer_in_words(self, value: Decimal, asked: RequirementFacts) -> str:
        return f"{figure(value)} {asked.unit}".strip()

    def demand_in_words(self, asked: RequirementFacts) -> str:
        if asked.norm_per_ward:
            return _("the norm of each ward")
        if asked.threshold is None:
            return _("no threshold: the verifier judges")
        return self.threshold_in_words(asked.threshold, asked)

    def inherited(
        self, values: Sequence[Decimal | None], asked: RequirementFacts, threshold: Decimal | None
    ) -> Decimal | None:
        """The least favourable; the ward's own norm is for a person to answer."""
        known = [value for value in values if value is not None]
        if asked.norm_per_ward or threshold is None or len(known) < len(values):
            return None
        return min(known) if asked.comparator == AT_LEAST else max(known)


class Title(Measure):
    """The year that a title was won for, 0 where it was not won."""

    def choices(self, asked: RequirementFacts) -> list[Choice]:
        return [(YES, pgettext_lazy("title", "Won")), (NO, pgettext_lazy("title", "Not won"))]

    def spellings(self, asked: RequirementFacts) -> Mapping[str, str]:
        return TICKS_AND_CROSSES

    def value_of(self, choice: str, year: int) -> Decimal:
        return Decimal(year if choice == YES else 0)

    def answer_in_words(self, value: Decimal, asked: RequirementFacts) -> str:
        won = _("Won for %(year)d")
        return won % {"year": value} if value else pgettext("title", "Not won")

    def fact_in_words(self, value: Decimal, asked: RequirementFacts) -> str:
        won = _("title won for %(year)s")
        return won % {"year": int(value)} if value else _("title not won")

    def demand_in_words(self, asked: RequirementFacts) -> str:
        return _("the title of the year")


class Grade(Measure):
    """The place of a grade in the requirement's list, counted from the lowest, which is 1."""

    def choices(self, asked: RequirementFacts) -> list[Choice]:
        """The best first, as they are spoken of."""
        return [(str(place), name) for place, name in enumerate(grades_of(asked), 1)][::-1]

    def spellings(self, asked: RequirementFacts) -> Mapping[str, str]:
        """Each grade's initials, as offices write it: “HTTNV”; none that two grades share."""
        initials = {
            place: "".join(word[0] for word in fold(str(name)).split())
            for place, name in self.choices(asked)
        }
        times = Counter(initials.values())
        return {short: place for place, short in initials.items() if times[short] == 1}

    def choice_of(self, value: Decimal) -> str:
        return str(int(value))

    def answer_in_words(self, value: Decimal, asked: RequirementFacts) -> str:
        grades = grades_of(asked)
        return grades[int(value) - 1] if 1 <= value <= len(grades) else figure(value)

    def threshold_in_words(self, threshold: Decimal, asked: RequirementFacts) -> str:
        return _("“%(grade)s” or better") % {"grade": self.limit_in_words(threshold, asked)}

    def demand_in_words(self, asked: RequirementFacts) -> str:
        return self.threshold_in_words(asked.threshold or Decimal(0), asked)

    def problems(self, asked: RequirementFacts) -> dict[str, str]:
        grades = grades_of(asked)
        if len(grades) < 2:
            return {"grades": _("List two grades at least, one a line, the lowest first.")}
        if len({fold(grade) for grade in grades}) < len(grades):
            return {"grades": _("Each grade stands in the list once.")}
        if asked.threshold not in range(1, len(grades) + 1):
            message = _("Give the place in the list of the grade that meets it: 1 to %(last)d.")
            return {"threshold": message % {"last": len(grades)}}
        return {}


COMPARED = Q(comparator__in=[AT_LEAST, AT_MOST], grades="")
GRADED = Q(comparator=AT_LEAST, threshold__isnull=False, norm_per_ward=False) & ~Q(grades="")

YES_NO = YesNo("yes_no", gettext_lazy("Yes or no"), NOTHING_COMPARED)
NUMBER = Figure(
    "number",
    gettext_lazy("Number"),
    COMPARED,
    is_compared=True,
    is_figure=True,
    least=Decimal(0),
)
PERCENT = Figure(
    "percent",
    gettext_lazy("Percentage"),
    COMPARED,
    is_compared=True,
    is_figure=True,
    suffix="%",
    least=Decimal(-100),
    most=Decimal(1000),
)
TITLE = Title(
    "title",
    gettext_lazy("Title of the year"),
    NOTHING_COMPARED,
    is_yearly=True,
    asks_year=True,
)
GRADE = Grade("grade", gettext_lazy("Grade"), GRADED, is_compared=True, is_yearly=True)

MEASURES = {measure.code: measure for measure in (YES_NO, NUMBER, PERCENT, TITLE, GRADE)}
CHOICES = [(measure.code, measure.label) for measure in MEASURES.values()]
FIGURES = [measure.code for measure in MEASURES.values() if measure.is_figure]
CONDITION = reduce(
    or_, (Q(measure=measure.code) & measure.condition for measure in MEASURES.values())
)


def measure_of(asked: RequirementFacts) -> Measure:
    return MEASURES[asked.measure]


def grades_of(asked: RequirementFacts) -> list[str]:
    """Return the grades of a requirement, the lowest first."""
    return [line.strip() for line in asked.grades.splitlines() if line.strip()]


def figure(value: Decimal) -> str:
    """Write a figure as the sheet's inputs do: no useless zeros, the language's decimal mark."""
    plain = value.quantize(Decimal(1)) if value == value.to_integral() else value.normalize()
    return str(localize_input(plain))
