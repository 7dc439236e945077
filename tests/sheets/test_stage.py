"""In which stage a sheet is, and what its reader is told: a line a case."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.translation import override

from accounts.models import User
from criteria.models import Assessment, Round, Ward
from criteria.sheets.stage import Key, Stage
from criteria.workflow import APPROVE, BEGIN, RETURN, SUBMIT, WITHDRAW

SUBMIT_BY, VERIFY_BY = date(2026, 11, 30), date(2026, 12, 15)
AT = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)  # 09:30 here
SOMEBODY = User(username="an", full_name="An <b>")
OPEN, CLOSED = Round.Status.OPEN, Round.Status.CLOSED
DAY = timedelta(days=1)


def stage(
    state="draft",
    *,
    on=SUBMIT_BY,
    status=OPEN,
    steps=(),
    can_enter=False,
    pk=1,
    valid_to=None,
    **fields,
) -> Stage:
    round = Round(
        status=status, ends_on=date(2026, 11, 15), submit_by=SUBMIT_BY, verify_by=VERIFY_BY
    )
    ward = Ward(valid_from=date(2023, 1, 1), valid_to=valid_to)
    sheet = Assessment(pk=pk, ward=ward, round=round, state=state)
    if state in ("submitted", "verifying", "approved", "cancelled"):
        fields |= {f"{state}_by": SOMEBODY, f"{state}_at": AT}
    for name, value in fields.items():
        setattr(sheet, name, value)
    return Stage(sheet, on, {step.name for step in steps}, can_enter)


RETURNED = {"state": "returned", "returned_at": AT, "returned_by": SOMEBODY}


@pytest.mark.parametrize(
    ("fields", "key", "text"),
    [
        ({}, Key.TO_FILL_IN, "Fill in and submit by <strong>30/11/2026</strong>."),
        (
            {"on": SUBMIT_BY + DAY},
            Key.TOO_LATE,
            (
                "The deadline was <strong>30/11/2026</strong>: the sheet can no longer be filled"
                " in. Ask the city for an extension."
            ),
        ),
        (
            {"on": SUBMIT_BY + DAY, "extended_to": SUBMIT_BY + DAY},
            Key.TO_FILL_IN,
            "Fill in and submit by <strong>01/12/2026</strong> (extended for this ward).",
        ),
        # What was returned may be mended as long as it can be verified.
        (
            RETURNED | {"on": VERIFY_BY},
            Key.TO_MEND,
            "Mend and submit by <strong>15/12/2026</strong>.",
        ),
        (
            RETURNED | {"on": VERIFY_BY + DAY},
            Key.TOO_LATE,
            (
                "The deadline was <strong>15/12/2026</strong>: the sheet can no longer be filled"
                " in. Ask the city for an extension."
            ),
        ),
        ({"status": CLOSED}, Key.SHUT, ""),
        (RETURNED | {"status": CLOSED}, Key.SHUT, ""),
        (
            {"state": "submitted"},
            Key.SUBMITTED,
            (
                "Submitted by An &lt;b&gt; at 09:30 20/11/2026; it waits for verification until "
                "<strong>15/12/2026</strong>."
            ),
        ),
        (
            {"state": "verifying", "on": VERIFY_BY + DAY},
            Key.VERIFYING,
            (
                "Being verified since 09:30 20/11/2026 by An &lt;b&gt;. Verify by "
                "<strong>15/12/2026</strong>."
            ),
        ),
        (
            {"state": "approved", "status": CLOSED},
            Key.APPROVED,
            "Approved by An &lt;b&gt; at 09:30 20/11/2026. The sheet can no longer be changed.",
        ),
        *(
            (
                {"state": state, "valid_to": date(2026, 11, 15)},
                Key.OUT,
                (
                    "The ward does not exist on the last day of the round, or is no ward then: the"
                    " sheet is closed. What was entered can still be read."
                ),
            )
            for state in Assessment.IN_HAND
        ),
    ],
)
def test_a_sheet_is_in_one_stage_and_its_text_says_who_has_it_and_until_when(fields, key, text):
    with override("en"):
        found = stage(**fields)
        assert (found.key, found.text) == (key, text)


SAVED = "Every row is saved as you go; “Saved” appears once the server has it."


@pytest.mark.parametrize(
    ("fields", "notes"),
    [
        ({}, []),
        ({"can_enter": True}, [SAVED]),
        ({"can_enter": True, "extended_to": VERIFY_BY}, [SAVED]),
        ({"extended_to": SUBMIT_BY - DAY}, []),  # gives no more time than all have
        (RETURNED | {"can_enter": True}, [SAVED]),
        ({"on": SUBMIT_BY + DAY}, []),
        ({"state": "submitted"}, []),
        (
            {"state": "submitted", "steps": [WITHDRAW]},
            ["Until verification begins, it can be taken back."],
        ),
        ({"state": "submitted", "extended_to": VERIFY_BY}, []),
        ({"state": "approved"}, []),
    ],
)
def test_what_follows_the_text_is_for_this_reader(fields, notes):
    with override("en"):
        assert stage(**fields).notes == notes


@pytest.mark.parametrize(
    ("steps", "way_on"),
    [
        ([], ""),
        ([SUBMIT], "To the submission"),
        ([WITHDRAW, BEGIN], ""),
        ([APPROVE], "To the approval and the return"),
        ([RETURN], "To the approval and the return"),
    ],
)
def test_the_way_on_leads_to_what_hands_the_sheet_over(steps, way_on):
    with override("en"):
        assert stage(steps=steps).way_on == way_on


@pytest.mark.parametrize(
    ("fields", "is_back"),
    [
        ({}, False),
        (RETURNED, True),
        (RETURNED | {"state": "submitted"}, True),
        (RETURNED | {"state": "approved"}, False),
        (RETURNED | {"state": "cancelled"}, False),
    ],
)
def test_the_last_return_is_told_until_the_sheet_is_approved(fields, is_back):
    assert stage(**fields).is_back is is_back


def test_nobody_has_begun_a_sheet_that_is_not_stored():
    assert stage(pk=None).state == ""
    assert stage().state == "draft"


def test_every_stage_is_reached():
    states = ["draft", "submitted", "verifying", "returned", "approved", "cancelled"]
    days = [SUBMIT_BY, VERIFY_BY + DAY]
    seen = {
        stage(
            state,
            on=on,
            status=status,
            returned_at=AT if state == "returned" else None,
            valid_to=valid_to,
        ).key
        for state in states
        for on in days
        for status in (OPEN, CLOSED)
        for valid_to in (None, date(2026, 1, 1))
    }
    assert seen == set(Key)
