"""A sheet of an open round, and people who fill it in or verify it, each with it before them."""

from dataclasses import dataclass
from decimal import Decimal

import pytest

from accounts.models import User
from criteria.actions.results import save_result
from criteria.actions.steps import approve_many, take_step
from criteria.actions.verification import agree_with_rows, verify_result
from criteria.models import Activity, Assessment, Result, Round, Ward
from criteria.readiness.rules import Answer
from criteria.sheets.sheet import Entry, Row, Sheet, read_sheet
from criteria.workflow import APPROVE, BEGIN, REOPEN, SUBMIT, Step
from tests.factories import RoundFactory, UserFactory, WardFactory, make_set

YES, NO = Decimal(1), Decimal(0)


@dataclass(frozen=True)
class Desk:
    """What one person has before them: a sheet as it was when they opened it."""

    sheet: Sheet
    user: User

    def save(self, value: Decimal, *, number: int = 1, explanation: str = "") -> Sheet:
        """Answer the criterion of a number, from the version that was opened."""
        row, said = self._say(value, number, explanation)
        return save_result(self.sheet, row, said, version=row.version, acting_user=self.user)

    def find(self, value: Decimal, *, number: int = 1, finding: str = "") -> Sheet:
        """Verify the criterion of a number, from the version that was opened."""
        row, found = self._say(value, number, finding)
        return verify_result(self.sheet, row, found, version=row.version, acting_user=self.user)

    def _say(self, value: Decimal, number: int, words: str) -> tuple[Row, Entry]:
        row = next(row for row in self.sheet.rows if row.criterion.number == number)
        answers = {line.requirement.pk: Answer(value) for line in row.lines}
        return row, Entry(answers, False, words)

    def agree(self) -> Sheet:
        """Agree with the unit on everything that is not verified."""
        read = [(row, row.version) for row in self.sheet.rows]
        return agree_with_rows(self.sheet, read, acting_user=self.user)

    def take(self, step: Step) -> Assessment:
        assessment = self.sheet.assessment
        reason = "Thiếu minh chứng" if step.needs_reason else ""
        return take_step(
            assessment, step, version=assessment.version, acting_user=self.user, reason=reason
        )

    def approve_many(self) -> list[Assessment]:
        assessment = self.sheet.assessment
        return approve_many(
            {assessment.pk: assessment.version}, reason="Họp xét", acting_user=self.user
        )


@dataclass(frozen=True)
class Office:
    round: Round
    ward: Ward

    def open_by(self, user: User) -> Desk:
        """Open the sheet as it is now, one of one's own in memory."""
        sheets = Assessment.objects.latest_revisions()
        sheets = sheets.select_related("ward", "round__criteria_set")
        stored = sheets.filter(ward=self.ward, round=self.round).first()
        return Desk(read_sheet(stored or Assessment(ward=self.ward, round=self.round)), user)

    def fill(self, user: User) -> None:
        """Answer every criterion with yes."""
        for row in self.open_by(user).sheet.rows:
            self.open_by(user).save(YES, number=row.criterion.number, explanation="Có hồ sơ")

    def submit(self, user: User) -> None:
        self.fill(user)
        self.open_by(user).take(SUBMIT)

    def begin(self, user: User, verifier: User) -> None:
        self.submit(user)
        self.open_by(verifier).take(BEGIN)

    def approve(self, user: User, verifier: User) -> None:
        self.begin(user, verifier)
        self.open_by(verifier).agree()
        self.open_by(verifier).take(APPROVE)

    def reopen(self, user: User, verifier: User, administrator: User) -> None:
        """Approve the sheet and reopen it."""
        self.approve(user, verifier)
        self.open_by(administrator).take(REOPEN)

    @property
    def assessment(self) -> Assessment:
        return Assessment.objects.latest_revisions().get(ward=self.ward, round=self.round)

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
