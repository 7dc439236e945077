"""What many people do at once, and what one person does to many sheets."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier, Event
from time import perf_counter

from django.db import connections, transaction
from django.http import HttpResponse
from django.utils import timezone

from bench.data import City
from bench.pages import client_of, save_of
from criteria.actions.steps import approve_many
from criteria.models import Assessment, RequirementValue, Result, Round

N_OTHERS = 7
PAUSE_SECONDS = 0.5  # of each of the others between two saves; a person needs longer
BUSY_AT_MOST, BULK_SECONDS = 5.0, 3.0

Save = Callable[[], HttpResponse]


def saves_beside_others(city: City, n_runs: int) -> tuple[list[float], list[float], int]:
    """Return milliseconds of saves alone, and while seven others save; and how often those did."""
    mine = save_of(client_of(city.city_officer), city, city.ward)
    others = [save_of(client_of(city.city_officer), city, w) for w in city.others[:N_OTHERS]]
    mine()
    alone = [_timed(mine) for _ in range(n_runs)]
    stop, start = Event(), Barrier(N_OTHERS + 1)
    with ThreadPoolExecutor(N_OTHERS) as pool:
        counts = [
            pool.submit(_keep_saving, save, place / N_OTHERS, start, stop)
            for place, save in enumerate(others)
        ]
        start.wait()
        try:
            together = [_timed(mine) for _ in range(n_runs)]
        finally:
            stop.set()
        n_others = sum(count.result() for count in counts)
    return alone, together, n_others


def _keep_saving(save: Save, place: float, start: Barrier, stop: Event) -> int:
    """Save until told to stop; not all in step."""
    n = 0
    try:
        start.wait()
        stop.wait(place * PAUSE_SECONDS)
        while not stop.is_set():
            save()
            n += 1
            stop.wait(PAUSE_SECONDS)
    finally:
        connections.close_all()
    return n


def _timed(call: Callable[[], object]) -> float:
    started = perf_counter()
    call()
    return (perf_counter() - started) * 1000


def bulk_approvals(city: City, n_runs: int) -> tuple[list[float], int]:
    """Return seconds of approving a whole round at once, undone each time; and how many sheets."""
    spent = []
    with transaction.atomic():
        versions = _submit_everything(city)
        for _ in range(n_runs):
            with transaction.atomic():
                spent.append(
                    _timed(lambda: approve_many(versions, reason="Họp", acting_user=city.verifier))
                    / 1000
                )
                transaction.set_rollback(True)
        transaction.set_rollback(True)
    return spent, len(versions)


def _submit_everything(city: City) -> dict[int, int]:
    """Repeat the round before in a new one, every sheet of it submitted and not verified."""
    before = Round.objects.filter(ends_on__lt=city.open_round.ends_on)[0]
    year = city.open_round.year + 1
    round = Round.objects.create(
        name=f"Đợt {year}",
        year=year,
        starts_on=date(year - 1, 11, 16),
        ends_on=date(year, 11, 15),
        submit_by=date(year, 11, 30),
        verify_by=date(year, 12, 15),
        criteria_set=before.criteria_set,
        status=Round.Status.OPEN,
    )
    now = timezone.now() - timedelta(days=1)
    olds = list(Assessment.objects.filter(round=before).order_by("pk"))
    sheets = Assessment.objects.bulk_create(
        Assessment(
            ward_id=old.ward_id,
            round=round,
            state=Assessment.State.SUBMITTED,
            submitted_by=city.city_officer,
            submitted_at=now,
        )
        for old in olds
    )
    sheet_of = {old.pk: sheet for old, sheet in zip(olds, sheets, strict=True)}
    results = list(Result.objects.filter(assessment__in=olds).order_by("pk"))
    copies = Result.objects.bulk_create(
        Result(
            assessment=sheet_of[result.assessment_id],
            criterion_id=result.criterion_id,
            self_verdict=result.self_verdict,
            explanation=result.explanation,
            entered_by=city.city_officer,
            entered_at=now,
        )
        for result in results
    )
    copy_of = {result.pk: copy for result, copy in zip(results, copies, strict=True)}
    RequirementValue.objects.bulk_create(
        RequirementValue(
            result=copy_of[value.result_id],
            requirement_id=value.requirement_id,
            self_value=value.self_value,
            self_judgement=value.self_judgement,
            threshold_applied=value.threshold_applied,
        )
        for value in RequirementValue.objects.filter(result__in=results)
    )
    return {sheet.pk: sheet.version for sheet in sheets}
