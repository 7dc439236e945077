"""A sheet of an open round, two people who fill it in, and two who approve it."""

from dataclasses import dataclass
from decimal import Decimal

import pytest

from accounts.models import User
from criteria.actions.assessments import approve_assessment, save_result
from criteria.models import Activity, Assessment, Result, Round, Ward
from criteria.readiness.rules import Answer
from criteria.readiness.sheet import Entry, Sheet, read_sheet
from tests.factories import RoundFactory, UserFactory, WardFactory, make_set

YES, NO = Decimal(1), Decimal(0)


@dataclass(frozen=True)
class Desk:
    """What one person has before them: a sheet as it was when they opened it."""

    sheet: Sheet
    user: User

    def save(self, value: Decimal, *, number: int = 1, explanation: str = "") -> Sheet:
        """Answer the criterion of a number, from the version that was opened."""
        row = next(row for row in self.sheet.rows if row.criterion.number == number)
        said = Entry({line.requirement.pk: Answer(value) for line in row.lines}, False, explanation)
        return save_result(
            self.sheet, row.criterion.pk, said, version=row.version, acting_user=self.user
        )

    def approve(self) -> Assessment:
        assessment = self.sheet.assessment
        return approve_assessment(assessment, version=assessment.version, acting_user=self.user)


@dataclass(frozen=True)
class Office:
    round: Round
    ward: Ward

    def open_by(self, user: User) -> Desk:
        """Open the sheet as it is now, one of one's own in memory."""
        sheets = Assessment.objects.select_related("ward", "round__criteria_set")
        stored = sheets.filter(ward=self.ward, round=self.round).first()
        return Desk(read_sheet(stored or Assessment(ward=self.ward, round=self.round)), user)

    def fill(self, user: User) -> None:
        """Answer every criterion with yes."""
        for row in self.open_by(user).sheet.rows:
            self.open_by(user).save(YES, number=row.criterion.number)

    @property
    def assessment(self) -> Assessment:
        return Assessment.objects.get(ward=self.ward, round=self.round)

    def result(self, number: int = 1) -> Result:
        return Result.objects.get(assessment=self.assessment, criterion__number=number)

    def next_door(self) -> "Office":
        """The same round in another ward."""
        return Office(self.round, WardFactory())


@pytest.fixture
def office() -> Office:
    return Office(RoundFactory(criteria_set=make_set(n_criteria=3)), WardFactory())


@pytest.fixture
def people() -> list[User]:
    return UserFactory.create_batch(4)


def assert_log_is_whole(n_expected: int) -> None:
    """So many entries are there, numbered without a gap, each sealed onto the one before."""
    rows = list(Activity.objects.order_by("seq"))
    assert [row.seq for row in rows] == list(range(1, n_expected + 1))
    previous = "0" * 64
    for row in rows:
        assert (row.previous_hash, row.hash) == (previous, row.seal())
        previous = row.hash
