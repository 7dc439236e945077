"""What a new sheet may take over: from the round before, or from what the predecessors all met."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from criteria.actions.assessments import Stale
from criteria.actions.offers import take_over
from criteria.models import (
    Activity,
    Assessment,
    Criterion,
    Requirement,
    Result,
    Ward,
    WardNorm,
    WardSuccession,
)
from criteria.readiness.offers import Change, offers
from criteria.readiness.rules import NO_ANSWER, Answer
from criteria.readiness.sheet import read_sheet
from tests.factories import (
    AssessmentFactory,
    CriterionFactory,
    RequirementFactory,
    ResultFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    make_set,
    steps_to,
)

pytestmark = pytest.mark.django_db

MERGED_ON = date(2026, 1, 1)
AT_LEAST = {"measure": "number", "comparator": ">=", "unit": "%"}


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


def ask(round, **requirement):
    """Let a round ask for one thing more, in a criterion of its own."""
    criterion = CriterionFactory(criteria_set=round.criteria_set)
    return RequirementFactory(criterion=criterion, **requirement)


def store(ward, round, said, *, state="draft", verified=None):
    """A sheet that answers requirements; `verified`: what was found instead of what was said.

    An answer of None: the criterion does not apply.
    """
    found = {**said, **(verified or {})} if state == "approved" else {}
    verdicts = [verdict_of(asked, answer) for asked, answer in found.items()]
    tallies = {
        "n_met": verdicts.count("met"),
        "n_not_met": verdicts.count("not_met"),
        "n_not_applicable": verdicts.count("not_applicable"),
        "n_pending": 0,
    }
    sheet = AssessmentFactory(
        ward=ward, round=round, **steps_to(state), **(tallies if state == "approved" else {})
    )
    for asked, answer in said.items():
        last = found.get(asked, NO_ANSWER)
        is_verified = asked in found
        result = ResultFactory(
            assessment=sheet,
            criterion=asked.criterion,
            self_verdict=verdict_of(asked, answer),
            verified_verdict=verdict_of(asked, last) if is_verified else "pending",
            explanation="Không có hộ nào",
            finding="Theo sổ" if is_verified else "",
            verified_by=sheet.approved_by,
            verified_at=sheet.approved_at,
        )
        answer, last = answer or NO_ANSWER, last or NO_ANSWER
        result.values.create(
            requirement=asked,
            self_value=answer.value,
            self_judgement=answer.judgement,
            verified_value=last.value,
            verified_judgement=last.judgement,
            threshold_applied=threshold_of(asked, ward, round),
        )
    return sheet


def threshold_of(asked, ward, round):
    norms = WardNorm.objects.filter(
        ward=ward, requirement=asked, valid_from__lte=round.ends_on
    ).order_by("-valid_from")
    norm = norms.first()
    return norm.threshold if norm else asked.threshold


def verdict_of(asked, answer):
    if answer is None:
        return "not_applicable"
    if answer.judgement:
        return answer.judgement
    if answer.value is None:
        return "pending"
    if asked.measure in ("yes_no", "title"):
        return "met" if answer.value else "not_met"
    threshold = asked.threshold if asked.threshold is not None else Decimal(0)
    is_met = answer.value >= threshold if asked.comparator == ">=" else answer.value <= threshold
    return "met" if is_met else "not_met"


def opened(ward, round):
    stored = Assessment.objects.filter(ward=ward, round=round).first()
    return read_sheet(stored or Assessment(ward=ward, round=round))


def number(value, judgement=""):
    return Answer(Decimal(value), judgement)


YES, NO = number(1), number(0)


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


def renewed(asked, **changes):
    """A new set in which a criterion takes the place of this one, and asks `changes` otherwise."""
    old = asked.criterion
    set_ = make_set(n_criteria=0)
    name = changes.pop("name", old.name)
    criterion = CriterionFactory(criteria_set=set_, name=name, replaces=old)
    fields = {
        name: getattr(asked, name)
        for name in ("text", "measure", "comparator", "threshold", "unit", "norm_per_ward")
    }
    return RequirementFactory(criterion=criterion, **fields | changes)


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
        take_over(sheet, criterion_id, version=0, acting_user=officer)
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
    after = take_over(sheet, new.criterion_id, version=0, acting_user=officer)
    assert after.rows[0].verdict == "met"


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


# --- a merged ward ------------------------------------------------------------------------------


def merge(*predecessors, outside=""):
    """Let a new ward take the place of others, and of one from outside the city."""
    merged = WardFactory(valid_from=MERGED_ON)
    facts = {"effective_on": MERGED_ON, "relation": "merged_into", "legal_basis": "1104"}
    for predecessor in predecessors:
        Ward.objects.filter(pk=predecessor.pk).update(valid_to=MERGED_ON)
        WardSuccession.objects.create(successor=merged, predecessor=predecessor, **facts)
    if outside:
        WardSuccession.objects.create(successor=merged, outside_name=outside, **facts)
    return merged


@pytest.fixture
def new(old):
    return RoundFactory(year=2026, criteria_set=old.criteria_set)


def test_what_every_predecessor_met_is_inherited(old, new, officer):
    met, one_not, not_applicable, pending = (ask(old) for _ in range(4))
    first, second = WardFactory(name="Vị Xuyên"), WardFactory(name="Vị Hoàng")
    said = {met: YES, one_not: YES, not_applicable: YES, pending: YES}
    store(first, old, said, state="approved")
    other = said | {one_not: NO, not_applicable: None, pending: NO_ANSWER}
    store(second, old, other, state="approved")
    merged = merge(first, second)
    sheet = opened(merged, new)
    ((criterion_id, offer),) = offers(sheet).items()
    assert criterion_id == met.criterion_id
    assert (offer.entry.answers, offer.is_inherited) == ({met.pk: YES}, True)
    assert str(first) in offer.source
    assert str(second) in offer.source
    assert not Result.objects.filter(assessment__ward=merged).exists()

    take_over(sheet, criterion_id, version=0, acting_user=officer)
    assert Result.objects.get(assessment__ward=merged).self_verdict == "met"
    assert offers(opened(merged, new)) == {}


@pytest.mark.parametrize("kind", ["from outside", "never assessed", "not approved", "only later"])
def test_one_predecessor_of_whom_nothing_is_known_leaves_nothing_to_inherit(old, new, kind):
    asked = ask(old)
    first, second = WardFactory(), WardFactory()
    store(first, old, {asked: YES}, state="approved")
    if kind == "not approved":
        store(second, old, {asked: YES}, state="verifying")
    if kind == "only later":
        store(second, new, {asked: YES}, state="approved")
    merged = merge(first, outside="xã Mỹ Hưng") if kind == "from outside" else merge(first, second)
    assert offers(opened(merged, new)) == {}


def test_the_latest_approved_sheet_of_each_predecessor_counts(old, new):
    asked = ask(old)
    first, second = WardFactory(), WardFactory()
    earlier = RoundFactory(year=2024, criteria_set=old.criteria_set)
    store(first, earlier, {asked: YES}, state="approved")
    store(second, earlier, {asked: NO}, state="approved")
    store(second, old, {asked: YES}, state="approved")
    assert offers(opened(merge(first, second), new))[asked.criterion_id].can_be_taken


@pytest.mark.parametrize(("comparator", "worst"), [(">=", 75), ("<=", 90)])
def test_of_figures_the_least_favourable_is_inherited(old, new, comparator, worst):
    asked = ask(
        old, measure="number", comparator=comparator, threshold=70 if comparator == ">=" else 95
    )
    wards = [WardFactory(), WardFactory(), WardFactory()]
    for ward, value in zip(wards, (80, 75, 90), strict=True):
        store(ward, old, {asked: number(value)}, state="approved")
    (offer,) = offers(opened(merge(*wards), new)).values()
    assert offer.entry.answers == {asked.pk: number(worst)}


@pytest.mark.parametrize(
    ("requirement", "answer"),
    [
        ({**AT_LEAST, "norm_per_ward": True}, number(100, "met")),
        (AT_LEAST, number(90, "met")),
        ({"measure": "title"}, number(2025)),
    ],
    ids=["norm per ward", "judgement", "title"],
)
def test_what_is_a_ward_s_own_is_for_a_person_to_answer(old, new, requirement, answer):
    asked = ask(old, **requirement)
    wards = [WardFactory(), WardFactory()]
    for ward in wards:
        store(ward, old, {asked: answer}, state="approved")
    found = offers(opened(merge(*wards), new))
    assert not any(offer.can_be_taken for offer in found.values())


def test_a_ward_that_merged_long_ago_goes_by_its_own_last_round(old, new):
    asked = ask(old)
    first, second = WardFactory(), WardFactory()
    for ward in (first, second):
        store(ward, old, {asked: YES}, state="approved")
    merged = merge(first, second)
    store(merged, new, {asked: NO})
    later = RoundFactory(year=2027, criteria_set=old.criteria_set)
    (offer,) = offers(opened(merged, later)).values()
    assert (offer.is_inherited, offer.entry.answers) == (False, {asked.pk: NO})


def test_a_merged_ward_inherits_across_an_unchanged_criterion_of_a_new_set(old):
    asked = ask(old)
    wards = [WardFactory(), WardFactory()]
    for ward in wards:
        store(ward, old, {asked: YES}, state="approved")
    merged = merge(*wards)
    same = renewed(asked)
    round = RoundFactory(year=2026, criteria_set=same.criterion.criteria_set)
    (offer,) = offers(opened(merged, round)).values()
    assert offer.entry.answers == {same.pk: YES}


def test_a_merged_ward_does_not_inherit_what_the_new_set_asks_otherwise(old):
    asked = ask(old, **AT_LEAST, threshold=70)
    wards = [WardFactory(), WardFactory()]
    for ward in wards:
        store(ward, old, {asked: number(90)}, state="approved")
    merged = merge(*wards)
    stricter = renewed(asked, threshold=95)
    round = RoundFactory(year=2026, criteria_set=stricter.criterion.criteria_set)
    found = offers(opened(merged, round))
    assert not any(offer.can_be_taken for offer in found.values())


# --- taking over --------------------------------------------------------------------------------


def test_taking_over_saves_the_offer_and_the_log_says_from_where(ward, old, new, officer):
    asked = ask(old, **AT_LEAST, threshold=70)
    store(ward, old, {asked: number("85.50")}, state="approved")
    after = take_over(opened(ward, new), asked.criterion_id, version=0, acting_user=officer)
    assert after.rows[0].verdict == "met"
    assert opened(ward, new).rows[0].lines[0].answer == number("85.50")
    entry = Activity.objects.get()
    assert (entry.verb, entry.actor, entry.ward) == ("save_result", officer, ward)
    assert "Đợt 2025" in entry.reason
    assert offers(after) == {}


def test_what_is_taken_over_from_an_old_page_is_stale(ward, old, new, officer):
    asked = ask(old)
    store(ward, old, {asked: YES})
    sheet = opened(ward, new)
    with pytest.raises(Stale):
        take_over(sheet, asked.criterion_id, version=3, acting_user=officer)


def test_without_an_offer_there_is_nothing_to_take_over(ward, old, new, officer):
    asked = ask(old)
    with pytest.raises(ValidationError):
        take_over(opened(ward, new), asked.criterion_id, version=0, acting_user=officer)
    foreign = RequirementFactory().criterion
    with pytest.raises(ValidationError):
        take_over(opened(ward, new), foreign.pk, version=0, acting_user=officer)
    assert not Assessment.objects.exists()


def test_taking_over_is_an_entry_like_any_other(ward, old, new, officer):
    asked = ask(old)
    store(ward, old, {asked: YES})
    type(new).objects.filter(pk=new.pk).update(status="closed")
    new.refresh_from_db()
    with pytest.raises(ValidationError):
        take_over(opened(ward, new), asked.criterion_id, version=0, acting_user=officer)


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
