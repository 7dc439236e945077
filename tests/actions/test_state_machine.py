"""Two sheets of one round in many hands: after each act, what is stored is what a model says.

The model is plain Python that knows the rules by heart; it asks nothing of the code under test.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from criteria.actions.assessments import Stale, save_result
from criteria.actions.rounds import give_extension, take_round_step
from criteria.actions.steps import ManyRefused, approve_many, return_many, take_step
from criteria.actions.verification import agree_with_rows, verify_result
from criteria.models import Activity, Assessment, RequirementValue, Result, Round
from criteria.permissions import can_enter, can_take, can_verify_sheet, sheet_or_404
from criteria.readiness.aggregate import standings
from criteria.readiness.rules import NO_ANSWER
from criteria.readiness.sheet import Entry, read_sheet
from criteria.workflow import CLOSE_ROUND, REOPEN_ROUND, STEPS
from tests import hands
from tests.conftest import ROLES
from tests.factories import MembershipFactory, RoundFactory, UserFactory, WardFactory, make_set
from tests.steps_table import ARROWS, HANDS, NEEDS_REASON, NEEDS_TIME, STAMPED_BY, STAMPS

NUMBERS = [1, 2]
PEOPLE = ["own", "city", "verifier", "both", "administrator"]
ROLES_OF = {"own": ["ward"], "both": ["verifier", "city"]}
ENTERING, VERIFYING = ["own", "city", "both"], ["verifier", "both"]
YES, NO, NOT_APPLICABLE, UNSAID = "yes", "no", "not applicable", "unsaid"
VERDICT = {YES: "met", NO: "not_met", NOT_APPLICABLE: "not_applicable", UNSAID: "pending"}
VALUE = {YES: Decimal(1), NO: Decimal(0), NOT_APPLICABLE: None, UNSAID: None}
WORDS = st.sampled_from(["", "Có hồ sơ", "Đã sửa"])
FIRST_DAY = date(2026, 11, 20)
SUBMIT_BY, EXTENDED, VERIFY_BY = date(2026, 11, 30), date(2026, 12, 5), date(2026, 12, 15)


@dataclass
class Row:
    """What both sides say of one criterion."""

    said: str
    explanation: str
    entered_by: str
    version: int = 1
    found: str = UNSAID
    finding: str = ""
    verified_by: str = ""
    is_noted: bool = False  # the last return asks for it
    is_touched: bool = False  # since the last return

    @property
    def is_verified(self) -> bool:
        return self.found != UNSAID


@dataclass
class Sheet:
    state: str = ""  # nobody has begun
    version: int = 0
    rows: dict[int, Row] = field(default_factory=dict)
    stamps: dict[str, str] = field(default_factory=dict)  # of each step past: who took it
    returned: tuple[str, str] | None = None  # who, why
    own: set[str] = field(default_factory=set)  # who ever entered or submitted
    is_extended: bool = False
    tallies: dict[str, int] | None = None

    @property
    def enter_by(self) -> date:
        if self.returned:
            return VERIFY_BY
        return EXTENDED if self.is_extended else SUBMIT_BY

    @property
    def is_complete(self) -> bool:
        return all(
            number in self.rows
            and self.rows[number].said != UNSAID
            and self.rows[number].explanation
            and not (self.rows[number].is_noted and not self.rows[number].is_touched)
            for number in NUMBERS
        )

    def move(self, step: str, person: str, reason: str, notes: set[int]) -> None:
        self.state, self.version = ARROWS[step][self.state], self.version + 1
        if step in STAMPED_BY and step not in NEEDS_REASON:
            self.stamps[STAMPED_BY[step]] = person
        self.stamps = {name: who for name, who in self.stamps.items() if name in STAMPS[self.state]}
        if step in NEEDS_REASON:
            self.returned = (person, reason)
            for number, row in self.rows.items():
                row.is_noted, row.is_touched = number in notes, False
        if step == "submit":
            self.own.add(person)
        verdicts = Counter(VERDICT[row.found] for row in self.rows.values())
        self.tallies = dict(verdicts) if self.state == "approved" else None


class Workflow(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.rolled_back = transaction.atomic()
        self.rolled_back.__enter__()
        round = RoundFactory(criteria_set=make_set(n_criteria=len(NUMBERS)))
        assert (round.submit_by, round.verify_by) == (SUBMIT_BY, VERIFY_BY)
        self.unsaved = [Assessment(ward=WardFactory(), round=round) for _ in range(2)]
        self.users = {}
        for person in PEOPLE:
            user = self.users[person] = UserFactory()
            for role in ROLES_OF.get(person, [person]):
                user.groups.add(UserFactory(role=ROLES[role]).groups.get())
        for sheet in self.unsaved:
            MembershipFactory(user=self.users["own"], ward=sheet.ward)
        self.sheets = [Sheet(), Sheet()]
        self.is_open, self.today = True, FIRST_DAY
        self.log: list[tuple[str, str]] = []
        self.n_sealed, self.hash = 0, "0" * 64

    def teardown(self) -> None:
        if hasattr(self, "rolled_back"):
            transaction.set_rollback(True)
            self.rolled_back.__exit__(None, None, None)

    # --- acts -----------------------------------------------------------------------------------

    def expect(self, refusal: type[Exception] | None, act: object) -> None:
        if refusal is None:
            act()
        else:
            with pytest.raises(refusal):
                act()

    def opened(self, place: int) -> object:
        """The sheet as somebody who sees every sheet has it before them."""
        unsaved = self.unsaved[place]
        return read_sheet(sheet_or_404(self.users["city"], unsaved.round_id, unsaved.ward_id))

    def entry(self, row: object, said: str, words: str) -> Entry:
        answer = NO_ANSWER if VALUE[said] is None else hands.Answer(VALUE[said])
        answers = {line.requirement.pk: answer for line in row.lines}
        return Entry(answers, said == NOT_APPLICABLE, words)

    @rule(
        place=st.integers(0, 1),
        person=st.sampled_from(ENTERING),
        number=st.sampled_from(NUMBERS),
        said=st.sampled_from([YES, NO, NOT_APPLICABLE, UNSAID]),
        words=WORDS,
        is_stale=st.sampled_from([False, False, False, True]),
    )
    def save(self, place, person, number, said, words, is_stale) -> None:
        sheet, opened = self.sheets[place], self.opened(place)
        model, row = sheet.rows.get(number), hands.row_of(opened, number)
        is_same = model is not None and (model.said, model.explanation) == (said, words)
        refusal = None
        if is_same:
            pass
        elif is_stale:
            refusal = Stale
        elif (
            (said == NOT_APPLICABLE and not words)
            or not self.is_open
            or self.today > sheet.enter_by
            or sheet.state not in ("", "draft", "returned")
        ):
            refusal = ValidationError
        self.expect(
            refusal,
            lambda: save_result(
                opened,
                row.criterion.pk,
                self.entry(row, said, words),
                version=row.version + is_stale,
                acting_user=self.users[person],
                today=self.today,
            ),
        )
        if refusal or is_same:
            return
        if model is None:
            sheet.rows[number] = Row(said, words, person)
        else:
            model.said, model.explanation, model.entered_by = said, words, person
            model.found, model.verified_by, model.is_touched = UNSAID, "", True
            model.version += 1
        sheet.state, sheet.version = sheet.state or "draft", sheet.version + 1
        sheet.own.add(person)
        self.log.append(("save_result", person))

    @rule(
        place=st.integers(0, 1),
        person=st.sampled_from(VERIFYING),
        number=st.sampled_from(NUMBERS),
        found=st.sampled_from([YES, NO, NOT_APPLICABLE, UNSAID]),
        finding=st.sampled_from(["", "Không có", "Khác"]),
        is_stale=st.sampled_from([False, False, False, True]),
    )
    def verify(self, place, person, number, found, finding, is_stale) -> None:
        sheet, opened = self.sheets[place], self.opened(place)
        model, row = sheet.rows.get(number), hands.row_of(opened, number)
        is_same = model is not None and (model.found, model.finding) == (found, finding)
        refusal = None
        if model is None:
            refusal = ValidationError
        elif is_same:
            pass
        elif is_stale:
            refusal = Stale
        elif (found not in (UNSAID, model.said) and not finding) or not self.may_verify(
            sheet, person
        ):
            refusal = ValidationError
        self.expect(
            refusal,
            lambda: verify_result(
                opened,
                row.criterion.pk,
                self.entry(row, found, finding),
                version=row.version + is_stale,
                acting_user=self.users[person],
            ),
        )
        if refusal or is_same:
            return
        model.found, model.finding, model.version = found, finding, model.version + 1
        model.verified_by = person
        sheet.version += 1
        self.log.append(("verify_result", person))

    def may_verify(self, sheet: Sheet, person: str) -> bool:
        return self.is_open and sheet.state == "verifying" and person not in sheet.own

    @rule(
        place=st.integers(0, 1),
        person=st.sampled_from(VERIFYING),
        numbers=st.sampled_from([{1, 2}, {1, 2}, {1}, {2}]),
        is_stale=st.sampled_from([False, False, False, True]),
    )
    def agree(self, place, person, numbers, is_stale) -> None:
        sheet, opened = self.sheets[place], self.opened(place)
        rows = [hands.row_of(opened, number) for number in sorted(numbers)]
        waiting = [
            sheet.rows.get(number)
            for number in sorted(numbers)
            if number not in sheet.rows or not sheet.rows[number].is_verified
        ]
        refusal = None
        if waiting and is_stale:
            refusal = Stale
        elif waiting and not self.may_verify(sheet, person):
            refusal = ValidationError
        versions = {row.criterion.pk: row.version + is_stale for row in rows}
        self.expect(
            refusal,
            lambda: agree_with_rows(opened, versions, acting_user=self.users[person]),
        )
        if refusal or not waiting:
            return
        sheet.version += 1
        self.take_over(waiting, person)

    def take_over(self, rows: list[Row], person: str) -> None:
        for row in rows:
            row.found, row.finding, row.verified_by = row.said, "", person
            row.version += 1
            self.log.append(("verify_result", person))

    @rule(
        place=st.integers(0, 1),
        person=st.sampled_from(PEOPLE),
        step=st.sampled_from(list(STEPS)),
        reason=st.sampled_from(["Thiếu", "", "Thiếu"]),
        notes=st.sets(st.sampled_from(NUMBERS)),
        is_stale=st.sampled_from([False, False, False, True]),
    )
    def step(self, place, person, step, reason, notes, is_stale) -> None:
        sheet, assessment = self.sheets[place], self.opened(place).assessment
        if person not in HANDS[step]:
            return  # the gatekeeper's: see `permissions_are_what_the_table_says`
        refusal = None
        if not self.is_open or sheet.state not in ARROWS[step]:
            refusal = ValidationError
        elif is_stale:
            refusal = Stale
        elif (
            (step in NEEDS_REASON and not reason)
            or (step in NEEDS_TIME and self.today > sheet.enter_by)
            or (step == "submit" and not sheet.is_complete)
            or (step in ("begin", "return", "approve") and person in sheet.own)
            or (step == "approve" and not all(row.is_verified for row in sheet.rows.values()))
        ):
            refusal = ValidationError
        criteria = {c.number: c.pk for c in assessment.round.criteria_set.criteria.all()}
        self.expect(
            refusal,
            lambda: take_step(
                assessment,
                STEPS[step],
                version=sheet.version + is_stale,
                acting_user=self.users[person],
                reason=reason,
                notes={criteria[number]: "Ghi rõ" for number in notes},
                today=self.today,
            ),
        )
        if refusal is None:
            sheet.move(step, person, reason, notes)
            self.log.append((step, person))

    @rule(place=st.integers(0, 1), data=st.data(), notes=st.sets(st.sampled_from(NUMBERS)))
    def go_on(self, place, data, notes) -> None:
        """Do what the sheet waits for: by chance alone few sheets would ever be approved."""
        state = self.sheets[place].state
        if state in ("", "draft", "returned"):
            person = data.draw(st.sampled_from(ENTERING))
            words = data.draw(st.sampled_from(["Có hồ sơ", "Đã sửa"]))
            for number in NUMBERS:
                self.save(place, person, number, YES, words, False)
            person = data.draw(st.sampled_from(ENTERING))
            self.step(place, person, "submit", "", set(), False)
            return
        step = data.draw(st.sampled_from([step for step in ARROWS if state in ARROWS[step]]))
        person = data.draw(st.sampled_from(sorted(HANDS[step])))
        if step == "approve":
            self.agree(place, person, set(NUMBERS), False)
            self.agree(place, person, set(NUMBERS), False)
        self.step(place, person, step, "Thiếu", notes, False)

    @rule(place=st.integers(0, 1), data=st.data(), notes=st.sets(st.sampled_from(NUMBERS)))
    def go_on_again(self, place, data, notes) -> None:
        self.go_on(place, data, notes)

    @rule(
        places=st.sampled_from([[0, 1], [0], [1]]),
        person=st.sampled_from(VERIFYING),
        is_return=st.booleans(),
        is_stale=st.sampled_from([False, False, False, True]),
    )
    def many(self, places, person, is_return, is_stale) -> None:
        chosen = [place for place in places if self.sheets[place].state]
        pks = {place: self.opened(place).assessment.pk for place in chosen}
        chosen.sort(key=pks.get)
        sheets = [self.sheets[place] for place in chosen]
        refusal = None
        if not sheets:
            refusal = ValidationError
        elif is_stale or not all(
            self.is_open and s.state in ("submitted", "verifying") and person not in s.own
            for s in sheets
        ):
            refusal = ManyRefused
        versions = {pks[place]: self.sheets[place].version + is_stale for place in chosen}
        if is_return:
            act = lambda: return_many(  # noqa: E731
                versions, reason="Thiếu", acting_user=self.users[person]
            )
        else:
            act = lambda: approve_many(versions, acting_user=self.users[person])  # noqa: E731
        self.expect(refusal, act)
        if refusal:
            return
        for sheet in sheets:
            if sheet.state == "submitted":
                sheet.move("begin", person, "", set())
                self.log.append(("begin", person))
        for sheet in sheets if not is_return else []:
            rows = [row for _number, row in sorted(sheet.rows.items()) if not row.is_verified]
            self.take_over(rows, person)
        for sheet in sheets:
            step = "return" if is_return else "approve"
            sheet.move(step, person, "Thiếu", set())
            self.log.append((step, person))

    @rule(place=st.integers(0, 1))
    def extend(self, place) -> None:
        sheet, unsaved = self.sheets[place], self.unsaved[place]
        refusal = None if self.is_open and self.today <= EXTENDED else ValidationError
        self.expect(
            refusal,
            lambda: give_extension(
                unsaved.round,
                unsaved.ward,
                submit_by=EXTENDED,
                reason="Bão lụt",
                acting_user=self.users["administrator"],
                today=self.today,
            ),
        )
        if refusal is None and not sheet.is_extended:
            sheet.is_extended = True
            self.log.append(("extend", "administrator"))

    @precondition(lambda self: self.is_open)
    @rule(chance=st.integers(0, 3))
    def close_round(self, chance) -> None:
        if chance == 0:
            self.turn_round(CLOSE_ROUND)

    @precondition(lambda self: not self.is_open)
    @rule()
    def reopen_round(self) -> None:
        self.turn_round(REOPEN_ROUND)

    def turn_round(self, step: object) -> None:
        administrator = self.users["administrator"]
        round = self.unsaved[0].round
        take_round_step(round, step, acting_user=administrator, reason="Lý do")
        with pytest.raises(ValidationError):
            take_round_step(round, step, acting_user=administrator, reason="Lý do")
        self.is_open = step.target == Round.Status.OPEN
        self.log.append((step.name, "administrator"))

    @precondition(lambda self: self.today <= VERIFY_BY)
    @rule(n=st.sampled_from([0, 0, 0, 6, 11]))
    def let_days_pass(self, n) -> None:
        self.today += timedelta(days=n)

    # --- what must hold -------------------------------------------------------------------------

    @invariant()
    def the_stored_sheets_are_the_model_s(self) -> None:
        keys = {user.pk: person for person, user in self.users.items()}
        for unsaved, sheet in zip(self.unsaved, self.sheets, strict=True):
            stored = Assessment.objects.filter(ward=unsaved.ward).first()
            assert (stored.state if stored else "") == sheet.state
            if stored is None:
                continue
            assert stored.version == sheet.version
            for step in ("submitted", "verifying", "approved"):
                who = keys.get(getattr(stored, f"{step}_by_id"))
                assert who == sheet.stamps.get(step)
                assert (getattr(stored, f"{step}_at") is None) == (who is None)
            returned = (keys.get(stored.returned_by_id), stored.return_reason)
            assert returned == (sheet.returned or (None, ""))
            tallies = [getattr(stored, f"n_{verdict}") for verdict in VERDICT.values()]
            expected = sheet.tallies
            assert tallies == [
                None if expected is None else expected.get(verdict, 0)
                for verdict in VERDICT.values()
            ]
            self.rows_are(stored, sheet, keys)

    def rows_are(self, stored: Assessment, sheet: Sheet, keys: dict[int, str]) -> None:
        results = Result.objects.filter(assessment=stored).select_related("criterion")
        values = {
            value.result_id: value
            for value in RequirementValue.objects.filter(result__assessment=stored)
        }
        assert {result.criterion.number for result in results} == set(sheet.rows)
        for result in results:
            row, value = sheet.rows[result.criterion.number], values[result.pk]
            assert (result.self_verdict, result.explanation, value.self_value) == (
                VERDICT[row.said],
                row.explanation,
                VALUE[row.said],
            )
            assert (result.verified_verdict, result.finding, value.verified_value) == (
                VERDICT[row.found],
                row.finding,
                VALUE[row.found],
            )
            assert result.version == row.version
            assert keys[result.entered_by_id] == row.entered_by
            assert keys.get(result.verified_by_id, "") == row.verified_by
            assert bool(result.return_note) == row.is_noted

    @invariant()
    def the_log_tells_each_act_in_order_and_is_whole(self) -> None:
        new = list(Activity.objects.filter(seq__gt=self.n_sealed).order_by("seq"))
        for entry in new:
            self.n_sealed += 1
            assert (entry.seq, entry.previous_hash) == (self.n_sealed, self.hash)
            assert entry.hash == entry.seal()
            self.hash = entry.hash
        keys = {user.pk: person for person, user in self.users.items()}
        said = [(entry.verb, keys[entry.actor_id]) for entry in new]
        assert said == self.log[len(self.log) - len(new) :]
        assert self.n_sealed == len(self.log)

    @invariant()
    def the_standings_are_those_of_approved_sheets(self) -> None:
        found = {s.ward.pk: s for s in standings(self.unsaved[0].round.ends_on)}
        for unsaved, sheet in zip(self.unsaved, self.sheets, strict=True):
            standing = found[unsaved.ward.pk]
            assert (standing.round is not None) == (sheet.state == "approved")
            counts = sheet.tallies or {}
            ready = bool(counts.get("met")) and not counts.get("not_met")
            assert standing.is_ready == ready
            numbers = [criterion.number for criterion in standing.unmet]
            unmet = [n for n, row in sorted(sheet.rows.items()) if row.found == NO]
            assert numbers == (unmet if sheet.state == "approved" else [])

    @invariant()
    def permissions_are_what_the_table_says(self) -> None:
        for unsaved, sheet in zip(self.unsaved, self.sheets, strict=True):
            reader = self.users["city"]
            assessment = sheet_or_404(reader, unsaved.round_id, unsaved.ward_id)
            is_in_time = self.today <= sheet.enter_by
            for person, user in self.users.items():
                assessment.is_own = person == "own"
                for name, step in STEPS.items():
                    expected = (
                        self.is_open
                        and sheet.state in ARROWS[name]
                        and person in HANDS[name]
                        and (is_in_time or name not in NEEDS_TIME)
                    )
                    assert can_take(user, step, assessment, self.today) == expected
                enters = self.is_open and is_in_time and person in ENTERING
                is_with_unit = sheet.state in ("", "draft", "returned")
                assert can_enter(user, assessment, self.today) == (enters and is_with_unit)
                verifies = self.is_open and sheet.state == "verifying" and person in VERIFYING
                assert can_verify_sheet(user, assessment) == verifies


@pytest.mark.django_db
def test_whatever_people_do_what_is_stored_is_what_the_model_says():
    """A failure is told as it was found: to shrink one takes minutes."""
    run_state_machine_as_test(
        Workflow,
        settings=settings(
            max_examples=16,
            stateful_step_count=30,
            deadline=None,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
        ),
    )
