"""The same evidence judged by another set: who would be ready, and why."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given

from criteria.actions.catalogue import clone_set, delete_criterion, publish_set
from criteria.models import CriteriaSet, Criterion, WardNorm
from criteria.overviews.what_if import other_sets, read_supposition
from criteria.overviews.what_if_rules import Bar, Basis, Known, Source, judge
from criteria.readiness.rounds import read_rounds
from criteria.readiness.rules import NO_ANSWER, Answer
from criteria.readiness.timeline import read_timeline
from criteria.verdicts import Verdict
from tests import lineages
from tests.factories import (
    CriterionFactory,
    RequirementFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    approve_with,
    make_set,
)
from tests.lineages import chances
from tests.worlds import DAYS, City, cities, few, stored

ON = date(2026, 11, 20)
AREA, STAFF = ("number", "m²", "Diện tích"), ("number", "người", "Quân số")
M, N, NA, P = Verdict.MET, Verdict.NOT_MET, Verdict.NOT_APPLICABLE, Verdict.PENDING


def bar(threshold: int | None, comparator: str = ">=") -> Bar:
    return Bar(comparator, None if threshold is None else Decimal(threshold))


def known(value: int | None, threshold: int | None, judgement: str = "") -> Known:
    answer = Answer(None if value is None else Decimal(value), judgement)
    return Known(bar(threshold), answer)


@pytest.mark.parametrize(
    ("asked", "source", "verdict"),
    [
        # The same question with the same threshold: the verdict stands, whatever was noted.
        ({AREA: bar(100)}, Source(M, {AREA: known(120, 100)}), M),
        ({AREA: bar(100)}, Source(N, {AREA: known(80, 100)}), N),
        ({AREA: bar(100)}, Source(M, {AREA: known(None, 100)}), M),
        # Another threshold: the verified figure decides.
        ({AREA: bar(70)}, Source(N, {AREA: known(80, 100)}), M),
        ({AREA: bar(80)}, Source(N, {AREA: known(80, 100)}), M),
        ({AREA: bar(130)}, Source(M, {AREA: known(120, 100)}), N),
        ({AREA: bar(70)}, Source(N, {AREA: known(None, 100)}), P),
        ({AREA: bar(100, "<=")}, Source(M, {AREA: known(120, 100)}), N),
        # A person must judge now, or need not any more.
        ({AREA: bar(None)}, Source(M, {AREA: known(120, 100)}), P),
        ({AREA: bar(100)}, Source(N, {AREA: known(120, None, "not_met")}), M),
        # One question less, one more.
        ({AREA: bar(100)}, Source(N, {AREA: known(120, 100), STAFF: known(1, 9)}), M),
        ({AREA: bar(100), STAFF: bar(9)}, Source(M, {AREA: known(120, 100)}), P),
        ({AREA: bar(100), STAFF: bar(9)}, Source(N, {AREA: known(80, 100)}), N),
        (
            {AREA: bar(100), STAFF: bar(5)},
            Source(M, {AREA: known(None, 100), STAFF: known(9, 9)}),
            M,
        ),
        # Worded otherwise: the set says that it continues it.
        ({STAFF: bar(9)}, Source(M, {AREA: known(120, 100)}), M),
        ({}, Source(N, {AREA: known(80, 100)}), N),
        # What was not judged, or does not apply, stays so.
        ({AREA: bar(1)}, Source(P, {AREA: known(120, 100)}), P),
        ({AREA: bar(1)}, Source(NA, {AREA: known(0, 100)}), NA),
    ],
)
def test_a_criterion_is_judged_by_what_is_known_of_the_one_that_it_continues(
    asked: dict, source: Source, verdict: Verdict
) -> None:
    assert judge(asked, [source]) == verdict


def test_what_continues_nothing_is_not_assessed() -> None:
    assert judge({AREA: bar(1)}, []) == P


@pytest.mark.parametrize(
    ("verdicts", "verdict"),
    [([M, M], M), ([M, N], N), ([M, P], P), ([N, P], N), ([M, NA], M), ([NA, NA], NA)],
)
def test_a_criterion_that_was_split_is_met_where_all_its_parts_are(
    verdicts: list[Verdict], verdict: Verdict
) -> None:
    assert judge({}, [Source(found) for found in verdicts]) == verdict


def test_a_part_that_does_not_apply_leaves_the_other_to_decide() -> None:
    parts = [Source(NA, {AREA: known(None, 100)}), Source(N, {STAFF: known(5, 9)})]
    assert judge({AREA: bar(50), STAFF: bar(3)}, parts) == M
    assert Known(bar(100), NO_ANSWER) == known(None, 100)


@pytest.mark.django_db
@few
@given(cities(), chances)
def test_every_figure_is_what_the_definitions_say(city: City, chance: Random) -> None:
    with stored(city):
        lineages.link(chance)
        lineages.ask(chance)
        oracle = lineages.Oracle()
        rounds = read_rounds()
        for on in (DAYS[2], DAYS[-1]):
            round = rounds.standing(on)
            for other in other_sets(round) if round else []:
                found = read_supposition(on, round, other)
                criteria = [c for c in oracle.criteria if c.criteria_set_id == other.pk]
                assert [w.ward for w in found.wards] == oracle.in_scope(on)
                assert found.n_ready_now == read_timeline(rounds).count(on).ready
                assert found.n_criteria == len(criteria)
                n_ready = 0
                uncertain, becoming, no_longer = [], [], []
                for supposed in found.wards:
                    verdicts = [
                        lineages.supposed(oracle, supposed.ward, round, c) for c in criteria
                    ]
                    tally = supposed.tally
                    counted = [tally.met, tally.not_met, tally.not_applicable, tally.pending]
                    assert counted == [
                        verdicts.count(v) for v in ("met", "not_met", "not_applicable", "pending")
                    ]
                    has_sheet = oracle.approved_sheet(supposed.ward, round) is not None
                    rest = [v for v in verdicts if v != "not_applicable"]
                    is_ready = bool(has_sheet and rest and set(rest) == {"met"})
                    n_ready += is_ready
                    was_ready = oracle.is_ready(supposed.ward, round)
                    if has_sheet and "not_met" not in rest and "pending" in rest:
                        uncertain.append(supposed.ward)
                    elif is_ready and not was_ready:
                        becoming.append(supposed.ward)
                    elif was_ready and not is_ready:
                        no_longer.append(supposed.ward)
                    unassessed = zip(criteria, verdicts, strict=True)
                    assert list(supposed.open) == [
                        c for c, verdict in unassessed if has_sheet and verdict == "pending"
                    ]
                assert found.n_ready == n_ready
                assert found.n_ready_at_most == n_ready + len(uncertain)
                assert [w.ward for w in found.uncertain] == uncertain
                assert [w.ward for w in found.becoming_ready] == becoming
                assert [w.ward for w in found.no_longer_ready] == no_longer
                _check_dropped(found, oracle, round, criteria)


def _check_dropped(found, oracle, round, criteria) -> None:
    continued = {
        source.pk
        for criterion in criteria
        for source in lineages.in_line(
            criterion, [c for c in oracle.criteria if c.criteria_set_id == round.criteria_set_id]
        )
    }
    dropped = [
        c
        for c in oracle.criteria
        if c.criteria_set_id == round.criteria_set_id and c.pk not in continued
    ]
    assert [criterion for criterion, _n in found.dropped] == dropped
    for criterion, n_lacking in found.dropped:
        verdicts = [oracle.verified(w.ward, round).get(criterion.number) for w in found.wards]
        assert n_lacking == verdicts.count("not_met")


# --- the 22 against a set of 20 -------------------------------------------------------------------


@pytest.fixture
def smaller(db) -> Callable[..., CriteriaSet]:
    """Clone a set without some of its criteria, change the draft, and publish it."""

    def make(original: CriteriaSet, *numbers: int, change=lambda draft: None) -> CriteriaSet:
        user = UserFactory()
        draft = clone_set(original, code="it-hon", acting_user=user)
        for criterion in draft.criteria.filter(number__in=numbers):
            delete_criterion(criterion, acting_user=user)
        for number, criterion in enumerate(draft.criteria.order_by("number"), start=1):
            Criterion.objects.filter(pk=criterion.pk).update(number=number)
        change(draft)
        publish_set(draft, acting_user=user)
        return draft

    return make


@pytest.fixture
def round(db):
    return RoundFactory(criteria_set=make_set(n_criteria=4))


ALL_MET = {1: "met", 2: "met", 3: "met", 4: "met"}


def by_name(found):
    return {supposed.ward.name: supposed for supposed in found.wards}


def test_a_ward_is_freed_of_a_criterion_that_is_no_longer_asked(round, smaller):
    other = smaller(round.criteria_set, 2)
    approve_with(WardFactory(name="Đông A"), round, ALL_MET)
    approve_with(WardFactory(name="Lộc Hạ"), round, ALL_MET | {2: "not_met"})
    approve_with(WardFactory(name="Mỹ Xá"), round, ALL_MET | {2: "not_met", 3: "not_met"})
    WardFactory(name="Trường Thi")
    found = read_supposition(ON, round, other)
    assert (found.n_ready_now, found.n_ready, found.n_ready_at_most) == (1, 2, 2)
    assert found.n_without_sheet == 1
    assert [s.ward.name for s in found.becoming_ready] == ["Lộc Hạ"]
    freed = by_name(found)["Lộc Hạ"]
    assert [criterion.number for criterion in freed.freed] == [2]
    assert (freed.tally.met, freed.tally.applicable) == (3, 3)
    assert [(criterion.number, n) for criterion, n in found.dropped] == [(2, 2)]
    assert not any(effect.is_told for effect in found.effects)


def test_the_larger_set_cannot_be_told_from_the_smaller_ones_evidence(round, smaller):
    other = smaller(round.criteria_set, 2)
    now = RoundFactory(year=2025, criteria_set=other)
    approve_with(WardFactory(name="Đông A"), now, {1: "met", 2: "met", 3: "met"})
    approve_with(WardFactory(name="Lộc Hạ"), now, {1: "met", 2: "not_met", 3: "met"})
    found = read_supposition(date(2025, 12, 1), now, round.criteria_set)
    assert (found.n_ready_now, found.n_ready, found.n_ready_at_most) == (1, 0, 1)
    assert [s.ward.name for s in found.uncertain] == ["Đông A"]
    assert found.no_longer_ready == []
    told = [effect for effect in found.effects if effect.is_told]
    assert [(e.match.criterion.number, e.match.basis, e.n_open) for e in told] == [
        (2, Basis.NEW, 2)
    ]
    tally = by_name(found)["Lộc Hạ"].tally
    assert (tally.met, tally.not_met, tally.pending) == (2, 1, 1)


def test_a_norm_of_the_other_set_judges_the_verified_figure_anew(round, smaller):
    criterion = round.criteria_set.criteria.get(number=1)
    asked = RequirementFactory(
        criterion=criterion,
        measure="number",
        comparator=">=",
        unit="m²",
        text="Diện tích",
        norm_per_ward=True,
    )
    criterion.requirements.exclude(pk=asked.pk).delete()
    wards = [WardFactory(name=name) for name in ("Đông A", "Lộc Hạ")]
    for ward in wards:
        WardNorm.objects.create(
            ward=ward, requirement=asked, threshold=200, valid_from=date(2023, 1, 1)
        )

    def lower(draft):
        norms = WardNorm.objects.filter(requirement__criterion__criteria_set=draft)
        norms.filter(ward=wards[1]).update(threshold=150)

    other = smaller(round.criteria_set, change=lower)
    for ward in wards:
        sheet = approve_with(ward, round, ALL_MET | {1: "not_met"})
        sheet.results.get(criterion=criterion).values.create(
            requirement=asked, self_value=180, verified_value=180, threshold_applied=200
        )
    found = read_supposition(ON, round, other)
    assert [s.ward.name for s in found.becoming_ready] == ["Lộc Hạ"]
    (effect,) = [effect for effect in found.effects if effect.is_told]
    assert (effect.n_eased, effect.n_hardened, effect.n_open) == (1, 0, 0)


def test_a_ward_without_an_approved_sheet_is_ready_neither_way(round, smaller):
    other = smaller(round.criteria_set, 1, 2, 3)
    WardFactory()
    (supposed,) = read_supposition(ON, round, other).wards
    told = (supposed.is_ready, supposed.is_uncertain, supposed.open)
    assert told == (False, False, ())


def test_drafts_and_the_rounds_own_set_are_not_offered(round, smaller):
    other = smaller(round.criteria_set, 1)
    make_set(status=CriteriaSet.Status.DRAFT)
    retired = make_set(status=CriteriaSet.Status.RETIRED)
    assert set(other_sets(round)) == {other, retired}


@pytest.mark.django_db
@pytest.mark.parametrize("size", [2, 12])
def test_it_costs_six_queries_whatever_the_size(size):
    old = make_set(n_criteria=size)
    new = make_set(n_criteria=0)
    for criterion in old.criteria.all():
        made = CriterionFactory(criteria_set=new, replaces=criterion)
        RequirementFactory(criterion=made, text=criterion.requirements.get().text)
        RequirementFactory(criterion=made)
    round = RoundFactory(criteria_set=old)
    for _ in range(size):
        sheet = approve_with(WardFactory(), round, {1: "met", 2: "not_met"})
        for result in sheet.results.all():
            asked = result.criterion.requirements.get()
            result.values.create(requirement=asked, verified_value=1)
    (round,) = read_rounds()
    with CaptureQueriesContext(connection) as queries:
        read_supposition(ON, round, new)
    assert len(queries) == 6
