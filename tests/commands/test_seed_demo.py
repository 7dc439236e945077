"""When the demonstration is made, and when it is refused. What it shows: see test_demo.py."""

from datetime import date, datetime, time, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from criteria.models import Activity, Round
from criteria.readiness.progress import by_state, progress
from tests.commands.test_demo import load
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_a_trial_after_the_deadlines_gets_new_ones():
    load()
    day = date(2027, 6, 1)
    with time_machine.travel(datetime.combine(day, time(9), timezone.get_default_timezone())):
        call_command("seed_demo", stdout=StringIO())
        round = Round.objects.get(status="open")
        assert round.submit_by == day + timedelta(days=7)
        assert round.verify_by == day + timedelta(days=21)
        found = progress(round, day)
        assert all(by_state(found).values())
        assert not any(item.is_late for item in found)
        moved = Activity.objects.filter(object_type="criteria.round", verb="change").last()
        assert moved.after["submit_by"] == str(round.submit_by)
        assert moved.reason


def test_production_has_no_demonstration(settings):
    settings.DEMO = False
    with pytest.raises(CommandError):
        call_command("seed_demo")
    assert not User.objects.exists()


def test_a_real_account_is_never_taken_over(settings):
    real = UserFactory(username="quantri")
    with pytest.raises(CommandError, match="Người dùng"):
        call_command("seed_demo")
    real.refresh_from_db()
    assert not real.groups.exists()
    assert not real.is_demo
