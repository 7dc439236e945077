"""Whatever people do to sheets and rounds, a past day as known on a past day stays what it was."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from criteria.actions.results import Stale
from criteria.actions.rounds import take_round_step
from criteria.actions.steps import approve_many
from criteria.models import Assessment, Round
from criteria.readiness.roadmap import roadmap
from criteria.readiness.rounds import read_rounds
from criteria.readiness.standing import standings
from criteria.readiness.timeline import read_timeline
from criteria.workflow import (
    APPROVE,
    BEGIN,
    CANCEL_REOPENING,
    CLOSE_ROUND,
    REOPEN,
    REOPEN_ROUND,
    RETURN,
    SUBMIT,
    WITHDRAW,
)
from tests import hands
from tests.factories import (
    RoadmapTargetFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    approve_with,
    make_set,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 9, tzinfo=timezone.get_default_timezone())
KNOWN = date(2026, 11, 19)
DAYS = [date(2025, 11, 14), date(2025, 11, 15), date(2025, 12, 31), KNOWN]
STEPS = [SUBMIT, WITHDRAW, BEGIN, RETURN, APPROVE, REOPEN, CANCEL_REOPENING]


def told() -> list[object]:
    """Every figure of the days, and what each ward lacks, as known on the eve."""
    rounds = read_rounds(KNOWN)
    timeline = read_timeline(rounds)
    figures: list[object] = []
    for on in DAYS:
        seen = roadmap(on, timeline)
        lacking = [
            (standing.ward, standing.tally, standing.unmet)
            for standing in standings(on, round=rounds.standing(on))
        ]
        figures.append((seen.today, seen.targets, seen.milestones(), lacking))
    return figures


class Days(RuleBasedStateMachine):
    """A settled round with approved sheets of long ago, and one under verification."""

    def __init__(self) -> None:
        super().__init__()
        self.world = transaction.atomic()
        self.world.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.world.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        criteria_set = make_set(n_criteria=2)
        self.people = {step: UserFactory() for step in STEPS}
        self.rounds = [
            RoundFactory(year=2025, criteria_set=criteria_set, settled_on=date(2025, 12, 16)),
            RoundFactory(year=2026, criteria_set=criteria_set, settled_on=None),
        ]
        Round.objects.update(submit_by=date(2027, 1, 1), verify_by=date(2027, 2, 1))
        RoadmapTargetFactory(due_on=date(2025, 12, 31), percent=50)
        self.wards = WardFactory.create_batch(2)
        for ward, verdict in zip(self.wards, ("met", "not_met"), strict=True):
            for round, days in zip(self.rounds, (345, 3), strict=True):
                sheet = approve_with(ward, round, {1: "met", 2: verdict})
                approved_at = NOW - timedelta(days=days)
                Assessment.objects.filter(pk=sheet.pk).update(approved_at=approved_at)
        self.known = told()

    def attempt(self, act: Callable[[], object]) -> None:
        """What is refused changes nothing, and that is what others test."""
        with suppress(ValidationError, Stale):
            act()

    def sheet(self, n_ward: int, n_round: int) -> Assessment:
        ward, round = self.wards[n_ward], self.rounds[n_round]
        return hands.as_it_is(Assessment(ward=ward, round=round))

    @rule(ward=st.integers(0, 1), round=st.integers(0, 1), step=st.sampled_from(STEPS))
    def take(self, ward: int, round: int, step: object) -> None:
        sheet = self.sheet(ward, round)
        self.attempt(lambda: hands.take(sheet, step, self.people[step], reason="Vì"))

    @rule(
        ward=st.integers(0, 1),
        round=st.integers(0, 1),
        number=st.integers(1, 2),
        value=st.sampled_from([hands.YES, hands.NO, hands.NOT_APPLICABLE]),
    )
    def say(self, ward: int, round: int, number: int, value: int | None) -> None:
        sheet = self.sheet(ward, round)
        self.attempt(lambda: hands.save(sheet, number, value, self.people[SUBMIT]))
        self.attempt(lambda: hands.find(sheet, number, value, self.people[BEGIN], "Khác"))

    @rule(ward=st.integers(0, 1), round=st.integers(0, 1))
    def approve_again(self, ward: int, round: int) -> None:
        """The whole way at once: chance alone seldom goes it."""
        for step in (REOPEN, SUBMIT):
            self.take(ward, round, step)
        sheet = self.sheet(ward, round)
        if sheet.state in Assessment.WITH_VERIFIER:
            versions = {sheet.pk: sheet.version}
            person = self.people[BEGIN]
            self.attempt(lambda: approve_many(versions, reason="Họp", acting_user=person))

    @rule(round=st.integers(0, 1), step=st.sampled_from([CLOSE_ROUND, REOPEN_ROUND]))
    def turn(self, round: int, step: object) -> None:
        stored = Round.objects.get(pk=self.rounds[round].pk)
        person = self.people[REOPEN]
        self.attempt(lambda: take_round_step(stored, step, acting_user=person, reason="Vì"))

    @invariant()
    def what_was_known_stays(self) -> None:
        assert told() == self.known


@pytest.mark.hypothesis
def test_a_past_day_as_known_on_a_past_day_never_changes() -> None:
    with time_machine.travel(NOW):
        run_state_machine_as_test(
            Days,
            settings=settings(
                max_examples=settings().max_examples // 20,
                stateful_step_count=25,
                deadline=None,
                phases=[Phase.explicit, Phase.reuse, Phase.generate],
            ),
        )


def test_it_would_be_seen_if_it_changed() -> None:
    """The figures as known now do move on the way that the machine goes."""
    with time_machine.travel(NOW):
        days = Days()
        days.begin()
        before = roadmap(DAYS[1]).today.ready
        days.take(0, 0, REOPEN)
        days.say(0, 0, 1, hands.NO)
        days.say(0, 0, 2, hands.YES)
        days.take(0, 0, SUBMIT)
        days.take(0, 0, BEGIN)
        hands.agree(days.sheet(0, 0), days.people[BEGIN])
        days.take(0, 0, APPROVE)
        assert (before, roadmap(DAYS[1]).today.ready) == (1, 0)
        days.what_was_known_stays()
        days.teardown()
