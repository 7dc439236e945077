"""A sheet from hand to hand, by the actions themselves, each from what is stored then."""

from datetime import date
from decimal import Decimal

from accounts.models import User
from criteria.actions.results import save_result
from criteria.actions.steps import take_step
from criteria.actions.verification import agree_with_rows, verify_result
from criteria.models import Assessment, Round
from criteria.readiness.rules import Answer
from criteria.sheets.sheet import Entry, Row, Sheet, read_sheet
from criteria.workflow import (
    APPROVE,
    BEGIN,
    CANCEL_REOPENING,
    REOPEN,
    RETURN,
    SUBMIT,
    WITHDRAW,
    Step,
)
from tests.factories import MembershipFactory, UserFactory, WardFactory
from tests.steps_table import SITUATIONS

YES, NO, NOT_APPLICABLE = 1, 0, None
GROUNDS = "Có hồ sơ kèm theo"


def as_it_is(assessment: Assessment) -> Assessment:
    """What is stored of it now, one of one's own in memory; itself where nothing is."""
    people = ("approved_by", "submitted_by", "verifying_by", "returned_by")
    found = Assessment.objects.with_extension().select_related(
        "ward", "round__criteria_set", *people
    )
    return found.latest_revisions().revisions_of(assessment).first() or assessment


def open_sheet(assessment: Assessment) -> Sheet:
    """The sheet as it is now."""
    return read_sheet(as_it_is(assessment))


def row_of(sheet: Sheet, number: int) -> Row:
    return next(row for row in sheet.rows if row.criterion.number == number)


def say(row: Row, value: int | None, explanation: str = GROUNDS) -> Entry:
    """One answer to every requirement of a row: yes, no, or that it does not apply."""
    answer = Answer(None if value is None else Decimal(value))
    said = {line.requirement.pk: answer for line in row.lines}
    return Entry(said, value is NOT_APPLICABLE, explanation)


def save(
    assessment: Assessment,
    number: int,
    value: int | None,
    by: User,
    *,
    explanation: str = GROUNDS,
    today: date | None = None,
) -> Sheet:
    sheet = open_sheet(assessment)
    row = row_of(sheet, number)
    return save_result(
        sheet,
        row,
        say(row, value, explanation),
        version=row.version,
        acting_user=by,
        today=today,
    )


def fill(assessment: Assessment, by: User, *values: int | None) -> Assessment:
    """Answer the criteria in order; without values, each with yes."""
    sheet = open_sheet(assessment)
    for row, value in zip(sheet.rows, values or [YES] * len(sheet.rows), strict=False):
        said = say(row, value)
        sheet = save_result(sheet, row, said, version=row.version, acting_user=by)
    return as_it_is(assessment)


def take(assessment: Assessment, step: Step, by: User, **facts: object) -> Assessment:
    """Take a step as whoever has just read the sheet."""
    stored = as_it_is(assessment)
    facts.setdefault("version", stored.version)
    return take_step(stored, step, acting_user=by, **facts)


def find(
    assessment: Assessment, number: int, value: int | None, by: User, finding: str = ""
) -> Sheet:
    """Verify one row."""
    sheet = open_sheet(assessment)
    row = row_of(sheet, number)
    return verify_result(sheet, row, say(row, value, finding), version=row.version, acting_user=by)


def agree(assessment: Assessment, by: User, *numbers: int) -> Sheet:
    """Agree with the unit on the criteria; without numbers, on all that nobody has verified."""
    sheet = open_sheet(assessment)
    rows = [row for row in sheet.rows if not numbers or row.criterion.number in numbers]
    read = [(row, row.version) for row in rows]
    return agree_with_rows(sheet, read, acting_user=by)


def submit(assessment: Assessment, officer: User, *values: int | None) -> Assessment:
    fill(assessment, officer, *values)
    return take(assessment, SUBMIT, officer)


def begin(assessment: Assessment, officer: User, verifier: User, *values: int | None) -> Assessment:
    submit(assessment, officer, *values)
    return take(assessment, BEGIN, verifier)


def approve(
    assessment: Assessment, officer: User, verifier: User, *values: int | None
) -> Assessment:
    begin(assessment, officer, verifier, *values)
    agree(assessment, verifier)
    return take(assessment, APPROVE, verifier)


def send_back(
    assessment: Assessment, officer: User, verifier: User, notes: dict[int, str] | None = None
) -> Assessment:
    """Begin a sheet and return it; notes: what to mend, by the criterion's number."""
    begin(assessment, officer, verifier)
    return return_sheet(assessment, verifier, notes)


def return_sheet(
    assessment: Assessment, verifier: User, notes: dict[int, str] | None = None
) -> Assessment:
    sheet = open_sheet(assessment)
    by_pk = {row_of(sheet, number).criterion.pk: note for number, note in (notes or {}).items()}
    return take(assessment, RETURN, verifier, reason="Thiếu minh chứng", notes=by_pk)


def reopen(assessment: Assessment, administrator: User) -> Assessment:
    return take(assessment, REOPEN, administrator, reason="Nhầm số liệu")


def cancel_reopening(assessment: Assessment, administrator: User) -> Assessment:
    return take(assessment, CANCEL_REOPENING, administrator, reason="Số liệu vẫn đúng")


def bring_to(
    situation: str, assessment: Assessment, *, officer: User, verifier: User
) -> Assessment:
    """Take an unsaved sheet to a situation by the shortest way, every criterion met."""
    state = situation.removesuffix(" again")
    if state != situation:
        approve(assessment, officer, verifier)
        reopened = reopen(assessment, UserFactory())
        again = {
            "returned": [],
            "submitted": [(SUBMIT, officer)],
            "draft": [(SUBMIT, officer), (WITHDRAW, officer)],
            "verifying": [(SUBMIT, officer), (BEGIN, verifier)],
        }
        for step, person in again[state]:
            reopened = take(assessment, step, person)
        return reopened
    ways = {
        "draft": lambda: fill(assessment, officer),
        "submitted": lambda: submit(assessment, officer),
        "verifying": lambda: begin(assessment, officer, verifier),
        "returned": lambda: send_back(assessment, officer, verifier),
        "approved": lambda: approve(assessment, officer, verifier),
    }
    return ways[state]()


class SheetsByState(dict[str, Assessment]):
    """A sheet of the round in each situation, each of its own ward, ready for what is next.

    Each is made once somebody asks for it.
    """

    def __init__(self, round: Round, *, officer: User, verifier: User) -> None:
        super().__init__()
        self.round, self.officer, self.verifier = round, officer, verifier

    def __missing__(self, situation: str) -> Assessment:
        sheet = Assessment(ward=WardFactory(), round=self.round)
        bring_to(situation, sheet, officer=self.officer, verifier=self.verifier)
        if situation == "verifying":
            agree(sheet, self.verifier)
        self[situation] = as_it_is(sheet)
        return self[situation]


def sheets_by_state(round: Round, *, officer: User, verifier: User) -> dict[str, Assessment]:
    """Make all of them."""
    sheets = SheetsByState(round, officer=officer, verifier=verifier)
    return {situation: sheets[situation] for situation in SITUATIONS}


def as_stored(sheets: dict[str, Assessment]) -> dict[str, Assessment]:
    """The sheets as they are now, none of them known to anybody else."""
    stored = Assessment.objects.latest_revisions().with_extension()
    stored = stored.select_related("ward", "round__criteria_set")
    found = {
        (sheet.ward_id, sheet.round_id): sheet
        for sheet in stored.filter(ward__in=[sheet.ward_id for sheet in sheets.values()])
    }
    return {
        name: found.get((sheet.ward_id, sheet.round_id))
        or Assessment(ward_id=sheet.ward_id, round_id=sheet.round_id)
        for name, sheet in sheets.items()
    }


def join(user: User, assessment: Assessment) -> User:
    """Let a user work for the sheet's ward."""
    MembershipFactory(user=user, ward=assessment.ward)
    return user
