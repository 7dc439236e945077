"""What a new sheet may take over: from the round before, or from what the predecessors all met."""

from dataclasses import replace
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from criteria.actions.offers import take_over
from criteria.actions.results import Stale
from criteria.models import (
    Activity,
    Assessment,
    Criterion,
    Requirement,
    Result,
    WardNorm,
)
from criteria.readiness.rules import NO_ANSWER
from criteria.sheets.offers import Change, offers
from tests.factories import (
    CriterionFactory,
    RequirementFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    make_set,
)
from tests.sheets.offering import AT_LEAST, NO, YES, ask, merge, number, opened, renewed, store

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    return WardFactory()


@pytest.fixture
def officer():
    return UserFactory()


@pytest.fixture
def old():
    """The round before, of an empty set."""
    return RoundFactory(year=2025, criteria_set=make_set(n_criteria=0))


@pytest.fixture
def new(old):
    return RoundFactory(year=2026, criteria_set=old.criteria_set)


# --- from the round before ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("requirement", "answer"),
    [
        ({"measure": "yes_no"}, YES),
        ({"measure": "yes_no"}, NO),
        ({**AT_LEAST, "threshold": 70}, number("85.50")),
        (AT_LEAST, number("85.50", "not_met")),
    ],
)
def test_the_last_round_s_answer_is_offered(ward, old, requirement, answer):
    asked = ask(old, **requirement)
    store(ward, old, {asked: answer})
    new = RoundFactory(year=2026, criteria_set=old.criteria_set)
    (offer,) = offers(opened(ward, new)).values()
    assert (offer.entry.answers, offer.entry.not_applicable) == ({asked.pk: answer}, False)
    assert (offer.source, offer.is_inherited, offer.can_be_taken) == ("Đợt 2025", False, True)
    assert offer.entry.explanation == ""  # grounds are given anew each round


def test_what_was_verified_goes_before_what_the_unit_had_said(ward, old):
    asked, other = ask(old), ask(old, **AT_LEAST, threshold=70)
    said = {asked: YES, other: number(90)}
    store(ward, old, said, state="approved", verified={asked: NO, other: number(65)})
    new = RoundFactory(year=2026, criteria_set=old.criteria_set)
    found = offers(opened(ward, new))
    answers = [offer.entry.answers for offer in found.values()]
    assert answers == [{asked.pk: NO}, {other.pk: number(65)}]


@pytest.mark.parametrize("state", ["draft", "approved"])
def test_that_a_criterion_does_not_apply_is_offered_with_its_reason(ward, old, state):
    asked = ask(old)
    store(ward, old, {asked: None}, state=state)
    new = RoundFactory(year=2026, criteria_set=old.criteria_set)
    (offer,) = offers(opened(ward, new)).values()
    assert (offer.entry.not_applicable, offer.entry.explanation) == (True, "Không có hộ nào")
    assert offer.can_be_taken


def test_a_title_was_won_for_its_own_year(ward, old):
    store(ward, old, {ask(old, measure="title"): number(2025)})
    new = RoundFactory(year=2026, criteria_set=old.criteria_set)
    (offer,) = offers(opened(ward, new)).values()
    assert not offer.can_be_taken


def test_a_criterion_that_is_judged_already_is_offered_nothing(ward, old):
    first, second = ask(old), ask(old)
    store(ward, old, {first: YES, second: YES})
    new = RoundFactory(year=2026, criteria_set=old.criteria_set)
    store(ward, new, {first: NO})
    assert list(offers(opened(ward, new))) == [second.criterion_id]


def test_nothing_is_offered_where_nothing_was_said_before(ward, old):
    ask(old)
    store(ward, old, {})
    new = RoundFactory(year=2026, criteria_set=old.criteria_set)
    assert offers(opened(ward, new)) == {}
    assert offers(opened(WardFactory(), new)) == {}


def test_what_was_left_half_unsaid_is_nothing_to_take(ward, old):
    asked = ask(old)
    store(ward, old, {asked: NO_ANSWER})
    new = RoundFactory(year=2026, criteria_set=old.criteria_set)
    assert not any(offer.can_be_taken for offer in offers(opened(ward, new)).values())


# --- a criterion that changed -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "changes", "words"),
    [
        ({}, {"text": "Nội dung khác"}, ("Nội dung 1.1", "Nội dung khác")),
        ({**AT_LEAST, "threshold": 70}, {"threshold": 80}, ("≥ 70 %", "≥ 80 %")),
        ({**AT_LEAST, "threshold": 70}, {"comparator": "<="}, ("≥ 70 %", "≤ 70 %")),
        ({**AT_LEAST, "threshold": 70}, {"unit": "người"}, ("≥ 70 %", "≥ 70 người")),
        ({**AT_LEAST, "threshold": 70}, {"threshold": None, "norm_per_ward": True}, ("70", "")),
        (
            {**AT_LEAST, "threshold": 70},
            {"measure": "yes_no", "comparator": "", "threshold": None},
            ("70", "Nội dung 1.1"),
        ),
        ({}, {"name": "Tiêu chí tên khác"}, ("Tiêu chí 1", "Tiêu chí tên khác")),
    ],
    ids=["text", "threshold", "comparator", "unit", "norm", "measure", "name"],
)
def test_a_changed_criterion_says_how_and_is_not_taken_over(
    ward, old, officer, before, changes, words
):
    asked = ask(old, **before)
    store(ward, old, {asked: YES if not before else number(75)})
    new = RoundFactory(year=2026, criteria_set=renewed(asked, **changes).criterion.criteria_set)
    sheet = opened(ward, new)
    ((criterion_id, offer),) = offers(sheet).items()
    (change,) = offer.changes
    assert words[0] in change.before
    assert words[1] in change.after
    assert change.before != change.after
    assert not offer.can_be_taken
    with pytest.raises(ValidationError):
        take_over(sheet, [(sheet.row(criterion_id), 0)], acting_user=officer)
    assert not Result.objects.filter(assessment__round=new).exists()


def test_requirements_that_came_or_went_are_changes(ward, old):
    asked = ask(old)
    store(ward, old, {asked: YES})
    new = renewed(asked)
    RequirementFactory(criterion=new.criterion, text="Thêm vào")
    round = RoundFactory(year=2026, criteria_set=new.criterion.criteria_set)
    (offer,) = offers(opened(ward, round)).values()
    assert [change.before for change in offer.changes] == [""]
    assert "Thêm vào" in offer.changes[0].after

    RequirementFactory(criterion=asked.criterion, text="Bỏ đi")
    RequirementFactory(criterion=asked.criterion, text="Bỏ nữa")
    (offer,) = offers(opened(ward, round)).values()
    assert [bool(change.after) for change in offer.changes] == [True, False]


def test_an_unchanged_criterion_of_a_new_set_is_taken_over(ward, old, officer):
    asked = ask(old, **AT_LEAST, threshold=70)
    store(ward, old, {asked: number(75)})
    new = renewed(asked)
    round = RoundFactory(year=2026, criteria_set=new.criterion.criteria_set)
    sheet = opened(ward, round)
    (offer,) = offers(sheet).values()
    assert (offer.changes, offer.can_be_taken) == ((), True)
    after = take_over(sheet, [(sheet.row(new.criterion_id), 0)], acting_user=officer)
    assert after.rows[0].self_verdict == "met"


def test_a_norm_that_changed_is_a_change(ward, old):
    asked = ask(old, **AT_LEAST, norm_per_ward=True)

    def norm(threshold, since):
        WardNorm.objects.create(
            ward=ward, requirement=asked, threshold=threshold, legal_basis="TT", valid_from=since
        )

    norm(100, date(2023, 1, 1))
    store(ward, old, {asked: number(120)})
    new = RoundFactory(year=2026, criteria_set=old.criteria_set)
    (offer,) = offers(opened(ward, new)).values()
    assert offer.can_be_taken
    norm(150, date(2026, 1, 1))
    (offer,) = offers(opened(ward, new)).values()
    (change,) = offer.changes
    assert isinstance(change, Change)
    assert ("≥ 100" in change.before, "≥ 150" in change.after) == (True, True)
    assert not offer.can_be_taken


@pytest.mark.parametrize("is_new_set", [False, True])
@pytest.mark.parametrize("answer", [number(120), NO_ANSWER])
@pytest.mark.parametrize("now", [None, 100, 150])
@pytest.mark.parametrize("then", [None, 100])
def test_a_changed_norm_asks_for_review_in_the_same_set_and_in_another(
    ward, old, then, now, answer, is_new_set
):
    asked = ask(old, **AT_LEAST, norm_per_ward=True)

    def norm(requirement, threshold, since):
        if threshold is not None:
            WardNorm.objects.create(
                ward=ward, requirement=requirement, threshold=threshold, valid_from=since
            )

    norm(asked, then, date(2023, 1, 1))
    store(ward, old, {asked: answer})
    today = renewed(asked) if is_new_set else asked
    norm(today, now, date(2026, 1, 1))
    if not is_new_set and now is None:
        now = then  # nothing has ended the norm of before
    new = RoundFactory(year=2026, criteria_set=today.criterion.criteria_set)
    (offer,) = offers(opened(ward, new)).values()
    is_changed = answer != NO_ANSWER and then != now
    assert len(offer.changes) == is_changed
    assert offer.can_be_taken == (answer != NO_ANSWER and not is_changed)
    for change in offer.changes:
        assert f"≥ {then}" in change.before or then is None
        assert f"≥ {now}" in change.after or now is None
        assert not is_new_set or "120" in change.said


# --- taking over --------------------------------------------------------------------------------


def test_taking_over_saves_the_offer_and_the_log_says_from_where(ward, old, new, officer):
    asked = ask(old, **AT_LEAST, threshold=70)
    store(ward, old, {asked: number("85.50")}, state="approved")
    sheet = opened(ward, new)
    after = take_over(sheet, [(sheet.rows[0], 0)], acting_user=officer)
    assert after.rows[0].self_verdict == "met"
    assert opened(ward, new).rows[0].lines[0].self_answer == number("85.50")
    entry = Activity.objects.get()
    assert (entry.verb, entry.actor, entry.ward) == ("save_result", officer, ward)
    assert "Đợt 2025" in entry.reason
    assert offers(after) == {}


def test_what_is_taken_over_from_an_old_page_is_stale(ward, old, new, officer):
    asked = ask(old)
    store(ward, old, {asked: YES})
    sheet = opened(ward, new)
    with pytest.raises(Stale):
        take_over(sheet, [(sheet.rows[0], 3)], acting_user=officer)


def test_without_an_offer_there_is_nothing_to_take_over(ward, old, new, officer):
    ask(old)
    sheet = opened(ward, new)
    (row,) = sheet.rows
    with pytest.raises(ValidationError):
        take_over(sheet, [(row, 0)], acting_user=officer)
    foreign = replace(row, criterion=RequirementFactory().criterion)
    with pytest.raises(ValidationError):
        take_over(sheet, [(foreign, 0)], acting_user=officer)
    assert not Assessment.objects.exists()


def test_taking_over_is_an_entry_like_any_other(ward, old, new, officer):
    asked = ask(old)
    store(ward, old, {asked: YES})
    type(new).objects.filter(pk=new.pk).update(status="closed")
    new.refresh_from_db()
    sheet = opened(ward, new)
    with pytest.raises(ValidationError):
        take_over(sheet, [(sheet.rows[0], 0)], acting_user=officer)


@pytest.mark.parametrize("n_criteria", [1, 8])
def test_offers_cost_three_queries_at_most_however_many_criteria(old, n_criteria):
    asked = [ask(old) for _ in range(n_criteria)]
    wards = [WardFactory(), WardFactory()]
    for ward in wards:
        store(ward, old, dict.fromkeys(asked, YES), state="approved")
    same_set = RoundFactory(year=2026, criteria_set=old.criteria_set)
    merged, newcomer = merge(*wards), WardFactory()
    newer = make_set(n_criteria=0)
    for one in asked:
        criterion = CriterionFactory(criteria_set=newer, replaces=one.criterion, name="Khác")
        RequirementFactory(criterion=criterion)
    new_set = RoundFactory(year=2027, criteria_set=newer)
    assert Criterion.objects.count() == 2 * n_criteria == Requirement.objects.count()
    for ward, round, most in [
        (merged, same_set, 3),
        (newcomer, same_set, 1),
        (wards[0], same_set, 0),
        (wards[0], new_set, 2),
    ]:
        sheet = opened(ward, round)
        with CaptureQueriesContext(connection) as captured:
            offers(sheet)
        assert len(captured) <= most
