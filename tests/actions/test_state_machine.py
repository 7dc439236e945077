"""Two sheets of one round in many hands: after each act, what is stored is what a model says."""

from collections.abc import Callable

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.actions.state_machine import Workflow
from tests.actions.state_model import NO, NOT_APPLICABLE, UNSAID, YES

pytestmark = pytest.mark.django_db

Script = Callable[[Workflow], None]


@pytest.mark.hypothesis
def test_whatever_people_do_what_is_stored_is_what_the_model_says():
    """A failure is told as it was found: to shrink one takes minutes."""
    run_state_machine_as_test(
        Workflow,
        settings=settings(
            max_examples=settings().max_examples // 8,
            stateful_step_count=30,
            deadline=None,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
        ),
    )


# --- ways that chance seldom takes --------------------------------------------------------------


def agree_from_an_old_page_with_what_is_verified(machine: Workflow) -> None:
    machine.bring(0, "verifying")
    machine.agree(0, "verifier", {1})
    machine.agree(0, "both", {1}, behind=1)
    machine.agree(0, "both", {1}, behind=2)
    machine.verify(0, "both", 2, YES, "Khác")
    machine.agree(0, "verifier", {2}, behind=1)
    machine.agree(0, "verifier", behind=1)
    machine.verify(0, "both", 2, YES, "")
    machine.agree(0, "verifier", behind=1)
    machine.many([0], "verifier")
    machine.agree(0, "verifier", behind=1)
    machine.agree(0, "verifier", behind=2)


def begin_to_find(machine: Workflow) -> None:
    machine.bring(0, "verifying")
    machine.verify(0, "verifier", 1, UNSAID, "Khác")
    machine.agree(0, "both", {1})
    machine.agree(0, "both", {1}, behind=1)
    machine.agree(0, "both", behind=1)
    machine.many([0], "both")
    machine.step(0, "both", "approve")
    machine.agree(0, "both")
    machine.agree(0, "both")
    machine.verify(0, "both", 1, UNSAID, "")
    machine.many([0], "both")


def mend_what_was_found(machine: Workflow) -> None:
    machine.bring(0, "verifying")
    machine.verify(0, "verifier", 1, NO, "Không có")
    machine.verify(0, "verifier", 2, UNSAID, "Khác")
    machine.step(0, "both", "return", "Thiếu", {1})
    machine.save(0, "city", 2, NOT_APPLICABLE, "")
    machine.step(0, "own", "submit")
    machine.save(0, "city", 1, NO, "Đã sửa")
    machine.save(0, "city", 2, NOT_APPLICABLE, "Đã sửa")
    machine.step(0, "own", "submit")
    machine.many([0, 1], "both", is_return=True)
    machine.step(0, "own", "submit")
    machine.many([0, 1], "both")
    machine.step(0, "administrator", "reopen", "Thiếu", {2})


def look_again_and_leave_it(machine: Workflow) -> None:
    machine.bring(0, "returned again")
    machine.document(0, "city", 2, is_attached=True)
    machine.save(0, "city", 2, NO, "Đã sửa")
    machine.check_all()
    machine.step(0, "administrator", "cancel_reopening", "")
    machine.step(0, "administrator", "cancel_reopening", "Vẫn đúng")
    machine.check_all()
    machine.step(0, "administrator", "cancel_reopening", "Vẫn đúng")
    machine.save(0, "city", 2, NO, "Đã sửa")
    machine.step(0, "administrator", "reopen", "Nhầm", {2})
    machine.check_all()
    machine.save(0, "city", 2, NO, "Đã sửa")
    machine.step(0, "own", "submit")
    machine.step(0, "city", "begin")
    machine.many([0], "verifier")
    machine.check_all()
    machine.step(0, "administrator", "reopen", "Nhầm", {1})
    machine.step(0, "administrator", "cancel_reopening", "Vẫn đúng")


@pytest.mark.parametrize(
    "script",
    [
        agree_from_an_old_page_with_what_is_verified,
        begin_to_find,
        mend_what_was_found,
        look_again_and_leave_it,
    ],
    ids=lambda script: script.__name__,
)
def test_the_model_says_it_of_a_way_that_chance_seldom_takes(script: Script):
    machine = Workflow()
    machine.begin()
    try:
        script(machine)
        machine.check_all()
    finally:
        machine.teardown()
