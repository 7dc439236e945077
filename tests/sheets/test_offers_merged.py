"""What the first sheet of a merged ward may take over from its predecessors."""

import pytest

from criteria.actions.offers import take_over
from criteria.models import Result
from criteria.readiness.rules import NO_ANSWER
from criteria.sheets.offers import offers
from tests.factories import RoundFactory, UserFactory, WardFactory, make_set
from tests.sheets.offering import AT_LEAST, NO, YES, ask, merge, number, opened, renewed, store

pytestmark = pytest.mark.django_db


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

    take_over(sheet, [(sheet.row(criterion_id), 0)], acting_user=officer)
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
