"""A round that closes, is extended or edited while others are at work in it, on PostgreSQL.

`python -m tests.postgres pytest tests/concurrency`
"""

from datetime import date
from functools import partial
from random import Random
from threading import Event
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext

from accounts.models import User
from criteria.actions import rounds
from criteria.actions.log import entry
from criteria.actions.rounds import give_extension, take_round_step
from criteria.models import Activity, Assessment, Extension, Result, Round
from criteria.sheets.sheet import Sheet
from criteria.verdicts import Verdict
from criteria.workflow import CLOSE_ROUND, REOPEN_ROUND, SUBMIT
from tests.admin.forms import shown
from tests.concurrency import at_once
from tests.concurrency.at_once import is_done, late, lost, won
from tests.concurrency.conftest import NO, YES, Office, assert_log_is_whole
from tests.factories import UserFactory

pytestmark = [
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite lets one writer in at a time: see test_closed_round.py",
    ),
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]

N_RACES = 12


def close(round: Round, user: User) -> Round:
    return take_round_step(round, CLOSE_ROUND, acting_user=user)


def is_closed(round: Round) -> bool:
    return Round.objects.get(pk=round.pk).status == "closed"


def test_a_save_that_waited_while_the_round_closed_is_refused(
    office: Office, people: list[User]
) -> None:
    office.open_by(people[0]).save(YES)
    desk = office.open_by(people[0])
    (saved,) = at_once.run_while(
        partial(close, office.round, people[3]), partial(desk.save, NO, explanation="Sửa")
    )
    assert isinstance(saved, ValidationError)
    assert saved.messages == [gettext("The round is not open.")]
    assert (office.result().self_verdict, office.assessment.version) == (Verdict.MET, 1)
    assert is_closed(office.round)
    assert_log_is_whole(2)


def test_a_first_save_that_waited_while_the_round_closed_begins_no_sheet(
    office: Office, people: list[User]
) -> None:
    desk = office.open_by(people[0])
    (saved,) = at_once.run_while(partial(close, office.round, people[3]), partial(desk.save, YES))
    assert isinstance(saved, ValidationError)
    assert not Assessment.objects.exists()
    assert not Result.objects.exists()


def test_a_submission_that_waited_while_the_round_closed_is_refused(
    office: Office, people: list[User]
) -> None:
    office.fill(people[0])
    desk = office.open_by(people[0])
    (taken,) = at_once.run_while(
        partial(close, office.round, people[3]), partial(desk.take, SUBMIT)
    )
    assert isinstance(taken, ValidationError)
    assert office.assessment.state == "draft"


def test_a_round_waits_for_the_saves_in_it_before_it_closes(
    office: Office, people: list[User]
) -> None:
    desk = office.open_by(people[0])
    (closed,) = at_once.run_while(partial(desk.save, YES), partial(close, office.round, people[3]))
    assert is_done(closed), closed
    assert office.result().self_verdict == Verdict.MET
    verbs = Activity.objects.order_by("seq").values_list("verb", flat=True)
    assert list(verbs) == ["save_result", "close_round"]
    assert_log_is_whole(2)


def test_savers_do_not_wait_for_each_other_at_the_round(office: Office, people: list[User]) -> None:
    offices = [office.next_door() for _ in range(6)]
    outcomes = at_once.run(*(partial(own.open_by(people[0]).save, YES) for own in offices))
    assert [type(outcome) for outcome in outcomes] == [Sheet] * 6


def test_of_two_who_close_a_round_one_does(office: Office, people: list[User]) -> None:
    outcomes = at_once.run(*(partial(close, office.round, user) for user in people[2:]))
    assert won(outcomes).status == "closed"
    assert isinstance(lost(outcomes), ValidationError)
    assert_log_is_whole(1)


def test_of_two_extensions_at_once_both_are_in_the_log_and_the_later_holds(
    office: Office, people: list[User]
) -> None:
    def give(day: int, user: User) -> Extension:
        return give_extension(
            office.round,
            office.ward,
            submit_by=date(2026, 12, day),
            reason=f"Đến ngày {day}",
            acting_user=user,
        )

    outcomes = at_once.run(partial(give, 4, people[2]), partial(give, 5, people[3]))
    assert all(map(is_done, outcomes)), outcomes
    assert_log_is_whole(2)
    first, second = Activity.objects.order_by("seq")
    assert (first.before, second.before) == ({}, first.after)
    assert str(Extension.objects.get().submit_by) == second.after["submit_by"]


def test_no_extension_is_given_while_the_round_closes(office: Office, people: list[User]) -> None:
    (given,) = at_once.run_while(
        partial(close, office.round, people[3]),
        partial(
            give_extension,
            office.round,
            office.ward,
            submit_by=date(2026, 12, 5),
            reason="Bão",
            acting_user=people[2],
        ),
    )
    assert isinstance(given, ValidationError)
    assert not Extension.objects.exists()


def test_a_round_edited_in_the_administration_while_it_closes_stays_closed(
    office: Office, people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page is sent once the step has the round, and before it asks for the log."""
    administrator = UserFactory(role="Administrator")
    client = Client()
    client.force_login(administrator, "accounts.backends.RoleBackend")
    page = reverse("admin:criteria_round_change", args=[office.round.pk])
    said = {**shown(client.get(page)), "name": "Đợt đổi tên", "submit_by": "01/12/2026"}
    has_the_round = Event()

    def entry_after_the_page_waits(*args: Any, **kwargs: Any) -> Activity:
        has_the_round.set()
        at_once.wait_until_waiting(1)
        return entry(*args, **kwargs)

    def send_the_page() -> Any:
        assert has_the_round.wait(at_once.PATIENCE)
        return client.post(page, said)

    monkeypatch.setattr(rounds, "entry", entry_after_the_page_waits)
    closed, answer = at_once.run(partial(close, office.round, people[3]), send_the_page)
    assert is_done(closed), closed
    assert is_done(answer), answer
    assert answer.status_code == 302
    stored = Round.objects.get(pk=office.round.pk)
    assert (stored.status, stored.name) == ("closed", "Đợt đổi tên")
    assert_log_is_whole(2)


def test_saves_steps_and_the_administration_never_wait_for_each_other_in_a_circle(
    office: Office, people: list[User]
) -> None:
    """The name is unique: PostgreSQL locks its row as for a deletion."""
    administrator = UserFactory(role="Administrator")
    page = reverse("admin:criteria_round_change", args=[office.round.pk])
    chance = Random(4)  # noqa: S311

    def rename(n: int) -> int:
        client = Client()
        client.force_login(administrator, "accounts.backends.RoleBackend")
        said = {**shown(client.get(page)), "name": f"Đợt {n}"}
        return client.post(page, said).status_code

    def close_and_reopen() -> Round:
        take_round_step(office.round, CLOSE_ROUND, acting_user=people[3])
        return take_round_step(office.round, REOPEN_ROUND, acting_user=people[3], reason="Nhầm")

    for race in range(N_RACES):
        own = office.next_door()
        saved, renamed, reopened = at_once.run(
            late(chance, partial(own.open_by(people[0]).save, YES)),
            late(chance, partial(rename, race)),
            late(chance, close_and_reopen),
        )
        assert is_done(saved) or isinstance(saved, ValidationError), saved
        assert renamed in (200, 302), renamed  # 200: refused, the status has changed meanwhile
        assert is_done(reopened), reopened
        assert_log_is_whole(Activity.objects.count())
