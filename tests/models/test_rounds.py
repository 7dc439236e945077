"""What a round may still become once it has results."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from criteria.models import Extension, Round
from tests.factories import (
    AssessmentFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    approve_with,
    make_set,
)


@pytest.fixture
def approved(db) -> Round:
    """A closed round with an approved sheet."""
    round = RoundFactory(criteria_set=make_set(n_criteria=1), status=Round.Status.CLOSED)
    approve_with(WardFactory(), round, {1: "met"})
    return round


PAST = [
    ("year", 2024),
    ("starts_on", date(2025, 10, 1)),
    ("ends_on", date(2026, 10, 31)),
    ("status", Round.Status.PLANNED),
    ("is_citywide", False),
]


@pytest.mark.parametrize(("name", "value"), PAST)
def test_what_the_figures_of_approved_sheets_rest_on_does_not_change(approved, name, value):
    setattr(approved, name, value)
    with pytest.raises(ValidationError) as refusal:
        approved.full_clean()
    assert name in refusal.value.message_dict
    assert set(refusal.value.message_dict) <= {name, "__all__"}


@pytest.mark.parametrize(("name", "value"), PAST)
def test_unsettled_and_without_an_approved_sheet_it_may(db, name, value):
    round = RoundFactory(settled_on=None)
    AssessmentFactory(round=round)
    setattr(round, name, value)
    round.full_clean()


def test_the_last_day_stays_while_a_ward_has_its_sheet_in_hand_that_it_would_not_count(db):
    round = RoundFactory(settled_on=None)
    sheet = AssessmentFactory(round=round, ward=WardFactory(valid_to=date(2026, 12, 1)))
    round.ends_on = date(2026, 12, 2)
    with pytest.raises(ValidationError) as refusal:
        round.full_clean()
    assert sheet.ward.name in refusal.value.message_dict["ends_on"][0]
    round.ends_on = date(2026, 11, 30)
    round.full_clean()


def test_everything_that_is_refused_is_named_at_once(approved):
    approved.year, approved.status = 2020, Round.Status.PLANNED
    with pytest.raises(ValidationError) as refusal:
        approved.full_clean()
    assert set(refusal.value.message_dict) == {"year", "status"}


def test_a_closed_round_is_opened_again_and_its_deadlines_move(approved):
    approved.status = Round.Status.OPEN
    approved.name = "Đợt mở lại"
    approved.submit_by = approved.verify_by = date(2027, 1, 31)
    approved.full_clean()


def test_a_new_round_has_nothing_to_keep(db):
    made = RoundFactory.build(criteria_set=make_set(n_criteria=1))
    made.full_clean()


def extend(round: Round, day: date) -> None:
    Extension.objects.create(
        round=round,
        ward=WardFactory(),
        submit_by=day,
        reason="Bão số 9",
        given_by=UserFactory(),
        given_at="2026-11-20T02:00Z",
    )


def test_verification_does_not_end_before_an_extension_does(db):
    round = RoundFactory()
    extend(round, date(2026, 12, 5))
    extend(round, date(2026, 12, 7))
    round.verify_by = date(2026, 12, 6)
    with pytest.raises(ValidationError, match="07/12/2026") as refusal:
        round.full_clean()
    assert list(refusal.value.message_dict) == ["verify_by"]
    round.verify_by = date(2026, 12, 7)
    round.full_clean()


def test_an_extension_that_is_after_verification_already_keeps_no_day_where_it_is(db):
    round = RoundFactory()
    extend(round, date(2027, 1, 20))
    for round.verify_by in (date(2026, 12, 14), date(2026, 12, 16)):
        round.full_clean()
