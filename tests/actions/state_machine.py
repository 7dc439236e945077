"""What people do to two sheets of one round, done to the program and to the model alike."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from criteria.actions.evidence import attach, detach
from criteria.actions.results import save_result
from criteria.actions.rounds import give_extension, take_round_step
from criteria.actions.steps import approve_many, return_many, take_step
from criteria.actions.verification import agree_with_rows, verify_result
from criteria.models import Assessment, Round
from criteria.permissions import sheet_or_404
from criteria.readiness.rules import NO_ANSWER
from criteria.sheets.sheet import Entry, read_sheet
from criteria.workflow import CLOSE_ROUND, REOPEN_ROUND, STEPS
from tests import hands
from tests.actions import state_checks
from tests.actions.state_model import (
    ENTERING,
    EXTENDED,
    NO,
    NOT_APPLICABLE,
    NUMBERS,
    PEOPLE,
    PLACES,
    SUBMIT_BY,
    UNSAID,
    VALUE,
    VERIFY_BY,
    VERIFYING,
    YES,
    Model,
    Refusal,
)
from tests.conftest import ROLES
from tests.factories import (
    EvidenceFactory,
    MembershipFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    make_set,
)
from tests.steps_table import ARROWS, HANDS, SITUATIONS

ROLES_OF = {"own": ["ward"], "both": ["verifier", "city"]}

a_place, a_number = st.sampled_from(PLACES), st.sampled_from(NUMBERS)
an_opinion = st.sampled_from([YES, NO, NOT_APPLICABLE, UNSAID])
a_state = st.sampled_from(["", *SITUATIONS])
some_notes = st.sets(a_number)
how_far_behind = st.sampled_from([0, 0, 0, 0, 0, 1, 2])


class Workflow(RuleBasedStateMachine):
    @initialize(states=st.tuples(a_state, a_state))
    def begin(self, states=("", "")) -> None:
        self.rolled_back = transaction.atomic()
        self.rolled_back.__enter__()
        round = RoundFactory(criteria_set=make_set(n_criteria=len(NUMBERS)))
        self.criteria = dict(round.criteria_set.criteria.values_list("number", "pk"))
        assert (round.submit_by, round.verify_by) == (SUBMIT_BY, VERIFY_BY)
        self.unsaved = [Assessment(ward=WardFactory(), round=round) for _ in PLACES]
        self.users = {}
        for person in PEOPLE:
            user = self.users[person] = UserFactory()
            for role in ROLES_OF.get(person, [person]):
                user.groups.add(UserFactory(role=ROLES[role]).groups.get())
        for sheet in self.unsaved:
            MembershipFactory(user=self.users["own"], ward=sheet.ward)
        self.documents = [EvidenceFactory(ward=sheet.ward) for sheet in self.unsaved]
        self.model = Model()
        self.log, self.approved = state_checks.SealedLog(), state_checks.Approved()
        self.checked = set()
        for place, state in enumerate(states):
            self.bring(place, state)

    def bring(self, place, situation) -> None:
        """Take a sheet that nobody has begun to a situation, by the shortest way."""
        state = situation.removesuffix(" again")
        if state != situation:
            self.bring(place, "approved")
            self.bring_again(place, state)
            return
        way = ["", "draft", "submitted", "verifying", state]
        past = way[: way.index(state) + 1]
        if "draft" in past:
            for number in NUMBERS:
                self.save(place, "own", number, YES, "Có hồ sơ")
        if "submitted" in past:
            self.step(place, "own", "submit")
        if "verifying" in past:
            self.step(place, "verifier", "begin")
        if state == "returned":
            self.step(place, "verifier", "return", "Thiếu", {1})
        if state == "approved":
            self.agree(place, "verifier")
            self.step(place, "verifier", "approve")

    def bring_again(self, place, state) -> None:
        """Reopen an approved sheet, and take it to a state once more."""
        self.step(place, "administrator", "reopen", "Nhầm", {1})
        self.save(place, "own", 1, YES, "Đã sửa")
        if state != "returned":
            self.step(place, "own", "submit")
        if state == "draft":
            self.step(place, "own", "withdraw")
        if state == "verifying":
            self.step(place, "verifier", "begin")

    def teardown(self) -> None:
        if hasattr(self, "rolled_back"):
            transaction.set_rollback(True)
            self.rolled_back.__exit__(None, None, None)

    # --- acts -----------------------------------------------------------------------------------

    def expect(self, refusal: Refusal, act: Callable[[], object]) -> None:
        if refusal is None:
            act()
        else:
            with pytest.raises(refusal):
                act()

    def rather(self, place: int, *states: str) -> int:
        """The place drawn, or the other where only that one's sheet is in such a state.

        By chance alone few acts would be done; where neither is, they are still refused.
        """
        others = [other for other in PLACES if self.model.sheets[other].state in states]
        return place if place in others or not others else others[0]

    def found(self, place: int) -> Assessment:
        unsaved = self.unsaved[place]
        return sheet_or_404(self.users["city"], unsaved.round_id, unsaved.ward_id)

    def opened(self, place: int) -> object:
        """The sheet as somebody who sees every sheet has it before them."""
        return read_sheet(self.found(place))

    def entry(self, row: object, said: str, words: str) -> Entry:
        answer = NO_ANSWER if VALUE[said] is None else hands.Answer(VALUE[said])
        answers = {line.requirement.pk: answer for line in row.lines}
        return Entry(answers, said == NOT_APPLICABLE, words)

    @rule(
        place=a_place,
        person=st.sampled_from(ENTERING),
        number=a_number,
        said=an_opinion,
        words=st.sampled_from(["", "Có hồ sơ", "Đã sửa"]),
        behind=how_far_behind,
    )
    def save(self, place, person, number, said, words, behind=0) -> None:
        opened = self.opened(place)
        row = hands.row_of(opened, number)
        self.expect(
            self.model.save(place, person, number, said, words, behind),
            lambda: save_result(
                opened,
                row,
                self.entry(row, said, words),
                version=row.version - behind,
                acting_user=self.users[person],
                today=self.model.today,
            ),
        )

    @rule(
        place=a_place,
        person=st.sampled_from(ENTERING),
        number=a_number,
        is_attached=st.booleans(),
        behind=how_far_behind,
    )
    def document(self, place, person, number, is_attached, behind=0) -> None:
        opened = self.opened(place)
        row = hands.row_of(opened, number)
        act = attach if is_attached else detach
        self.expect(
            self.model.attach(place, person, number, is_attached=is_attached, behind=behind),
            lambda: act(
                opened,
                row,
                self.documents[place],
                version=row.version - behind,
                acting_user=self.users[person],
                today=self.model.today,
            ),
        )

    @rule(
        place=a_place,
        person=st.sampled_from(VERIFYING),
        number=a_number,
        found=an_opinion,
        finding=st.sampled_from(["", "Không có", "Khác"]),
        behind=how_far_behind,
    )
    def verify(self, place, person, number, found, finding, behind=0) -> None:
        place = self.rather(place, "verifying")
        opened = self.opened(place)
        row = hands.row_of(opened, number)
        self.expect(
            self.model.verify(place, person, number, found, finding, behind),
            lambda: verify_result(
                opened,
                row,
                self.entry(row, found, finding),
                version=row.version - behind,
                acting_user=self.users[person],
            ),
        )

    @rule(
        place=a_place,
        person=st.sampled_from(VERIFYING),
        numbers=st.sampled_from([{1, 2}, {1, 2}, {1}, {2}]),
        behind=how_far_behind,
    )
    def agree(self, place, person, numbers=frozenset(NUMBERS), behind=0) -> None:
        place = self.rather(place, "verifying")
        opened = self.opened(place)
        rows = [hands.row_of(opened, number) for number in sorted(numbers)]
        read = [(row, row.version - behind) for row in rows]
        self.expect(
            self.model.agree(place, person, numbers, behind),
            lambda: agree_with_rows(opened, read, acting_user=self.users[person]),
        )

    @rule(
        place=a_place,
        person=st.sampled_from(PEOPLE),
        step=st.sampled_from(list(STEPS)),
        reason=st.sampled_from(["Thiếu", "", "Thiếu"]),
        notes=some_notes,
        behind=how_far_behind,
    )
    def step(self, place, person, step, reason="", notes=frozenset(), behind=0) -> None:
        if person not in HANDS[step]:
            return  # the gatekeeper's: see `state_checks.permissions`
        assessment = self.found(place)
        version = assessment.version - behind
        self.expect(
            self.model.step(place, person, step, reason, notes, behind),
            lambda: take_step(
                assessment,
                STEPS[step],
                version=version,
                acting_user=self.users[person],
                reason=reason,
                notes={self.criteria[number]: "Ghi rõ" for number in notes},
                today=self.model.today,
            ),
        )

    @rule(place=a_place, data=st.data(), notes=some_notes)
    def go_on(self, place, data, notes) -> None:
        """Do what the sheet waits for: by chance alone few sheets would ever be approved."""
        sheet = self.model.sheets[place]
        if sheet.is_with_unit:
            person = data.draw(st.sampled_from(ENTERING))
            words = data.draw(st.sampled_from(["Có hồ sơ", "Đã sửa"]))
            for number in NUMBERS:
                self.save(place, person, number, YES, words)
            self.step(place, data.draw(st.sampled_from(ENTERING)), "submit")
            return
        step = data.draw(
            st.sampled_from([step for step in ARROWS if sheet.situation in ARROWS[step]])
        )
        person = data.draw(st.sampled_from(sorted(HANDS[step])))
        if step == "approve":
            self.agree(place, person)
            self.agree(place, person)
        self.step(place, person, step, "Thiếu", notes)

    @rule(place=a_place, data=st.data(), notes=some_notes)
    def go_on_again(self, place, data, notes) -> None:
        self.go_on(place, data, notes)

    @rule(
        places=st.sampled_from([[0, 1], [0], [1]]),
        person=st.sampled_from(VERIFYING),
        is_return=st.booleans(),
        behind=how_far_behind,
    )
    def many(self, places, person, is_return=False, behind=0) -> None:
        found = [(place, self.found(place)) for place in places]
        begun = sorted((a.pk, a.version - behind, place) for place, a in found if a.pk)
        versions = {pk: version for pk, version, _place in begun}
        user, why = self.users[person], "Thiếu"
        refusal = self.model.many(
            [place for _pk, _version, place in begun],
            person,
            why,
            is_return=is_return,
            behind=behind,
        )
        if is_return:
            self.expect(refusal, lambda: return_many(versions, reason=why, acting_user=user))
        else:
            self.expect(refusal, lambda: approve_many(versions, reason=why, acting_user=user))

    @rule(place=a_place)
    def extend(self, place) -> None:
        unsaved = self.unsaved[place]
        self.expect(
            self.model.extend(place, "administrator"),
            lambda: give_extension(
                unsaved.round,
                unsaved.ward,
                submit_by=EXTENDED,
                reason="Bão lụt",
                acting_user=self.users["administrator"],
                today=self.model.today,
            ),
        )

    @precondition(lambda self: self.model.is_open)
    @rule(chance=st.integers(0, 3))
    def close_round(self, chance) -> None:
        if chance == 0:
            self.turn_round(CLOSE_ROUND)

    @precondition(lambda self: not self.model.is_open)
    @rule()
    def reopen_round(self) -> None:
        self.turn_round(REOPEN_ROUND)

    def turn_round(self, step: object) -> None:
        administrator = self.users["administrator"]
        round = self.unsaved[0].round
        take_round_step(round, step, acting_user=administrator, reason="Lý do")
        with pytest.raises(ValidationError):
            take_round_step(round, step, acting_user=administrator, reason="Lý do")
        self.model.is_open = step.target == Round.Status.OPEN
        self.model.log.append((step.name, "administrator"))

    @precondition(lambda self: self.model.today <= VERIFY_BY)
    @rule(n=st.sampled_from([0, 0, 0, 6, 11]))
    def let_days_pass(self, n) -> None:
        self.model.today += timedelta(days=n)

    # --- what must hold -------------------------------------------------------------------------

    @invariant()
    def check_all(self) -> None:
        state_checks.stored_sheets(self.model, self.unsaved, self.users)
        self.log.check(self.model, self.users)
        if self.log.is_longer:
            state_checks.standings_of_approved(self.model, self.unsaved)
            self.approved.check()
        for place, sheet in enumerate(self.unsaved):
            # Nothing else decides what people may, so what was checked once need not be again.
            situation = place, self.model.situation(place)
            if situation not in self.checked:
                state_checks.permissions(self.model, place, sheet, self.users)
                self.checked.add(situation)
