"""An invented working year after the other, made by the domain's own actions. Deterministic.

What the years tell is in `story`; here is how it is made.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.contrib.auth.models import Group
from django.db.models import Model
from django.utils import timezone

from accounts.models import User
from criteria.actions.catalogue import clone_set, delete_criterion, publish_set
from criteria.actions.notices import mark_notices_read
from criteria.actions.records import save_record
from criteria.actions.rounds import give_extension
from criteria.actions.steps import approve_many
from criteria.management.demo.desk import Desk
from criteria.management.demo.invented import INVENTED, make_norms
from criteria.management.demo.story import (
    DECISIONS,
    LEFT_OUT,
    NOT_BEGUN,
    OVERLOOKED,
    OWN_WARD,
    PLEDGES,
    RETURNED,
    REVOKED_ON,
    REVOKED_REASON,
    STAGES,
    TRIAL_FROM,
    TRIAL_ROUND,
    TRIAL_SET,
    TRIAL_TITLE,
    TRIAL_WARDS,
    UNDER_REVIEW,
    UNFINISHED,
    UNSEEN,
)
from criteria.models import (
    Activity,
    Assessment,
    CriteriaSet,
    Extension,
    Membership,
    Pledge,
    Recognition,
    Result,
    Round,
    Ward,
)

# username, full name, role; in the order of People
ACCOUNTS = [
    ("canbo.phuong", "Cán bộ Công an phường (minh họa)", "Ward officer"),
    ("canbo.tp", "Cán bộ Công an thành phố (minh họa)", "City officer"),
    ("thamdinh", "Cán bộ thẩm định (minh họa)", "Verifier"),
    ("lanhdao", "Lãnh đạo (minh họa)", "Leader"),
    ("quantri", "Quản trị viên (minh họa)", "Administrator"),
]

# A trial begins some days after the day of submission, so that a unit that has not begun is late.
# Whoever else has something left to fill in got more time, or has a sheet that was returned.
LATE_BY, MORE_TIME, TO_VERIFY = timedelta(days=3), timedelta(days=10), timedelta(days=21)


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
        user, is_new = User.objects.get_or_create(
            username=username,
            defaults={"full_name": full_name, "is_demo": True},
        )
        if is_new or not user.check_password(settings.DEMO_PASSWORD):
            user.set_password(settings.DEMO_PASSWORD)
            user.save()
        user.groups.add(Group.objects.get(name=role))
        accounts.append(user)
    for ward in Ward.objects.filter(name=OWN_WARD):
        Membership.objects.get_or_create(user=accounts[0], ward=ward)
    return People(*accounts)


def move_deadlines(people: People, today: date) -> None:
    """Give the open rounds that have ended days around today's, so that a trial always works.

    Once made, a demonstration keeps its days until the time that its wards got has run out.
    """
    is_new = not Assessment.objects.exists()
    for round in Round.objects.filter(status=Round.Status.OPEN, ends_on__lt=today - LATE_BY):
        if is_new or today > round.submit_by + MORE_TIME:
            round.submit_by = today - LATE_BY
            round.verify_by = max(round.verify_by, today + TO_VERIFY)
            save_record(round, acting_user=None, reason=INVENTED)
            for extension in round.extensions.filter(submit_by__lt=today):
                _give_more_time(round, extension.ward, people, today)


def _give_more_time(round: Round, ward: Ward, people: People, today: date) -> Extension:
    return give_extension(
        round,
        ward,
        submit_by=round.submit_by + MORE_TIME,
        reason=INVENTED,
        acting_user=people.administrator,
        today=today,
    )


def make_results(people: People, today: date) -> int:
    """Fill the rounds in with invented results; return how many sheets were made.

    Does nothing where somebody has entered anything already.
    """
    if Assessment.objects.exists():
        return 0
    rounds = Round.objects.select_related("criteria_set").order_by("ends_on")
    for round in rounds.filter(status=Round.Status.CLOSED):
        _make_pledges(round.year, people)
        _set_status(round, Round.Status.OPEN)
        _make_past(round, people)
        _set_status(round, Round.Status.CLOSED)
        _make_recognitions(round.year, people)
    for round in rounds.filter(status=Round.Status.OPEN):
        _make_trial_round(round, people)
    for user in (people.ward_officer, people.city_officer, people.verifier):
        mark_notices_read(Activity.objects.latest("seq").seq, acting_user=user)
    for round in rounds.filter(status=Round.Status.OPEN):
        _make_pledges(round.year, people)
        _make_present(round, people, today)
        _make_trial_set(round.criteria_set, people)
    return Assessment.objects.count()


def _set_status(round: Round, status: str) -> None:
    """Behind the steps' back: nobody needs to be told that an old round is open for a moment."""
    round.status = status
    save_record(round, acting_user=None, reason=INVENTED)


# --- sheets ---------------------------------------------------------------------------------------


def _make_past(round: Round, people: People) -> None:
    """Every ward has an approved sheet, but for those that did not finish theirs."""
    wards = list(Ward.objects.in_scope(round.ends_on))
    make_norms(wards, round)
    approved = []
    for ward in wards:
        desk = Desk(ward, round, people.city_officer, people.verifier)
        if (round.year, ward.name) in UNFINISHED:
            desk.bring_to("draft")
        else:
            approved.append(desk)
    _approve(approved, people.verifier)
    _review(approved, people)
    _date_back(round)


def _review(desks: Iterable[Desk], people: People) -> None:
    """Reopen what somebody overlooked, and approve it again as it is."""
    for desk in desks:
        overlooked = OVERLOOKED.get((desk.round.year, desk.ward.name))
        if overlooked:
            desk.read_again()
            for row in desk.reopen(people.administrator, *overlooked):
                desk.mend(row)
            desk.submit()
            desk.verify_differing()
            versions = {desk.assessment.pk: desk.assessment.version}
            approve_many(versions, reason=UNSEEN, acting_user=people.verifier)


def _date_back(round: Round) -> None:
    """Give the sheets of a past round believable days: approved before it was settled.

    What was looked at again afterwards was approved some weeks later.
    """
    if round.settled_on is None:
        return
    settled_at = timezone.make_aware(datetime.combine(round.settled_on, time(9)))
    sheets = Assessment.objects.filter(round=round, state=Assessment.State.APPROVED)
    for is_first, days in ((True, (-16, -10, -4)), (False, (55, 58, 65))):
        submitted, verifying, approved = (settled_at + timedelta(days=n) for n in days)
        of_kind = sheets.filter(revision=1) if is_first else sheets.exclude(revision=1)
        of_kind.update(submitted_at=submitted, verifying_at=verifying, approved_at=approved)
        Result.objects.filter(assessment__in=of_kind.values("pk")).update(
            entered_at=submitted - timedelta(days=1), verified_at=verifying
        )
    sheets.exclude(superseded_at=None).update(superseded_at=settled_at + timedelta(days=65))
    sheets.exclude(reopened_at=None).update(reopened_at=settled_at + timedelta(days=50))


def _make_trial_round(round: Round, people: People) -> None:
    """Some wards tried the criteria of the open round in spring, before it began for all."""
    name, starts_on, ends_on, submit_by, verify_by, settled_on = TRIAL_ROUND
    if not round.starts_on < starts_on < ends_on < round.ends_on:
        return
    trial = Round(
        name=name,
        year=round.year,
        starts_on=starts_on,
        ends_on=ends_on,
        submit_by=submit_by,
        verify_by=verify_by,
        criteria_set=round.criteria_set,
        is_citywide=False,
        status=Round.Status.OPEN,
    )
    save_record(trial, acting_user=None, reason=INVENTED)
    wards = Ward.objects.in_scope(ends_on).filter(name__in=TRIAL_WARDS)
    make_norms(list(wards), trial)
    _approve(
        [Desk(ward, trial, people.city_officer, people.verifier) for ward in wards],
        people.verifier,
    )
    trial.settled_on = settled_on
    _date_back(trial)
    _set_status(trial, Round.Status.CLOSED)


def _make_present(round: Round, people: People, today: date) -> None:
    """Sheets in every state, one ward with more time, and one that has not begun and is late."""
    wards = list(Ward.objects.in_scope(round.ends_on))
    make_norms(wards, round)
    approved = []
    for ward in wards:
        is_own = ward.name == OWN_WARD
        officer = people.ward_officer if is_own else people.city_officer
        desk = Desk(ward, round, officer, people.verifier)
        stage = STAGES.get(ward.name, "approved")
        if stage == "approved":
            approved.append(desk)
        elif stage != NOT_BEGUN:
            desk.bring_to(stage)
        if stage == "draft":
            _give_more_time(round, ward, people, today)
    _approve(approved, people.verifier)
    for desk in approved:
        if (round.year, desk.ward.name) in UNDER_REVIEW:
            desk.read_again()
            desk.reopen(people.administrator, *desk.story.claimed)


def _approve(desks: Iterable[Desk], verifier: User) -> None:
    versions = {}
    for desk in desks:
        if (desk.round.year, desk.ward.name) in RETURNED:
            desk.make_mended()
        else:
            desk.make_submitted()
        desk.verify_differing()
        versions[desk.assessment.pk] = desk.assessment.version
    if versions:
        approve_many(versions, reason=UNSEEN, acting_user=verifier)


# --- what was promised, what was recognised -------------------------------------------------------


def _make_pledges(year: int, people: People) -> None:
    for pledged_for, on, names in PLEDGES:
        if pledged_for == year:
            basis = f"Kế hoạch đăng ký năm {year} (minh họa)"
            for ward in Ward.objects.in_scope(on).filter(name__in=names):
                _save(Pledge(ward=ward, year=year, legal_basis=basis), people)


def _make_recognitions(year: int, people: People) -> None:
    """Recognise wards for a year; of one, the recognition is taken back later."""
    for decision in DECISIONS:
        if decision.year != year:
            continue
        for ward in Ward.objects.in_scope(decision.decided_on).filter(name__in=decision.names):
            recognition = Recognition(
                ward=ward,
                year=year,
                decision_number=f"{decision.number} (minh họa)",
                decided_on=decision.decided_on,
                issued_by="Bộ Công an (minh họa)",
            )
            _save(recognition, people)
            if revoked_on := REVOKED_ON.get((year, ward.name)):
                recognition.revoked_on, recognition.revoked_reason = revoked_on, REVOKED_REASON
                _save(recognition, people)


def _save(record: Model, people: People) -> None:
    record.full_clean()
    save_record(record, acting_user=people.administrator, reason=INVENTED)


# --- what if --------------------------------------------------------------------------------------


def _make_trial_set(original: CriteriaSet, people: People) -> None:
    """Publish a shorter set, for no round to use: the same evidence can be judged by it."""
    administrator = people.administrator
    made = clone_set(original, code=TRIAL_SET, acting_user=administrator)
    made.title, made.legal_basis, made.effective_from = TRIAL_TITLE, INVENTED, TRIAL_FROM
    _save(made, people)
    for criterion in made.criteria.filter(number__in=LEFT_OUT):
        delete_criterion(criterion, acting_user=administrator)
    for number, criterion in enumerate(made.criteria.order_by("number"), start=1):
        criterion.number, criterion.code = number, f"TC{number:02}"
        _save(criterion, people)
    publish_set(made, acting_user=administrator)
