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
from criteria.measures import NO, YES, measure_of
from criteria.models import (
    Activity,
    Assessment,
    CriteriaSet,
    Evidence,
    EvidenceUse,
    Membership,
    Recognition,
    Requirement,
    RequirementValue,
    Result,
    RoadmapTarget,
    Round,
    Ward,
    WardNorm,
    WardTile,
)
from criteria.readiness.rules import (
    Answer,
    criterion_verdict,
    needs_judgement,
    requirement_verdict,
    tally,
)
from criteria.verdicts import Verdict
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
SUBMITTED, VERIFYING, APPROVED = "submitted", "verifying", "approved"
N_WITH_EVIDENCE = 2  # the last rounds, whose results have their documents and saves in the log


@dataclass(frozen=True)
class City:
    """What the pages to be timed need to name."""

    city_officer: User
    verifier: User
    administrator: User
    open_round: Round
    ward: Ward  # its sheet of the open round is a draft with every criterion judged
    others: list[Ward]  # more such wards
    verified: Ward  # its sheet came back once and is in verification, with both opinions


@transaction.atomic
def build_city() -> City:
    call_command("load_criteria", stdout=StringIO())
    criteria_set = CriteriaSet.objects.get()
    asked = _requirements(criteria_set)
    officer, verifier = _user("canbo", "City officer"), _user("thamdinh", "Verifier")
    administrator = _user("quantri", "Administrator")
    rounds = _rounds(criteria_set)
    wards = _wards(rounds[0].starts_on)
    _tiles(wards)
    norms = _norms(wards, asked)
    approved = []
    for round in rounds:
        approved += _fill(round, wards, asked, norms, officer, verifier)
    _attach(rounds[-N_WITH_EVIDENCE:], wards, officer)
    _log(approved, rounds[-N_WITH_EVIDENCE:], officer, verifier)
    _roadmap(rounds, approved)
    drafts = [ward for place, ward in enumerate(wards) if _stage(rounds[-1], place) == DONE]
    return City(
        city_officer=officer,
        verifier=verifier,
        administrator=administrator,
        open_round=rounds[-1],
        ward=drafts[0],
        others=drafts[1:],
        verified=next(w for place, w in enumerate(wards) if _stage(rounds[-1], place) == VERIFYING),
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
            settled_on=None if year == last else date(year, 12, 20),
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


def _tiles(wards: list[Ward]) -> None:
    WardTile.objects.bulk_create(
        WardTile(ward=ward, valid_from=ward.valid_from, column=place % 14 + 1, row=place // 14 + 1)
        for place, ward in enumerate(wards)
    )


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
    """Tell how far a sheet has come, by the ward's place in the list; approved when closed."""
    if not round.is_open:
        return APPROVED
    stages = [APPROVED, DONE, SUBMITTED, BEGUN, APPROVED, VERIFYING, APPROVED, EMPTY]
    return stages[place % len(stages)]


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
        if stage in (SUBMITTED, VERIFYING, APPROVED):
            _hand_over(sheet, found, stage, officer, verifier, at)
        sheets.append(sheet)
        results += found
    Assessment.objects.bulk_create(sheets)
    Result.objects.bulk_create(results)
    for value in values:
        if value.result.verified_verdict != Verdict.PENDING:
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
    measure = measure_of(requirement)
    if not measure.is_compared:
        return Answer(measure.value_of(YES if is_met else NO, year))
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
    judgement = value.self_judgement if needs_judgement(measure_of(asked), threshold) else ""
    answer = Answer(value.self_value, judgement)
    return requirement_verdict(measure_of(asked), asked.comparator, threshold, answer)


def _hand_over(
    sheet: Assessment,
    results: list[Result],
    stage: str,
    officer: User,
    verifier: User,
    at: datetime,
) -> None:
    """Submit a complete sheet, and take it as far as its stage is."""
    sheet.state = stage
    sheet.submitted_by, sheet.submitted_at = officer, at
    if stage == SUBMITTED:
        return
    sheet.verifying_by, sheet.verifying_at = verifier, at + timedelta(days=4)
    if stage == VERIFYING:
        _find(sheet, results, verifier, at)
    else:
        _approve(sheet, results, verifier, at + timedelta(days=5))


def _approve(sheet: Assessment, results: list[Result], verifier: User, at: datetime) -> None:
    for result in results:
        result.verified_verdict = result.self_verdict
        result.verified_by, result.verified_at = verifier, at
    counts = tally((result.verified_verdict for result in results), len(results))
    sheet.approved_by, sheet.approved_at = verifier, at
    sheet.n_met, sheet.n_not_met = counts.met, counts.not_met
    sheet.n_not_applicable, sheet.n_pending = counts.not_applicable, counts.pending


def _find(sheet: Assessment, results: list[Result], verifier: User, at: datetime) -> None:
    """Verify every other row of a sheet that came back once, and differ on some of them."""
    sheet.returned_by, sheet.returned_at = verifier, at - timedelta(days=1)
    sheet.return_reason = "Thiếu minh chứng ở một số tiêu chí."
    for place, result in enumerate(results):
        if place % 5 == 0:
            result.return_note = "Bổ sung minh chứng."
        if place % 2:
            continue
        differs = place % 6 == 0 and result.self_verdict == Verdict.MET
        result.verified_verdict = Verdict.NOT_MET.value if differs else result.self_verdict
        result.finding = "Chưa có trong sổ theo dõi." if differs else ""
        result.verified_by, result.verified_at = verifier, at + timedelta(days=4)


def _attach(rounds: list[Round], wards: list[Ward], officer: User) -> None:
    """Give each ward three documents, and each result of the rounds one of them."""
    now = timezone.now()
    documents = Evidence.objects.bulk_create(
        Evidence(
            ward=ward,
            title=f"Báo cáo kết quả {n}",
            number=f"{n}/BC-CAP",
            issued_by=f"Công an {ward.name}",
            search_text=fold(f"Báo cáo kết quả {n} {n}/BC-CAP"),
            added_by=officer,
            added_at=now,
        )
        for ward in wards
        for n in range(1, 4)
    )
    of_ward: dict[int, list[Evidence]] = {}
    for document in documents:
        of_ward.setdefault(document.ward_id, []).append(document)
    results = Result.objects.filter(assessment__round__in=rounds)
    EvidenceUse.objects.bulk_create(
        EvidenceUse(
            evidence=of_ward[ward_id][pk % 3], result_id=pk, attached_by=officer, attached_at=now
        )
        for pk, ward_id in results.values_list("pk", "assessment__ward")
    )


def _log(
    approved: list[Assessment], with_saves: list[Round], officer: User, verifier: User
) -> None:
    """Log one row a sheet, and the saves of some rounds: its end must be found by an index."""
    rows = [entry(Activity.Verb.APPROVE, sheet, acting_user=verifier) for sheet in approved]
    results = Result.objects.filter(assessment__round__in=with_saves)
    for result in results.select_related("assessment__ward"):
        saved = entry(
            Activity.Verb.SAVE_RESULT,
            result,
            acting_user=officer,
            ward=result.assessment.ward,
            after={"self_verdict": result.self_verdict, "explanation": result.explanation},
        )
        rows.append(saved)
    Activity.objects.append(rows)


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
