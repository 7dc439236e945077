"""A round opens, closes and reopens; a ward gets more time."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from accounts.models import User
from criteria.actions.catalogue import retire_set
from criteria.actions.rounds import give_extension, take_round_step
from criteria.models import Activity, Assessment, CriteriaSet, Extension, Round
from criteria.workflow import CLOSE_ROUND, OPEN_ROUND, REOPEN_ROUND, ROUND_STEPS
from tests.factories import (
    AssessmentFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    approve_with,
    make_set,
    steps_to,
)

pytestmark = pytest.mark.django_db

ARROWS = {
    "open_round": ("planned", "open"),
    "close_round": ("open", "closed"),
    "reopen_round": ("closed", "open"),
}


@pytest.fixture
def administrator() -> User:
    return UserFactory()


@pytest.fixture
def make_round(db):
    """A round of a city with one ward."""

    def make(status: str = "open", **fields: object) -> Round:
        WardFactory()
        return RoundFactory(status=status, **{"criteria_set": make_set(n_criteria=1)} | fields)

    return make


# --- steps ----------------------------------------------------------------------------------------


def test_the_table_of_steps_is_the_one_here():
    found = {name: (step.sources, step.target) for name, step in ROUND_STEPS.items()}
    assert found == {name: ({source}, target) for name, (source, target) in ARROWS.items()}


@pytest.mark.parametrize("status", Round.Status.values)
@pytest.mark.parametrize("name", ARROWS)
def test_a_step_leads_from_one_status_to_another_and_from_no_other(
    make_round, administrator, name, status
):
    round = make_round(status)
    source, target = ARROWS[name]
    if status == source:
        taken = take_round_step(round, ROUND_STEPS[name], acting_user=administrator, reason="Vì")
        assert taken.status == target
        entry = Activity.objects.get()
        assert (entry.verb, entry.actor, entry.object_id) == (name, administrator, round.pk)
        assert (entry.before, entry.after) == ({"status": source}, {"status": target})
        assert entry.reason == "Vì"
    else:
        with pytest.raises(ValidationError, match=round.get_status_display()):
            take_round_step(round, ROUND_STEPS[name], acting_user=administrator, reason="Vì")
        assert not Activity.objects.exists()
    round.refresh_from_db()
    assert round.status == (target if status == source else status)


def test_a_step_that_somebody_has_taken_meanwhile_says_what_the_round_is_now(
    make_round, administrator
):
    mine = make_round("open")
    take_round_step(mine, CLOSE_ROUND, acting_user=UserFactory())
    assert mine.is_open  # as I have read it
    with pytest.raises(ValidationError) as refusal:
        take_round_step(mine, CLOSE_ROUND, acting_user=administrator)
    assert str(Round.Status.CLOSED.label) in refusal.value.messages[0]
    assert Activity.objects.count() == 1


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_reopening_wants_a_reason(make_round, administrator, reason):
    round = make_round("closed")
    with pytest.raises(ValidationError) as refusal:
        take_round_step(round, REOPEN_ROUND, acting_user=administrator, reason=reason)
    assert list(refusal.value.message_dict) == ["reason"]
    round.refresh_from_db()
    assert not round.is_open


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_opening_wants_a_published_set(make_round, administrator, status):
    round = make_round("planned", criteria_set=make_set(n_criteria=1, status=status))
    with pytest.raises(ValidationError) as refusal:
        take_round_step(round, OPEN_ROUND, acting_user=administrator)
    assert len(refusal.value.messages) == 1
    round.refresh_from_db()
    assert round.status == "planned"


def test_opening_wants_a_ward_on_the_last_day(administrator):
    round = RoundFactory(status="planned", criteria_set=make_set(n_criteria=1))
    WardFactory(valid_to=round.ends_on)
    WardFactory(kind="commune")
    with pytest.raises(ValidationError, match="15/11/2026"):
        take_round_step(round, OPEN_ROUND, acting_user=administrator)
    WardFactory()
    assert take_round_step(round, OPEN_ROUND, acting_user=administrator).is_open


def test_everything_that_keeps_a_round_from_opening_is_said_at_once(administrator):
    draft = make_set(n_criteria=1, status="draft")
    round = RoundFactory(status="planned", criteria_set=draft)
    with pytest.raises(ValidationError) as refusal:
        take_round_step(round, OPEN_ROUND, acting_user=administrator)
    assert len(refusal.value.messages) == 2


def test_closing_and_reopening_leave_the_sheets_as_they_are(make_round, administrator):
    round = make_round("open")
    sheet = approve_with(WardFactory(), round, {1: "met"})
    take_round_step(round, CLOSE_ROUND, acting_user=administrator)
    take_round_step(round, REOPEN_ROUND, acting_user=administrator, reason="Sót một phường")
    sheet.refresh_from_db()
    assert (sheet.state, sheet.n_met) == ("approved", 1)


def test_a_round_of_a_retired_set_stays_closed(make_round, administrator):
    round = make_round("closed", criteria_set=make_set(n_criteria=1, status="retired"))
    with pytest.raises(ValidationError):
        take_round_step(round, REOPEN_ROUND, acting_user=administrator, reason="Nhầm")
    round.refresh_from_db()
    assert not round.is_open
    assert not Activity.objects.exists()


@pytest.mark.parametrize("status", ["planned", "closed"])
def test_a_set_that_was_retired_since_the_round_was_read_is_found_out(
    make_round, administrator, status, monkeypatch
):
    round = make_round(status)
    hold = Activity.objects.hold

    def retired_before_the_log_is_free() -> None:
        CriteriaSet.objects.update(status="retired")
        hold()

    monkeypatch.setattr(Activity.objects, "hold", retired_before_the_log_is_free)
    step = OPEN_ROUND if status == "planned" else REOPEN_ROUND
    with pytest.raises(ValidationError):
        take_round_step(round, step, acting_user=administrator, reason="Nhầm")


# --- retiring a set -------------------------------------------------------------------------------


@pytest.mark.parametrize("status", Round.Status.values)
def test_a_set_is_retired_once_no_round_needs_it(make_round, administrator, status):
    round = make_round(status)
    day = date(2027, 1, 1)
    if status == "closed":
        retire_set(round.criteria_set, effective_to=day, acting_user=administrator)
        entry = Activity.objects.get()
        assert (entry.verb, entry.before["status"]) == ("retire_set", "published")
        assert entry.after == {"status": "retired", "effective_to": "2027-01-01"}
    else:
        with pytest.raises(ValidationError, match=round.name):
            retire_set(round.criteria_set, effective_to=day, acting_user=administrator)
        assert not Activity.objects.exists()
    round.criteria_set.refresh_from_db()
    assert round.criteria_set.status == ("retired" if status == "closed" else "published")


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_only_a_published_set_is_retired(administrator, status):
    criteria_set = make_set(n_criteria=1, status=status)
    with pytest.raises(ValidationError):
        retire_set(criteria_set, effective_to=date(2027, 1, 1), acting_user=administrator)


def test_a_set_is_not_retired_before_it_starts(administrator):
    criteria_set = make_set(n_criteria=1)
    day = criteria_set.effective_from
    with pytest.raises(ValidationError):
        retire_set(criteria_set, effective_to=day, acting_user=administrator)
    criteria_set.refresh_from_db()
    assert criteria_set.status == "published"


# --- extensions -----------------------------------------------------------------------------------


def give(round, ward, user, day=date(2026, 12, 5), reason="Bão số 9"):
    return give_extension(round, ward, submit_by=day, reason=reason, acting_user=user)


def test_an_extension_says_until_when_why_and_by_whom(make_round, administrator):
    round, ward = make_round(), WardFactory()
    give(round, ward, administrator, reason="  Bão số 9 ")
    stored = Extension.objects.get()
    assert (stored.round, stored.ward, stored.submit_by) == (round, ward, date(2026, 12, 5))
    assert (stored.reason, stored.given_by) == ("Bão số 9", administrator)
    entry = Activity.objects.get()
    assert (entry.verb, entry.actor, entry.ward) == ("extend", administrator, ward)
    assert (entry.before, entry.reason) == ({}, "Bão số 9")
    assert entry.after == {"submit_by": "2026-12-05", "reason": "Bão số 9"}


def test_a_later_extension_takes_the_place_of_the_former_which_the_log_keeps(
    make_round, administrator
):
    round, ward = make_round(), WardFactory()
    give(round, ward, UserFactory())
    give(round, ward, administrator, day=date(2026, 12, 1), reason="Đã đủ")
    stored = Extension.objects.get()
    assert (stored.submit_by, stored.given_by) == (date(2026, 12, 1), administrator)
    entry = Activity.objects.order_by("-seq").first()
    assert entry.before == {"submit_by": "2026-12-05", "reason": "Bão số 9"}
    assert entry.after == {"submit_by": "2026-12-01", "reason": "Đã đủ"}


def test_giving_the_same_again_changes_nothing(make_round, administrator):
    round, ward = make_round(), WardFactory()
    give(round, ward, administrator)
    assert give(round, ward, UserFactory()).submit_by == date(2026, 12, 5)
    assert Activity.objects.count() == 1
    assert Extension.objects.get().given_by == administrator


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"day": date(2026, 11, 30)}, "submit_by"),
        ({"day": date(2026, 12, 16)}, "submit_by"),
        ({"day": None}, "submit_by"),
        ({"reason": "  "}, "reason"),
    ],
)
def test_an_extension_lies_between_the_deadlines_and_has_a_reason(
    make_round, administrator, fields, named
):
    round, ward = make_round(), WardFactory()
    with pytest.raises(ValidationError) as refusal:
        give(round, ward, administrator, **fields)
    assert named in refusal.value.message_dict
    assert not Extension.objects.exists()
    assert not Activity.objects.exists()


@pytest.mark.parametrize("day", [date(2026, 12, 1), date(2026, 12, 15)])
def test_an_extension_may_end_on_the_day_after_the_deadline_or_with_verification(
    make_round, administrator, day
):
    assert give(make_round(), WardFactory(), administrator, day=day).submit_by == day


@pytest.mark.parametrize("state", ["returned", "submitted", "draft"])
def test_what_was_returned_may_be_mended_after_verification_has_ended(
    make_round, administrator, state
):
    """Else a sheet that is returned or reopened late could never be submitted again."""
    round, ward = make_round(), WardFactory()
    AssessmentFactory(ward=ward, round=round, **steps_to("returned") | steps_to(state))
    late = date(2027, 1, 20)
    assert give(round, ward, administrator, day=late).submit_by == late
    sheet = Assessment.objects.with_extension().get()
    assert sheet.enter_by == late


def test_a_sheet_that_was_never_returned_is_not_extended_past_verification(
    make_round, administrator
):
    round, other = make_round(), make_round(year=2027)
    ward = WardFactory()
    AssessmentFactory(ward=ward, round=round)
    AssessmentFactory(ward=ward, round=other, **steps_to("returned"))
    AssessmentFactory(ward=WardFactory(), round=round, **steps_to("returned"))
    with pytest.raises(ValidationError):
        give(round, ward, administrator, day=date(2026, 12, 16))


def test_an_extension_does_not_end_in_the_past(make_round, administrator):
    round = make_round(submit_by=date(2026, 11, 10))
    ward = WardFactory()
    with pytest.raises(ValidationError) as refusal:
        give(round, ward, administrator, day=date(2026, 11, 19))
    assert list(refusal.value.message_dict) == ["submit_by"]
    assert give(round, ward, administrator, day=date(2026, 11, 20)).pk


@pytest.mark.parametrize("status", ["planned", "closed"])
def test_only_an_open_round_is_extended(make_round, administrator, status):
    round = make_round(status)
    with pytest.raises(ValidationError) as refusal:
        give(round, WardFactory(), administrator)
    assert refusal.value.messages == [gettext("The round is not open.")]


def test_only_a_ward_of_the_round_is_given_more_time(make_round, administrator):
    round = make_round()
    for ward in (WardFactory(kind="commune"), WardFactory(valid_to=round.ends_on)):
        with pytest.raises(ValidationError):
            give(round, ward, administrator)
    assert not Extension.objects.exists()


def test_the_deadlines_compared_are_those_of_now(make_round, administrator):
    mine = make_round()
    Round.objects.update(submit_by=date(2026, 12, 8))
    with pytest.raises(ValidationError):
        give(mine, WardFactory(), administrator, day=date(2026, 12, 5))


# --- settling -----------------------------------------------------------------------------------


def test_the_first_closing_settles_a_round_and_a_later_one_does_not(make_round, administrator):
    round = make_round(settled_on=None)
    for step, day in (
        (CLOSE_ROUND, date(2026, 12, 16)),
        (REOPEN_ROUND, date(2027, 1, 10)),
        (CLOSE_ROUND, date(2027, 1, 20)),
    ):
        take_round_step(round, step, acting_user=administrator, reason="Vì", today=day)
        round.refresh_from_db()
        assert round.settled_on == date(2026, 12, 16)
    assert [entry.after.get("settled_on") for entry in Activity.objects.order_by("seq")] == [
        "2026-12-16",
        None,
        None,
    ]
