"""Standings against an oracle that counts rows, then the worked examples of the prose."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext
from hypothesis import given

from criteria.models import Assessment, Criterion, Round, Ward, WardSuccession
from criteria.readiness.by_criterion import unmet_by_criterion
from criteria.readiness.roadmap import roadmap
from criteria.readiness.rounds import read_rounds
from criteria.readiness.rules import Tally
from criteria.readiness.standing import (
    TALLIES,
    Standing,
    n_criteria,
    not_ready,
    ready,
    standing_of,
    standing_round,
    standings,
    wards_on,
    with_standing,
    without_sheet,
)
from criteria.readiness.timeline import DayCount, day_counts
from criteria.sheets.progress import progress
from tests.factories import (
    AssessmentFactory,
    MembershipFactory,
    RecognitionFactory,
    ResultFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    approve_with,
    make_set,
)
from tests.worlds import DAYS, City, Oracle, cities, counted, few, stored

pytestmark = pytest.mark.django_db

ALL_MET = {1: "met", 2: "met", 3: "met"}
ON = date(2026, 11, 15)


def numbers(tally: Tally) -> tuple[int, ...]:
    return (tally.met, tally.not_met, tally.not_applicable, tally.pending)


def readiness_of(ward: Ward, on: date) -> Standing:
    return next(standing for standing in standings(on) if standing.ward == ward)


# --- against the oracle -------------------------------------------------------------------------


@few
@given(cities())
def test_standings_are_what_the_results_say(city: City) -> None:
    with stored(city) as oracle:
        for on in DAYS:
            found = standings(on)
            round = oracle.standing_round(on)
            assert standing_round(on) == round
            assert [standing.ward for standing in found] == oracle.in_scope(on)
            for standing in found:
                verdicts = oracle.verified(standing.ward, round)
                approved = oracle.approved_sheet(standing.ward, round)
                assert standing.round == (round if approved else None)
                assert numbers(standing.tally) == counted(verdicts)
                assert [criterion.number for criterion in standing.unmet] == [
                    number for number, verdict in verdicts.items() if verdict == "not_met"
                ]
                assert standing.is_ready == oracle.is_ready(standing.ward, round)
                is_reviewed = approved and approved != oracle.sheet(standing.ward, round)
                assert bool(standing.reviewed_since) == bool(is_reviewed)
            ranks = [(-row.n_unmet, row.criterion.number) for row in unmet_by_criterion(found)]
            assert ranks == oracle.ranked_unmet(on)
        latest = DAYS[-1]
        known = standing_round(latest)
        assert standings(latest, round=known) == standings(latest)


@few
@given(cities())
def test_day_counts_are_what_the_results_and_decisions_say(city: City) -> None:
    with stored(city) as oracle:
        assert day_counts(DAYS) == {
            on: DayCount(
                on,
                in_scope=len(oracle.in_scope(on)),
                ready=len(oracle.ready(on)),
                recognised=len(oracle.recognised(on)),
                founded_since=oracle.founded_since(on),
            )
            for on in DAYS
        }


@few
@given(cities())
def test_the_filters_part_the_wards_in_scope_as_the_pure_rule_does(city: City) -> None:
    with stored(city) as oracle:
        for on in DAYS:
            round = oracle.standing_round(on)
            total = n_criteria(round)
            annotated = with_standing(Ward.objects.in_scope(on), round)
            expected: dict[str, list[Ward]] = {"ready": [], "not ready": [], "no sheet": []}
            for ward in annotated:
                standing = standing_of(ward, round, total)
                assert standing.is_ready == oracle.is_ready(ward, round)
                if oracle.approved_sheet(ward, round) is None:
                    assert ward.n_met is ward.n_not_met is ward.n_pending is None
                    expected["no sheet"].append(ward)
                else:
                    frozen = Tally(*(getattr(ward, name) for name in TALLIES))
                    assert numbers(frozen) == counted(oracle.verified(ward, round))
                    is_complete = frozen.is_complete
                    expected["ready" if is_complete else "not ready"].append(ward)
            assert list(ready(annotated)) == expected["ready"]
            assert list(not_ready(annotated)) == expected["not ready"]
            assert list(without_sheet(annotated)) == expected["no sheet"]
            lacking = standings(on, not_ready(wards_on(on, standing_round(on))))
            assert [standing.ward for standing in lacking] == expected["not ready"]
            assert [len(standing.unmet) for standing in lacking] == [
                list(oracle.verified(ward, round).values()).count("not_met")
                for ward in expected["not ready"]
            ]


@few
@given(cities())
def test_the_filters_stay_right_when_chained(city: City) -> None:
    with stored(city) as oracle:
        user = UserFactory()
        for ward in oracle.wards:
            for _ in range(2):
                MembershipFactory(ward=ward)
            MembershipFactory(ward=ward, user=user)
        for round in oracle.rounds:
            annotated = with_standing(Ward.objects.all(), round)
            for keep, is_kept in filters(oracle, round):
                kept = [ward for ward in oracle.wards if is_kept(ward)]
                for other in oracle.rounds:
                    found = keep(annotated).filter(assessments__round=other)
                    assert list(found) == [
                        ward for ward in kept for _ in oracle.revisions(ward, other)
                    ]
                    before = Ward.objects.filter(assessments__round=other)
                    assert list(keep(with_standing(before, round))) == list(found)
                for narrowed in (
                    keep(annotated).annotate(n=Count("assessments")),
                    keep(annotated.annotate(n=Count("assessments"))),
                    keep(with_standing(Ward.objects.annotate(n=Count("assessments")), round)),
                ):
                    assert [
                        (ward, ward.n) for ward in narrowed.order_by("sort_key", "valid_from")
                    ] == [
                        (ward, sum(sheet.ward_id == ward.pk for sheet in oracle.sheets))
                        for ward in kept
                    ]
                crowded = keep(annotated).annotate(n=Count("memberships"))
                assert {ward: ward.n for ward in crowded} == dict.fromkeys(kept, 3)
                assert keep(annotated).filter(memberships__user=user).count() == len(kept)


def filters(
    oracle: Oracle, round: Round
) -> list[tuple[Callable[..., object], Callable[[Ward], bool]]]:
    def has_sheet(ward: Ward) -> bool:
        return oracle.approved_sheet(ward, round) is not None

    return [
        (lambda wards: wards, lambda ward: True),
        (ready, lambda ward: oracle.is_ready(ward, round)),
        (
            not_ready,
            lambda ward: has_sheet(ward) and not oracle.is_ready(ward, round),
        ),
        (without_sheet, lambda ward: not has_sheet(ward)),
    ]


@few
@given(cities())
def test_progress_is_what_the_units_say_of_themselves(city: City) -> None:
    with stored(city) as oracle:
        for round in oracle.rounds:
            found = progress(round, ON)
            assert [row.ward for row in found] == oracle.in_scope(round.ends_on)
            for row in found:
                sheet = oracle.sheet(row.ward, round)
                assert row.state == (sheet.state if sheet else "")
                assert row.is_approved == bool(sheet and sheet.state == "approved")
                assert numbers(row.tally) == counted(oracle.verdicts(sheet, round, side="self"))


# --- worked examples ----------------------------------------------------------------------------


@pytest.fixture
def round() -> Round:
    """The police year 2026, against a set of three criteria."""
    return RoundFactory(year=2026, ends_on=ON, criteria_set=make_set(n_criteria=3))


@pytest.fixture
def ward() -> Ward:
    return WardFactory(name="Trường Thi")


def test_a_ward_that_meets_every_criterion_is_ready(ward: Ward, round: Round) -> None:
    approve_with(ward, round, ALL_MET)
    standing = readiness_of(ward, ON)
    assert standing.is_ready
    assert (standing.tally.met, standing.tally.applicable) == (3, 3)
    assert day_counts([ON])[ON] == DayCount(ON, 1, 1, 0)


def test_the_headline_of_a_day(round: Round) -> None:
    """One ready, one short, one without a sheet, one that ends today; a commune is not counted."""
    ready, short, missing, ending = WardFactory.create_batch(4)
    commune = WardFactory(kind=Ward.Kind.COMMUNE)
    Ward.objects.filter(pk=ending.pk).update(valid_to=ON)
    for unit in (ready, ending, commune):
        approve_with(unit, round, ALL_MET)
    approve_with(short, round, {1: "met", 2: "not_met", 3: "met"})
    AssessmentFactory(ward=missing, round=round)
    RecognitionFactory(ward=short, decided_on=date(2026, 3, 1))
    assert day_counts([ON])[ON] == DayCount(ON, in_scope=3, ready=1, recognised=1)


def test_one_criterion_short_keeps_a_ward_out(ward: Ward, round: Round) -> None:
    approve_with(ward, round, {1: "met", 2: "not_met", 3: "met"})
    standing = readiness_of(ward, ON)
    assert not standing.is_ready
    assert [criterion.number for criterion in standing.unmet] == [2]
    assert day_counts([ON])[ON].ready == 0


def test_a_missing_sheet_leaves_every_criterion_pending(ward: Ward, round: Round) -> None:
    AssessmentFactory(ward=ward, round=round)
    standing = readiness_of(ward, ON)
    assert standing.round is None
    assert standing.tally == Tally(pending=3)
    assert standing.unmet == ()
    assert day_counts([ON])[ON] == DayCount(ON, in_scope=1, ready=0, recognised=0)


def test_the_criterion_that_most_wards_lack_comes_first(round: Round) -> None:
    lacking = [{2: "not_met", 3: "not_met"}, {1: "not_met", 3: "not_met"}, {3: "not_met"}]
    for ward, verdicts in zip(WardFactory.create_batch(3), lacking, strict=True):
        approve_with(ward, round, ALL_MET | verdicts)
    found = unmet_by_criterion(standings(ON))
    assert [(row.criterion.number, row.n_unmet) for row in found] == [(3, 3), (1, 1), (2, 1)]


def test_not_applicable_leaves_the_denominator(ward: Ward, round: Round) -> None:
    approve_with(ward, round, {1: "met", 2: "not_applicable", 3: "met"})
    standing = readiness_of(ward, ON)
    assert (standing.tally.met, standing.tally.applicable) == (2, 2)
    assert standing.is_ready


def test_a_sheet_with_everything_not_applicable_is_not_ready(ward: Ward, round: Round) -> None:
    approve_with(ward, round, dict.fromkeys(ALL_MET, "not_applicable"))
    assert readiness_of(ward, ON).tally.applicable == 0
    assert not readiness_of(ward, ON).is_ready
    assert not ready(with_standing(Ward.objects.all(), round)).exists()
    assert day_counts([ON])[ON].ready == 0


def test_the_verified_verdict_decides_and_not_the_units_own(ward: Ward, round: Round) -> None:
    sheet = approve_with(ward, round, {1: "met", 2: "not_met", 3: "met"})
    sheet.results.update(self_verdict="met", finding="Không có hồ sơ")
    assert [criterion.number for criterion in readiness_of(ward, ON).unmet] == [2]
    assert numbers(progress(round, ON)[0].tally) == (3, 0, 0, 0)


def test_a_merged_ward_has_no_standing(round: Round) -> None:
    merged_on = ON + timedelta(days=200)
    old = [WardFactory(name=name, valid_to=merged_on) for name in ("Vị Xuyên", "Vị Hoàng")]
    for ward in old:
        approve_with(ward, round, ALL_MET)
    merged = WardFactory(name="Vị Xuyên", code=old[0].code, valid_from=merged_on)
    for ward in old:
        WardSuccession.objects.create(
            predecessor=ward,
            successor=merged,
            effective_on=merged_on,
            relation=WardSuccession.Relation.MERGED_INTO,
            legal_basis="1104/NQ-UBTVQH15",
        )
    eve = merged_on - timedelta(days=1)
    counts = day_counts([eve, merged_on])
    assert counts[eve] == DayCount(eve, in_scope=2, ready=2, recognised=0)
    assert counts[merged_on] == DayCount(
        merged_on, in_scope=1, ready=0, recognised=0, founded_since=1
    )
    (standing,) = standings(merged_on)
    assert (standing.ward, standing.round, standing.tally) == (merged, None, Tally(pending=3))


def test_the_day_valid_to_itself_is_not_counted(ward: Ward, round: Round) -> None:
    Ward.objects.update(valid_from=ON, valid_to=ON + timedelta(days=5))
    days = [ON - timedelta(days=1), ON, ON + timedelta(days=4), ON + timedelta(days=5)]
    counts = day_counts(days)
    assert [counts[day].in_scope for day in days] == [0, 1, 1, 0]
    assert [len(standings(day)) for day in days] == [0, 1, 1, 0]


def test_the_last_day_of_a_round_counts(ward: Ward, round: Round) -> None:
    approve_with(ward, round, ALL_MET)
    eve = ON - timedelta(days=1)
    assert standing_round(eve) is None
    assert standing_round(ON) == round
    counts = day_counts([eve, ON])
    assert (counts[eve].ready, counts[ON].ready) == (0, 1)


def test_before_any_round_has_ended_there_is_nothing_to_count(ward: Ward, round: Round) -> None:
    (standing,) = standings(date(2024, 1, 1))
    assert (standing.round, standing.tally) == (None, Tally())
    nobody = with_standing(Ward.objects.all(), None)
    assert not ready(nobody).exists()
    assert list(without_sheet(nobody)) == [ward]


def test_nothing_is_carried_over_from_an_earlier_round(ward: Ward, round: Round) -> None:
    earlier = RoundFactory(year=2025, criteria_set=round.criteria_set)
    approve_with(ward, earlier, ALL_MET)
    assert readiness_of(ward, ON - timedelta(days=1)).is_ready
    assert readiness_of(ward, ON).round is None
    approve_with(ward, round, ALL_MET)
    assert readiness_of(ward, ON).round == round


def test_a_planned_round_does_not_count(ward: Ward, round: Round) -> None:
    approve_with(ward, round, ALL_MET)
    RoundFactory(year=2027, criteria_set=round.criteria_set, status=Round.Status.PLANNED)
    on = date(2027, 12, 1)
    assert standing_round(on) == round
    assert day_counts([on])[on].ready == 1


def test_the_day_of_approval_does_not_matter(ward: Ward, round: Round) -> None:
    """A sheet speaks of its round's last day, however much later it is approved."""
    sheet = approve_with(ward, round, ALL_MET)
    Assessment.objects.update(approved_at=sheet.approved_at + timedelta(days=900))
    assert readiness_of(ward, ON).is_ready


def test_another_sets_rows_never_leak_in(ward: Ward, round: Round) -> None:
    sheet = approve_with(ward, round, ALL_MET)
    foreign = make_set(n_criteria=5)
    for criterion in Criterion.objects.filter(criteria_set=foreign):
        ResultFactory(
            assessment=sheet,
            criterion=criterion,
            self_verdict="not_met",
            verified_verdict="not_met",
            verified_by=sheet.approved_by,
            verified_at=sheet.approved_at,
        )
    standing = readiness_of(ward, ON)
    assert standing.is_ready
    assert standing.unmet == ()
    assert unmet_by_criterion([standing]) == []
    assert [numbers(row.tally) for row in progress(round, ON)] == [(3, 0, 0, 0)]


def test_a_new_set_of_another_size_changes_only_its_own_rounds(ward: Ward, round: Round) -> None:
    shorter = make_set(n_criteria=2)
    later = RoundFactory(year=2027, criteria_set=shorter)
    approve_with(ward, round, ALL_MET)
    approve_with(ward, later, {1: "met", 2: "met"})
    assert readiness_of(ward, ON).tally == Tally(met=3)
    assert readiness_of(ward, later.ends_on).tally == Tally(met=2)


def test_communes_are_in_nobodys_count(round: Round) -> None:
    commune = WardFactory(kind=Ward.Kind.COMMUNE)
    approve_with(commune, round, ALL_MET)
    RecognitionFactory(ward=commune, decided_on=ON)
    assert standings(ON) == []
    assert progress(round, ON) == []
    assert day_counts([ON])[ON] == DayCount(ON, 0, 0, 0)


def test_recognised_stands_beside_ready(round: Round) -> None:
    ready, recognised, neither = WardFactory.create_batch(3)
    approve_with(ready, round, ALL_MET)
    RecognitionFactory(ward=recognised, year=2024, decided_on=ON)
    RecognitionFactory(ward=recognised, year=2025, decided_on=ON)
    RecognitionFactory(
        ward=neither, decided_on=ON, revoked_on=ON + timedelta(days=9), revoked_reason="Lý do"
    )
    days = [ON - timedelta(days=1), ON, ON + timedelta(days=8), ON + timedelta(days=9)]
    counts = day_counts(days)
    assert [counts[day].recognised for day in days] == [0, 2, 2, 1]
    assert [counts[day].ready for day in days] == [0, 1, 1, 1]


def test_standings_can_be_asked_of_some_wards(ward: Ward, round: Round) -> None:
    WardFactory(name="Năng Tĩnh")
    found = standings(ON, wards_on(ON, standing_round(ON)).search("truong"))
    assert [standing.ward for standing in found] == [ward]


def test_day_counts_of_no_day_are_none() -> None:
    assert day_counts([]) == {}


# --- cost ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ask", "at_most"),
    [
        (lambda round: standings(ON), 3),
        (lambda round: standings(ON, not_ready(wards_on(ON, round)), round=round), 3),
        (lambda round: standings(ON, round=standing_round(ON)), 3),
        (lambda round: day_counts([ON, ON - timedelta(days=90)]), 4),
        (lambda round: progress(round, ON), 5),
    ],
    ids=["standings", "some standings", "of a round", "day_counts", "progress"],
)
def test_the_cost_does_not_grow_with_the_wards(
    round: Round, ask: Callable[[Round], object], at_most: int
) -> None:
    spent = []
    for n_more in (2, 6):
        for ward in WardFactory.create_batch(n_more):
            approve_with(ward, round, {1: "met", 2: "not_met", 3: "not_applicable"})
            RecognitionFactory(ward=ward)
        with CaptureQueriesContext(connection) as queries:
            ask(round)
        spent.append(len(queries))
    assert spent[0] == spent[1] <= at_most


# --- settling -----------------------------------------------------------------------------------


def test_a_round_speaks_from_its_settling_on(ward: Ward, round: Round) -> None:
    """Until then the round before goes on speaking: the headline does not fall."""
    before = RoundFactory(year=2025, criteria_set=round.criteria_set)
    approve_with(ward, before, ALL_MET)
    approve_with(ward, round, ALL_MET | {2: "not_met"})
    Round.objects.filter(pk=round.pk).update(settled_on=None)
    for on in (ON - timedelta(days=1), ON, ON + timedelta(days=40)):
        standing = readiness_of(ward, on)
        assert (standing.round, standing.is_ready) == (before, True)
    Round.objects.filter(pk=round.pk).update(status="closed", settled_on=ON + timedelta(days=31))
    assert readiness_of(ward, ON - timedelta(days=1)).round == before
    for on in (ON, ON + timedelta(days=40)):
        standing = readiness_of(ward, on)
        assert (standing.round, standing.is_ready) == (round, False)


def test_a_settled_round_that_is_mended_goes_on_speaking(ward: Ward, round: Round) -> None:
    approve_with(ward, round, ALL_MET)
    Round.objects.update(status="open")
    assert readiness_of(ward, ON).is_ready


def test_a_trial_round_speaks_for_nobody(ward: Ward, round: Round) -> None:
    approve_with(ward, round, ALL_MET)
    trial = RoundFactory(
        year=2026,
        name="Đợt thí điểm",
        ends_on=ON + timedelta(days=3),
        criteria_set=round.criteria_set,
        is_citywide=False,
    )
    approve_with(ward, trial, {1: "not_met", 2: "not_met", 3: "not_met"})
    on = ON + timedelta(days=3)
    assert readiness_of(ward, on).is_ready
    assert read_rounds().under_verification(on) == ()
    assert [each.round for each in roadmap(on).milestones()] == [round]
