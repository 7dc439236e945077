"""A round that is closed while somebody has a sheet of it before them does not change any more."""

from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from accounts.models import User
from criteria.actions.steps import ManyRefused
from criteria.models import Activity, Assessment, Result, Round
from criteria.verdicts import Verdict
from criteria.workflow import APPROVE
from tests.concurrency.conftest import NO, YES, Office

pytestmark = pytest.mark.django_db


def close(round: Round) -> None:
    Round.objects.filter(pk=round.pk).update(status=Round.Status.CLOSED)


def test_a_save_read_before_the_round_closed_is_refused(office: Office, people: list[User]) -> None:
    office.open_by(people[0]).save(YES)
    desk = office.open_by(people[0])
    close(office.round)
    with pytest.raises(ValidationError) as refusal:
        desk.save(NO)
    assert refusal.value.messages == [gettext("The round is not open.")]
    assert office.result().self_verdict == Verdict.MET
    assert (office.assessment.version, Activity.objects.count()) == (1, 1)


def test_no_sheet_is_begun_in_a_round_closed_meanwhile(office: Office, people: list[User]) -> None:
    desk = office.open_by(people[0])
    close(office.round)
    with pytest.raises(ValidationError):
        desk.save(YES)
    for model in (Assessment, Result, Activity):
        assert not model.objects.exists()


def test_an_approval_read_before_the_round_closed_is_refused(
    office: Office, people: list[User]
) -> None:
    office.begin(people[0], people[1])
    office.open_by(people[1]).agree()
    desk = office.open_by(people[1])
    close(office.round)
    for act in (partial(desk.take, APPROVE), desk.approve_many):
        with pytest.raises((ValidationError, ManyRefused)):
            act()
    assert not office.assessment.is_approved


def test_what_is_found_on_a_page_read_before_the_round_closed_is_refused(
    office: Office, people: list[User]
) -> None:
    office.begin(people[0], people[1])
    desk = office.open_by(people[1])
    close(office.round)
    with pytest.raises(ValidationError):
        desk.find(NO, finding="Không có")
    assert office.result().verified_verdict == Verdict.PENDING
