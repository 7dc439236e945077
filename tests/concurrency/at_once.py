"""Several people at work in the same moment: a thread and a database connection each."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from random import Random
from threading import Barrier
from typing import Any

from django.db import connection, connections, transaction

from criteria.models import Assessment

PATIENCE = 20  # seconds after which a test gives up on its threads


def run(*calls: Callable[[], Any], patience: float = PATIENCE) -> list[Any]:
    """Start all calls in the same moment; return what each returned or raised, in order."""
    start = Barrier(len(calls))
    with ThreadPoolExecutor(len(calls)) as pool:
        futures = [pool.submit(_alone, call, start) for call in calls]
        return [future.result(patience) for future in futures]


def run_behind(assessment: Assessment, *calls: Callable[[], Any]) -> list[Any]:
    """Let the calls queue, in order, for a sheet that somebody has locked; then unlock it.

    So all of them have begun, and read what they read, before the first can write.
    """
    with ThreadPoolExecutor(len(calls)) as pool:
        futures = []
        with transaction.atomic():
            Assessment.objects.select_for_update().get(pk=assessment.pk)
            for n_before, call in enumerate(calls):
                futures.append(pool.submit(_alone, call))
                wait_until_waiting(n_before + 1)
        return [future.result(PATIENCE) for future in futures]


def run_behind_insert(assessment: Assessment, *calls: Callable[[], Any]) -> list[Any]:
    """Let the calls queue for the place of a sheet that somebody begins and then undoes."""
    with ThreadPoolExecutor(len(calls)) as pool:
        with transaction.atomic():
            Assessment.objects.create(ward=assessment.ward, round=assessment.round)
            futures = [pool.submit(_alone, call) for call in calls]
            wait_until_waiting(len(calls))
            transaction.set_rollback(True)
        return [future.result(PATIENCE) for future in futures]


def run_while(act: Callable[[], Any], *calls: Callable[[], Any]) -> list[Any]:
    """Let the calls queue, in order, for what `act` has locked; then commit what it did."""
    with ThreadPoolExecutor(len(calls)) as pool:
        futures = []
        with transaction.atomic():
            act()
            for n_before, call in enumerate(calls):
                futures.append(pool.submit(_alone, call))
                wait_until_waiting(n_before + 1)
        return [future.result(PATIENCE) for future in futures]


def is_done(outcome: Any) -> bool:
    return not isinstance(outcome, Exception)


def won(outcomes: list[Any]) -> Any:
    """Return what the one call that was not refused returned."""
    (winner,) = filter(is_done, outcomes)
    return winner


def lost(outcomes: list[Any]) -> Any:
    """Return how the one call that was refused was."""
    (loser,) = (outcome for outcome in outcomes if not is_done(outcome))
    return loser


def late(chance: Random, call: Callable[[], Any]) -> Callable[[], Any]:
    """Let a call wait for as long as a save takes, or less."""
    seconds = chance.random() / 50

    def wait_and_call() -> Any:
        time.sleep(seconds)
        return call()

    return wait_and_call


def _alone(call: Callable[[], Any], start: Barrier | None = None) -> Any:
    try:
        with _own_connection():
            if start:
                start.wait(PATIENCE)
            return call()
    except Exception as error:
        return error


@contextmanager
def _own_connection() -> Iterator[None]:
    """Close the thread's connection at the end; never wait for a lock longer than the test."""
    try:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"SET statement_timeout = '{PATIENCE // 2}s'")
        yield
    finally:
        connections.close_all()


def wait_until_waiting(n_expected: int) -> None:
    """Return once so many connections to the test's own database wait for a lock.

    PostgreSQL shows a transaction the activity of its first look again, until told not to.
    """
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)"
                " WHERE NOT granted AND datname = current_database()"
            )
            if cursor.fetchone()[0] >= n_expected:
                return
        time.sleep(0.005)
    raise TimeoutError(f"{n_expected} threads should wait by now")
