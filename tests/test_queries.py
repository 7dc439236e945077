"""What a page asks of the database costs the same however large the city grows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

import pytest
import time_machine
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from criteria.models import (
    Assessment,
    CriteriaSet,
    Criterion,
    Pledge,
    Requirement,
    RequirementValue,
    Result,
    Round,
    Ward,
    WardNorm,
    WardSuccession,
)
from tests.conftest import make_person, signed_in
from tests.factories import (
    AssessmentFactory,
    CriteriaSetFactory,
    CriterionFactory,
    EvidenceFactory,
    MembershipFactory,
    RecognitionFactory,
    RequirementFactory,
    ResultFactory,
    RoadmapTargetFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    steps_to,
)
from tests.pages import PAGES, Page, Place, named, read_by

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

    @property
    def place(self) -> Place:
        return Place(
            ward=self.ward,
            round=self.round,
            criterion=self.round.criteria_set.criteria.get(number=1),
            document=self.ward.evidence.first(),
        )


def build(*, n_wards: int = 2, n_criteria: int = 2, n_rounds: int = 1) -> City:
    """Build a round a year; in the last, which is open, every other sheet is a draft."""
    criteria_set = CriteriaSetFactory()
    criteria = CriterionFactory.create_batch(n_criteria, criteria_set=criteria_set)
    requirements = [RequirementFactory(criterion=criterion) for criterion in criteria]
    requirements.append(
        RequirementFactory(
            criterion=criteria[0],
            measure="number",
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
    document = EvidenceFactory(ward=ward, added_by=writer)
    if is_draft:
        sheet = AssessmentFactory(ward=ward, round=round)
    else:
        sheet = AssessmentFactory(
            ward=ward,
            round=round,
            n_met=1,
            n_not_met=n_criteria - 1,
            n_not_applicable=0,
            n_pending=0,
            **steps_to("approved", by=writer),
        )
    for place in range(1 if is_draft else n_criteria):
        verdict = "not_met" if place else "met"
        result = ResultFactory(
            assessment=sheet,
            self_verdict=verdict,
            verified_verdict="pending" if is_draft else verdict,
            verified_by=sheet.approved_by,
            verified_at=sheet.approved_at,
            entered_by=writer,
        )
        for requirement in result.criterion.requirements.all():
            result.values.create(requirement=requirement, self_value=1)
        result.evidence_uses.create(
            evidence=document, attached_by=writer, attached_at=timezone.now()
        )


Ask = Callable[[Client], HttpResponse]


def opened(page: Page) -> Callable[[City], Ask]:
    def prepare(city: City) -> Ask:
        url = page.at(city.place)
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
            if requirement.measure == "yes_no":
                said[f"{prefix}-choice{requirement.pk}"] = "0"
            else:
                said[f"{prefix}-figure{requirement.pk}"] = "7,5"
        url = reverse("criteria:sheet-row", args=[round.pk, ward.pk, criterion.pk])
        return lambda client: client.post(url, said, headers={"HX-Request": "true"})

    return prepare


def panel(city: City) -> Ask:
    """Open the evidence of a row."""
    criterion = city.round.criteria_set.criteria.get(number=1)
    url = reverse("criteria:evidence-row", args=[city.round.pk, city.ward.pk, criterion.pk])
    return lambda client: client.get(url, headers={"HX-Request": "true"})


def save_in_grid(city: City) -> Ask:
    criterion = city.round.criteria_set.criteria.get(number=1)
    prefix, said = f"w{city.ward.pk}", {}
    for requirement in criterion.requirements.all():
        is_choice = requirement.measure == "yes_no"
        said[f"{prefix}-{'choice' if is_choice else 'figure'}{requirement.pk}"] = "0"
    said |= {f"{prefix}-version": 1}
    url = reverse("criteria:grid-row", args=[city.round.pk, criterion.pk, city.ward.pk])
    return lambda client: client.post(url, said, headers={"HX-Request": "true"})


def search(city: City) -> Ask:
    """Search for what every ward, criterion and document has in its name."""
    Ward.objects.update(search_name="hai trieu")
    return lambda client: client.get(reverse("criteria:search"), {"q": "i"})


def compare(what: str) -> Callable[[City], Ask]:
    """Compare the last two rounds, or two wards."""

    def prepare(city: City) -> Ask:
        asked = {"what": what, "first": city.ward.pk, "second": city.newcomer.pk}
        if what == "rounds":
            found = Round.objects.filter(ends_on__lt=city.round.ends_on)
            first = found.order_by("-ends_on").first() or _round_before(city)
            asked |= {"first": first.pk, "second": city.round.pk}
        return lambda client: client.get(reverse("criteria:compare"), asked)

    return prepare


def _round_before(city: City) -> Round:
    """A round of its own set, which the last one's continues."""
    round = RoundFactory(year=LAST_YEAR - 1, criteria_set=_continued(city))
    for place, ward in enumerate(Ward.objects.exclude(pk=city.newcomer.pk)):
        _fill(ward, round, UserFactory(), is_draft=place > 10)
    return round


def _continued(city: City) -> CriteriaSet:
    """A set whose criteria the city's continue, in other words for every other one."""
    made = CriteriaSetFactory()
    for criterion in city.round.criteria_set.criteria.all():
        old = CriterionFactory(criteria_set=made)
        Criterion.objects.filter(pk=criterion.pk).update(replaces=old)
        asked = criterion.requirements.first()
        RequirementFactory(criterion=old, text=asked.text)
        RequirementFactory(criterion=old)
    return made


def what_if(city: City) -> Ask:
    """Judge the sheets of the last round by the set that its own continues."""
    other = _continued(city)
    return lambda client: client.get(reverse("criteria:what-if"), {"set": other.pk})


def roadmap(city: City) -> Ask:
    """Every ward has pledged for each year, and one of them has become another."""
    for ward in Ward.objects.all():
        for year in (LAST_YEAR - 1, LAST_YEAR):
            Pledge.objects.create(ward=ward, year=year)
    heir = WardFactory(valid_from=date(LAST_YEAR, 1, 1))
    Ward.objects.filter(pk=city.ward.pk).update(valid_to=heir.valid_from)
    WardSuccession.objects.create(
        predecessor=city.ward,
        successor=heir,
        effective_on=heir.valid_from,
        relation="whole_into",
        legal_basis="1674/NQ-UBTVQH15",
    )
    return lambda client: client.get(reverse("criteria:roadmap"))


def sheet_in_verification(city: City) -> Ask:
    _take_up(city)
    return opened(named("criteria:sheet"))(city)


def agree_with_a_row(city: City) -> Ask:
    criterion = _take_up(city)
    url = reverse("criteria:sheet-verify-row", args=[city.round.pk, city.ward.pk, criterion.pk])
    said = {"agree": "1", f"v{criterion.pk}-version": 1}
    return lambda client: client.post(url, said, headers={"HX-Request": "true"})


def differ_on_a_row(city: City) -> Ask:
    criterion = _take_up(city)
    prefix, said = f"v{criterion.pk}", {}
    for requirement in criterion.requirements.all():
        is_choice = requirement.measure == "yes_no"
        said[f"{prefix}-{'choice' if is_choice else 'figure'}{requirement.pk}"] = "0"
    said |= {f"{prefix}-version": 1, f"{prefix}-explanation": "Không có hồ sơ"}
    url = reverse("criteria:sheet-verify-row", args=[city.round.pk, city.ward.pk, criterion.pk])
    return lambda client: client.post(url, said, headers={"HX-Request": "true"})


def approve(city: City) -> Ask:
    """Approve a sheet whose every criterion is verified."""
    _take_up(city)
    sheet = Assessment.objects.get(ward=city.ward, round=city.round)
    verifier, now = sheet.verifying_by, timezone.now()
    while sheet.results.count() < city.round.criteria_set.criteria.count():
        ResultFactory(assessment=sheet, entered_by=sheet.submitted_by)
    sheet.results.update(verified_verdict="met", verified_by=verifier, verified_at=now)
    values = RequirementValue.objects.filter(result__assessment=sheet)
    values.update(threshold_applied=None, verified_value=7)
    norm = {"requirement__norm_per_ward": True, "result__assessment": sheet}
    RequirementValue.objects.filter(**norm).update(threshold_applied=5)
    url = reverse("criteria:sheet-step", args=[city.round.pk, city.ward.pk, "approve"])

    def send(client: Client) -> HttpResponse:
        response = client.post(url, {"version": sheet.version})
        sheet.refresh_from_db()
        assert (response.status_code, sheet.state) == (302, "approved")
        response.status_code = 200
        return response

    return send


def _take_up(city: City) -> Criterion:
    """Let the ward's sheet, with its history behind it, be in verification."""
    sheet = Assessment.objects.get(ward=city.ward, round=city.round)
    columns = steps_to("verifying") | {
        "returned_by": UserFactory(),
        "returned_at": timezone.now(),
        "return_reason": "Thiếu",
    }
    Assessment.objects.filter(pk=sheet.pk).update(**columns)
    RequirementValue.objects.filter(
        result__assessment=sheet, requirement__norm_per_ward=True
    ).update(threshold_applied=5)
    return city.round.criteria_set.criteria.get(number=1)


SAVES = {
    "save": save("ward", 1),
    "first save of a row": save("ward", 2),
    "first save of a sheet": save("newcomer", 1),
}
# What a page asks for only where there is something to tell, and the buttons on it.
BESIDE = {
    **SAVES,
    "evidence in a dialog": panel,
    "what is found": search,
    "roadmap with pledges": roadmap,
    "two rounds": compare("rounds"),
    "two wards": compare("wards"),
    "what if": what_if,
}
OF_ROLE = {
    "ward": BESIDE,
    "city": BESIDE | {"save in the grid": save_in_grid},
    "verifier": {
        "sheet in verification": sheet_in_verification,
        "agree with a row": agree_with_a_row,
        "differ on a row": differ_on_a_row,
        "approve": approve,
    },
    "administrator": {},
    "anonymous": {},
}
# What happens once a ward and round may cost more, and the agreement with a row, which reads the
# sheet anew because it may be of many rows. Whatever writes asks whether the round counts the ward,
# once the round is held.
BUDGETS = {page.name: page.n_queries for page in PAGES} | {
    "first save of a sheet": 17,
    "save in the grid": 15,
    "roadmap with pledges": 15,
    "agree with a row": 20,
    "approve": 21,
}


def requests_of(role: str) -> dict[str, Callable[[City], Ask]]:
    """The pages of those who fill sheets in, each page for somebody, and what one does on them."""
    filling_in = {"ward", "city"}
    pages = read_by(role) if role in filling_in else []
    pages += [page for page in read_by(role) if not filling_in & set(page.readers)]
    return {page.name: opened(page) for page in pages} | OF_ROLE[role]


SMALL = {"n_wards": 2, "n_criteria": 2, "n_rounds": 2}
# Of the last round alone, not every ward has a sheet.
GROWTH = {"wards": {"n_wards": 50}, "criteria": {"n_criteria": 8}, "rounds": {"n_rounds": 5}}


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


Asked = dict[tuple[str, str], list[str]]  # by role and request, what was said to the database


def ask_all(requests: Callable[[str], dict[str, Callable[[City], Ask]]], **size: int) -> Asked:
    """Let a user of each role ask for all that is theirs, in a city of a size."""
    said = {}
    with transaction.atomic():
        city = build(**size)
        for role in OF_ROLE:
            with transaction.atomic():
                client = client_in(city, role)
                for name, prepare in requests(role).items():
                    with transaction.atomic():
                        said[role, name] = statements(client, prepare(city))
                        transaction.set_rollback(True)
                transaction.set_rollback(True)
        transaction.set_rollback(True)
    return said


def client_in(city: City, role: str) -> Client:
    """Somebody of a role, or nobody yet; whoever fills sheets in works for the city's wards."""
    if role == "anonymous":
        return Client()
    user = make_person(role)
    if role in ("city", "ward"):
        for ward in (city.ward, city.newcomer):
            MembershipFactory(user=user, ward=ward)
    return signed_in(user)


@pytest.fixture(scope="module")
def of_a_small_city(kept_for_module: None) -> Asked:
    return ask_all(requests_of, **SMALL)


@pytest.mark.parametrize("growth", GROWTH.values(), ids=GROWTH)
def test_no_request_costs_more_in_a_larger_city(
    growth: dict[str, int], of_a_small_city: Asked
) -> None:
    """The budget of a save is of statements apart from transaction control."""
    of_a_large_one = ask_all(requests_of, **SMALL | growth)
    assert of_a_small_city.keys() == of_a_large_one.keys()
    for (role, name), asked in of_a_large_one.items():
        told = "\n".join([f"{name} by {role}", *asked])
        assert len(asked) <= len(of_a_small_city[role, name]), told
        assert len(asked) <= BUDGETS.get(name, Page.n_queries), told


def test_a_save_that_is_counted_is_a_save() -> None:
    said = ask_all(lambda role: SAVES if role == "ward" else {})
    for name in SAVES:
        written = [sql for sql in said["ward", name] if not sql.startswith("SELECT")]
        for table in ("assessment", "result", "requirementvalue", "activity"):
            assert any(f'"criteria_{table}"' in sql for sql in written), name
