"""An invented working year after the other, made by the domain's own actions. Deterministic.

What is real: the wards, the pledges of 2023 (the pilots are ready that year), and that eleven ward
units lacked area in April 2023. Which eleven, and everything else, is invented.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from random import Random

from django.conf import settings
from django.contrib.auth.models import Group

from accounts.models import User
from criteria.actions.assessments import approve_assessment, save_result
from criteria.actions.records import save_record
from criteria.models import Assessment, Membership, Requirement, Round, Ward, WardNorm
from criteria.readiness.rules import Answer
from criteria.readiness.sheet import Entry, Line, Row, Sheet, read_sheet

INVENTED = "Dữ liệu minh họa"
N_SHORT_OF_AREA_2023 = 11

# username, full name, role
ACCOUNTS = [
    ("canbo.phuong", "Cán bộ phường (minh họa)", "Ward officer"),
    ("canbo.tp", "Cán bộ thành phố (minh họa)", "City officer"),
    ("thamdinh", "Người thẩm định (minh họa)", "Verifier"),
    ("lanhdao", "Lãnh đạo (minh họa)", "Leader"),
    ("quantri", "Quản trị viên (minh họa)", "Administrator"),
]
OWN_WARD = "Trường Thi"


def make_accounts() -> list[User]:
    """Make one account a role, or give those there the installation's demo password again."""
    accounts = []
    taken = User.objects.filter(username__in=[name for name, *_ in ACCOUNTS], is_demo=False)
    if taken.exists():
        raise ValueError(f"real accounts have these names: {', '.join(map(str, taken))}")
    for username, full_name, role in ACCOUNTS:
        user, _ = User.objects.get_or_create(
            username=username,
            defaults={
                "full_name": full_name,
                "is_demo": True,
                "is_staff": role == "Administrator",
            },
        )
        if not user.check_password(settings.DEMO_PASSWORD):
            user.set_password(settings.DEMO_PASSWORD)
            user.save()
        user.groups.add(Group.objects.get(name=role))
        accounts.append(user)
    for ward in Ward.objects.filter(name=OWN_WARD):
        Membership.objects.get_or_create(user=accounts[0], ward=ward)
    return accounts


def make_results(officer: User, verifier: User) -> int:
    """Fill the rounds in with invented results; return how many sheets were made.

    Does nothing where somebody has entered anything already.
    """
    if Assessment.objects.exists():
        return 0
    n_sheets = 0
    for round in Round.objects.select_related("criteria_set").order_by("ends_on"):
        status = round.status
        _set_status(round, Round.Status.OPEN)
        wards = list(Ward.objects.in_scope(round.ends_on))
        _make_norms(wards, round)
        for place, ward in enumerate(wards):
            stage = "approved" if status == Round.Status.CLOSED else _stage(place)
            n_sheets += _make_sheet(ward, round, stage, officer, verifier)
        _set_status(round, status)
    return n_sheets


def _set_status(round: Round, status: str) -> None:
    if round.status != status:
        round.status = status
        save_record(round, acting_user=None, reason=INVENTED)


def _stage(place: int) -> str:
    """How far a sheet of the open round has come, by the ward's place in the list."""
    return ["approved", "complete", "approved", "complete", "", "approved", "begun", "approved"][
        place % 8
    ]


def _make_norms(wards: list[Ward], round: Round) -> None:
    asked = Requirement.objects.filter(
        criterion__criteria_set=round.criteria_set, norm_per_ward=True
    )
    for requirement in asked:
        for ward in wards:
            if not ward.norms.filter(requirement=requirement).exists():
                norm = WardNorm(
                    ward=ward,
                    requirement=requirement,
                    threshold=Decimal(120 + 10 * Random(ward.code).randrange(9)),  # noqa: S311
                    legal_basis=INVENTED,
                    valid_from=ward.valid_from,
                )
                save_record(norm, acting_user=None, reason=INVENTED)


def _make_sheet(ward: Ward, round: Round, stage: str, officer: User, verifier: User) -> int:
    if not stage:
        return 0
    sheet = read_sheet(Assessment(ward=ward, round=round))
    chance = Random(f"{ward.name}{round.year}")  # noqa: S311
    # What waits for approval is all met, so that approving it is seen on the dashboard.
    unmet = set() if stage == "complete" else _unmet(sheet, ward, round, chance)
    rows = sheet.rows if stage != "begun" else sheet.rows[: len(sheet.rows) // 2]
    for row in rows:
        said = _entry(row, round.year, row.criterion.number in unmet, chance)
        sheet = save_result(sheet, row.criterion.pk, said, version=0, acting_user=officer)
    if stage == "approved":
        approve_assessment(sheet.assessment, version=sheet.assessment.version, acting_user=verifier)
    return 1


def _unmet(sheet: Sheet, ward: Ward, round: Round, chance: Random) -> set[int]:
    """Choose the criteria that the ward misses: fewer from year to year."""
    if ward.pledges.filter(year=round.year).exists():
        return set()
    numbers = [row.criterion.number for row in sheet.rows]
    area = [row.criterion.number for row in sheet.rows if _has_norm(row)]
    most = {2023: 6, 2024: 4, 2025: 3}.get(round.year, 2)
    missed = set(chance.sample(numbers, chance.randint(0, most)))
    missed -= set(area)
    if round.year == 2023:
        lacking = _short_of_area(round.ends_on)
        missed |= set(area) if ward.pk in lacking else {chance.choice(numbers[5:])}
    elif chance.random() < 0.35:
        missed |= set(area)
    return missed


def _short_of_area(on: date) -> set[int]:
    """Invent which eleven wards lacked area; never a pilot."""
    wards = [ward.pk for ward in Ward.objects.in_scope(on).filter(pledges=None)]
    return set(Random(INVENTED).sample(wards, N_SHORT_OF_AREA_2023))  # noqa: S311


def _has_norm(row: Row) -> bool:
    return any(line.requirement.norm_per_ward for line in row.lines)


def _entry(row: Row, year: int, is_unmet: bool, chance: Random) -> Entry:
    answers = {}
    for place, line in enumerate(row.lines):
        answers[line.requirement.pk] = _answer(line, year, is_unmet and place == 0, chance)
    return Entry(answers, explanation=INVENTED if is_unmet else "")


def _answer(line: Line, year: int, is_unmet: bool, chance: Random) -> Answer:
    measure = line.requirement.measure
    if measure == Requirement.Measure.YES_NO:
        return Answer(Decimal(0 if is_unmet else 1))
    if measure == Requirement.Measure.TITLE:
        return Answer(Decimal(0 if is_unmet else year))
    return next(
        answer for answer in _figures(line, chance) if (line.judge(answer) != "met") == is_unmet
    )


def _figures(line: Line, chance: Random) -> Iterator[Answer]:
    """Yield plausible figures on both sides of the threshold, or judged both ways."""
    threshold = line.threshold
    if threshold is None:
        high = line.requirement.measure == Requirement.Measure.PERCENT
        yield Answer(Decimal(chance.randint(85, 99) if high else chance.randint(20, 60)), "met")
        yield Answer(Decimal(chance.randint(40, 70) if high else chance.randint(1, 12)), "not_met")
        return
    yield Answer(threshold)
    spread = max(int(threshold) // 5, 2)
    yield Answer(threshold + chance.randint(1, spread))
    yield Answer(threshold - chance.randint(1, spread))
