"""How far each sheet of a round has come, by when it is due, and who has more time."""

from datetime import date

import pytest

from criteria.models import Extension, Round
from criteria.sheets.progress import SheetOnDay, progress
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

SUBMIT_BY, EXTENDED_TO, VERIFY_BY = date(2026, 11, 30), date(2026, 12, 5), date(2026, 12, 15)


@pytest.fixture
def round() -> Round:
    return RoundFactory(criteria_set=make_set(n_criteria=2))


def extend(round: Round, ward, day: date = EXTENDED_TO) -> None:
    given = {"given_by": UserFactory(), "given_at": "2026-11-20T02:00Z"}
    Extension.objects.create(round=round, ward=ward, submit_by=day, reason="Bão", **given)


def only(round: Round, on: date = SUBMIT_BY) -> SheetOnDay:
    (found,) = progress(round, on)
    return found


@pytest.mark.parametrize(
    ("state", "due_on"),
    [
        ("", SUBMIT_BY),
        ("draft", SUBMIT_BY),
        ("submitted", VERIFY_BY),
        ("verifying", VERIFY_BY),
        ("returned", VERIFY_BY),
    ],
)
def test_a_sheet_is_due_with_whoever_has_it_the_last_day_included(round, state, due_on):
    ward = WardFactory()
    if state:
        AssessmentFactory(ward=ward, round=round, **steps_to(state))
    found = only(round, due_on)
    assert (found.state, found.due_on, found.is_late, found.days_left) == (state, due_on, False, 0)
    assert only(round, due_on.replace(day=due_on.day - 1)).days_left == 1
    late = only(round, date(2026, 12, 31))
    assert late.is_late
    assert late.verified is None


@pytest.mark.parametrize("begun", [True, False])
def test_an_extension_moves_the_day(round, begun):
    ward = WardFactory()
    if begun:
        AssessmentFactory(ward=ward, round=round)
    extend(round, ward)
    found = only(round, EXTENDED_TO)
    assert (found.due_on, found.extended_to, found.is_late) == (EXTENDED_TO, EXTENDED_TO, False)
    assert only(round, date(2026, 12, 6)).is_late


def test_an_extension_of_another_ward_or_round_moves_nothing(round):
    ward = WardFactory()
    extend(RoundFactory(year=2027), ward)
    extend(round, WardFactory(kind="commune"))
    assert only(round).extended_to is None


def test_an_extension_that_the_round_has_overtaken_is_none_any_more(round):
    ward = WardFactory()
    extend(round, ward)
    Round.objects.update(submit_by=date(2026, 12, 8))
    round.refresh_from_db()
    assert (only(round).extended_to, only(round).due_on) == (None, date(2026, 12, 8))


def test_an_approved_sheet_is_never_due_and_says_what_was_verified(round):
    sheet = approve_with(WardFactory(), round, {1: "met", 2: "not_met"})
    sheet.results.update(self_verdict="met", finding="Thiếu")
    found = only(round, date(2027, 1, 1))
    assert (found.due_on, found.is_late, found.days_left) == (None, False, None)
    assert found.verified is not None
    assert (found.tally.met, found.verified.met, found.verified.applicable) == (2, 1, 2)


@pytest.mark.parametrize("status", ["planned", "closed"])
def test_nothing_is_due_in_a_round_that_is_not_open(round, status):
    WardFactory()
    round.status = status
    assert (only(round).due_on, only(round, date(2027, 1, 1)).is_late) == (None, False)
