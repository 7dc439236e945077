from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from criteria.actions.assessments import Stale, approve_assessment, save_result
from criteria.models import Activity, Assessment, RequirementValue, Result, Round, WardNorm
from criteria.readiness.aggregate import standings
from criteria.readiness.rules import Answer
from criteria.readiness.sheet import Entry, read_sheet
from tests.factories import CriterionFactory, RequirementFactory, UserFactory, make_sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return UserFactory()


@pytest.fixture
def verifier():
    return UserFactory()


def fill(assessment, officer, *values):
    """Answer the criteria in order: 1 yes, 0 no, None not applicable."""
    sheet = read_sheet(assessment)
    for row, value in zip(sheet.rows, values, strict=False):
        answer = Answer(None if value is None else Decimal(value))
        said = Entry(
            {line.requirement.pk: answer for line in row.lines},
            not_applicable=value is None,
            explanation="Lý do" if value is None else "",
        )
        sheet = save_result(sheet, row.criterion.pk, said, version=0, acting_user=officer)
    return sheet.assessment


def test_approval_takes_the_self_assessment_over_and_freezes_the_tallies(officer, verifier):
    filled = fill(make_sheet(n_criteria=4), officer, 1, 0, 1, None)
    approved = approve_assessment(filled, version=filled.version, acting_user=verifier)

    stored = Assessment.objects.get()
    assert stored.state == Assessment.State.APPROVED
    assert (stored.n_met, stored.n_not_met, stored.n_not_applicable, stored.n_pending) == (
        2,
        1,
        1,
        0,
    )
    assert (stored.approved_by, stored.version) == (verifier, approved.version)
    assert {r.verified_verdict == r.self_verdict for r in Result.objects.all()} == {True}
    values = RequirementValue.objects.all()
    assert {value.verified_value == value.self_value for value in values} == {True}
    entry = Activity.objects.first()
    assert (entry.verb, entry.actor, entry.after["n_met"]) == ("approve", verifier, 2)


def test_an_approved_sheet_makes_the_ward_ready(officer, verifier):
    filled = fill(make_sheet(n_criteria=2), officer, 1, 1)
    on = filled.round.ends_on
    assert [standing.is_ready for standing in standings(on)] == [False]
    approve_assessment(filled, version=filled.version, acting_user=verifier)
    assert [standing.is_ready for standing in standings(on)] == [True]


def test_nobody_approves_what_they_entered(officer, verifier):
    filled = fill(make_sheet(n_criteria=2), officer, 1, 1)
    sheet = read_sheet(filled)
    row = sheet.rows[1]
    said = Entry({line.requirement.pk: Answer(Decimal(0)) for line in row.lines})
    after = save_result(sheet, row.criterion.pk, said, version=1, acting_user=verifier)
    with pytest.raises(ValidationError, match="2"):
        approve_assessment(after.assessment, version=after.assessment.version, acting_user=verifier)
    assert not Assessment.objects.get().is_approved


def test_a_sheet_with_a_criterion_not_assessed_is_refused_by_number(officer, verifier):
    filled = fill(make_sheet(n_criteria=3), officer, 1)
    with pytest.raises(ValidationError, match="2, 3"):
        approve_assessment(filled, version=filled.version, acting_user=verifier)
    assert not Assessment.objects.get().is_approved


def test_a_sheet_nobody_began_is_refused(verifier):
    with pytest.raises(ValidationError):
        approve_assessment(make_sheet(), version=0, acting_user=verifier)


def test_a_sheet_that_changed_since_it_was_read_is_refused(officer, verifier):
    filled = fill(make_sheet(n_criteria=1), officer, 1)
    with pytest.raises(Stale):
        approve_assessment(filled, version=filled.version - 1, acting_user=verifier)
    assert not Assessment.objects.get().is_approved


def test_a_second_approval_is_refused(officer, verifier):
    filled = fill(make_sheet(n_criteria=1), officer, 1)
    approve_assessment(filled, version=filled.version, acting_user=verifier)
    with pytest.raises(ValidationError):
        approve_assessment(filled, version=filled.version, acting_user=verifier)
    assert Activity.objects.filter(verb="approve").count() == 1


def test_a_closed_round_takes_no_approval(officer, verifier):
    filled = fill(make_sheet(n_criteria=1), officer, 1)
    Round.objects.update(status=Round.Status.CLOSED)
    filled.round.refresh_from_db()
    with pytest.raises(ValidationError):
        approve_assessment(filled, version=filled.version, acting_user=verifier)


def test_a_norm_changed_since_the_save_must_be_looked_at_again(officer, verifier):
    assessment = make_sheet(n_criteria=0)
    criterion = CriterionFactory(criteria_set=assessment.round.criteria_set)
    requirement = RequirementFactory(
        criterion=criterion, measure="number", comparator=">=", norm_per_ward=True
    )
    sheet = read_sheet(assessment)
    said = Entry({requirement.pk: Answer(Decimal(140), "met")})
    sheet = save_result(sheet, criterion.pk, said, version=0, acting_user=officer)
    WardNorm.objects.create(
        ward=assessment.ward,
        requirement=requirement,
        threshold=150,
        legal_basis="TT",
        valid_from=date(2023, 1, 1),
    )
    with pytest.raises(ValidationError, match="1"):
        approve_assessment(sheet.assessment, version=1, acting_user=verifier)

    sheet = read_sheet(sheet.assessment)
    assert sheet.rows[0].is_outdated
    sheet = save_result(sheet, criterion.pk, sheet.rows[0].entry, version=1, acting_user=officer)
    assert sheet.rows[0].verdict == "not_met"
    approved = approve_assessment(sheet.assessment, version=2, acting_user=verifier)
    assert approved.n_not_met == 1


def test_an_approved_sheet_keeps_the_threshold_that_it_was_judged_by(officer, verifier):
    assessment = make_sheet(n_criteria=0)
    criterion = CriterionFactory(criteria_set=assessment.round.criteria_set)
    requirement = RequirementFactory(
        criterion=criterion, measure="number", comparator=">=", norm_per_ward=True
    )
    norm = WardNorm.objects.create(
        ward=assessment.ward,
        requirement=requirement,
        threshold=100,
        legal_basis="TT",
        valid_from=date(2023, 1, 1),
    )
    said = Entry({requirement.pk: Answer(Decimal(150))})
    sheet = save_result(read_sheet(assessment), criterion.pk, said, version=0, acting_user=officer)
    approved = approve_assessment(sheet.assessment, version=1, acting_user=verifier)
    norm.threshold = 200
    norm.save()
    line = read_sheet(approved).rows[0].lines[0]
    assert (line.threshold, line.verdict) == (100, "met")


def test_nobody_approves_what_they_once_entered_though_others_changed_it(officer, verifier):
    filled = fill(make_sheet(n_criteria=1), verifier, 1)
    sheet = read_sheet(filled)
    row = sheet.rows[0]
    said = Entry({line.requirement.pk: Answer(Decimal(0)) for line in row.lines})
    after = save_result(sheet, row.criterion.pk, said, version=1, acting_user=officer)
    with pytest.raises(ValidationError):
        approve_assessment(after.assessment, version=2, acting_user=verifier)
    assert not Assessment.objects.get().is_approved
