"""What a page asks of the database costs the same however large the city grows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from criteria.models import Assessment, Requirement, Round, Ward, WardNorm
from tests.factories import (
    AssessmentFactory,
    CriteriaSetFactory,
    CriterionFactory,
    MembershipFactory,
    RecognitionFactory,
    RequirementFactory,
    ResultFactory,
    RoadmapTargetFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
)

pytestmark = pytest.mark.django_db

BUDGET = 12
LAST_YEAR = 2026
TRANSACTION_CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


@pytest.fixture(autouse=True)
def today():
    """The last round has ended and is still open."""
    with time_machine.travel(datetime(LAST_YEAR, 11, 20, 9, tzinfo=timezone.get_default_timezone())):
        yield


@dataclass(frozen=True)
class City:
    round: Round
    ward: Ward  # its sheet of `round` is a draft with one criterion met


def build(*, n_wards: int = 2, n_criteria: int = 2, n_rounds: int = 1) -> City:
    """Build rounds of which the last is open; there, every other sheet is a draft."""
    criteria_set = CriteriaSetFactory()
    criteria = CriterionFactory.create_batch(n_criteria, criteria_set=criteria_set)
    requirements = [RequirementFactory(criterion=criterion) for criterion in criteria]
    requirements.append(
        RequirementFactory(
            criterion=criteria[0],
            measure=Requirement.Measure.NUMBER,
            comparator=Requirement.Comparator.AT_LEAST,
            norm_per_ward=True,
        )
    )
    wards = WardFactory.create_batch(n_wards)
    writer = UserFactory()
    for ward in wards:
        WardNorm.objects.create(
            ward=ward, requirement=requirements[-1], threshold=5, valid_from=ward.valid_from
        )
        RecognitionFactory(ward=ward)
    for n in range(n_rounds):
        RoadmapTargetFactory(due_on=date(LAST_YEAR - 1 + n, 12, 31))
    for year in range(LAST_YEAR - n_rounds + 1, LAST_YEAR + 1):
        is_last = year == LAST_YEAR
        status = Round.Status.OPEN if is_last else Round.Status.CLOSED
        round = RoundFactory(year=year, criteria_set=criteria_set, status=status)
        for place, ward in enumerate(wards):
            _fill(ward, round, writer, is_draft=is_last and place % 2 == 0)
    return City(round, wards[0])


def _fill(ward: Ward, round: Round, writer: User, *, is_draft: bool) -> None:
    """Judge the first criterion met and, on an approved sheet, all others not met."""
    n_criteria = round.criteria_set.criteria.count()
    if is_draft:
        sheet = AssessmentFactory(ward=ward, round=round)
    else:
        sheet = AssessmentFactory(
            ward=ward,
            round=round,
            state=Assessment.State.APPROVED,
            n_met=1,
            n_not_met=n_criteria - 1,
            n_not_applicable=0,
            n_pending=0,
            approved_by=writer,
            approved_at=timezone.now() - timedelta(days=1),
        )
    for place in range(1 if is_draft else n_criteria):
        verdict = "not_met" if place else "met"
        result = ResultFactory(
            assessment=sheet,
            self_verdict=verdict,
            verified_verdict="pending" if is_draft else verdict,
            entered_by=writer,
        )
        for requirement in result.criterion.requirements.all():
            result.values.create(requirement=requirement, self_value=1)


def open_page(name: str, *of: str) -> Callable[[Client, City], int]:
    """Return what opens a page of the city; `of`: whose keys its address names."""

    def ask(client: Client, city: City) -> int:
        return client.get(reverse(name, args=[getattr(city, what).pk for what in of])).status_code

    return ask


def save_row(client: Client, city: City) -> int:
    """Change what the draft says of its first criterion."""
    sheet = Assessment.objects.get(ward=city.ward, round=city.round)
    result = sheet.results.get()
    yes_or_no, number = result.criterion.requirements.order_by("position")
    prefix = f"c{result.criterion_id}"
    return client.post(
        reverse("criteria:sheet-row", args=[city.round.pk, city.ward.pk, result.criterion_id]),
        {
            f"{prefix}-version": result.version,
            f"{prefix}-choice{yes_or_no.pk}": "0",
            f"{prefix}-figure{number.pk}": "7,5",
        },
        headers={"HX-Request": "true"},
    ).status_code
