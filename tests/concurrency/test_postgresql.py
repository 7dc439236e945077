"""Two people on one sheet, on PostgreSQL: one wins, the other is told, and nothing is lost.

`python -m tests.postgres pytest tests/concurrency`
"""

from functools import partial
from random import Random

import pytest
from django.db import connection

from accounts.models import User
from criteria.actions.results import Stale
from criteria.models import Activity, RequirementValue, Result
from criteria.sheets.sheet import Sheet
from tests.concurrency import at_once
from tests.concurrency.at_once import is_done, lost, won
from tests.concurrency.conftest import NO, YES, Office, assert_log_is_whole

pytestmark = [
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite lets one writer in at a time: see test_sqlite.py",
    ),
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]

N_RACES = 24
N_WRITERS, N_SAVES = 8, 25


# --- two saves of one row ---------------------------------------------------------------------


def test_of_two_saves_from_one_version_the_first_wins(office: Office, people: list[User]) -> None:
    first, second = people[:2]
    office.open_by(first).save(YES)
    mine, theirs = office.open_by(first), office.open_by(second)
    outcomes = at_once.run_behind(
        office.assessment,
        lambda: mine.save(NO, explanation="Lý do thứ nhất"),
        lambda: theirs.save(YES, explanation="Lý do thứ hai"),
    )
    assert isinstance(outcomes[0], Sheet)
    assert isinstance(outcomes[1], Stale)
    result, seen = office.result(), outcomes[1].sheet.rows[0]
    assert (result.entered_by, result.explanation) == (first, "Lý do thứ nhất")
    assert (result.version, office.assessment.version) == (2, 2)
    assert [value.self_value for value in result.values.all()] == [NO]
    assert (seen.version, seen.result.entered_by, seen.self_entry.explanation) == (
        2,
        first,
        "Lý do thứ nhất",
    )
    assert_log_is_whole(2)
    assert not Activity.objects.filter(actor=second).exists()


@pytest.mark.parametrize("has_sheet", [True, False])
def test_of_two_first_saves_of_a_row_one_wins(
    office: Office, people: list[User], has_sheet: bool
) -> None:
    if has_sheet:
        office.open_by(people[2]).save(YES, number=3)
    desks = [office.open_by(user) for user in people[:2]]
    calls = [partial(desks[0].save, YES), partial(desks[1].save, NO)]
    if has_sheet:
        outcomes = at_once.run_behind(office.assessment, *calls)
    else:
        outcomes = at_once.run_behind_insert(desks[0].sheet.assessment, *calls)
    winner = outcomes.index(won(outcomes))
    assert isinstance(lost(outcomes), Stale)
    result = office.result()
    assert (result.entered_by, result.version) == (people[winner], 1)
    assert [value.self_value for value in result.values.all()] == [[YES, NO][winner]]
    assert lost(outcomes).sheet.rows[0].result == result
    assert office.assessment.version == 1 + has_sheet
    assert_log_is_whole(1 + has_sheet)


def test_two_first_saves_of_different_rows_begin_one_sheet(
    office: Office, people: list[User]
) -> None:
    desks = [office.open_by(user) for user in people[:2]]
    outcomes = at_once.run_behind_insert(
        desks[0].sheet.assessment,
        partial(desks[0].save, YES, number=1),
        partial(desks[1].save, YES, number=2),
    )
    assert [type(outcome) for outcome in outcomes] == [Sheet, Sheet]
    assert [office.result(number).entered_by for number in (1, 2)] == people[:2]
    assert office.assessment.version == 2
    assert_log_is_whole(2)


def test_the_same_save_sent_twice_is_stored_once(office: Office, people: list[User]) -> None:
    desks = [office.open_by(people[0]) for _ in range(2)]
    outcomes = at_once.run(*(partial(desk.save, YES) for desk in desks))
    assert isinstance(won(outcomes), Sheet)
    assert isinstance(lost(outcomes), Stale)
    assert (Result.objects.count(), RequirementValue.objects.count()) == (1, 1)
    assert_log_is_whole(1)


def test_races_for_one_row_have_one_winner(office: Office, people: list[User]) -> None:
    chance = Random(1)  # noqa: S311
    for race in range(1, N_RACES + 1):
        own = office.next_door()
        own.open_by(people[3]).save(YES)
        desks = [own.open_by(user) for user in people[:3]]
        calls = [partial(desk.save, NO, explanation=str(desk.user.pk)) for desk in desks]
        outcomes = at_once.run(*(at_once.late(chance, call) for call in calls))
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Sheet", "Stale", "Stale"]
        (winner,) = (user for user, said in zip(people, outcomes, strict=False) if is_done(said))
        result = own.result()
        assert (result.entered_by, result.explanation) == (winner, str(winner.pk))
        assert (result.version, own.assessment.version) == (2, 2)
        assert_log_is_whole(2 * race)


# --- the log ----------------------------------------------------------------------------------


def test_many_writers_keep_the_log_whole(office: Office, people: list[User]) -> None:
    offices = [office.next_door() for _ in range(N_WRITERS)]

    def work(own: Office) -> int:
        for n in range(N_SAVES):
            own.open_by(people[0]).save([YES, NO][n // 3 % 2], number=n % 3 + 1)
        return N_SAVES

    assert at_once.run(*(partial(work, own) for own in offices)) == [N_SAVES] * N_WRITERS
    assert_log_is_whole(N_WRITERS * N_SAVES)
    for own in offices:
        assert own.assessment.version == N_SAVES
        assert Activity.objects.filter(ward=own.ward).count() == N_SAVES


def test_many_writers_of_few_sheets_neither_deadlock_nor_lose(
    office: Office, people: list[User]
) -> None:
    """Everybody on the same three rows of two sheets, each from what they last saw."""
    offices = [office, office.next_door()]
    n_threads, n_tries = 6, 12

    def work(seed: int) -> int:
        chance, n_saved = Random(seed), 0  # noqa: S311
        for n in range(n_tries):
            own, number = chance.choice(offices), chance.randint(1, 3)
            try:
                own.open_by(people[0]).save(YES, number=number, explanation=f"{seed}.{n}")
            except Stale:
                continue
            n_saved += 1
        return n_saved

    outcomes = at_once.run(*(partial(work, seed) for seed in range(n_threads)))
    assert all(isinstance(outcome, int) for outcome in outcomes), outcomes
    assert_log_is_whole(sum(outcomes))
    assert sum(own.assessment.version for own in offices) == sum(outcomes)
    versions = Result.objects.values_list("version", flat=True)
    assert sum(versions) == sum(outcomes)
