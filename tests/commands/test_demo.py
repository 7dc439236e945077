"""What the demonstration shows. It is made once for all tests here, each of which is undone."""

from datetime import date, datetime, time
from io import StringIO

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from criteria.actions.verification import own_entries
from criteria.models import Activity, Assessment, Evidence, Pledge, Result, Round, Verdict
from criteria.permissions import visible_notices
from criteria.readiness.aggregate import standings
from criteria.readiness.completeness import Lack, gaps
from criteria.readiness.notices import unread
from criteria.readiness.progress import by_state, progress
from criteria.readiness.sheet import read_sheet

pytestmark = pytest.mark.django_db


def load():
    for command in ("load_wards", "load_criteria", "load_roadmap"):
        call_command(command, stdout=StringIO())


def nine_o_clock(day):
    return datetime.combine(day, time(9), timezone.get_default_timezone())


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker):
    with (
        django_db_blocker.unblock(),
        time_machine.travel(nine_o_clock(date(2026, 11, 20))),
        transaction.atomic(),
    ):
        load()
        output = StringIO()
        call_command("seed_demo", stdout=output)
        yield output.getvalue()
        transaction.set_rollback(True)


@pytest.fixture
def demo(made, db):
    return made


def test_the_demonstration_is_made_once_and_tells_the_known_story(demo):
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

    statuses = dict(Round.objects.values_list("year", "status"))
    assert statuses == {2023: "closed", 2024: "closed", 2025: "closed", 2026: "open"}
    past = Assessment.objects.exclude(round__year=2026)
    assert set(past.values_list("state", flat=True)) == {"approved"}


def test_the_open_round_shows_every_state(demo):
    round = Round.objects.get(status="open")
    found = progress(round, timezone.localdate())
    assert all(by_state(found).values())
    assert not any(item.is_late for item in found)
    (extended,) = (item for item in found if item.extended_to)
    assert extended.state == ""


def test_the_returned_sheet_is_the_ward_officer_s_and_mended_by_half(demo):
    returned = Assessment.objects.get(state="returned")
    officer = User.objects.get(username="canbo.phuong")
    assert returned.ward.memberships.get().user == officer
    assert returned.return_reason
    assert returned.results.exclude(return_note="").count() == 2
    (gap,) = gaps(read_sheet(returned))
    assert gap.lack == Lack.MENDING


def test_some_verdicts_differ_from_the_unit_s_own_with_a_finding(demo):
    verified = Result.objects.exclude(verified_verdict="pending")
    differing = verified.exclude(verified_verdict=F("self_verdict"))
    assert differing.exclude(finding="").count() == differing.count() > 5
    for state in ("approved", "verifying"):
        of_state = differing.filter(assessment__round__status="open", assessment__state=state)
        assert of_state.exists(), state


def test_nobody_verifies_what_they_entered(demo):
    for sheet in Assessment.objects.exclude(verifying_by=None):
        assert not own_entries([sheet.pk], sheet.verifying_by)


def test_every_submitted_sheet_has_its_grounds_some_of_them_documents(demo):
    for sheet in Assessment.objects.filter(round__status="open").exclude(submitted_by=None):
        assert gaps(read_sheet(sheet)) == []
        assert Evidence.objects.filter(uses__result__assessment=sheet).exists()


def test_of_the_past_rounds_nobody_has_notices_left_to_read(demo):
    present = Activity.objects.filter(
        object_type="criteria.assessment",
        object_id__in=Assessment.objects.filter(round__status="open"),
    )
    for user in User.objects.filter(username__in=["canbo.phuong", "canbo.tp", "thamdinh"]):
        left = unread(visible_notices(user), user)
        assert left.exists()
        told = left.filter(object_type="criteria.assessment")
        assert set(told) <= set(present), user


def test_the_log_of_the_demonstration_is_whole(demo):
    rows = Activity.objects.order_by("seq")
    assert all(row.hash == row.seal() for row in rows)


def test_seeding_again_keeps_whatever_was_entered(demo):
    kept = Result.objects.filter(assessment__state="draft").first()
    Result.objects.filter(pk=kept.pk).update(explanation="đã sửa", self_verdict=Verdict.NOT_MET)
    n_entries = Activity.objects.count()
    call_command("seed_demo", stdout=StringIO())
    kept.refresh_from_db()
    assert kept.explanation == "đã sửa"
    assert Activity.objects.count() == n_entries


def test_a_demonstration_grown_old_gets_new_deadlines_and_keeps_its_sheets(demo):
    before = set(Assessment.objects.values_list("pk", "state", "version"))
    day = date(2027, 3, 1)
    with time_machine.travel(nine_o_clock(day)):
        for _ in range(2):
            call_command("seed_demo", stdout=StringIO())
    round = Round.objects.get(status="open")
    assert (round.submit_by, round.verify_by) == (date(2027, 3, 8), date(2027, 3, 22))
    assert set(Assessment.objects.values_list("pk", "state", "version")) == before
