"""Steps against saves, verifiers against verifiers, a closing round against all, on PostgreSQL.

Each pair runs both ways round behind a lock, so that the second has read the sheet before the
first writes; then in races, where chance decides. Whatever comes first, nothing is lost, the log
is whole, and who came second is told.

`python -m tests.postgres pytest tests/concurrency`
"""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from random import Random
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from accounts.models import User
from criteria.actions.results import Stale
from criteria.actions.rounds import take_round_step
from criteria.actions.steps import ManyRefused
from criteria.models import Activity, Assessment, RequirementValue, Result, Round
from criteria.verdicts import Verdict
from criteria.workflow import (
    APPROVE,
    BEGIN,
    CANCEL_REOPENING,
    CLOSE_ROUND,
    REOPEN,
    RETURN,
    SUBMIT,
    WITHDRAW,
)
from tests.concurrency import at_once
from tests.concurrency.at_once import is_done, late
from tests.concurrency.conftest import NO, YES, Office, assert_log_is_whole

pytestmark = [
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite lets one writer in at a time: see test_sqlite.py",
    ),
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]

N_RACES = 12
SECONDS = float(os.environ.get("OFFICERS_AT_WORK_SECONDS", "4"))  # the long run: 60

Call = Callable[[], Any]
Pair = Callable[[Office, list[User]], tuple[Call, Call]]


# --- two people, two acts -----------------------------------------------------------------------
# Each prepares a sheet and returns two calls, from the sheet as both have it before them.


def submit_and_save(office: Office, people: list[User]) -> tuple[Call, Call]:
    office.fill(people[0])
    submitting, saving = office.open_by(people[0]), office.open_by(people[1])
    return partial(submitting.take, SUBMIT), partial(saving.save, NO, explanation="Sửa")


def two_verifiers_on_one_row(office: Office, people: list[User]) -> tuple[Call, Call]:
    office.begin(people[0], people[2])
    first, second = office.open_by(people[2]), office.open_by(people[3])
    return partial(first.find, NO, finding="Không có"), partial(second.find, YES)


def agreeing_and_differing(office: Office, people: list[User]) -> tuple[Call, Call]:
    office.begin(people[0], people[2])
    first, second = office.open_by(people[2]), office.open_by(people[3])
    return first.agree, partial(second.find, NO, number=2, finding="Không có")


def withdraw_and_begin(office: Office, people: list[User]) -> tuple[Call, Call]:
    office.submit(people[0])
    taking_back, taking_up = office.open_by(people[0]), office.open_by(people[2])
    return partial(taking_back.take, WITHDRAW), partial(taking_up.take, BEGIN)


def approve_and_return(office: Office, people: list[User]) -> tuple[Call, Call]:
    office.begin(people[0], people[2])
    office.open_by(people[2]).agree()
    first, second = office.open_by(people[2]), office.open_by(people[3])
    return partial(first.take, APPROVE), partial(second.take, RETURN)


def two_approvals(office: Office, people: list[User]) -> tuple[Call, Call]:
    office.begin(people[0], people[2])
    office.open_by(people[2]).agree()
    first, second = office.open_by(people[2]), office.open_by(people[3])
    return partial(first.take, APPROVE), partial(second.take, APPROVE)


def approve_many_and_verify(office: Office, people: list[User]) -> tuple[Call, Call]:
    office.begin(people[0], people[2])
    approving, verifying = office.open_by(people[2]), office.open_by(people[3])
    return approving.approve_many, partial(verifying.find, NO, finding="Không có")


def two_bulk_approvals(office: Office, people: list[User]) -> tuple[Call, Call]:
    office.submit(people[0])
    first, second = office.open_by(people[2]), office.open_by(people[3])
    return first.approve_many, second.approve_many


def two_reopenings(office: Office, people: list[User]) -> tuple[Call, Call]:
    office.approve(people[0], people[2])
    first, second = office.open_by(people[1]), office.open_by(people[3])
    return partial(first.take, REOPEN), partial(second.take, REOPEN)


def approve_again_and_cancel(office: Office, people: list[User]) -> tuple[Call, Call]:
    office.reopen(people[0], people[2], people[3])
    office.open_by(people[0]).take(SUBMIT)
    office.open_by(people[2]).take(BEGIN)
    approving, cancelling = office.open_by(people[2]), office.open_by(people[3])
    return partial(approving.take, APPROVE), partial(cancelling.take, CANCEL_REOPENING)


def bulk_approval_and_cancel(office: Office, people: list[User]) -> tuple[Call, Call]:
    office.reopen(people[0], people[2], people[3])
    office.open_by(people[0]).take(SUBMIT)
    approving, cancelling = office.open_by(people[2]), office.open_by(people[3])
    return approving.approve_many, partial(cancelling.take, CANCEL_REOPENING)


def save_again_and_cancel(office: Office, people: list[User]) -> tuple[Call, Call]:
    office.reopen(people[0], people[2], people[3])
    saving, cancelling = office.open_by(people[0]), office.open_by(people[3])
    return (
        partial(saving.save, NO, explanation="Sửa"),
        partial(cancelling.take, CANCEL_REOPENING),
    )


# What the second is told where the first came first, and the other way round; and the verbs that
# the log then ends with.
PAIRS: dict[Pair, tuple[type[Exception], type[Exception], str, str]] = {
    submit_and_save: (ValidationError, Stale, "submit", "save_result"),
    two_verifiers_on_one_row: (Stale, Stale, "verify_result", "verify_result"),
    agreeing_and_differing: (Stale, Stale, "verify_result", "verify_result"),
    withdraw_and_begin: (ValidationError, ValidationError, "withdraw", "begin"),
    approve_and_return: (ValidationError, ValidationError, "approve", "return"),
    two_approvals: (ValidationError, ValidationError, "approve", "approve"),
    approve_many_and_verify: (ValidationError, ManyRefused, "approve", "verify_result"),
    two_bulk_approvals: (ManyRefused, ManyRefused, "approve", "approve"),
    two_reopenings: (ValidationError, ValidationError, "reopen", "reopen"),
    approve_again_and_cancel: (ValidationError, ValidationError, "approve", "cancel_reopening"),
    bulk_approval_and_cancel: (ValidationError, ManyRefused, "approve", "cancel_reopening"),
    save_again_and_cancel: (Stale, ValidationError, "save_result", "cancel_reopening"),
}


@pytest.mark.parametrize("is_turned", [False, True])
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.__name__)
def test_who_comes_first_has_done_it_and_the_other_is_told(
    office: Office, people: list[User], pair: Pair, is_turned: bool
) -> None:
    calls = pair(office, people)
    told_second, told_first, *verbs = PAIRS[pair]
    before = office.assessment
    outcomes = at_once.run_behind(before, *(reversed(calls) if is_turned else calls))
    assert is_done(outcomes[0]), outcomes
    assert type(outcomes[1]) is (told_first if is_turned else told_second), outcomes
    last = Activity.objects.first()
    assert last.verb == verbs[is_turned]
    assert_nothing_contradicts(office)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.__name__)
def test_in_races_one_of_the_two_has_done_it(
    office: Office, people: list[User], pair: Pair
) -> None:
    chance = Random(1)  # noqa: S311
    for _ in range(N_RACES):
        own = office.next_door()
        calls = pair(own, people)
        outcomes = at_once.run(*(late(chance, call) for call in calls))
        told_second, told_first, *_verbs = PAIRS[pair]
        assert [is_done(outcome) for outcome in outcomes].count(True) == 1, outcomes
        expected = told_second if is_done(outcomes[0]) else told_first
        assert isinstance(outcomes[is_done(outcomes[0])], expected), outcomes
        assert_nothing_contradicts(own)


def assert_nothing_contradicts(office: Office) -> None:
    """The log is whole; its last state is the sheet's; tallies and values are the results'."""
    assert_log_is_whole(Activity.objects.count())
    sheet = office.assessment
    of_sheet = Activity.objects.filter(ward=office.ward)
    states = [entry.after["state"] for entry in of_sheet if "state" in entry.after]
    state = states[0] if states else "draft"
    assert sheet.state == ("approved" if state == "cancelled" else state)
    assert_one_official_at_most(office)
    results = list(Result.objects.filter(assessment=sheet))
    for result in results:
        saves = of_sheet.filter(object_type="criteria.result", object_id=result.pk)
        assert result.version == _copied_at(office, sheet, result) + saves.count()
        if result.verified_verdict != Verdict.PENDING:
            assert result.verified_by is not None
            value = RequirementValue.objects.get(result=result)
            assert (value.verified_value == 1) == (result.verified_verdict == "met")
    if sheet.is_approved:
        verified = [result.verified_verdict for result in results]
        assert (sheet.n_met, sheet.n_not_met, sheet.n_pending) == (
            verified.count("met"),
            verified.count("not_met"),
            0,
        )


def assert_one_official_at_most(office: Office) -> None:
    """Of the revisions one is worked on, and the last that was approved is the official one."""
    revisions = Assessment.objects.filter(ward=office.ward, round=office.round)
    assert revisions.filter(is_latest=True).count() == 1
    approved = revisions.filter(state="approved").order_by("-revision")
    official = [sheet.pk for sheet in revisions if sheet in revisions.approved()]
    assert official == [sheet.pk for sheet in approved[:1]]


def _copied_at(office: Office, sheet: Assessment, result: Result) -> int:
    """The version that a result of a later revision began with; 0 of the first one's."""
    former = Result.objects.filter(
        assessment__ward=office.ward,
        assessment__round=office.round,
        assessment__revision__lt=sheet.revision,
        criterion=result.criterion_id,
    )
    versions = former.values_list("version", flat=True)
    return max(versions) + 1 if versions else 0


# --- reopening ----------------------------------------------------------------------------------


def test_a_save_from_a_page_of_the_approved_sheet_never_reaches_it(
    office: Office, people: list[User]
) -> None:
    chance = Random(2)  # noqa: S311
    for _ in range(N_RACES):
        own = office.next_door()
        own.approve(people[0], people[2])
        approved = own.assessment
        reopening, saving = own.open_by(people[3]), own.open_by(people[0])
        reopened, saved = at_once.run(
            partial(reopening.take, REOPEN),
            late(chance, partial(saving.save, NO, explanation="Sửa")),
        )
        assert is_done(reopened), reopened
        assert isinstance(saved, ValidationError)
        for sheet in (approved, own.assessment):
            for result in Result.objects.filter(assessment=sheet):
                assert (result.self_verdict, result.verified_verdict) == ("met", "met")
        assert_nothing_contradicts(own)


# --- a round that closes ------------------------------------------------------------------------


def close(round: Round, user: User) -> Round:
    return take_round_step(round, CLOSE_ROUND, acting_user=user)


@pytest.mark.parametrize("act", ["save", "first save", "submit", "agree", "approve many"])
def test_what_meets_a_closing_round_is_done_before_it_or_not_at_all(
    office: Office, people: list[User], act: str
) -> None:
    chance, n_done = Random(3), 0  # noqa: S311
    for _ in range(N_RACES):
        own = Office(office.round, office.next_door().ward)
        if act in ("agree", "approve many"):
            own.begin(people[0], people[2])
        elif act != "first save":
            own.fill(people[0])
        unit, verifier = own.open_by(people[0]), own.open_by(people[2])
        call: Call = {
            "save": partial(unit.save, NO, explanation="Sửa"),
            "first save": partial(unit.save, YES),
            "submit": partial(unit.take, SUBMIT),
            "agree": verifier.agree,
            "approve many": verifier.approve_many,
        }[act]
        n_before = Activity.objects.count()
        done, closed = at_once.run(
            late(chance, call), late(chance, partial(close, office.round, people[3]))
        )
        assert is_done(closed), closed
        new = list(Activity.objects.filter(seq__gt=n_before).order_by("seq"))
        assert new[-1].verb == "close_round"
        if is_done(done):
            n_done += 1
            assert len(new) > 1
        else:
            assert isinstance(done, (ValidationError, ManyRefused)), done
            assert len(new) == 1
        assert_log_is_whole(Activity.objects.count())
        Round.objects.update(status=Round.Status.OPEN)
    assert n_done < N_RACES


# --- eight officers at once ---------------------------------------------------------------------


def test_eight_officers_and_two_verifiers_at_work_lose_nothing(
    office: Office, people: list[User]
) -> None:
    """OFFICERS_AT_WORK_SECONDS=60 is the long run.

    Six officers on sheets of their own, two on one sheet; on another, two verifiers take up,
    find, return, and the unit submits again.
    """
    own = [office.next_door() for _ in range(6)]
    shared, verified = office.next_door(), office.next_door()
    verified.submit(people[0])
    n_prepared = Activity.objects.count()
    until = time.monotonic() + SECONDS

    calls = [partial(enter, where, people[seed % 2], seed) for seed, where in enumerate(own)]
    calls += [partial(enter, shared, people[seed % 2], seed) for seed in (6, 7)]
    calls += [partial(verify, verified, people[seed - 6], people[0], seed) for seed in (8, 9)]
    done = at_once.run(*(partial(call, until) for call in calls), patience=SECONDS + 20)
    assert all(is_done(n) and n for n in done), done
    assert_log_is_whole(Activity.objects.count())
    logged = [Activity.objects.filter(ward=where.ward).count() for where in own]
    assert logged == done[:6]
    assert [where.assessment.version for where in own] == logged
    assert Activity.objects.filter(ward=shared.ward).count() == done[6] + done[7]
    assert shared.assessment.version == done[6] + done[7]
    for where in [*own, shared, verified]:
        assert_nothing_contradicts_but_order(where)
    assert Activity.objects.count() > n_prepared + sum(done[:8])


def enter(where: Office, officer: User, seed: int, until: float) -> int:
    """Save until the time is over; return how often it was done. Nothing but Stale is forgiven."""
    chance, n = Random(seed), 0  # noqa: S311
    while time.monotonic() < until:
        value, number = chance.choice([YES, NO]), chance.randint(1, 3)
        with suppress(Stale):
            where.open_by(officer).save(value, number=number, explanation=f"{seed}/{n}")
            n += 1
    return n


def verify(where: Office, verifier: User, unit: User, seed: int, until: float) -> int:
    """Take the sheet up, find, agree or return, let it be submitted again; return how often."""
    chance, n = Random(seed), 0  # noqa: S311
    while time.monotonic() < until:
        number, goes_back = chance.randint(1, 3), chance.random() < 0.3
        for act in (
            lambda: where.open_by(verifier).take(BEGIN),
            lambda: where.open_by(verifier).find(NO, number=number, finding=f"{seed}/{n}"),  # noqa: B023
            lambda: where.open_by(verifier).agree(),
            lambda: where.open_by(verifier).take(RETURN) if goes_back else None,  # noqa: B023
            lambda: where.open_by(unit).take(SUBMIT),
        ):
            with suppress(Stale, ValidationError):
                n += act() is not None
    return n


def assert_nothing_contradicts_but_order(office: Office) -> None:
    """What the last entry about a row says is what is stored."""
    for result in Result.objects.filter(assessment=office.assessment):
        entries = Activity.objects.filter(object_type="criteria.result", object_id=result.pk)
        assert result.version == entries.count()
        saved = entries.filter(verb="save_result")
        told = next(e.after["explanation"] for e in saved if "explanation" in e.after)
        assert result.explanation == told
