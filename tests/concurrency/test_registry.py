"""A ward that ends while others save on its sheet or hand it on, on PostgreSQL."""

from datetime import date
from functools import partial
from random import Random

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext

from accounts.models import User
from criteria.actions.registry import Decision, registry_change
from criteria.models import Activity, Assessment, Ward
from criteria.sheets.registry import Hanging
from criteria.verdicts import Verdict
from criteria.workflow import BEGIN, SUBMIT
from tests.admin.forms import save as save_page
from tests.concurrency import at_once
from tests.concurrency.at_once import late
from tests.concurrency.conftest import NO, YES, Office, assert_log_is_whole

pytestmark = [
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite lets one writer in at a time"
    ),
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]

N_RACES = 12


def end(ward: Ward, by: User) -> None:
    def decide(hanging: Hanging) -> Decision:
        return Decision(hanging.digest, "Sáp nhập", closes_sheets=True)

    with registry_change(acting_user=by, decide=decide):
        mine = Ward.objects.get(pk=ward.pk)
        mine.valid_to = date(2026, 9, 1)
        mine.save()


def test_a_save_that_waited_while_the_ward_ended_is_refused(
    office: Office, people: list[User]
) -> None:
    office.open_by(people[0]).save(YES)
    desk = office.open_by(people[0])
    (saved,) = at_once.run_while(
        partial(end, office.ward, people[3]), partial(desk.save, NO, explanation="Sửa")
    )
    assert isinstance(saved, ValidationError)
    assert saved.messages == [gettext("The ward is not assessed in this round.")]
    assert office.result().self_verdict == Verdict.MET
    assert_log_is_whole(2)


def test_a_first_save_that_waited_begins_no_sheet(office: Office, people: list[User]) -> None:
    desk = office.open_by(people[0])
    (saved,) = at_once.run_while(partial(end, office.ward, people[3]), partial(desk.save, YES))
    assert isinstance(saved, ValidationError)
    assert not Assessment.objects.exists()


@pytest.mark.parametrize("many", [False, True])
def test_a_step_that_waited_is_refused(office: Office, people: list[User], many: bool) -> None:
    office.submit(people[0])
    desk = office.open_by(people[1])
    take = desk.approve_many if many else partial(desk.take, BEGIN)
    (taken,) = at_once.run_while(partial(end, office.ward, people[3]), take)
    assert isinstance(taken, Exception)
    assert office.assessment.state == "submitted"


def test_whoever_comes_first_no_sheet_is_handed_on_after_the_end(
    office: Office, people: list[User]
) -> None:
    """A step that came first makes the decision one on something else: both are in order."""
    chance = Random(7)  # noqa: S311
    for _ in range(N_RACES):
        here = office.next_door()
        here.fill(people[0])
        desk = here.open_by(people[0])
        calls = [
            late(chance, partial(desk.take, SUBMIT)),
            late(chance, partial(end, here.ward, people[3])),
        ]
        submitted, ended = at_once.run(*calls)
        steps = list(
            Activity.objects.filter(ward=here.ward, verb__in=["submit", "leave_round"])
            .order_by("seq")
            .values_list("verb", flat=True)
        )
        assert ended is None
        assert steps in (["submit", "leave_round"], ["leave_round"])
        assert isinstance(submitted, ValidationError) == (steps == ["leave_round"])


def test_a_page_of_the_administration_waits_for_a_save_and_not_the_other_way_round(
    office: Office, people: list[User], client_of
) -> None:
    """The rounds come before the log, on the page as in a save: neither waits for ever."""
    client: Client = client_of("administrator")
    chance = Random(11)  # noqa: S311
    for _ in range(N_RACES):
        here = office.next_door()
        here.open_by(people[0]).save(YES)
        desk = here.open_by(people[0])
        url = reverse("admin:criteria_ward_change", args=[here.ward.pk])
        calls = [
            late(chance, partial(desk.save, YES, number=2)),
            late(chance, partial(save_page, client, url, valid_to="01/09/2026")),
        ]
        saved, page = at_once.run(*calls)
        assert not isinstance(saved, Exception)
        assert page.status_code == 200
