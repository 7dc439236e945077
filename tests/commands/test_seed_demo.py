from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from criteria.models import Activity, Assessment, Pledge, Result, Round, Verdict
from criteria.readiness.aggregate import standings
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo():
    for command in ("load_wards", "load_criteria", "load_roadmap"):
        call_command(command, stdout=StringIO())
    output = StringIO()
    call_command("seed_demo", stdout=output)
    return output.getvalue()


def test_the_demonstration_is_made_once_and_tells_the_known_story(demo, settings):
    accounts = User.objects.filter(is_demo=True)
    assert {account.groups.get().name for account in accounts} == {
        "Ward officer",
        "City officer",
        "Verifier",
        "Leader",
        "Administrator",
    }
    for account in accounts:
        assert account.username in demo
        assert "minh họa" in account.full_name
        assert account.check_password(settings.DEMO_PASSWORD)

    end_2023 = Round.objects.get(year=2023).ends_on
    by_ward = {standing.ward: standing for standing in standings(end_2023)}
    assert len(by_ward) == 22
    pilots = {pledge.ward for pledge in Pledge.objects.filter(year=2023)}
    assert {ward for ward, standing in by_ward.items() if standing.is_ready} == pilots
    lacking_area = [
        standing
        for standing in by_ward.values()
        if any(
            criterion.requirements.filter(norm_per_ward=True).exists()
            for criterion in standing.unmet
        )
    ]
    assert len(lacking_area) == 11

    states = Assessment.objects.filter(round__year=2026).values_list("state", flat=True)
    assert {"approved", "draft"} == set(states)
    assert len(states) < len(standings(date(2026, 11, 30)))
    statuses = dict(Round.objects.values_list("year", "status"))
    assert statuses == {2023: "closed", 2024: "closed", 2025: "closed", 2026: "open"}

    kept = Result.objects.filter(assessment__state="draft").first()
    Result.objects.filter(pk=kept.pk).update(explanation="đã sửa", self_verdict=Verdict.NOT_MET)
    n_entries = Activity.objects.count()
    call_command("seed_demo", stdout=StringIO())
    kept.refresh_from_db()
    assert kept.explanation == "đã sửa"
    assert Activity.objects.count() == n_entries


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
