"""Each step of a sheet from each state: what it leaves, and what refuses it."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from criteria.actions.results import Stale
from criteria.models import Activity, Assessment, Extension, RequirementValue, Result
from criteria.workflow import STEPS
from tests import hands
from tests.factories import UserFactory, make_sheet, put_into
from tests.steps_table import ARROWS, NEEDS_REASON, NEEDS_TIME, SITUATIONS, STAMPED_BY, STAMPS

pytestmark = pytest.mark.django_db

CASES = [(step, state) for step in STEPS for state in SITUATIONS]


@pytest.fixture(scope="module")
def made(kept_for_module):
    officer, verifier = UserFactory(), UserFactory()
    round = make_sheet(n_criteria=2).round
    return hands.sheets_by_state(round, officer=officer, verifier=verifier)


@pytest.fixture
def sheets(made, db):
    """By state; each test has its own of them, as they are stored."""
    return hands.as_stored(made)


@pytest.fixture
def ready(sheets):
    """By step: a sheet in a state from which it may be taken."""
    return {step: sheets[next(iter(ARROWS[step]))] for step in STEPS}


def everything():
    """All that is kept of the sheets, but for what the last row of the log says."""
    models = (Assessment, Result, RequirementValue)
    return [list(model.objects.order_by("pk").values()) for model in models], n_told()


def n_told():
    return Activity.objects.count()


def test_the_table_speaks_of_every_step():
    assert set(STEPS) == set(ARROWS)
    assert {name for name, step in STEPS.items() if step.needs_reason} == NEEDS_REASON
    assert {name for name, step in STEPS.items() if step.has_deadline} == NEEDS_TIME


@pytest.mark.parametrize(("step", "state"), CASES)
def test_a_step_leads_where_the_table_says_and_nowhere_else(sheets, step, state):
    by, sheet = UserFactory(), sheets[state]
    before = everything()
    target = ARROWS[step].get(state)
    reason = "Vì thiếu" if step in NEEDS_REASON else ""
    if target is None:
        with pytest.raises(ValidationError):
            hands.take(sheet, STEPS[step], by, reason=reason)
        assert everything() == before
        return
    after = hands.take(sheet, STEPS[step], by, reason=reason)
    now = Assessment.objects.filter(pk=after.pk).values().get()
    assert (after.pk == sheet.pk) == (step != "reopen")
    assert (now["state"], now["version"]) == (target, sheet.version + 1)
    assert (after.state, after.version) == (now["state"], now["version"])
    for stamp in ("submitted", "verifying", "approved", "cancelled"):
        bears = stamp in STAMPS[target]
        assert (now[f"{stamp}_by_id"] is not None, now[f"{stamp}_at"] is not None) == (bears, bears)
    if step in STAMPED_BY:
        assert now[f"{STAMPED_BY[step]}_by_id"] == by.pk
    if target == "returned":
        assert now["return_reason"] == reason
    tallies = [now[name] for name in ("n_met", "n_not_met", "n_not_applicable", "n_pending")]
    assert tallies == ([2, 0, 0, 0] if target == "approved" else [None] * 4)
    entry = Activity.objects.first()
    assert (entry.verb, entry.actor, entry.ward, entry.reason) == (step, by, sheet.ward, reason)
    assert (entry.before["state"], entry.after["state"]) == (
        state.removesuffix(" again"),
        target,
    )
    assert n_told() == before[1] + 1


@pytest.mark.parametrize("step", STEPS)
def test_a_step_of_who_has_not_read_the_sheet_as_it_is_is_refused(ready, step):
    version = ready[step].version
    before = everything()
    for other in (version - 1, version + 1, -1):
        with pytest.raises(Stale) as stale:
            hands.take(ready[step], STEPS[step], UserFactory(), reason="Vì thiếu", version=other)
        assert stale.value.sheet.assessment.version == version
    assert everything() == before


@pytest.mark.parametrize("step", sorted(NEEDS_REASON))
def test_a_step_that_needs_a_reason_is_refused_without(ready, step):
    before = everything()
    for nothing in ("", " \n "):
        with pytest.raises(ValidationError) as refused:
            hands.take(ready[step], STEPS[step], UserFactory(), reason=nothing)
        assert list(refused.value.message_dict) == ["reason"]
    assert everything() == before


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("status", ["planned", "closed"])
def test_no_step_is_taken_in_a_round_that_is_not_open(ready, step, status):
    put_into(status)
    before = everything()
    with pytest.raises(ValidationError):
        hands.take(ready[step], STEPS[step], UserFactory(), reason="Vì thiếu")
    assert everything() == before


@pytest.mark.parametrize("step", STEPS)
def test_a_sheet_that_nobody_began_takes_no_step(db, step):
    sheet = make_sheet(year=2027)
    with pytest.raises(ValidationError):
        hands.take(sheet, STEPS[step], UserFactory(), reason="Vì thiếu")
    assert not Assessment.objects.filter(ward=sheet.ward).exists()


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    ("kind", "last_day"),
    [("plain", date(2026, 11, 30)), ("extended", date(2026, 12, 5))],
)
def test_the_unit_s_steps_end_with_its_deadline_and_the_others_do_not(ready, step, kind, last_day):
    sheet = ready[step]
    if kind == "extended":
        Extension.objects.create(
            round=sheet.round,
            ward=sheet.ward,
            submit_by=last_day,
            reason="Bão lụt",
            given_by=UserFactory(),
            given_at=timezone.now(),
        )
    late = last_day + timedelta(days=1)
    before = everything()
    if step in NEEDS_TIME:
        with pytest.raises(ValidationError):
            hands.take(sheet, STEPS[step], UserFactory(), today=late)
        assert everything() == before
        late = last_day
    hands.take(sheet, STEPS[step], UserFactory(), reason="Vì thiếu", today=late)
