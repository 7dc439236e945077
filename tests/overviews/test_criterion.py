"""One criterion over all wards: against the oracle, then its values, then its way through sets."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from criteria.models import Assessment, Criterion, Requirement, Result, Round, Ward, WardQuerySet
from criteria.overviews.criterion import CriterionDay, Numbers, read_day, read_requirements
from criteria.overviews.trend import criteria_in, read_neighbours, read_trend
from criteria.readiness.by_criterion import CriterionCount, by_criterion
from criteria.readiness.continuity import read_catalogue
from criteria.readiness.rounds import read_rounds
from criteria.readiness.standing import standings, wards_on
from criteria.verdicts import Verdict
from tests.factories import (
    CriteriaSetFactory,
    CriterionFactory,
    RequirementFactory,
    RoundFactory,
    WardFactory,
    approve_with,
    make_set,
)
from tests.worlds import DAYS, VERDICTS, City, Oracle, cities, counted, few, stored

pytestmark = pytest.mark.django_db

ON = date(2026, 11, 20)


def day_of(
    criterion: Criterion, on: date = ON, registry: WardQuerySet | None = None
) -> CriterionDay:
    asked = read_requirements([criterion])
    round = read_rounds().standing(on)
    return read_day(round, criterion, asked[criterion.pk], wards_on(on, round, registry))


# --- against the oracle ---------------------------------------------------------------------------


def numbers_of(oracle: Oracle, round: Round, number: int, on: date) -> Numbers:
    """Count ward by ward what the approved sheets of a round say of a criterion."""
    wards = oracle.in_scope(on)
    found = {
        ward.pk: oracle.verified(ward, round)[number]
        for ward in wards
        if oracle.approved_sheet(ward, round)
    }
    return Numbers(len(wards), *(list(found.values()).count(verdict) for verdict in VERDICTS))


@few
@given(cities())
def test_a_day_is_what_the_results_say(city: City) -> None:
    with stored(city) as oracle:
        for on in DAYS:
            round = oracle.standing_round(on)
            if round is None:
                continue
            for criterion in Criterion.objects.filter(criteria_set=round.criteria_set_id):
                day = day_of(criterion, on)
                assert day.numbers == numbers_of(oracle, round, criterion.number, on)
                assert day.numbers.applicable == oracle.n_applicable(criterion.number, on)
                assert [result.ward for result in day.results] == oracle.in_scope(on)
                for result in day.results:
                    has_sheet = oracle.approved_sheet(result.ward, round)
                    verdict = oracle.verified(result.ward, round)[criterion.number]
                    assert result.verdict == (verdict if has_sheet else None)


@few
@given(cities())
def test_the_wards_it_alone_holds_back_would_be_ready_without_it(city: City) -> None:
    with stored(city) as oracle:
        for on in DAYS:
            round = oracle.standing_round(on)
            if round is None:
                continue
            for criterion in Criterion.objects.filter(criteria_set=round.criteria_set_id):
                expected = []
                for ward in oracle.in_scope(on):
                    verdicts = oracle.verified(ward, round)
                    met = counted(verdicts | {criterion.number: "met"})
                    lacks_it = verdicts[criterion.number] == "not_met"
                    if lacks_it and met[VERDICTS.index("not_met")] == 0 == met[3]:
                        expected.append(ward)
                assert [result.ward for result in day_of(criterion, on).alone] == expected


@few
@given(cities())
def test_a_day_says_what_the_other_pages_of_the_day_say(city: City) -> None:
    """The counts are those of the standings of the whole city, whatever else their sheets say."""
    with stored(city) as oracle:
        for on in DAYS:
            counts = {count.criterion.pk: count for count in by_criterion(standings(on))}
            round = oracle.standing_round(on)
            for criterion in Criterion.objects.filter(criteria_set=round and round.criteria_set_id):
                day = day_of(criterion, on)
                count = counts.get(criterion.pk, CriterionCount(criterion))
                for name in ("n_unmet", "n_alone", "n_differing", "n_kinder", "n_stricter"):
                    assert getattr(day.count, name) == getattr(count, name)
                assert day.numbers.not_met == count.n_unmet == len(day.lacking)
                assert len(day.alone) == count.n_alone
                assert len(day.differing) == count.n_differing
                assert day.agreement.n_verdicts == day.numbers.verified
                assert day.agreement.n_differing == count.n_differing
                expected = oracle.agreement([criterion.number], on)
                assert {name: getattr(day.agreement, name) for name in expected} == expected
                parts = [day.lacking, day.meeting, day.not_applicable, day.unknown]
                assert sum(map(len, parts)) == len(day.results) == sum(day.numbers.parts)


@few
@given(cities(), st.data())
def test_a_trend_is_each_rounds_own_end_followed_through_the_sets(
    city: City, data: st.DataObject
) -> None:
    with stored(city) as oracle:
        links = link_sets(len(city.sets), data.draw)
        for criterion in Criterion.objects.all():
            turns = read_trend(criterion, read_catalogue(), read_rounds())
            ended = [round for round in oracle.rounds if round.status != "planned"]
            assert [turn.round for turn in turns] == sorted(ended, key=lambda one: one.ends_on)
            for turn in turns:
                expected = in_line(links, criterion, turn.round.criteria_set_id)
                assert turn.criterion == expected
                if expected:
                    on = turn.round.ends_on
                    there = numbers_of(oracle, turn.round, expected.number, on)
                    assert turn.numbers == there


def link_sets(n_sets: int, draw: Callable[..., bool]) -> dict[int, int]:
    """Let some criteria replace those of the same number in the set before; later → earlier."""
    links = {}
    for n in range(1, n_sets):
        for later in Criterion.objects.filter(criteria_set__code=f"set-{n}"):
            earlier = Criterion.objects.filter(
                criteria_set__code=f"set-{n - 1}", number=later.number
            ).first()
            if earlier and draw(st.booleans()):
                Criterion.objects.filter(pk=later.pk).update(replaces=earlier)
                links[later.pk] = earlier.pk
    return links


def in_line(links: dict[int, int], criterion: Criterion, set_id: int) -> Criterion | None:
    """Follow the links until nothing new is found; every chain here is one line."""
    line = {criterion.pk}
    for _ in links:
        line |= {links[pk] for pk in line if pk in links}
        line |= {later for later, earlier in links.items() if earlier in line}
    return Criterion.objects.filter(pk__in=line, criteria_set=set_id).first()


# --- values ---------------------------------------------------------------------------------------


@pytest.fixture
def area() -> Requirement:
    """The only thing that the only criterion of the day's round asks for."""
    criterion = CriterionFactory(criteria_set=CriteriaSetFactory())
    RoundFactory(criteria_set=criterion.criteria_set)
    return RequirementFactory(
        criterion=criterion, measure="number", comparator=">=", norm_per_ward=True, unit="m²"
    )


def judge(
    requirement: Requirement,
    name: str,
    verdict: str,
    found: object = None,
    threshold: object = None,
    *,
    said: object = None,
    judgement: str = "",
) -> Ward:
    """Approve a ward's sheet on which one criterion has a verdict for one requirement's sake."""
    ward = WardFactory(name=name)
    round = Round.objects.get(criteria_set=requirement.criterion.criteria_set)
    approve_with(ward, round, {requirement.criterion.number: verdict})
    answer(ward, requirement, found, threshold, said=said, judgement=judgement)
    return ward


def answer(
    ward: Ward,
    requirement: Requirement,
    found: object,
    threshold: object = None,
    *,
    said: object = None,
    judgement: str = "",
) -> None:
    result = Result.objects.get(assessment__ward=ward, criterion=requirement.criterion)
    result.values.create(
        requirement=requirement,
        self_value=found if said is None else said,
        verified_value=found,
        verified_judgement=judgement,
        threshold_applied=threshold,
    )


def test_figures_stand_by_how_far_they_miss_their_own_threshold(area: Requirement) -> None:
    judge(area, "Bà Triệu", "met", 200, 150)
    judge(area, "Cửa Bắc", "not_met", 190, 200)
    judge(area, "Đông Mạc", "not_met", 100, 130, said=140)
    judge(area, "Lộc Hạ", "met", Decimal("120.5"), Decimal("120.5"))
    (asked,) = day_of(area.criterion).requirements
    assert [
        (read.ward.name, read.value, read.threshold, read.self_value, read.short_by, read.is_met)
        for read in asked.readings
    ] == [
        ("Đông Mạc", 100, 130, 140, 30, False),
        ("Cửa Bắc", 190, 200, None, 10, False),
        ("Lộc Hạ", Decimal("120.5"), Decimal("120.5"), None, None, True),
        ("Bà Triệu", 200, 150, None, None, True),
    ]
    assert (asked.n_met, asked.n_not_met) == (2, 2)


def test_of_a_threshold_that_is_at_most_the_largest_figure_comes_first(area: Requirement) -> None:
    Requirement.objects.update(comparator="<=", norm_per_ward=False, threshold=0)
    judge(area, "Bà Triệu", "met", 0, 0)
    judge(area, "Cửa Bắc", "not_met", 1, 0)
    judge(area, "Đông Mạc", "not_met", 3, 0)
    (asked,) = day_of(area.criterion).requirements
    assert [(read.ward.name, read.short_by) for read in asked.readings] == [
        ("Đông Mạc", 3),
        ("Cửa Bắc", 1),
        ("Bà Triệu", None),
    ]


def test_without_a_threshold_the_judgement_decides_and_nothing_is_short(area: Requirement) -> None:
    judge(area, "Bà Triệu", "met", 80, judgement="met")
    judge(area, "Cửa Bắc", "not_met", 85, judgement="not_met")
    judge(area, "Đông Mạc", "met", 90, judgement="met")
    day = day_of(area.criterion)
    (asked,) = day.requirements
    assert [(read.ward.name, read.is_met) for read in asked.readings] == [
        ("Cửa Bắc", False),
        ("Bà Triệu", True),
        ("Đông Mạc", True),
    ]
    assert not day.falls_short


def test_no_figure_stands_for_a_ward_that_has_none(area: Requirement) -> None:
    judge(area, "Bà Triệu", "not_applicable", 7, 5)  # kept, but no longer what is said
    judge(area, "Cửa Bắc", "not_met", None, 5)
    WardFactory(name="Đông Mạc")
    day = day_of(area.criterion)
    assert [asked.readings for asked in day.requirements] == [()]
    assert day.numbers == Numbers(in_scope=3, not_met=1, not_applicable=1)
    assert [result.ward.name for result in day.unknown] == ["Đông Mạc"]


def test_each_requirement_is_counted_by_itself(area: Requirement) -> None:
    plan = RequirementFactory(criterion=area.criterion, position=2)
    for name, size, has_plan in (("Bà Triệu", 7, 1), ("Cửa Bắc", 7, 0), ("Đông Mạc", 3, 0)):
        met = size >= 5 and has_plan
        ward = judge(area, name, "met" if met else "not_met", size, 5)
        answer(ward, plan, has_plan)
    day = day_of(area.criterion)
    assert [(one.n_met, one.n_not_met, len(one.readings)) for one in day.requirements] == [
        (2, 1, 3),
        (1, 2, 0),
    ]
    missing = {
        result.ward.name: [reading.line.requirement for reading in result.missing]
        for result in day.results
    }
    assert missing == {"Bà Triệu": [], "Cửa Bắc": [plan], "Đông Mạc": [area, plan]}


def test_those_that_lack_nothing_else_come_first(area: Requirement) -> None:
    other = CriterionFactory(criteria_set=area.criterion.criteria_set)
    round = Round.objects.get()
    for name, also in (("Bà Triệu", "not_met"), ("Cửa Bắc", "met"), ("Đông Mạc", "pending")):
        verdicts = {area.criterion.number: "not_met", other.number: also}
        approve_with(WardFactory(name=name), round, verdicts)
    day = day_of(area.criterion)
    assert [result.ward.name for result in day.lacking] == ["Cửa Bắc", "Bà Triệu", "Đông Mạc"]
    assert [result.ward.name for result in day.alone] == ["Cửa Bắc"]
    assert [result.tally.met for result in day.lacking] == [1, 0, 0]


def test_in_sight_the_names_are_fewer_and_the_numbers_the_same(area: Requirement) -> None:
    own = judge(area, "Bà Triệu", "not_met", 3, 5)
    judge(area, "Cửa Bắc", "not_met", 4, 5)
    judge(area, "Đông Mạc", "met", 5, 5)
    whole = day_of(area.criterion)
    registry = Ward.objects.with_sight(Ward.objects.filter(pk=own.pk))
    day = day_of(area.criterion, registry=registry).in_sight()
    assert [result.ward for result in day.results] == [own]
    assert [read.ward for read in day.requirements[0].readings] == [own]
    assert (day.numbers, day.count) == (whole.numbers, whole.count)
    assert (day.requirements[0].n_met, day.requirements[0].n_not_met) == (1, 2)


def test_only_wards_in_scope_on_the_day_are_there(area: Requirement) -> None:
    judge(area, "Bà Triệu", "not_met", 3, 5)
    gone = judge(area, "Cửa Bắc", "not_met", 3, 5)
    Ward.objects.filter(pk=gone.pk).update(valid_to=ON)
    assert day_of(area.criterion).numbers.not_met == 1
    assert day_of(area.criterion, ON - timedelta(days=1)).numbers.not_met == 2


def test_a_draft_says_nothing_whatever_is_on_it(area: Requirement) -> None:
    ward = judge(area, "Bà Triệu", "met", 9, 5)
    tallies = ["n_met", "n_not_met", "n_not_applicable", "n_pending"]
    steps = ["submitted", "verifying", "approved"]
    stamps = [f"{step}_{what}" for step in steps for what in ("by", "at")]
    nobody = dict.fromkeys([*tallies, *stamps])
    Assessment.objects.filter(ward=ward).update(state="draft", **nobody)
    day = day_of(area.criterion)
    assert day.numbers == Numbers(in_scope=1)
    assert day.requirements[0].readings == ()


# --- through the sets -----------------------------------------------------------------------------


def test_of_several_in_line_the_first_by_number_stands_for_a_split_criterion() -> None:
    before, after = make_set(n_criteria=1), make_set(n_criteria=3)
    old = before.criteria.get()
    after.criteria.filter(number__in=[2, 3]).update(replaces=old)
    found = criteria_in(after.pk, old, read_catalogue())
    assert [criterion.number for criterion in found] == [2, 3]
    round = RoundFactory(criteria_set=after)
    approve_with(WardFactory(), round, {1: "met", 2: "not_met", 3: "met"})
    (turn,) = read_trend(old, read_catalogue(), read_rounds())
    assert (turn.criterion.number, turn.numbers) == (2, Numbers(in_scope=1, not_met=1))


def test_a_set_without_the_criterion_leaves_a_gap() -> None:
    before, after = make_set(n_criteria=1), make_set(n_criteria=1)
    RoundFactory(criteria_set=before, year=2025)
    RoundFactory(criteria_set=after)
    turns = read_trend(before.criteria.get(), read_catalogue(), read_rounds())
    assert [turn.criterion for turn in turns] == [before.criteria.get(), None]


def test_neighbours_are_what_has_been_published() -> None:
    first, second, third = (make_set(n_criteria=1) for _ in range(3))
    draft = make_set(n_criteria=1, status="draft")
    second.criteria.update(replaces=first.criteria.get())
    third.criteria.update(replaces=second.criteria.get())
    draft.criteria.update(replaces=second.criteria.get())
    assert read_neighbours(second.criteria.get()) == (
        [first.criteria.get()],
        [third.criteria.get()],
    )
    assert read_neighbours(first.criteria.get()) == ([], [second.criteria.get()])
    assert read_neighbours(draft.criteria.get()) == ([second.criteria.get()], [])


# --- cost -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 5])
def test_day_and_trend_cost_the_same_however_large_the_city(
    n: int, django_assert_num_queries: Callable[..., object]
) -> None:
    criteria_set = make_set(n_criteria=n + 1)
    wards = WardFactory.create_batch(2 * n)
    for year in range(2027 - n, 2027):
        round = RoundFactory(criteria_set=criteria_set, year=year)
        for ward in wards:
            approve_with(ward, round, {1: Verdict.NOT_MET, 2: Verdict.MET})
    criterion = criteria_set.criteria.get(number=1)
    rounds, catalogue = read_rounds(), read_catalogue()
    asked, known = read_requirements([criterion])[criterion.pk], rounds.standing(ON)
    with django_assert_num_queries(2):
        day = read_day(known, criterion, asked, wards_on(ON, known))
        assert [str(result.ward) for result in day.lacking]
    with django_assert_num_queries(3):
        assert len(read_trend(criterion, catalogue, rounds)) == n
