"""Deadlines are days, the last one included, in Asia/Ho_Chi_Minh: to the second."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError

from accounts.models import User
from criteria.actions.rounds import give_extension
from criteria.models import Assessment
from criteria.workflow import SUBMIT, WITHDRAW
from tests import hands
from tests.factories import RoundFactory, UserFactory, WardFactory, make_set

pytestmark = pytest.mark.django_db

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
SUBMIT_BY, EXTENDED_TO, VERIFY_BY = date(2026, 11, 30), date(2026, 12, 5), date(2026, 12, 15)

# How the sheet came to its last day for the unit.
LAST_DAYS = {
    "not begun": SUBMIT_BY,
    "filled in": SUBMIT_BY,
    "extended, not begun": EXTENDED_TO,
    "extended": EXTENDED_TO,
    "returned": VERIFY_BY,
    "extended and returned": VERIFY_BY,
}


@pytest.fixture
def officer() -> User:
    return UserFactory()


@pytest.fixture
def verifier() -> User:
    return UserFactory()


@pytest.fixture
def make(officer: User, verifier: User) -> Callable[[str], Assessment]:
    """Bring a sheet to where one of LAST_DAYS begins, days before any deadline."""

    def make(way: str) -> Assessment:
        round = RoundFactory(
            criteria_set=make_set(n_criteria=1), submit_by=SUBMIT_BY, verify_by=VERIFY_BY
        )
        sheet = Assessment(ward=WardFactory(), round=round)
        if "extended" in way:
            given = give_extension(
                round, sheet.ward, submit_by=EXTENDED_TO, reason="Bão", acting_user=UserFactory()
            )
            sheet.extended_to = given.submit_by  # as the gatekeeper reads it
        if "returned" in way:
            hands.send_back(sheet, officer, verifier)
        elif "not begun" not in way:
            hands.fill(sheet, officer)
        return sheet

    return make


def first_second(day: date) -> datetime:
    return datetime.combine(day, time.min, HERE)


def last_second(day: date) -> datetime:
    return first_second(day + timedelta(days=1)) - timedelta(seconds=1)


@contextmanager
def too_late(last_day: date) -> Iterator[None]:
    """The first second after a last day; a refusal that names it is expected."""
    with (
        time_machine.travel(first_second(last_day + timedelta(days=1)), tick=False),
        pytest.raises(ValidationError, match=f"{last_day:%d/%m/%Y}"),
    ):
        yield


@pytest.mark.parametrize(("way", "day"), LAST_DAYS.items())
def test_the_unit_saves_to_the_last_second_and_not_after(make, officer, way, day):
    sheet = make(way)
    with time_machine.travel(last_second(day), tick=False):
        saved = hands.save(sheet, 1, hands.NO, officer, explanation="Vẫn kịp")
        assert saved.rows[0].self_entry.explanation == "Vẫn kịp"
    with too_late(day):
        hands.save(sheet, 1, hands.YES, officer, explanation="Đã muộn")
    assert hands.open_sheet(sheet).rows[0].self_entry.explanation == "Vẫn kịp"


@pytest.mark.parametrize(
    ("way", "day"), [(way, day) for way, day in LAST_DAYS.items() if "not begun" not in way]
)
def test_the_unit_submits_to_the_last_second_and_not_after(make, officer, way, day):
    sheet = make(way)
    with too_late(day):
        hands.take(sheet, SUBMIT, officer)
    with time_machine.travel(last_second(day), tick=False):
        assert hands.take(sheet, SUBMIT, officer).state == "submitted"


def test_who_can_no_longer_submit_cannot_withdraw_either(make, officer):
    sheet = make("filled in")
    hands.take(sheet, SUBMIT, officer)
    with too_late(SUBMIT_BY):
        hands.take(sheet, WITHDRAW, officer)
    with time_machine.travel(last_second(SUBMIT_BY), tick=False):
        assert hands.take(sheet, WITHDRAW, officer).state == "draft"


def test_the_verifier_s_deadline_stops_nobody(make, officer, verifier):
    sheet = make("filled in")
    hands.take(sheet, SUBMIT, officer)
    with time_machine.travel(first_second(VERIFY_BY + timedelta(days=30)), tick=False):
        hands.take(sheet, hands.BEGIN, verifier)
        hands.agree(sheet, verifier)
        assert hands.take(sheet, hands.APPROVE, verifier).is_approved
