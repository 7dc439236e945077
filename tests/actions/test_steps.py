"""What a submission asks for, who may not verify, and what a return and a reopening leave."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from criteria.actions.results import save_result
from criteria.actions.steps import Incomplete, ManyRefused, approve_many, return_many
from criteria.models import Activity, Assessment, Result, WardNorm
from criteria.readiness.rules import Answer
from criteria.readiness.standing import standings
from criteria.sheets.sheet import Entry
from criteria.sheets.submission import Lack
from criteria.workflow import APPROVE, BEGIN, REOPEN, RETURN, STEPS, SUBMIT, WITHDRAW
from tests import hands
from tests.factories import (
    CriterionFactory,
    EvidenceFactory,
    RequirementFactory,
    UserFactory,
    make_sheet,
)
from tests.hands import NO, YES
from tests.steps_table import SITUATIONS

pytestmark = pytest.mark.django_db

CASES = [(step, state) for step in STEPS for state in SITUATIONS]


@pytest.fixture
def officer():
    return UserFactory()


@pytest.fixture
def verifier():
    return UserFactory()


@pytest.fixture
def sheet():
    return make_sheet(n_criteria=2)


def stored():
    return Assessment.objects.values().get()


def everything():
    """All that is kept of the sheet, but for what the last row of the log says."""
    return stored(), list(Result.objects.order_by("pk").values()), Activity.objects.count()


def test_what_was_returned_may_be_mended_submitted_and_withdrawn_until_verification_ends(
    sheet, officer, verifier
):
    hands.send_back(sheet, officer, verifier)
    last_day = sheet.round.verify_by
    for step in (SUBMIT, WITHDRAW):
        with pytest.raises(ValidationError):
            hands.take(sheet, step, officer, today=last_day + timedelta(days=1))
        hands.take(sheet, step, officer, today=last_day)


# --- what a submission asks for -----------------------------------------------------------------


def gaps_of(sheet, officer):
    with pytest.raises(Incomplete) as refused:
        hands.take(sheet, SUBMIT, officer)
    return [(gap.criterion.number, gap.lack) for gap in refused.value.gaps]


def test_a_submission_names_each_row_that_keeps_it_and_why(officer, verifier):
    sheet = make_sheet(n_criteria=4)
    half = CriterionFactory(criteria_set=sheet.round.criteria_set)
    RequirementFactory.create_batch(2, criterion=half)
    normed = CriterionFactory(criteria_set=sheet.round.criteria_set)
    asked = RequirementFactory(
        criterion=normed, measure="number", comparator=">=", norm_per_ward=True
    )
    norm = WardNorm.objects.create(
        ward=sheet.ward,
        requirement=asked,
        threshold=100,
        legal_basis="TT",
        valid_from=date(2023, 1, 1),
    )
    hands.fill(sheet, officer, YES, YES, YES, YES, YES, 100)
    hands.take(sheet, SUBMIT, officer)
    hands.take(sheet, BEGIN, verifier)
    hands.return_sheet(sheet, verifier, {1: "Thiếu chữ ký"})
    hands.save(sheet, 2, NO, officer, explanation="")
    Result.objects.filter(criterion__number=3).update(explanation="")
    opened = hands.open_sheet(sheet)
    row = hands.row_of(opened, 5)
    said = Entry({row.lines[0].requirement.pk: Answer(Decimal(1))}, explanation="Có")
    save_result(opened, opened.row(half.pk), said, version=row.version, acting_user=officer)
    norm.threshold = 120
    norm.save()

    assert gaps_of(sheet, officer) == [
        (1, Lack.MENDING),
        (2, Lack.GROUNDS),
        (3, Lack.GROUNDS),
        (5, Lack.VERDICT),
        (6, Lack.OUTDATED),
    ]
    assert Assessment.objects.get().state == "returned"


def test_a_row_without_a_result_keeps_the_submission(sheet, officer):
    hands.save(sheet, 2, YES, officer)
    assert gaps_of(sheet, officer) == [(1, Lack.VERDICT)]


def test_a_document_stands_for_an_explanation_until_it_is_taken_off(sheet, officer):
    hands.fill(sheet, officer)
    Result.objects.filter(criterion__number=1).update(explanation="")
    assert gaps_of(sheet, officer) == [(1, Lack.GROUNDS)]
    result = Result.objects.get(criterion__number=1)
    document = EvidenceFactory(ward=sheet.ward)
    use = result.evidence_uses.create(
        evidence=document, attached_by=officer, attached_at=timezone.now()
    )
    use.detached_by, use.detached_at = officer, timezone.now()
    use.save()
    assert gaps_of(sheet, officer) == [(1, Lack.GROUNDS)]
    result.evidence_uses.create(evidence=document, attached_by=officer, attached_at=timezone.now())
    assert hands.take(sheet, SUBMIT, officer).state == "submitted"


def test_what_the_return_asked_for_is_mended_or_explained(sheet, officer, verifier):
    hands.send_back(sheet, officer, verifier, {1: "Thiếu chữ ký", 2: "Sai số"})
    hands.save(sheet, 2, NO, officer)
    assert gaps_of(sheet, officer) == [(1, Lack.MENDING)]
    hands.save(sheet, 1, YES, officer, explanation="Chữ ký ở trang 3")
    assert hands.take(sheet, SUBMIT, officer).state == "submitted"


def test_the_next_return_asks_anew(sheet, officer, verifier):
    hands.send_back(sheet, officer, verifier, {1: "Thiếu chữ ký"})
    hands.save(sheet, 1, NO, officer)
    hands.take(sheet, SUBMIT, officer)
    hands.take(sheet, BEGIN, verifier)
    hands.return_sheet(sheet, verifier, {2: "Sai số"})
    notes = Result.objects.order_by("criterion__number").values_list("return_note", flat=True)
    assert list(notes) == ["", "Sai số"]
    assert gaps_of(sheet, officer) == [(2, Lack.MENDING)]


# --- nobody verifies their own ------------------------------------------------------------------


def entered(sheet, officer, own):
    hands.save(sheet, 1, YES, own)


def entered_and_others_saved_over_it(sheet, officer, own):
    hands.save(sheet, 1, NO, own)
    hands.save(sheet, 1, YES, officer)


def submitted(sheet, officer, own):
    hands.submit(sheet, officer)
    hands.take(sheet, WITHDRAW, officer)
    hands.take(sheet, SUBMIT, own)


def submitted_and_withdrew(sheet, officer, own):
    hands.fill(sheet, officer)
    hands.take(sheet, SUBMIT, own)
    hands.take(sheet, WITHDRAW, own)


def submitted_before_the_return(sheet, officer, own):
    hands.fill(sheet, officer)
    hands.take(sheet, SUBMIT, own)
    somebody = UserFactory()
    hands.take(sheet, BEGIN, somebody)
    hands.return_sheet(sheet, somebody)


@pytest.mark.parametrize(
    "done",
    [
        entered,
        entered_and_others_saved_over_it,
        submitted,
        submitted_and_withdrew,
        submitted_before_the_return,
    ],
)
def test_nobody_verifies_returns_or_approves_what_they_entered_or_submitted(
    sheet, officer, verifier, done
):
    own = UserFactory()
    done(sheet, officer, own)
    if not Assessment.objects.filter(state="submitted").exists():
        hands.submit(sheet, officer)
    before = everything()
    ids = {stored()["id"]: stored()["version"]}
    with pytest.raises(ValidationError):
        hands.take(sheet, BEGIN, own)
    for act in (
        lambda: approve_many(ids, acting_user=own),
        lambda: return_many(ids, reason="Vì thiếu", acting_user=own),
    ):
        with pytest.raises(ManyRefused):
            act()
    assert everything() == before

    hands.take(sheet, BEGIN, verifier)
    before = everything()
    for act in (
        lambda: hands.find(sheet, 2, NO, own, finding="Không có"),
        lambda: hands.agree(sheet, own),
        lambda: hands.take(sheet, RETURN, own, reason="Vì thiếu"),
    ):
        with pytest.raises(ValidationError):
            act()
    assert everything() == before
    hands.agree(sheet, verifier)
    with pytest.raises(ValidationError):
        hands.take(sheet, APPROVE, own)
    assert hands.take(sheet, APPROVE, verifier).is_approved


def test_who_verified_before_a_return_may_verify_again(sheet, officer, verifier):
    hands.send_back(sheet, officer, verifier)
    hands.submit(sheet, officer)
    hands.take(sheet, BEGIN, verifier)
    hands.agree(sheet, verifier)
    assert hands.take(sheet, APPROVE, verifier).approved_by == verifier


# --- reopening ----------------------------------------------------------------------------------


def test_a_reopened_sheet_goes_on_counting_until_the_next_approval(sheet, officer, verifier):
    on = sheet.round.ends_on

    def standing():
        (of_ward,) = standings(on)
        return of_ward.is_ready, of_ward.round

    hands.approve(sheet, officer, verifier)
    assert standing() == (True, sheet.round)
    hands.reopen(sheet, UserFactory())
    assert standing() == (True, sheet.round)
    latest = Assessment.objects.latest_revisions()
    results = Result.objects.filter(assessment__in=latest)
    verified = results.values_list("verified_verdict", flat=True)
    assert set(verified) == {"met"}  # what nobody changes need not be verified anew
    hands.save(sheet, 2, NO, officer)
    hands.take(sheet, SUBMIT, officer)
    hands.take(sheet, BEGIN, verifier)
    assert sorted(verified.all()) == ["met", "pending"]
    hands.agree(sheet, verifier)
    assert standing() == (True, sheet.round)
    hands.take(sheet, APPROVE, verifier)
    assert standing() == (False, sheet.round)
    verbs = Activity.objects.filter(verb__in=["approve", "reopen"]).order_by("seq")
    assert [entry.verb for entry in verbs] == ["approve", "reopen", "approve"]


def test_a_reopened_sheet_says_who_reopened_it_and_why(sheet, officer, verifier):
    hands.approve(sheet, officer, verifier)
    administrator = UserFactory()
    reopened = hands.take(sheet, REOPEN, administrator, reason=" Nhầm số liệu ")
    assert (reopened.returned_by, reopened.return_reason) == (administrator, "Nhầm số liệu")
