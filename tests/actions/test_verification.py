"""The second opinion: agreeing, differing with a finding, and what becomes of it afterwards."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from criteria.actions.evidence import attach
from criteria.actions.results import Stale
from criteria.actions.steps import Incomplete, ManyRefused, approve_many
from criteria.actions.verification import agree_with_rows, verify_result
from criteria.models import Activity, Assessment, RequirementValue, Result, WardNorm
from criteria.readiness.rules import NO_ANSWER, Answer
from criteria.sheets.mending import earlier_verifications
from criteria.sheets.sheet import Entry
from criteria.workflow import APPROVE, BEGIN, RETURN, SUBMIT
from tests import hands
from tests.factories import (
    CriterionFactory,
    EvidenceFactory,
    RequirementFactory,
    RoundFactory,
    UserFactory,
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


@pytest.fixture
def sheet(officer, verifier):
    """In verification: met, not met, not applicable."""
    sheet = make_sheet(n_criteria=3)
    hands.begin(sheet, officer, verifier, YES, NO, NOT_APPLICABLE)
    return sheet


def asking(officer, verifier, answer, *, explanation=hands.GROUNDS, norm=None, **requirement):
    """A sheet in verification of one criterion that asks for one thing, and that thing."""
    sheet = make_sheet(n_criteria=0)
    criterion = CriterionFactory(criteria_set=sheet.round.criteria_set)
    asked = RequirementFactory(criterion=criterion, **requirement)
    if norm:
        WardNorm.objects.create(
            ward=sheet.ward,
            requirement=asked,
            threshold=norm,
            legal_basis="TT",
            valid_from=date(2023, 1, 1),
        )
    opened = hands.open_sheet(sheet)
    said = Entry({asked.pk: answer}, explanation=explanation)
    hands.save_result(opened, opened.row(criterion.pk), said, version=0, acting_user=officer)
    hands.take(sheet, SUBMIT, officer)
    hands.take(sheet, BEGIN, verifier)
    return sheet, asked


def find(sheet, asked, answer, verifier, finding=""):
    opened = hands.open_sheet(sheet)
    row = opened.rows[0]
    found = Entry({asked.pk: answer}, explanation=finding)
    return verify_result(opened, row, found, version=row.version, acting_user=verifier)


def opinions():
    """Both verdicts of each criterion, in order."""
    pairs = Result.objects.order_by("criterion__number")
    return list(pairs.values_list("self_verdict", "verified_verdict"))


# --- agreeing -----------------------------------------------------------------------------------


def test_agreeing_with_one_row_leaves_the_others(sheet, verifier):
    after = hands.agree(sheet, verifier, 2)
    assert opinions() == [
        ("met", "pending"),
        ("not_met", "not_met"),
        ("not_applicable", "pending"),
    ]
    assert after.rows == hands.open_sheet(sheet).rows
    result = Result.objects.get(criterion__number=2)
    assert (result.verified_by, result.version) == (verifier, 2)
    entry = Activity.objects.first()
    assert (entry.verb, entry.actor, entry.object_id) == ("verify_result", verifier, result.pk)
    assert entry.after == {"self_verdict": "not_met", "verified_verdict": "not_met"}


def test_agreeing_with_the_rest_keeps_what_was_found(sheet, verifier):
    hands.find(sheet, 1, NO, verifier, finding="Không có")
    hands.agree(sheet, verifier)
    assert opinions() == [
        ("met", "not_met"),
        ("not_met", "not_met"),
        ("not_applicable", "not_applicable"),
    ]
    assert Result.objects.get(criterion__number=1).finding == "Không có"


def in_bulk():
    """Of each criterion, in order, whether it was agreed with together with others."""
    results = Result.objects.order_by("criterion__number")
    return list(results.values_list("is_agreed_in_bulk", flat=True))


def test_agreeing_in_bulk_and_one_by_one_are_told_apart(sheet, verifier):
    assert in_bulk() == [None, None, None]
    hands.agree(sheet, verifier, 2)
    assert in_bulk() == [None, False, None]
    hands.agree(sheet, verifier)
    assert in_bulk() == [True, False, True]
    hands.find(sheet, 1, NO, verifier, finding="Không có")
    assert in_bulk() == [False, False, True]


def test_what_the_unit_changes_is_agreed_with_no_more(sheet, officer, verifier):
    hands.agree(sheet, verifier)
    hands.take(sheet, RETURN, verifier, reason="Thiếu")
    hands.save(sheet, 1, NO, officer)
    assert in_bulk() == [None, True, True]


def test_agreeing_again_changes_nothing(sheet, verifier):
    hands.agree(sheet, verifier)
    before = Assessment.objects.values().get(), Activity.objects.count()
    hands.agree(sheet, verifier)
    assert (Assessment.objects.values().get(), Activity.objects.count()) == before


def test_a_click_that_arrives_twice_is_not_a_colleague_s(sheet, verifier):
    opened = hands.open_sheet(sheet)
    read = [(row, row.version) for row in opened.rows]
    agree_with_rows(opened, read, acting_user=verifier)
    before = Assessment.objects.values().get(), Activity.objects.count()
    agree_with_rows(hands.open_sheet(sheet), read, acting_user=verifier)
    assert (Assessment.objects.values().get(), Activity.objects.count()) == before


@pytest.mark.parametrize(
    ("number", "value", "finding"),
    [(1, NO, "Không có"), (1, YES, "Đã xem sổ"), (1, NOT_APPLICABLE, "Không có"), (2, NO, "Đúng")],
)
def test_agreeing_with_what_somebody_has_found_otherwise_is_stale(sheet, number, value, finding):
    opened = hands.open_sheet(sheet)
    row = hands.row_of(opened, number)
    hands.find(sheet, number, value, UserFactory(), finding=finding)
    before = Assessment.objects.values().get(), Activity.objects.count()
    with pytest.raises(Stale):
        agree_with_rows(hands.open_sheet(sheet), [(row, 1)], acting_user=UserFactory())
    assert (Assessment.objects.values().get(), Activity.objects.count()) == before


def test_agreeing_from_a_page_older_than_the_last_but_one_change_is_stale(sheet, verifier):
    row = hands.row_of(hands.open_sheet(sheet), 1)
    hands.find(sheet, 1, NO, verifier, finding="Không có")
    hands.find(sheet, 1, YES, verifier)  # as the unit says, but not what was read
    with pytest.raises(Stale):
        agree_with_rows(hands.open_sheet(sheet), [(row, 1)], acting_user=UserFactory())


def test_agreeing_takes_the_values_over(officer, verifier):
    sheet, _asked = asking(
        officer, verifier, Answer(Decimal("87.5"), "met"), measure="percent", comparator=">="
    )
    hands.agree(sheet, verifier)
    value = RequirementValue.objects.get()
    assert (value.verified_value, value.verified_judgement) == (Decimal("87.5"), "met")


# --- key facts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "found", "verdict"),
    [
        (YES, YES, "met"),
        (YES, NO, "not_met"),
        (NO, YES, "met"),
        (YES, NOT_APPLICABLE, "not_applicable"),
        (NOT_APPLICABLE, YES, "met"),
        (NOT_APPLICABLE, NOT_APPLICABLE, "not_applicable"),
    ],
)
def test_where_the_verdicts_differ_a_finding_says_why(officer, verifier, said, found, verdict):
    sheet = make_sheet(n_criteria=1)
    hands.begin(sheet, officer, verifier, said)
    before = Assessment.objects.values().get(), Activity.objects.count(), opinions()
    if said != found:
        for nothing in ("", " \n"):
            with pytest.raises(ValidationError) as refused:
                hands.find(sheet, 1, found, verifier, finding=nothing)
            assert list(refused.value.message_dict) == ["explanation"]
        assert (Assessment.objects.values().get(), Activity.objects.count(), opinions()) == before
    finding = "" if said == found else "Đã xem sổ"
    after = hands.find(sheet, 1, found, verifier, finding=finding)
    assert opinions()[0][1] == verdict
    assert after.rows == hands.open_sheet(sheet).rows
    assert after.verified_tally == hands.open_sheet(sheet).verified_tally
    value, result = RequirementValue.objects.get(), Result.objects.get()
    assert value.verified_value == (None if found is None else found)
    assert value.self_value == (None if said is None else said)
    assert (result.finding, result.verified_by) == (finding, verifier)


@pytest.mark.parametrize(
    ("requirement", "said", "found", "verdict"),
    [
        (
            {"measure": "number", "comparator": ">=", "threshold": 10},
            Answer(Decimal(12)),
            Answer(Decimal(9)),
            "not_met",
        ),
        (
            {"measure": "number", "comparator": "<=", "threshold": 0},
            Answer(Decimal(1)),
            Answer(Decimal(0)),
            "met",
        ),
        (
            {"measure": "percent", "comparator": ">="},
            Answer(Decimal(70), "met"),
            Answer(Decimal(70), "not_met"),
            "not_met",
        ),
        ({"measure": "title"}, Answer(Decimal(2026)), Answer(Decimal(0)), "not_met"),
        (
            {"measure": "number", "comparator": ">=", "threshold": 10},
            Answer(Decimal(12)),
            Answer(Decimal(9), "met"),
            "not_met",
        ),
    ],
)
def test_the_verified_values_decide_the_verified_verdict(
    officer, verifier, requirement, said, found, verdict
):
    sheet, asked = asking(officer, verifier, said, **requirement)
    find(sheet, asked, found, verifier, finding="Theo sổ gốc")
    value, result = RequirementValue.objects.get(), Result.objects.get()
    assert (value.self_value, value.verified_value) == (said.value, found.value)
    assert result.verified_verdict == verdict
    assert result.self_verdict != verdict


def test_another_value_with_the_same_verdict_needs_no_finding(officer, verifier):
    sheet, asked = asking(
        officer, verifier, Answer(Decimal(12)), measure="number", comparator=">=", threshold=10
    )
    find(sheet, asked, Answer(Decimal(11)), verifier)
    value = RequirementValue.objects.get()
    assert (value.self_value, value.verified_value) == (12, 11)
    entry = Activity.objects.first()
    assert (entry.before[asked.text], entry.after[asked.text]) == (None, "11")


def test_a_finding_may_be_taken_back(sheet, verifier):
    hands.find(sheet, 1, NO, verifier, finding="Không có")
    hands.find(sheet, 1, YES, verifier)
    assert opinions()[0] == ("met", "met")
    assert Result.objects.get(criterion__number=1).finding == ""


def test_finding_again_what_is_stored_changes_nothing_and_is_never_stale(sheet, verifier):
    opened = hands.open_sheet(sheet)
    hands.find(sheet, 1, NO, verifier, finding="Không có")
    before = Assessment.objects.values().get(), Activity.objects.count()
    hands.find(sheet, 1, NO, UserFactory(), finding=" Không có ")
    assert (Assessment.objects.values().get(), Activity.objects.count()) == before
    row = opened.rows[0]
    with pytest.raises(Stale):
        verify_result(
            opened,
            row,
            hands.say(row, NO, "Lời khác"),
            version=1,
            acting_user=verifier,
        )


def test_what_the_unit_did_not_assess_cannot_be_verified(officer, verifier):
    sheet = make_sheet(n_criteria=2)
    hands.save(sheet, 1, YES, officer)
    with pytest.raises(ValidationError):
        hands.find(sheet, 2, YES, verifier)


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "approved"])
def test_only_a_sheet_in_verification_is_verified(officer, verifier, state):
    sheet = make_sheet(n_criteria=2)
    hands.bring_to(state, sheet, officer=officer, verifier=verifier)
    before = Assessment.objects.values().get(), Activity.objects.count(), opinions()
    with pytest.raises(ValidationError):
        hands.find(sheet, 1, NO, verifier, finding="Không có")
    if state != "approved":  # where nothing is left to agree with
        with pytest.raises(ValidationError):
            hands.agree(sheet, verifier)
    assert (Assessment.objects.values().get(), Activity.objects.count(), opinions()) == before


def test_nothing_is_verified_in_a_closed_round(sheet, verifier):
    type(sheet.round).objects.update(status="closed")
    for act in (
        lambda: hands.find(sheet, 1, NO, verifier, finding="Không có"),
        lambda: hands.agree(sheet, verifier),
    ):
        with pytest.raises(ValidationError):
            act()
    assert {found for _said, found in opinions()} == {"pending"}


# --- norms --------------------------------------------------------------------------------------


def test_a_norm_that_moved_since_the_entry_is_looked_at_one_by_one(officer, verifier):
    asks = {"measure": "number", "comparator": ">=", "norm_per_ward": True}
    sheet, asked = asking(officer, verifier, Answer(Decimal(140)), norm=100, **asks)
    WardNorm.objects.update(threshold=150)
    with pytest.raises(ValidationError, match="1"):
        hands.agree(sheet, verifier)
    with pytest.raises(ValidationError):
        find(sheet, asked, Answer(Decimal(140)), verifier)  # now it differs, and no word why
    after = find(sheet, asked, Answer(Decimal(140)), verifier, finding="Định mức mới")
    assert opinions() == [("met", "not_met")]
    assert RequirementValue.objects.get().threshold_applied == 100  # the unit's verdict was by it
    assert after.rows[0].is_outdated
    assert hands.take(sheet, APPROVE, verifier).n_not_met == 1
    assert RequirementValue.objects.get().threshold_applied == 150


def test_a_new_norm_that_changes_no_verdict_is_kept_with_the_approval(officer, verifier):
    asks = {"measure": "number", "comparator": ">=", "norm_per_ward": True}
    sheet, asked = asking(officer, verifier, Answer(Decimal(140)), norm=100, **asks)
    find(sheet, asked, Answer(Decimal(140)), verifier)
    WardNorm.objects.update(threshold=120)
    hands.take(sheet, APPROVE, verifier)
    assert RequirementValue.objects.get().threshold_applied == 120


def test_a_finding_that_says_nothing_does_not_hide_that_the_norm_has_moved(officer, verifier):
    asks = {"measure": "number", "comparator": ">=", "norm_per_ward": True}
    sheet, asked = asking(officer, verifier, Answer(Decimal(120)), norm=100, **asks)
    WardNorm.objects.update(threshold=150)
    find(sheet, asked, NO_ANSWER, verifier)
    with pytest.raises(ValidationError, match="1"):
        hands.agree(sheet, verifier)
    submitted = Assessment.objects.get()
    with pytest.raises(ManyRefused):
        approve_many({submitted.pk: submitted.version}, acting_user=verifier)


def test_what_a_verifier_has_begun_to_note_is_not_agreed_away(sheet, verifier):
    row = hands.open_sheet(sheet).rows[0]
    half = Entry({row.lines[0].requirement.pk: NO_ANSWER}, explanation="Đang xem")
    verify_result(hands.open_sheet(sheet), row, half, version=1, acting_user=UserFactory())
    hands.agree(sheet, verifier)
    assert Result.objects.get(criterion__number=1).verified_verdict == "pending"
    assert Result.objects.get(criterion__number=1).finding == "Đang xem"
    with pytest.raises(ValidationError):
        agree_with_rows(hands.open_sheet(sheet), [(row, 2)], acting_user=verifier)
    sheet = Assessment.objects.get()
    with pytest.raises(ManyRefused):
        approve_many({sheet.pk: sheet.version}, acting_user=verifier)
    assert Result.objects.get(criterion__number=1).finding == "Đang xem"


# --- two verifiers ------------------------------------------------------------------------------


def test_of_two_verifiers_the_second_is_shown_what_the_first_found(sheet, verifier):
    second, opened = UserFactory(), hands.open_sheet(sheet)
    hands.find(sheet, 1, NO, verifier, finding="Không có")
    row = opened.rows[0]
    with pytest.raises(Stale) as stale:
        verify_result(opened, row, hands.say(row, YES, ""), version=1, acting_user=second)
    seen = stale.value.sheet.rows[0]
    assert (seen.verified_verdict, seen.result.verified_by, seen.version) == (
        "not_met",
        verifier,
        2,
    )
    with pytest.raises(Stale):
        agree_with_rows(opened, [(row, 1) for row in opened.rows], acting_user=second)
    assert opinions()[1] == ("not_met", "pending")
    verify_result(stale.value.sheet, row, hands.say(row, YES, ""), version=2, acting_user=second)
    assert Result.objects.get(criterion__number=1).verified_by == second


def test_agreeing_from_an_old_page_is_refused_whole(sheet, verifier):
    opened = hands.open_sheet(sheet)
    read = [(row, row.version) for row in opened.rows]
    half = Entry({opened.rows[0].lines[0].requirement.pk: NO_ANSWER}, explanation="Đang xem")
    verify_result(opened, opened.rows[0], half, version=1, acting_user=UserFactory())
    again, none = hands.open_sheet(sheet), Entry({}, explanation="")
    verify_result(again, opened.rows[0], none, version=2, acting_user=UserFactory())
    with pytest.raises(Stale):
        agree_with_rows(hands.open_sheet(sheet), read, acting_user=verifier)
    assert {found for _said, found in opinions()} == {"pending"}


# --- afterwards ---------------------------------------------------------------------------------


def test_both_opinions_stay_after_approval(sheet, verifier):
    hands.find(sheet, 1, NO, verifier, finding="Không có")
    hands.agree(sheet, verifier)
    hands.take(sheet, APPROVE, verifier)
    row = hands.open_sheet(sheet).rows[0]
    assert (row.self_verdict, row.verified_verdict, row.differs) == ("met", "not_met", True)
    assert (row.self_entry.explanation, row.verified_entry.explanation) == (
        hands.GROUNDS,
        "Không có",
    )
    assert (row.lines[0].self_answer, row.lines[0].verified_answer) == (
        Answer(Decimal(1)),
        Answer(Decimal(0)),
    )
    assert (row.result.entered_by, row.result.verified_by) != (None, None)


def test_what_the_unit_changes_after_a_return_and_nothing_else_must_be_verified_anew(
    sheet, officer, verifier
):
    hands.find(sheet, 1, NO, verifier, finding="Không có")
    hands.agree(sheet, verifier)
    hands.return_sheet(sheet, verifier, {1: "Bổ sung"})
    assert [found for _said, found in opinions()] == ["not_met", "not_met", "not_applicable"]
    hands.save(sheet, 1, YES, officer, explanation="Đã bổ sung")
    assert opinions() == [
        ("met", "pending"),
        ("not_met", "not_met"),
        ("not_applicable", "not_applicable"),
    ]
    changed = Result.objects.get(criterion__number=1)
    assert (changed.verified_by, changed.verified_at) == (None, None)
    assert changed.values.get().verified_value is None
    assert changed.finding == ""  # it was found of something else
    earlier = earlier_verifications(hands.open_sheet(sheet))[changed.pk]
    assert {"Chưa đạt", "Không có"} <= {change.after for change in earlier.plain_changes}
    untouched = Result.objects.get(criterion__number=2)
    assert untouched.verified_by == verifier
    assert untouched.values.get().verified_value == 0


def test_the_log_says_what_was_found_and_why(sheet, verifier):
    hands.find(sheet, 1, NO, verifier, finding="Không có")
    entry = Activity.objects.get(verb="verify_result")
    assert entry.before["verified_verdict"] == "pending"
    assert (entry.after["verified_verdict"], entry.after["finding"]) == ("not_met", "Không có")
    assert entry.after["self_verdict"] == "met"


def test_an_attached_document_does_not_hide_that_the_norm_has_moved(officer, verifier):
    asks = {"measure": "number", "comparator": ">=", "norm_per_ward": True}
    sheet, asked = asking(officer, verifier, Answer(Decimal(120)), norm=100, **asks)
    WardNorm.objects.update(threshold=150)
    find(sheet, asked, Answer(Decimal(120)), verifier, finding="Định mức mới là 150")
    hands.return_sheet(sheet, verifier, {1: "Bổ sung"})
    document = EvidenceFactory(ward=sheet.ward)
    opened = hands.open_sheet(sheet)
    row = opened.rows[0]
    attach(opened, row, document, version=row.version, acting_user=officer)
    with pytest.raises(Incomplete) as incomplete:
        hands.take(sheet, SUBMIT, officer)
    assert [gap.lack for gap in incomplete.value.gaps] == ["outdated"]


def test_the_next_sheet_does_not_tell_what_is_found_while_verification_runs(
    sheet, officer, verifier
):
    hands.find(sheet, 1, NO, verifier, finding="Không có")
    later = RoundFactory(year=2027, criteria_set=sheet.round.criteria_set)
    line = hands.open_sheet(Assessment(ward=sheet.ward, round=later)).rows[0].lines[0]
    assert line.previous == Answer(Decimal(1))
