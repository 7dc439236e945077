"""The working year of one round in plain Python: two sheets, in the hands of five people.

It knows the rules by heart and asks nothing of the code under test. Each act returns how it is
refused; where it returns None, it is done, or there was nothing to do.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError

from criteria.actions.results import Stale
from criteria.actions.steps import ManyRefused
from tests.steps_table import ARROWS, HANDS, NEEDS_REASON, NEEDS_TIME, STAMPED_BY, STAMPS

Refusal = type[Exception] | None

PLACES, NUMBERS = [0, 1], [1, 2]
PEOPLE = ["own", "city", "verifier", "both", "administrator"]
ENTERING, VERIFYING = ["own", "city", "both"], ["verifier", "both"]
YES, NO, NOT_APPLICABLE, UNSAID = "yes", "no", "not applicable", "unsaid"
VERDICT = {YES: "met", NO: "not_met", NOT_APPLICABLE: "not_applicable", UNSAID: "pending"}
VALUE = {YES: Decimal(1), NO: Decimal(0), NOT_APPLICABLE: None, UNSAID: None}
FIRST_DAY = date(2026, 11, 20)
SUBMIT_BY, EXTENDED, VERIFY_BY = date(2026, 11, 30), date(2026, 12, 5), date(2026, 12, 15)


@dataclass
class Row:
    """What both sides say of one criterion."""

    said: str
    explanation: str
    entered_by: str
    version: int = 1
    found: str = UNSAID
    finding: str = ""
    verified_by: str = ""
    is_noted: bool = False  # the last return asks for it
    is_touched: bool = False  # since the last return
    is_attached: bool = False  # the ward's document, to this row

    @property
    def is_verified(self) -> bool:
        return self.found != UNSAID

    @property
    def is_begun(self) -> bool:
        return not self.is_verified and bool(self.finding)

    @property
    def is_agreed(self) -> bool:
        return (self.found, self.finding) == (self.said, "")

    @property
    def is_complete(self) -> bool:
        is_mended = self.is_touched or not self.is_noted
        return self.said != UNSAID and bool(self.explanation or self.is_attached) and is_mended

    def touch(self, person: str) -> None:
        """Change the unit's side: what was found of it was found of something else."""
        self.entered_by, self.is_touched = person, True
        self.find(UNSAID, "", "")

    def find(self, found: str, finding: str, person: str) -> None:
        self.found, self.finding, self.verified_by = found, finding, person
        self.version += 1


@dataclass
class Sheet:
    state: str = ""  # nobody has begun
    version: int = 0
    rows: dict[int, Row] = field(default_factory=dict)
    stamps: dict[str, str] = field(default_factory=dict)  # of each step past: who took it
    returned: tuple[str, str] | None = None  # who, why
    own: set[str] = field(default_factory=set)  # who ever entered or submitted
    is_extended: bool = False
    tallies: dict[str, int] | None = None
    revision: int = 1

    @property
    def enter_by(self) -> date:
        if self.returned:
            return VERIFY_BY
        return EXTENDED if self.is_extended else SUBMIT_BY

    @property
    def situation(self) -> str:
        is_again = self.revision > 1 and self.state != "approved"
        return f"{self.state} again" if is_again else self.state

    @property
    def is_with_unit(self) -> bool:
        return self.state in ("", "draft", "returned")

    @property
    def is_complete(self) -> bool:
        return all(number in self.rows and self.rows[number].is_complete for number in NUMBERS)

    def move(self, step: str, person: str, reason: str, notes: set[int]) -> None:
        self.state, self.version = ARROWS[step][self.situation], self.version + 1
        if step in STAMPED_BY and step not in NEEDS_REASON:
            self.stamps[STAMPED_BY[step]] = person
        self.stamps = {name: who for name, who in self.stamps.items() if name in STAMPS[self.state]}
        if self.state == "returned":
            self.returned = (person, reason)
            for number, row in self.rows.items():
                row.is_noted, row.is_touched = number in notes, False
        if step == "submit":
            self.own.add(person)
        verdicts = Counter(VERDICT[row.found] for row in self.rows.values())
        self.tallies = dict(verdicts) if self.state == "approved" else None


class Model:
    def __init__(self) -> None:
        self.sheets = [Sheet() for _ in PLACES]
        self.is_open, self.today = True, FIRST_DAY
        self.log: list[tuple[str, str]] = []  # verb, person
        # What figures come from, whoever works on a later revision; the last one that there was.
        self.official: list[Sheet | None] = [None for _ in PLACES]
        self.last = [Sheet() for _ in PLACES]

    # `behind`: how many changes of the row or sheet the person has not seen.

    def save(
        self, place: int, person: str, number: int, said: str, words: str, behind: int
    ) -> Refusal:
        sheet = self.sheets[place]
        row = sheet.rows.get(number)
        if row and (row.said, row.explanation) == (said, words):
            return None
        if behind:
            return Stale
        is_late = self.today > sheet.enter_by
        if not self.is_open or is_late or not sheet.is_with_unit:
            return ValidationError
        if said == NOT_APPLICABLE and not words:
            return ValidationError
        if row is None:
            sheet.rows[number] = Row(said, words, person)
        else:
            row.said, row.explanation = said, words
            row.touch(person)
        sheet.state, sheet.version = sheet.state or "draft", sheet.version + 1
        sheet.own.add(person)
        self.log.append(("save_result", person))
        return None

    def attach(
        self, place: int, person: str, number: int, *, is_attached: bool, behind: int
    ) -> Refusal:
        """Attach the ward's document to a row, or take it off."""
        sheet = self.sheets[place]
        row = sheet.rows.get(number)
        if (row is not None and row.is_attached) == is_attached:
            return None
        if behind:
            return Stale
        if not self.is_open or self.today > sheet.enter_by or not sheet.is_with_unit:
            return ValidationError
        if row is None:
            row = sheet.rows[number] = Row(UNSAID, "", person)
        else:
            row.touch(person)
        row.is_attached = is_attached
        sheet.state, sheet.version = sheet.state or "draft", sheet.version + 1
        sheet.own.add(person)
        self.log.append(("attach" if is_attached else "detach", person))
        return None

    def may_verify(self, sheet: Sheet, person: str) -> bool:
        return self.is_open and sheet.state == "verifying" and person not in sheet.own

    def verify(
        self, place: int, person: str, number: int, found: str, finding: str, behind: int
    ) -> Refusal:
        sheet = self.sheets[place]
        row = sheet.rows.get(number)
        if row is None:
            return ValidationError
        if (row.found, row.finding) == (found, finding):
            return None
        if behind:
            return Stale
        lacks_finding = found not in (UNSAID, row.said) and not finding
        if lacks_finding or not self.may_verify(sheet, person):
            return ValidationError
        row.find(found, finding, person)
        sheet.version += 1
        self.log.append(("verify_result", person))
        return None

    def agree(self, place: int, person: str, numbers: Iterable[int], behind: int) -> Refusal:
        sheet = self.sheets[place]
        named = [sheet.rows.get(number) for number in sorted(numbers)]
        waiting = [row for row in named if row is None or not row.is_verified]
        if not waiting:
            is_known = behind == 0 or (behind == 1 and all(row.is_agreed for row in named))
            return None if is_known else Stale
        if all(row and row.is_begun for row in waiting):
            return ValidationError
        if behind:
            return Stale
        if not self.may_verify(sheet, person):
            return ValidationError
        sheet.version += 1
        self.take_over(sheet, person, numbers)
        return None

    def take_over(self, sheet: Sheet, person: str, numbers: Iterable[int] = NUMBERS) -> None:
        for number, row in sorted(sheet.rows.items()):
            if number in numbers and not row.is_verified and not row.is_begun:
                row.find(row.said, "", person)
                self.log.append(("verify_result", person))

    def step(
        self, place: int, person: str, step: str, reason: str, notes: set[int], behind: int
    ) -> Refusal:
        sheet = self.sheets[place]
        if not self.is_open or sheet.situation not in ARROWS[step]:
            return ValidationError
        if behind:
            return Stale
        if (
            (step in NEEDS_REASON and not reason)
            or (step in NEEDS_TIME and self.today > sheet.enter_by)
            or (step == "submit" and not sheet.is_complete)
            or (step in ("begin", "return", "approve") and person in sheet.own)
            or (step == "approve" and not all(row.is_verified for row in sheet.rows.values()))
        ):
            return ValidationError
        if step == "reopen":
            sheet = self.sheets[place] = self.later_revision(place)
        sheet.move(step, person, reason, notes)
        self.log.append((step, person))
        if step == "approve":
            self.official[place] = sheet
        elif step == "cancel_reopening":
            former = self.official[place]
            assert former is not None
            former.is_extended, self.last[place] = sheet.is_extended, sheet
            self.sheets[place] = former
        return None

    def later_revision(self, place: int) -> Sheet:
        """Copy the approved sheet, with versions that no revision had before."""
        approved = self.sheets[place]
        last = max(approved, self.last[place], key=lambda sheet: sheet.revision)
        rows = {
            number: replace(row, version=max(row.version, last.rows[number].version) + 1)
            for number, row in approved.rows.items()
        }
        version = max(approved.version, last.version)
        return replace(approved, rows=rows, version=version, revision=last.revision + 1)

    def many(
        self, places: list[int], person: str, reason: str, *, is_return: bool, behind: int
    ) -> Refusal:
        sheets = [self.sheets[place] for place in places]
        if not sheets:
            return ValidationError
        if behind or not all(
            self.is_open and s.state in ("submitted", "verifying") and person not in s.own
            for s in sheets
        ):
            return ManyRefused
        if not is_return and any(row.is_begun for s in sheets for row in s.rows.values()):
            return ManyRefused
        for sheet in sheets:
            if sheet.state == "submitted":
                sheet.move("begin", person, "", set())
                self.log.append(("begin", person))
        for sheet in sheets if not is_return else []:
            self.take_over(sheet, person)
        step = "return" if is_return else "approve"
        for place, sheet in zip(places, sheets, strict=True):
            sheet.move(step, person, reason, set())
            self.log.append((step, person))
            if step == "approve":
                self.official[place] = sheet
        return None

    def extend(self, place: int, person: str) -> Refusal:
        if not self.is_open or self.today > EXTENDED:
            return ValidationError
        if not self.sheets[place].is_extended:
            self.sheets[place].is_extended = True
            self.log.append(("extend", person))
        return None

    # --- who may --------------------------------------------------------------------------------

    def situation(self, place: int) -> tuple[object, ...]:
        """All that decides who may do what to a sheet."""
        sheet = self.sheets[place]
        return sheet.situation, sheet.enter_by, self.is_open, self.today

    def can_take(self, place: int, person: str, step: str) -> bool:
        sheet = self.sheets[place]
        is_in_time = self.today <= sheet.enter_by or step not in NEEDS_TIME
        stands = self.is_open and sheet.situation in ARROWS[step]
        return stands and person in HANDS[step] and is_in_time

    def can_enter(self, place: int, person: str) -> bool:
        sheet = self.sheets[place]
        is_in_time = self.today <= sheet.enter_by
        return self.is_open and is_in_time and person in ENTERING and sheet.is_with_unit

    def can_verify(self, place: int, person: str) -> bool:
        is_verifying = self.sheets[place].state == "verifying"
        return self.is_open and is_verifying and person in VERIFYING
