"""An invented working year after the other, made by the domain's own actions. Deterministic.

What is real: the wards, the pledges of 2023 (the pilots are ready that year), and that eleven ward
units lacked area in April 2023. Which eleven, and everything else, is invented.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from django.conf import settings
from django.contrib.auth.models import Group

from accounts.models import User
from criteria.actions.assessments import save_result
from criteria.actions.evidence import DocumentFacts, add_evidence, attach
from criteria.actions.notices import mark_notices_read
from criteria.actions.records import save_record
from criteria.actions.rounds import give_extension
from criteria.actions.steps import approve_many, take_step
from criteria.actions.verification import agree_with_rows, verify_result
from criteria.management.invented import (
    FINDING,
    INVENTED,
    Story,
    entry_of,
    make_norms,
    story_of,
)
from criteria.models import Activity, Assessment, Membership, Round, Ward
from criteria.readiness.sheet import Sheet, read_sheet
from criteria.workflow import BEGIN, RETURN, SUBMIT

# username, full name, role; in the order of People
ACCOUNTS = [
    ("canbo.phuong", "Cán bộ phường (minh họa)", "Ward officer"),
    ("canbo.tp", "Cán bộ thành phố (minh họa)", "City officer"),
    ("thamdinh", "Người thẩm định (minh họa)", "Verifier"),
    ("lanhdao", "Lãnh đạo (minh họa)", "Leader"),
    ("quantri", "Quản trị viên (minh họa)", "Administrator"),
]
OWN_WARD = "Trường Thi"

# How far the sheets of the open round have come, by the ward's place in the list. The own ward's
# is always the returned one, so that its officer has something to mend.
STAGES = ["approved", "submitted", "approved", "verifying", "", "draft", "approved", "approved"]
TO_SUBMIT, TO_VERIFY = timedelta(days=7), timedelta(days=21)  # for a trial after the deadlines
MORE_TIME = timedelta(days=5)
N_ATTACHED = 4
RETURN_REASON = "Thiếu minh chứng của hai tiêu chí (minh họa)"
RETURN_NOTE = "Bổ sung số và ngày của văn bản (minh họa)"
MENDED = "Đã bổ sung: văn bản số 12/BC-CAP (minh họa)"


@dataclass(frozen=True)
class People:
    ward_officer: User
    city_officer: User
    verifier: User
    leader: User
    administrator: User


def make_accounts() -> People:
    """Make one account a role, or give those there the installation's demo password again."""
    accounts = []
    taken = User.objects.filter(username__in=[name for name, *_ in ACCOUNTS], is_demo=False)
    if taken.exists():
        raise ValueError(f"real accounts have these names: {', '.join(map(str, taken))}")
    for username, full_name, role in ACCOUNTS:
        user, _ = User.objects.get_or_create(
            username=username,
            defaults={
                "full_name": full_name,
                "is_demo": True,
                "is_staff": role == "Administrator",
            },
        )
        if not user.check_password(settings.DEMO_PASSWORD):
            user.set_password(settings.DEMO_PASSWORD)
            user.save()
        user.groups.add(Group.objects.get(name=role))
        accounts.append(user)
    for ward in Ward.objects.filter(name=OWN_WARD):
        Membership.objects.get_or_create(user=accounts[0], ward=ward)
    return People(*accounts)


def move_deadlines(today: date) -> None:
    """Give the open rounds whose deadline has passed new days, so that a trial always works."""
    for round in Round.objects.filter(status=Round.Status.OPEN, submit_by__lt=today):
        round.submit_by = today + TO_SUBMIT
        round.verify_by = max(round.verify_by, today + TO_VERIFY)
        save_record(round, acting_user=None, reason=INVENTED)


def make_results(people: People, today: date) -> int:
    """Fill the rounds in with invented results; return how many sheets were made.

    Does nothing where somebody has entered anything already.
    """
    if Assessment.objects.exists():
        return 0
    rounds = Round.objects.select_related("criteria_set").order_by("ends_on")
    for round in rounds.filter(status=Round.Status.CLOSED):
        _set_status(round, Round.Status.OPEN)
        _make_past(round, people)
        _set_status(round, Round.Status.CLOSED)
    for user in (people.ward_officer, people.city_officer, people.verifier):
        mark_notices_read(Activity.objects.latest("seq").seq, acting_user=user)
    for round in rounds.filter(status=Round.Status.OPEN):
        _make_present(round, people, today)
    return Assessment.objects.count()


def _set_status(round: Round, status: str) -> None:
    """Behind the steps' back: nobody needs to be told that an old round is open for a moment."""
    round.status = status
    save_record(round, acting_user=None, reason=INVENTED)


def _make_past(round: Round, people: People) -> None:
    """Every ward has an approved sheet."""
    wards = list(Ward.objects.in_scope(round.ends_on))
    make_norms(wards, round)
    desks = [Desk(ward, round, people) for ward in wards]
    _approve(desks, people.verifier)


def _make_present(round: Round, people: People, today: date) -> None:
    """Sheets in every state, and a ward that has more time and has not begun."""
    wards = list(Ward.objects.in_scope(round.ends_on))
    make_norms(wards, round)
    approved = []
    for place, ward in enumerate(wards):
        stage = "returned" if ward.name == OWN_WARD else STAGES[place % len(STAGES)]
        desk = Desk(ward, round, people, has_documents=True)
        if stage == "approved":
            approved.append(desk)
        elif stage:
            desk.bring_to(stage)
        else:
            give_extension(
                round,
                ward,
                submit_by=round.submit_by + MORE_TIME,
                reason=INVENTED,
                acting_user=people.administrator,
                today=today,
            )
    _approve(approved, people.verifier)


def _approve(desks: "list[Desk]", verifier: User) -> None:
    for desk in desks:
        desk.make_submitted(desk.invented_story())
        if desk.story.claimed:
            desk.begin()
            desk.verify_claimed()
    versions = {desk.assessment.pk: desk.assessment.version for desk in desks}
    if versions:
        approve_many(versions, acting_user=verifier)


class Desk:
    """One ward's sheet of a round on its way, always as it was stored last."""

    def __init__(
        self, ward: Ward, round: Round, people: People, *, has_documents: bool = False
    ) -> None:
        self.round, self.verifier = round, people.verifier
        self.has_documents = has_documents
        is_own = has_documents and ward.name == OWN_WARD
        self.officer = people.ward_officer if is_own else people.city_officer
        self.chance = Random(f"{ward.name}{round.year}")  # noqa: S311
        self.sheet: Sheet = read_sheet(Assessment(ward=ward, round=round))
        self.story = Story()

    @property
    def assessment(self) -> Assessment:
        return self.sheet.assessment

    def invented_story(self) -> Story:
        return story_of(self.sheet, self.chance)

    def bring_to(self, stage: str) -> None:
        # What waits for approval is all met, so that approving it is seen on the dashboard.
        if stage == "draft":
            self.fill(len(self.sheet.rows) // 2)
        elif stage == "submitted":
            self.make_submitted(Story())
        elif stage == "verifying":
            self.make_verifying()
        else:
            self.make_returned()

    def fill(self, n_rows: int | None = None) -> None:
        said_unmet = self.story.unmet - self.story.claimed
        for row in self.sheet.rows[:n_rows]:
            self.say(row.criterion.number, is_met=row.criterion.number not in said_unmet)
        if self.has_documents:
            self.attach_document()

    def say(self, number: int, *, is_met: bool, why: str = INVENTED) -> None:
        row = next(row for row in self.sheet.rows if row.criterion.number == number)
        self.sheet = save_result(
            self.sheet,
            row.criterion.pk,
            entry_of(row, self.round.year, self.chance, is_met=is_met, why=why),
            version=row.version,
            acting_user=self.officer,
            today=self.round.submit_by,
        )

    def attach_document(self) -> None:
        """One reference serves several criteria."""
        said = DocumentFacts(
            title=f"Báo cáo tự đánh giá năm {self.round.year} (minh họa)",
            number=f"{self.assessment.ward_id}/BC-CAP",
            issued_on=self.round.ends_on,
            issued_by=f"Công an phường {self.assessment.ward.name} (minh họa)",
        )
        document, _is_new = add_evidence(self.assessment.ward, said, None, acting_user=self.officer)
        for row in self.sheet.rows[:N_ATTACHED]:
            self.sheet = attach(
                self.sheet,
                row.criterion.pk,
                document,
                version=row.version,
                acting_user=self.officer,
                today=self.round.submit_by,
            )

    def make_submitted(self, story: Story) -> None:
        self.story = story
        self.fill()
        submitted = take_step(
            self.assessment,
            SUBMIT,
            version=self.assessment.version,
            acting_user=self.officer,
            today=self.round.submit_by,
        )
        self.sheet = replace(self.sheet, assessment=submitted)

    def begin(self) -> None:
        begun = take_step(
            self.assessment,
            BEGIN,
            version=self.assessment.version,
            acting_user=self.verifier,
        )
        self.sheet = replace(self.sheet, assessment=begun)

    def verify_claimed(self) -> None:
        """Find that the unit does not meet what it says it meets."""
        for row in self.sheet.rows:
            if row.criterion.number in self.story.claimed:
                self.sheet = verify_result(
                    self.sheet,
                    row.criterion.pk,
                    entry_of(row, self.round.year, self.chance, is_met=False, why=FINDING),
                    version=row.version,
                    acting_user=self.verifier,
                )

    def make_verifying(self) -> None:
        """Verified by half, with one verdict that differs."""
        numbers = [row.criterion.number for row in self.sheet.rows]
        odd = frozenset({numbers[len(numbers) // 3]})
        self.make_submitted(Story(unmet=odd, claimed=odd))
        self.begin()
        self.verify_claimed()
        rows = self.sheet.rows[: len(numbers) // 2]
        versions = {row.criterion.pk: row.version for row in rows}
        self.sheet = agree_with_rows(self.sheet, versions, acting_user=self.verifier)

    def make_returned(self) -> None:
        """Returned with two notes, of which the unit has mended one."""
        self.make_submitted(Story())
        self.begin()
        noted = [self.sheet.rows[place] for place in (-1, -3)]
        returned = take_step(
            self.assessment,
            RETURN,
            version=self.assessment.version,
            acting_user=self.verifier,
            reason=RETURN_REASON,
            notes={row.criterion.pk: RETURN_NOTE for row in noted},
        )
        self.sheet = read_sheet(returned)
        self.say(noted[0].criterion.number, is_met=True, why=MENDED)
