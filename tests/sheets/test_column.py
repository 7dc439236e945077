"""The column of a criterion says of each ward what the ward's own sheet says."""

from datetime import date
from decimal import Decimal

import pytest

from criteria.models import (
    Assessment,
    Criterion,
    Extension,
    Requirement,
    RequirementValue,
    Round,
    Ward,
    WardNorm,
)
from criteria.sheets.column import read_column
from criteria.sheets.sheet import Sheet, read_sheet
from tests.factories import (
    AssessmentFactory,
    CriteriaSetFactory,
    CriterionFactory,
    RequirementFactory,
    ResultFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    steps_to,
)

pytestmark = pytest.mark.django_db

NUMBER = {"measure": "number", "comparator": ">="}
AREA = {**NUMBER, "norm_per_ward": True, "unit": "m²", "text": "Diện tích"}


@pytest.fixture
def old() -> Round:
    """The round before, of another set: its one criterion asks for the same area."""
    criterion = CriterionFactory(criteria_set=CriteriaSetFactory())
    RequirementFactory(criterion=criterion, **AREA)
    return RoundFactory(year=2025, criteria_set=criterion.criteria_set, status="closed")


@pytest.fixture
def round(old: Round) -> Round:
    """Criterion 1 replaces the old one and asks for two things; 2 is new."""
    criteria_set = CriteriaSetFactory()
    first = CriterionFactory(criteria_set=criteria_set, replaces=old.criteria_set.criteria.get())
    RequirementFactory(criterion=first, **AREA)
    RequirementFactory(criterion=first, **NUMBER, threshold=5, text="Số hộ")
    RequirementFactory(criterion=CriterionFactory(criteria_set=criteria_set), measure="title")
    return RoundFactory(criteria_set=criteria_set)


def fill(ward: Ward, round: Round, value: int, **sheet: object) -> Assessment:
    """Answer every requirement of the round's set with `value`, judged by a threshold of 7."""
    assessment = AssessmentFactory(ward=ward, round=round, **sheet)
    for criterion in round.criteria_set.criteria.all():
        result = ResultFactory(assessment=assessment, criterion=criterion, explanation="Có hồ sơ")
        for requirement in criterion.requirements.all():
            RequirementValue.objects.create(
                result=result, requirement=requirement, self_value=value, threshold_applied=7
            )
    return assessment


def set_norm(ward: Ward, round: Round, threshold: int, since: date) -> None:
    for requirement in Requirement.objects.filter(
        norm_per_ward=True, criterion__criteria_set=round.criteria_set
    ):
        WardNorm.objects.create(
            ward=ward, requirement=requirement, threshold=threshold, valid_from=since
        )


def own_sheet(sheet: Sheet) -> Sheet:
    assessment = sheet.assessment
    stored = Assessment.objects.filter(ward=assessment.ward, round=assessment.round)
    return read_sheet(
        stored.select_related("ward", "round").first()
        or Assessment(ward=assessment.ward, round=assessment.round)
    )


def make_wards(round: Round, old: Round) -> None:
    """Wards that differ in norm, in what they say now and in what they said before."""
    approved = {**dict.fromkeys(("n_met", "n_not_met", "n_not_applicable", "n_pending"), 0)}
    both, new, silent, approval, older = (
        WardFactory(name=name)
        for name in ("Vị Xuyên", "Cửa Bắc", "Đông Mạc", "Hạ Long", "Bà Triệu")
    )
    before = RoundFactory(year=2024, criteria_set=old.criteria_set, status="closed")
    fill(both, before, 1, **approved, **steps_to("approved"))
    fill(both, old, 2)
    fill(both, round, 3)
    fill(new, round, 4)
    fill(silent, old, 5)
    fill(approval, round, 6, **approved, **steps_to("approved"))
    fill(older, before, 7)
    set_norm(both, round, 10, date(2023, 1, 1))
    set_norm(both, round, 20, date(2026, 1, 1))
    set_norm(both, round, 30, date(2026, 11, 16))  # the day after the round
    set_norm(approval, round, 40, date(2024, 1, 1))
    set_norm(silent, old, 50, date(2023, 1, 1))


def test_each_row_is_the_one_of_the_wards_own_sheet(round: Round, old: Round) -> None:
    make_wards(round, old)
    for criterion in round.criteria_set.criteria.all():
        column = read_column(round, criterion, Ward.objects.in_scope(round.ends_on))
        assert len(column) == 5
        for sheet in column:
            (row,) = sheet.rows
            assert row == own_sheet(sheet).row(criterion.pk)


def test_the_column_shows_norms_and_the_last_round_even_of_a_replaced_criterion(
    round: Round, old: Round
) -> None:
    make_wards(round, old)
    column = read_column(
        round, round.criteria_set.criteria.get(number=1), Ward.objects.in_scope(round.ends_on)
    )
    lines = {sheet.assessment.ward.name: sheet.rows[0].lines for sheet in column}
    assert {name: line[0].threshold for name, line in lines.items()} == {
        "Bà Triệu": None,
        "Cửa Bắc": None,
        "Đông Mạc": None,
        "Hạ Long": 7,  # approved: what it was judged by
        "Vị Xuyên": 20,
    }
    assert {name: line[0].previous.value for name, line in lines.items()} == {
        "Bà Triệu": 7,
        "Cửa Bắc": None,
        "Đông Mạc": 5,
        "Hạ Long": None,
        "Vị Xuyên": 2,
    }
    assert lines["Vị Xuyên"][1].threshold == Decimal(5)
    assert lines["Vị Xuyên"][1].previous.value is None  # the old set did not ask that


def test_the_wards_in_scope_on_the_last_day_are_there_in_vietnamese_order(round: Round) -> None:
    for name in ("Vị Xuyên", "Đông Mạc", "Cửa Bắc"):
        WardFactory(name=name)
    WardFactory(kind="commune")
    WardFactory(valid_to=round.ends_on)
    WardFactory(valid_from=date(2026, 11, 16))
    column = read_column(
        round, round.criteria_set.criteria.get(number=1), Ward.objects.in_scope(round.ends_on)
    )
    names = [sheet.assessment.ward.name for sheet in column]
    assert names == ["Cửa Bắc", "Đông Mạc", "Vị Xuyên"]
    assert all(sheet.assessment.pk is None for sheet in column)


def test_each_sheet_knows_its_extension(round: Round) -> None:
    later = date(2026, 12, 5)
    for ward, assessment in [(WardFactory(), True), (WardFactory(), False)]:
        if assessment:
            AssessmentFactory(ward=ward, round=round)
        Extension.objects.create(
            ward=ward,
            round=round,
            submit_by=later,
            reason="Bão",
            given_by=UserFactory(),
            given_at="2026-11-20T00:00Z",
        )
    WardFactory()
    column = read_column(
        round, round.criteria_set.criteria.get(number=1), Ward.objects.in_scope(round.ends_on)
    )
    assert [sheet.assessment.enter_by for sheet in column] == [later, later, round.submit_by]


@pytest.mark.parametrize("n_wards", [2, 20])
def test_a_column_costs_five_queries(
    round: Round, old: Round, n_wards: int, django_assert_num_queries
) -> None:
    criterion = Criterion.objects.get(criteria_set=round.criteria_set, number=1)
    for ward in WardFactory.create_batch(n_wards):
        fill(ward, old, 1)
        fill(ward, round, 2)
    with django_assert_num_queries(5):
        column = read_column(round, criterion, Ward.objects.in_scope(round.ends_on))
        for sheet in column:
            assert sheet.rows[0].lines[0].previous.value == 1
            assert str(sheet.rows[0].result.entered_by)
            assert sheet.assessment.enter_by
