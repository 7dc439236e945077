"""A small city for the journeys: three wards, a commune, six criteria, two rounds."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.models import User
from criteria.models import (
    Assessment,
    CriteriaSet,
    Criterion,
    Requirement,
    RequirementValue,
    Round,
    Ward,
    WardNorm,
)
from criteria.verdicts import Verdict
from tests.factories import (
    AssessmentFactory,
    CriteriaSetFactory,
    CriterionFactory,
    CriterionGroupFactory,
    MembershipFactory,
    RecognitionFactory,
    RequirementFactory,
    ResultFactory,
    RoadmapTargetFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    approve_with,
    steps_to,
)

PASSWORD = "mat-khau-de-thu-2026"

YES_NO, NUMBER, PERCENT, TITLE = (
    "yes_no",
    "number",
    "percent",
    "title",
)
AT_LEAST, AT_MOST = Requirement.Comparator.AT_LEAST, Requirement.Comparator.AT_MOST

# What each requirement takes to be met, by criterion number: to type, or to choose.
MEETS = {1: ["1"], 2: ["120"], 3: ["160,5"], 4: ["85,5"], 5: ["1"], 6: ["1", "3"]}

GROUNDS = "Có hồ sơ kèm theo"


@dataclass(frozen=True)
class City:
    """The open round has ended, so that an approval in it moves the headline."""

    own: Ward
    other: Ward
    approvable: Ward  # its sheet is submitted, every criterion met
    round: Round
    earlier: Round
    criteria: dict[int, Criterion]
    officer: User
    city_officer: User
    verifier: User
    leader: User
    administrator: User
    newcomer: User  # has no role yet


def make_city(*, is_begun: bool = True) -> City:
    """Make the city; unless the year has begun, its round is planned and nobody has a sheet."""
    today = timezone.localdate()
    criteria_set = _make_criteria()
    criteria = {criterion.number: criterion for criterion in criteria_set.criteria.all()}
    own, other, approvable = (
        WardFactory(name=name, population=18_500, area_km2=Decimal("1.85"))
        for name in ["Trường Thi", "Lộc Hạ", "Đông A"]
    )
    WardFactory(name="Mỹ Tân", kind=Ward.Kind.COMMUNE)
    for ward in (own, other, approvable):
        WardNorm.objects.create(
            ward=ward,
            requirement=criteria[3].requirements.get(),
            threshold=150,
            legal_basis="Định mức để thử",
            valid_from=ward.valid_from,
        )
    earlier = _make_round(criteria_set, today - timedelta(days=375), Round.Status.CLOSED)
    status = Round.Status.OPEN if is_begun else Round.Status.PLANNED
    city = City(
        own=own,
        other=other,
        approvable=approvable,
        round=_make_round(criteria_set, today - timedelta(days=10), status),
        earlier=earlier,
        criteria=criteria,
        officer=make_account("canbo", "Nguyễn Thị Cán Bộ", "Ward officer"),
        city_officer=make_account("canbo.tp", "Trần Văn Thành Phố", "City officer"),
        verifier=make_account("thamdinh", "Lê Thẩm Định", "Verifier"),
        leader=make_account("lanhdao", "Đỗ Lãnh Đạo", "Leader"),
        administrator=make_account("quantri", "Phạm Quản Trị", "Administrator"),
        newcomer=make_account("moi", "Vũ Mới Đến", ""),
    )
    MembershipFactory(user=city.officer, ward=own)
    RoadmapTargetFactory(due_on=today + timedelta(days=400), percent=30)
    RecognitionFactory(ward=other, year=earlier.year, decided_on=earlier.ends_on)
    answer_all(approve_with(own, earlier, {**dict.fromkeys(criteria, "met"), 3: "not_met"}))
    if is_begun:
        fill_in(approvable, city, "submitted")
    return city


def answer_all(sheet: Assessment) -> None:
    """Store the values behind each result of a sheet; a criterion not met falls short."""
    for result in sheet.results.select_related("criterion"):
        asked = result.criterion.requirements.all()
        for requirement, said in zip(asked, MEETS[result.criterion.number], strict=True):
            value = Decimal(said.replace(",", "."))
            norm = requirement.norms.filter(ward=sheet.ward).first()
            if requirement.measure == TITLE:
                value = Decimal(sheet.round.year)
            if result.self_verdict == Verdict.NOT_MET:
                value = Decimal(1)
            judgement = "met" if requirement.measure == PERCENT else ""
            is_verified = result.verified_verdict != Verdict.PENDING
            RequirementValue.objects.create(
                result=result,
                requirement=requirement,
                self_value=value,
                self_judgement=judgement,
                verified_value=value if is_verified else None,
                verified_judgement=judgement if is_verified else "",
                threshold_applied=norm.threshold if norm else requirement.threshold,
            )


def fill_in(ward: Ward, city: City, state: str = "draft") -> Assessment:
    """Make a sheet of the open round on which every criterion is met, and explained."""
    sheet = AssessmentFactory(
        ward=ward, round=city.round, version=len(city.criteria), **steps_to(state)
    )
    for _ in city.criteria:
        ResultFactory(assessment=sheet, entered_by=city.city_officer, explanation=GROUNDS)
    answer_all(sheet)
    return sheet


def make_account(username: str, full_name: str, role: str, **fields: bool) -> User:
    user = UserFactory(username=username, full_name=full_name, role=role, **fields)
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def _make_round(criteria_set: CriteriaSet, ends_on: date, status: str) -> Round:
    return RoundFactory(
        name=f"Đợt {ends_on.year}",
        year=ends_on.year,
        starts_on=ends_on - timedelta(days=364),
        ends_on=ends_on,
        submit_by=ends_on + timedelta(days=15),
        verify_by=ends_on + timedelta(days=30),
        criteria_set=criteria_set,
        status=status,
    )


def _make_criteria() -> CriteriaSet:
    """Make one criterion of each kind of answer, and one that asks for two."""
    criteria_set = CriteriaSetFactory(title="Bộ tiêu chí để thử")
    leadership = CriterionGroupFactory(criteria_set=criteria_set, code="A", name="Lãnh đạo")
    quality = CriterionGroupFactory(criteria_set=criteria_set, code="B", name="Chất lượng")
    asked = [
        (leadership, "Có nghị quyết của Đảng ủy", [{"measure": YES_NO}]),
        (
            leadership,
            "Hộ gia đình có bình chữa cháy",
            [
                {
                    "measure": NUMBER,
                    "comparator": AT_LEAST,
                    "threshold": 100,
                    "unit": "hộ",
                    "evidence_hint": "Biên bản kiểm tra",
                }
            ],
        ),
        (
            leadership,
            "Diện tích trụ sở",
            [{"measure": NUMBER, "comparator": AT_LEAST, "norm_per_ward": True, "unit": "m²"}],
        ),
        (
            quality,
            "Người dân hài lòng",
            [{"measure": PERCENT, "comparator": AT_LEAST, "unit": "%"}],
        ),
        (quality, "Đơn vị quyết thắng", [{"measure": TITLE}]),
        (
            quality,
            "Tiếp nhận tin báo",
            [
                {"measure": YES_NO, "text": "Có sổ trực ban"},
                {
                    "measure": NUMBER,
                    "comparator": AT_MOST,
                    "threshold": 5,
                    "unit": "vụ",
                    "text": "Số vụ quá hạn",
                },
            ],
        ),
    ]
    for group, name, requirements in asked:
        criterion = CriterionFactory(criteria_set=criteria_set, group=group, name=name)
        for fields in requirements:
            RequirementFactory(criterion=criterion, **fields)
    return criteria_set
