"""A province of 168 wards, twenty years of rounds, every sheet and value. Always the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from random import Random

from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from criteria.actions.log import entry
from criteria.models import (
    Activity,
    Assessment,
    CriteriaSet,
    Membership,
    Recognition,
    Requirement,
    RequirementValue,
    Result,
    RoadmapTarget,
    Round,
    Ward,
    WardNorm,
)
from criteria.readiness.rules import (
    Answer,
    Verdict,
    criterion_verdict,
    needs_judgement,
    requirement_verdict,
    tally,
)
from namdinh_wards.text import fold, sort_key

N_WARDS = 168
N_ROUNDS = 20
NAMES = [
    "Trường Thi",
    "Vị Hoàng",
    "Cửa Bắc",
    "Trần Hưng Đạo",
    "Năng Tĩnh",
    "Lộc Vượng",
    "Mỹ Xá",
    "Hạ Long",
]
BASIS = "Kế hoạch đo tốc độ"
REASON = "Địa bàn không có đối tượng thuộc tiêu chí này."
DONE, BEGUN, EMPTY = "done", "begun", "empty"  # how far a draft has come


@dataclass(frozen=True)
class City:
    """What the pages to be timed need to name."""

    city_officer: User
    administrator: User
    open_round: Round
    ward: Ward  # its sheet of the open round is a draft with every criterion judged
    n_results: int
    n_values: int


@transaction.atomic
def build_city() -> City:
    call_command("load_criteria", stdout=StringIO())
    criteria_set = CriteriaSet.objects.get()
    asked = _requirements(criteria_set)
    officer, verifier = _user("canbo", "City officer"), _user("thamdinh", "Verifier")
    administrator = _user("quantri", "Administrator", is_staff=True)
    rounds = _rounds(criteria_set)
    wards = _wards(rounds[0].starts_on)
    norms = _norms(wards, asked)
    approved = []
    for round in rounds:
        approved += _fill(round, wards, asked, norms, officer, verifier)
    _log(approved, verifier)
    _roadmap(rounds, approved)
    return City(
        city_officer=officer,
        administrator=administrator,
        open_round=rounds[-1],
        ward=next(ward for place, ward in enumerate(wards) if _stage(rounds[-1], place) == DONE),
        n_results=Result.objects.count(),
        n_values=RequirementValue.objects.count(),
    )


def _requirements(criteria_set: CriteriaSet) -> dict[int, list[Requirement]]:
    """Return the requirements of each criterion, by its pk, in order."""
    asked: dict[int, list[Requirement]] = {}
    found = Requirement.objects.filter(criterion__criteria_set=criteria_set)
    for requirement in found.order_by("criterion__number", "position"):
        asked.setdefault(requirement.criterion_id, []).append(requirement)
    return asked


def _user(username: str, role: str, **fields: object) -> User:
    user = User(username=username, full_name=f"{role} {username}", **fields)
    user.set_unusable_password()
    user.save()
    user.groups.add(Group.objects.get(name=role))
    return user


def _rounds(criteria_set: CriteriaSet) -> list[Round]:
    """Make one round a police year; the last one has ended and is still open."""
    today = timezone.localdate()
    last = today.year if today > date(today.year, 11, 15) else today.year - 1
    return Round.objects.bulk_create(
        Round(
            name=f"Đợt {year}",
            year=year,
            starts_on=date(year - 1, 11, 16),
            ends_on=date(year, 11, 15),
            submit_by=date(year, 11, 30),
            verify_by=date(year, 12, 15),
            criteria_set=criteria_set,
            status=Round.Status.OPEN if year == last else Round.Status.CLOSED,
        )
        for year in range(last - N_ROUNDS + 1, last + 1)
    )


def _wards(valid_from: date) -> list[Ward]:
    """Make the wards, each with an officer of its own."""
    wards = []
    for place in range(N_WARDS):
        name = f"{NAMES[place % len(NAMES)]} {place // len(NAMES) + 1}"
        wards.append(
            Ward(
                code=f"{place + 1:05}",
                name=name,
                search_name=fold(name),
                sort_key=sort_key(name),
                valid_from=valid_from,
                population=5000 + 37 * place,
                area_km2=Decimal(50 + place) / 100,
            )
        )
    wards = Ward.objects.bulk_create(wards)
    Membership.objects.bulk_create(
        Membership(user=_user(f"phuong{ward.code}", "Ward officer"), ward=ward) for ward in wards
    )
    return wards


Norms = dict[tuple[int, int], Decimal]  # (ward, requirement)


def _norms(wards: list[Ward], asked: dict[int, list[Requirement]]) -> Norms:
    norms = WardNorm.objects.bulk_create(
        WardNorm(
            ward=ward,
            requirement=requirement,
            threshold=Decimal(120 + place % 9 * 10),
            legal_basis=BASIS,
            valid_from=ward.valid_from,
        )
        for place, ward in enumerate(wards)
        for requirements in asked.values()
        for requirement in requirements
        if requirement.norm_per_ward
    )
    return {(norm.ward_id, norm.requirement_id): norm.threshold for norm in norms}


def _stage(round: Round, place: int) -> str:
    """Tell how far a sheet has come, by the ward's place in the list; "approved" when closed."""
    if not round.is_open:
        return "approved"
    return ["approved", DONE, "approved", BEGUN, "approved", DONE, "approved", EMPTY][place % 8]


def _fill(
    round: Round,
    wards: list[Ward],
    asked: dict[int, list[Requirement]],
    norms: Norms,
    officer: User,
    verifier: User,
) -> list[Assessment]:
    """Store the sheets of a round with their results and values; return the approved ones."""
    at = datetime(round.year, 11, 20, 9, tzinfo=timezone.get_default_timezone())
    sheets, results, values = [], [], []
    for place, ward in enumerate(wards):
        stage = _stage(round, place)
        if stage == EMPTY:
            continue
        sheet = Assessment(ward=ward, round=round, version=len(asked))
        found = []
        chance = Random(f"{ward.code}/{round.year}")  # noqa: S311
        for criterion_id, requirements in asked.items():
            if stage == BEGUN and len(found) == len(asked) // 2:
                break
            answers = list(_answers(requirements, ward, round, norms, chance))
            result = _result(sheet, criterion_id, answers, chance)
            result.entered_by, result.entered_at = officer, at
            found.append(result)
            for value in answers:
                value.result = result
                values.append(value)
        if stage == "approved":
            _approve(sheet, found, verifier, at + timedelta(days=5), len(asked))
        sheets.append(sheet)
        results += found
    Assessment.objects.bulk_create(sheets)
    Result.objects.bulk_create(results)
    for value in values:
        if value.result.assessment.is_approved:
            value.verified_value = value.self_value
            value.verified_judgement = value.self_judgement
    RequirementValue.objects.bulk_create(values)
    return [sheet for sheet in sheets if sheet.is_approved]


def _answers(
    requirements: list[Requirement], ward: Ward, round: Round, norms: Norms, chance: Random
) -> Iterator[RequirementValue]:
    """Yield a value a requirement: nineteen in twenty meet it, so one ward in four is ready."""
    for requirement in requirements:
        threshold = norms.get((ward.pk, requirement.pk), requirement.threshold)
        is_met = chance.random() < 0.95
        answer = _answer(requirement, threshold, round.year, is_met)
        yield RequirementValue(
            requirement=requirement,
            self_value=answer.value,
            self_judgement=answer.judgement,
            threshold_applied=threshold,
        )


def _answer(requirement: Requirement, threshold: Decimal | None, year: int, is_met: bool) -> Answer:
    measure = requirement.measure
    if measure == Requirement.Measure.YES_NO:
        return Answer(Decimal(is_met))
    if measure == Requirement.Measure.TITLE:
        return Answer(Decimal(year if is_met else 0))
    if threshold is None:
        return Answer(Decimal("87.5"), "met" if is_met else "not_met")
    beyond = 1 if requirement.comparator == Requirement.Comparator.AT_MOST else -1
    return Answer(threshold if is_met else threshold + beyond)


def _result(
    sheet: Assessment, criterion_id: int, answers: list[RequirementValue], chance: Random
) -> Result:
    verdict = criterion_verdict(
        (_verdict(value) for value in answers), not_applicable=chance.random() < 0.01
    )
    return Result(
        assessment=sheet,
        criterion_id=criterion_id,
        self_verdict=verdict.value,
        explanation=REASON if verdict in (Verdict.NOT_APPLICABLE, Verdict.NOT_MET) else "",
    )


def _verdict(value: RequirementValue) -> Verdict:
    asked, threshold = value.requirement, value.threshold_applied
    judgement = value.self_judgement if needs_judgement(asked.measure, threshold) else ""
    answer = Answer(value.self_value, judgement)
    return requirement_verdict(asked.measure, asked.comparator, threshold, answer)


def _approve(
    sheet: Assessment, results: list[Result], verifier: User, at: datetime, n_criteria: int
) -> None:
    for result in results:
        result.verified_verdict = result.self_verdict
    counts = tally((result.verified_verdict for result in results), n_criteria)
    sheet.state = Assessment.State.APPROVED
    sheet.approved_by, sheet.approved_at = verifier, at
    sheet.n_met, sheet.n_not_met = counts.met, counts.not_met
    sheet.n_not_applicable, sheet.n_pending = counts.not_applicable, counts.pending


def _log(approved: list[Assessment], verifier: User) -> None:
    """Log one row a sheet: a log long enough that its end must be found by an index."""
    Activity.objects.append(
        entry(Activity.Verb.APPROVE, sheet, acting_user=verifier) for sheet in approved
    )


def _roadmap(rounds: list[Round], approved: list[Assessment]) -> None:
    """Set three targets, one of them past, and recognise each year two wards that were ready."""
    last = rounds[-1].year
    RoadmapTarget.objects.bulk_create(
        RoadmapTarget(due_on=date(year, 12, 31), percent=percent, legal_basis=BASIS)
        for year, percent in [(last - 2, 30), (last + 1, 60), (last + 4, 100)]
    )
    ready: dict[Round, list[Ward]] = {}
    for sheet in approved:
        if not (sheet.n_not_met or sheet.n_pending):
            ready.setdefault(sheet.round, []).append(sheet.ward)
    Recognition.objects.bulk_create(
        Recognition(
            ward=ward,
            year=round.year,
            decision_number=f"{place}/QĐ-BCA",
            decided_on=date(round.year + 1, 3, 1),
            issued_by="Bộ Công an",
        )
        for round in rounds[:-1]
        for place, ward in enumerate(ready.get(round, [])[:2], start=1)
    )
