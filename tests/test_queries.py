"""What a page asks of the database costs the same however large the city grows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from criteria.models import Assessment, Requirement, Result, Round, Ward, WardNorm
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

LAST_YEAR = 2026
TRANSACTION_CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    """The last round has ended and is still open."""
    with time_machine.travel(
        datetime(LAST_YEAR, 11, 20, 9, tzinfo=timezone.get_default_timezone())
    ):
        yield


@dataclass(frozen=True)
class City:
    round: Round
    ward: Ward  # its sheet of `round` is a draft with one criterion met
    newcomer: Ward  # has no sheet


def build(*, n_wards: int = 2, n_criteria: int = 2, n_rounds: int = 1) -> City:
    """Build a round a year; in the last, which is open, every other sheet is a draft."""
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
    return City(round, wards[0], newcomer=WardFactory())


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


Ask = Callable[[Client], HttpResponse]


def page(name: str, *of: str) -> Callable[[City], Ask]:
    """Open a page of the city; `of`: whose keys its address names."""

    def prepare(city: City) -> Ask:
        url = reverse(f"criteria:{name}", args=[getattr(city, what).pk for what in of])
        return lambda client: client.get(url)

    return prepare


def save(whose: str, number: int) -> Callable[[City], Ask]:
    """Change what a ward's sheet says of a criterion, as htmx sends it."""

    def prepare(city: City) -> Ask:
        ward, round = getattr(city, whose), city.round
        criterion = round.criteria_set.criteria.get(number=number)
        results = Result.objects.filter(assessment__ward=ward, assessment__round=round)
        stored = results.filter(criterion=criterion).first()
        prefix = f"c{criterion.pk}"
        said = {f"{prefix}-version": stored.version if stored else 0}
        for requirement in criterion.requirements.all():
            if requirement.measure == Requirement.Measure.YES_NO:
                said[f"{prefix}-choice{requirement.pk}"] = "0"
            else:
                said[f"{prefix}-figure{requirement.pk}"] = "7,5"
        url = reverse("criteria:sheet-row", args=[round.pk, ward.pk, criterion.pk])
        return lambda client: client.post(url, said, headers={"HX-Request": "true"})

    return prepare


SAVES = {
    "save": save("ward", 1),
    "first save of a row": save("ward", 2),
    "first save of a sheet": save("newcomer", 1),
}
REQUESTS = {
    "sheet": page("sheet", "round", "ward"),
    **SAVES,
    "dashboard": page("dashboard"),
    "ward list": page("ward-list"),
    "ward": page("ward-detail", "ward"),
    "round": page("round-detail", "round"),
    "current round": page("round-current"),
}
BUDGET = 12
# Above it: a page that tells all there is of a ward, and what happens once a ward and round.
BUDGETS = {"ward": 13, "first save of a sheet": 15}
GROWTH = {
    "wards": ({"n_wards": 2}, {"n_wards": 50}),
    "criteria": ({"n_criteria": 2}, {"n_criteria": 8}),
    "rounds": ({"n_rounds": 1}, {"n_rounds": 4}),
}


def statements(client: Client, send: Ask) -> list[str]:
    """Return what a request says to the database, and undo it.

    Transaction control is left out: the budget of a save is of statements, and a test inside a
    transaction says SAVEPOINT where production says BEGIN.
    """
    with transaction.atomic():
        with CaptureQueriesContext(connection) as captured:
            response = send(client)
        transaction.set_rollback(True)
    assert response.status_code == 200
    said = [query["sql"] for query in captured]
    return [sql for sql in said if not sql.startswith(TRANSACTION_CONTROL)]


@pytest.fixture
def ask_all(
    make_user: Callable[..., User], client_of: Callable[..., Client]
) -> Callable[..., dict[str, list[str]]]:
    """Return the statements of every request by a user of a role, in a city of a size."""

    def ask(role: str, **size: int) -> dict[str, list[str]]:
        with transaction.atomic():
            city, user = build(**size), make_user(role)
            for ward in (city.ward, city.newcomer):
                MembershipFactory(user=user, ward=ward)
            client = client_of(user)
            said = {name: statements(client, prepare(city)) for name, prepare in REQUESTS.items()}
            transaction.set_rollback(True)
        return said

    return ask


@pytest.mark.parametrize("growth", GROWTH.values(), ids=GROWTH)
@pytest.mark.parametrize("role", ["city", "ward"])
def test_no_request_costs_more_in_a_larger_city(
    ask_all: Callable[..., dict[str, list[str]]],
    role: str,
    growth: tuple[dict[str, int], dict[str, int]],
) -> None:
    """The budget of a save is of statements apart from transaction control."""
    few, many = (ask_all(role, **size) for size in growth)
    for name, said in many.items():
        assert len(said) == len(few[name]), "\n".join([name, *said])
        assert len(said) <= BUDGETS.get(name, BUDGET), "\n".join([name, *said])


def test_a_save_that_is_counted_is_a_save(ask_all: Callable[..., dict[str, list[str]]]) -> None:
    said = ask_all("ward")
    for name in SAVES:
        written = [sql for sql in said[name] if not sql.startswith("SELECT")]
        for table in ("assessment", "result", "requirementvalue", "activity"):
            assert any(f'"criteria_{table}"' in sql for sql in written), name
