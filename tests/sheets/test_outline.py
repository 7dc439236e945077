"""One rule says what a sheet lacks: its row, its progress, the work page and the step agree."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from criteria.actions.steps import Incomplete
from criteria.models import Result, WardNorm
from criteria.sheets.outline import read_outline, verification_outline
from criteria.sheets.progress import progress
from criteria.sheets.sheet import read_sheet
from criteria.sheets.submission import Lack, lacks_of
from criteria.workflow import APPROVE, SUBMIT
from tests import hands
from tests.factories import CriterionFactory, RequirementFactory, UserFactory, make_sheet
from tests.hands import NO, NOT_APPLICABLE, YES

pytestmark = pytest.mark.django_db


@pytest.fixture
def sheet():
    """Four criteria, the last one with a norm of the ward."""
    sheet = make_sheet(n_criteria=3)
    normed = CriterionFactory(criteria_set=sheet.round.criteria_set)
    RequirementFactory(criterion=normed, measure="number", comparator=">=", norm_per_ward=True)
    set_norm(sheet, 100, date(2023, 1, 1))
    return sheet


def set_norm(sheet, threshold, valid_from):
    asked = sheet.round.criteria_set.criteria.get(number=4).requirements.get()
    return WardNorm.objects.create(
        ward=sheet.ward,
        requirement=asked,
        threshold=threshold,
        legal_basis="TT",
        valid_from=valid_from,
    )


def lacks(sheet, *, is_verified=False):
    stored = hands.as_it_is(sheet)
    outline = verification_outline(read_sheet(stored)) if is_verified else read_outline(stored)
    return {point.criterion.number: point.lack for point in outline.points}


def complete(sheet):
    (item,) = progress(sheet.round, sheet.round.starts_on)
    return item.n_complete


def test_a_sheet_that_nobody_has_begun_lacks_every_verdict():
    outline = read_outline(make_sheet(n_criteria=3))
    assert [point.lack for point in outline.points] == [Lack.VERDICT] * 3
    assert (outline.n_complete, outline.tally.pending) == (0, 3)


def test_what_the_outline_counts_is_what_the_submission_asks_for(sheet):
    officer = hands.join(UserFactory(role="Ward officer"), sheet)
    hands.save(sheet, 1, YES, officer)
    hands.save(sheet, 2, NO, officer, explanation="")
    hands.save(sheet, 4, 120, officer)
    expected = {1: None, 2: Lack.GROUNDS, 3: Lack.VERDICT, 4: None}
    assert lacks(sheet) == expected
    assert complete(sheet) == 2
    stored = hands.as_it_is(sheet)
    for criterion in sheet.round.criteria_set.criteria.all():
        of_sheet = lacks_of([stored], criterion.pk).get(stored.pk, Lack.VERDICT)
        assert (of_sheet or None) == expected[criterion.number]
    with pytest.raises(Incomplete) as refused:
        hands.take(sheet, SUBMIT, officer)
    assert {gap.criterion.number for gap in refused.value.gaps} == {2, 3}

    hands.save(sheet, 2, NO, officer)
    hands.save(sheet, 3, NOT_APPLICABLE, officer)
    assert (set(lacks(sheet).values()), complete(sheet)) == ({None}, 4)
    set_norm(sheet, 150, sheet.round.ends_on)
    assert (lacks(sheet)[4], complete(sheet)) == (Lack.OUTDATED, 3)


@pytest.mark.parametrize(("applied", "in_force"), [(None, 100), (100, None), (100, 100)])
def test_a_norm_that_came_or_went_is_another_one(sheet, applied, in_force):
    officer = hands.join(UserFactory(role="Ward officer"), sheet)
    if applied is None:
        WardNorm.objects.all().delete()
    hands.save(sheet, 4, 120, officer)
    Result.objects.update(self_verdict="met")
    WardNorm.objects.all().delete()
    if in_force is not None:
        set_norm(sheet, in_force, date(2023, 1, 1))
    row = hands.row_of(hands.open_sheet(sheet), 4)
    assert row.is_outdated == (applied != in_force)
    assert lacks(sheet)[4] == (Lack.OUTDATED if applied != in_force else None)


def test_an_approval_lacks_what_it_is_refused_for(sheet):
    officer = hands.join(UserFactory(role="Ward officer"), sheet)
    verifier = UserFactory(role="Verifier")
    hands.begin(sheet, officer, verifier, YES, YES, YES, 120)
    hands.agree(sheet, verifier, 1, 2, 4)
    set_norm(sheet, 150, sheet.round.ends_on)
    expected = {1: None, 2: None, 3: Lack.FINDING, 4: Lack.NORM}
    assert lacks(sheet, is_verified=True) == expected
    with pytest.raises(ValidationError) as refused:
        hands.take(sheet, APPROVE, verifier)
    assert {gap.criterion.number for gap in refused.value.gaps} == {3, 4}
