"""When the demonstration is refused, or leaves the deadlines alone. What it shows: test_demo.py."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from criteria.management.demo.years import make_accounts, move_deadlines
from criteria.models import Activity, Round
from tests.commands.demonstration import load
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_a_trial_has_days_around_its_own_once_its_round_has_ended():
    load()
    people = make_accounts()
    before = list(Round.objects.values())
    for day in (date(2026, 6, 1), date(2026, 11, 18)):
        move_deadlines(people, day)
        assert list(Round.objects.values()) == before
    for day in (date(2026, 11, 24), date(2026, 12, 20), date(2027, 6, 1)):
        move_deadlines(people, day)
        round = Round.objects.get(status="open")
        assert round.submit_by == day - timedelta(days=3)
        assert round.verify_by == day + timedelta(days=21)
        moved = Activity.objects.filter(object_type="criteria.round", verb="change").first()
        assert moved.after["submit_by"] == str(round.submit_by)
        assert moved.reason


def test_production_has_no_demonstration(settings):
    settings.DEMO = False
    with pytest.raises(CommandError):
        call_command("seed_demo")
    assert not User.objects.exists()


def test_a_real_account_is_never_taken_over(settings):
    real = UserFactory(username="quantri")
    with pytest.raises(CommandError, match="real people"):
        call_command("seed_demo")
    real.refresh_from_db()
    assert not real.groups.exists()
    assert not real.is_demo
