"""What approval asks of a sheet and what it leaves, for one sheet and for many at once."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext

from criteria.actions.results import Stale
from criteria.actions.steps import ManyRefused, approve_many, return_many
from criteria.models import Activity, Assessment, RequirementValue, Result, Round, WardNorm
from criteria.readiness.rules import Answer
from criteria.readiness.standing import standings
from criteria.sheets.sheet import Entry, read_sheet
from criteria.workflow import APPROVE, BEGIN, SUBMIT
from tests import hands
from tests.factories import (
    CriterionFactory,
    RequirementFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    make_set,
    make_sheet,
)
from tests.hands import NO, NOT_APPLICABLE, YES

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return UserFactory()


@pytest.fixture
def verifier():
    return UserFactory()


def ask_for_a_figure(assessment):
    """Add a criterion that compares a number with the ward's own norm; return what it asks."""
    criterion = CriterionFactory(criteria_set=assessment.round.criteria_set)
    return RequirementFactory(
        criterion=criterion, measure="number", comparator=">=", norm_per_ward=True
    )


def set_norm(assessment, requirement, threshold):
    return WardNorm.objects.create(
        ward=assessment.ward,
        requirement=requirement,
        threshold=threshold,
        legal_basis="TT",
        valid_from=date(2023, 1, 1),
    )


def test_approval_freezes_the_tallies_of_what_was_verified(officer, verifier):
    sheet = make_sheet(n_criteria=4)
    hands.begin(sheet, officer, verifier, YES, NO, YES, NOT_APPLICABLE)
    hands.find(sheet, 3, NO, verifier, finding="Không có trong sổ")
    hands.agree(sheet, verifier)
    approved = hands.take(sheet, APPROVE, verifier)

    stored = Assessment.objects.get()
    assert stored.state == Assessment.State.APPROVED
    tallies = (stored.n_met, stored.n_not_met, stored.n_not_applicable, stored.n_pending)
    assert tallies == (1, 2, 1, 0)
    assert (stored.approved_by, stored.version) == (verifier, approved.version)
    assert stored.submitted_by == officer
    assert [r.self_verdict for r in Result.objects.order_by("criterion__number")] == [
        "met",
        "not_met",
        "met",
        "not_applicable",
    ]
    entry = Activity.objects.first()
    assert (entry.verb, entry.actor, entry.before) == ("approve", verifier, {"state": "verifying"})
    assert entry.after == {
        "state": "approved",
        "n_met": 1,
        "n_not_met": 2,
        "n_not_applicable": 1,
        "n_pending": 0,
    }


def test_agreeing_takes_the_self_assessment_over(officer, verifier):
    hands.approve(make_sheet(n_criteria=3), officer, verifier, YES, NO, NOT_APPLICABLE)
    for result in Result.objects.all():
        assert result.verified_verdict == result.self_verdict
        assert (result.entered_by, result.verified_by) == (officer, verifier)
    values = RequirementValue.objects.all()
    assert {value.verified_value == value.self_value for value in values} == {True}


def test_an_approved_sheet_makes_the_ward_ready(officer, verifier):
    sheet = make_sheet(n_criteria=2)
    on = sheet.round.ends_on
    hands.begin(sheet, officer, verifier)
    hands.agree(sheet, verifier)
    assert [standing.is_ready for standing in standings(on)] == [False]
    hands.take(sheet, APPROVE, verifier)
    assert [standing.is_ready for standing in standings(on)] == [True]


def test_a_sheet_with_a_criterion_not_verified_is_refused_by_number(officer, verifier):
    sheet = make_sheet(n_criteria=3)
    hands.begin(sheet, officer, verifier)
    hands.agree(sheet, verifier, 1)
    with pytest.raises(ValidationError, match="2, 3"):
        hands.take(sheet, APPROVE, verifier)
    assert not Assessment.objects.get().is_approved


def test_a_criterion_that_is_half_verified_is_not_verified(officer, verifier):
    sheet = make_sheet(n_criteria=0)
    criterion = CriterionFactory(criteria_set=sheet.round.criteria_set)
    RequirementFactory.create_batch(2, criterion=criterion)
    hands.begin(sheet, officer, verifier)
    opened = hands.open_sheet(sheet)
    first, second = (line.requirement.pk for line in opened.rows[0].lines)
    half = Entry({first: Answer(Decimal(1)), second: Answer()})
    hands.verify_result(opened, opened.row(criterion.pk), half, version=1, acting_user=verifier)
    with pytest.raises(ValidationError, match="1"):
        hands.take(sheet, APPROVE, verifier)


def test_a_sheet_that_changed_since_it_was_read_is_refused(officer, verifier):
    sheet = make_sheet(n_criteria=1)
    hands.begin(sheet, officer, verifier)
    read = hands.open_sheet(sheet).assessment.version
    hands.agree(sheet, verifier)
    with pytest.raises(Stale):
        hands.take(sheet, APPROVE, verifier, version=read)
    assert not Assessment.objects.get().is_approved


def test_a_second_approval_is_refused(officer, verifier):
    sheet = make_sheet(n_criteria=1)
    hands.approve(sheet, officer, verifier)
    with pytest.raises(ValidationError):
        hands.take(sheet, APPROVE, verifier)
    assert Activity.objects.filter(verb="approve").count() == 1


def test_a_norm_changed_since_the_verification_must_be_looked_at_again(officer, verifier):
    sheet = make_sheet(n_criteria=0)
    requirement = ask_for_a_figure(sheet)
    set_norm(sheet, requirement, 100)
    hands.begin(sheet, officer, verifier, 140)
    hands.agree(sheet, verifier)
    WardNorm.objects.update(threshold=150)
    with pytest.raises(ValidationError, match="1"):
        hands.take(sheet, APPROVE, verifier)

    assert hands.open_sheet(sheet).rows[0].is_outdated
    hands.find(sheet, 1, 140, verifier, finding="Định mức mới là 150")
    approved = hands.take(sheet, APPROVE, verifier)
    assert (approved.n_met, approved.n_not_met) == (0, 1)
    assert Result.objects.get().self_verdict == "met"


def test_an_approved_sheet_keeps_the_threshold_that_it_was_judged_by(officer, verifier):
    sheet = make_sheet(n_criteria=0)
    norm = set_norm(sheet, ask_for_a_figure(sheet), 100)
    approved = hands.approve(sheet, officer, verifier, 150)
    norm.threshold = 200
    norm.save()
    line = read_sheet(approved).rows[0].lines[0]
    assert (line.threshold, line.self_verdict) == (100, "met")


# --- many at once -------------------------------------------------------------------------------


def office(n_sheets, *, n_criteria=2):
    """So many unsaved sheets of one round, each of a ward of its own."""
    round = RoundFactory(criteria_set=make_set(n_criteria=n_criteria))
    return [Assessment(ward=WardFactory(), round=round) for _ in range(n_sheets)]


def versions(sheets):
    pairs = Assessment.objects.filter(ward__in=[sheet.ward for sheet in sheets])
    return dict(pairs.values_list("pk", "version"))


def test_many_are_approved_at_once_whether_anybody_took_them_up_or_not(officer, verifier):
    waiting, begun, differing = office(3)
    hands.submit(waiting, officer)
    hands.begin(begun, officer, UserFactory(), YES, NO)
    hands.begin(differing, officer, verifier)
    hands.find(differing, 1, NO, verifier, finding="Không có")
    before = Activity.objects.count()
    approved = approve_many(
        versions([waiting, begun, differing]), reason="Họp xét", acting_user=verifier
    )

    assert {sheet.state for sheet in approved} == {"approved"}
    tallies = [(sheet.n_met, sheet.n_not_met) for sheet in Assessment.objects.order_by("pk")]
    assert tallies == [(2, 0), (1, 1), (1, 1)]
    assert {sheet.approved_by for sheet in Assessment.objects.all()} == {verifier}
    assert Assessment.objects.get(ward=waiting.ward).verifying_by == verifier
    assert Assessment.objects.get(ward=begun.ward).verifying_by != verifier
    verbs = list(Activity.objects.order_by("seq").values_list("verb", flat=True))[before:]
    assert verbs == ["begin"] + ["verify_result"] * 5 + ["approve"] * 3


def test_what_many_approvals_leave_is_what_one_by_one_leaves(officer, verifier):
    one, many = office(2)
    hands.approve(one, officer, verifier, YES, NO)
    hands.submit(many, officer, YES, NO)
    approve_many(versions([many]), reason="Họp xét", acting_user=verifier)
    mine, theirs = (
        {
            name: value
            for name, value in Assessment.objects.filter(ward=sheet.ward).values().get().items()
            if not name.endswith("_at") and name not in ("id", "ward_id", "version")
        }
        for sheet in (one, many)
    )
    assert mine == theirs


@pytest.mark.parametrize("kind", ["own", "draft", "stale", "closed", "outdated"])
def test_of_many_one_that_cannot_be_approved_refuses_all_and_says_why(officer, verifier, kind):
    fine, other = office(2, n_criteria=1)
    requirement = ask_for_a_figure(fine)
    for sheet in (fine, other):
        set_norm(sheet, requirement, 5)
        hands.fill(sheet, verifier if kind == "own" and sheet is other else officer, YES, 7)
        if kind != "draft" or sheet is fine:
            hands.take(sheet, SUBMIT, officer)
    seen = versions([fine, other])
    bad = Assessment.objects.get(ward=other.ward)
    reason = {
        "own": gettext("You entered part of this sheet yourself."),
        "draft": str(Assessment.State.DRAFT.label),
        "stale": gettext("Somebody has changed the sheet meanwhile."),
        "closed": gettext("The round is not open."),
        "outdated": "2",
    }[kind]
    if kind == "stale":
        hands.take(other, BEGIN, UserFactory())
    elif kind == "closed":
        Round.objects.update(status="closed")
    elif kind == "outdated":
        WardNorm.objects.filter(ward=other.ward).update(threshold=8)
    logged = Activity.objects.count()
    with pytest.raises(ManyRefused) as refused:
        approve_many(seen, acting_user=verifier)
    problems = refused.value.problems
    assert set(problems) == ({bad} if kind != "closed" else set(Assessment.objects.all()))
    assert all(reason in message for said in problems.values() for message in said)
    assert not Assessment.objects.filter(state="approved").exists()
    assert not Result.objects.exclude(verified_verdict="pending").exists()
    assert Activity.objects.count() == logged


def test_many_are_returned_for_one_reason(officer, verifier):
    waiting, begun = office(2)
    hands.submit(waiting, officer)
    hands.begin(begun, officer, verifier)
    for reason in ("", "  "):
        with pytest.raises(ValidationError):
            return_many(versions([waiting, begun]), reason=reason, acting_user=verifier)
    return_many(versions([waiting, begun]), reason=" Thiếu chữ ký ", acting_user=verifier)
    for sheet in Assessment.objects.all():
        assert (sheet.state, sheet.return_reason) == ("returned", "Thiếu chữ ký")
        assert (sheet.returned_by, sheet.submitted_by, sheet.verifying_by) == (verifier, None, None)
    verbs = [entry.verb for entry in Activity.objects.all()[:3]]
    assert sorted(verbs) == ["begin", "return", "return"]


def test_no_sheet_is_no_choice(verifier):
    with pytest.raises(ValidationError):
        approve_many({}, acting_user=verifier)
    with pytest.raises(ValidationError):
        approve_many({10**6: 1}, acting_user=verifier)


def test_approving_ten_costs_what_approving_two_costs(officer, verifier):
    sheets = office(12)
    for sheet in sheets:
        hands.submit(sheet, officer)
    costs = []
    for part in (sheets[:2], sheets[2:]):
        with CaptureQueriesContext(connection) as captured:
            approve_many(versions(part), reason="Họp xét", acting_user=verifier)
        costs.append(len(captured))
    assert costs[0] == costs[1]
