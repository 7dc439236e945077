"""What became of each pledge, and of each recognition, as of any day."""

from datetime import date
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given

from criteria.models import Pledge, Recognition, Round, WardSuccession
from criteria.readiness.lineage import read_lineage
from criteria.readiness.pledges import Judge, Outcome, outcome, read_pledges
from criteria.readiness.recognitions import Recognitions, read_recognitions
from criteria.readiness.rounds import read_rounds
from criteria.readiness.rules import Tally
from criteria.readiness.timeline import Life, read_timeline
from tests.factories import RecognitionFactory, RoundFactory, WardFactory, approve_with, make_set
from tests.lineages import chances
from tests.worlds import DAYS, City, Oracle, cities, few, stored

YEARS = (2023, 2024, 2025)
END = date(2024, 11, 15)
READY, SHORT = Tally(met=22), Tally(met=21, not_met=1)
LIVING = Life(date(2023, 1, 1), None)
ENDED = Life(date(2023, 1, 1), date(2024, 9, 1))


@pytest.mark.parametrize(
    ("on", "life", "ends_on", "tally", "expected"),
    [
        (END, LIVING, END, READY, Outcome.KEPT),
        (END, LIVING, END, SHORT, Outcome.NOT_KEPT),
        (END, LIVING, END, None, Outcome.UNAPPROVED),
        # The day before, nobody knows, not even by an approved sheet.
        (date(2024, 11, 14), LIVING, END, READY, Outcome.AHEAD),
        (END, LIVING, None, None, Outcome.AHEAD),
        # Merged away before the round's end: known from the first day on.
        (date(2024, 8, 31), ENDED, END, None, Outcome.AHEAD),
        (date(2024, 9, 1), ENDED, END, None, Outcome.OUTSIDE),
        (END, ENDED, END, READY, Outcome.OUTSIDE),
        (date(2024, 9, 1), ENDED, None, None, Outcome.OUTSIDE),
        # The last day of the round is the first on which the ward is gone, or the one before.
        (END, Life(date(2023, 1, 1), END), END, READY, Outcome.OUTSIDE),
        (END, Life(date(2023, 1, 1), date(2024, 11, 16)), END, READY, Outcome.KEPT),
        # Gone since, but not then.
        (date(2026, 1, 1), Life(date(2023, 1, 1), date(2025, 7, 1)), END, READY, Outcome.KEPT),
        # Not there yet.
        (date(2026, 1, 1), Life(date(2025, 7, 1), None), END, None, Outcome.OUTSIDE),
    ],
)
def test_a_pledge_is_judged_by_the_round_of_its_year(
    on: date, life: Life, ends_on: date | None, tally: Tally | None, expected: Outcome
) -> None:
    assert outcome(on, life, ends_on, tally) == expected


def _expected(oracle: Oracle, pledge: Pledge, on: date) -> str:
    """What became of a pledge, by the definitions."""
    whole = [r for r in oracle.rounds if r.is_citywide and r.year == pledge.year]
    of_year = [r for r in whole if r.status != "planned"]
    last = max(of_year, key=lambda round: round.ends_on, default=None)
    ward = next(ward for ward in oracle.wards if ward.pk == pledge.ward_id)
    is_official = last is not None and last.ends_on <= on
    if is_official and ward in oracle.in_scope(last.ends_on):
        if any(r.settled_on is None for r in whole):
            return "unsettled"
        if oracle.approved_sheet(ward, last) is None:
            return "unapproved"
        return "kept" if oracle.is_ready(ward, last) else "not_kept"
    is_gone = ward.valid_to is not None and ward.valid_to <= on
    return "outside" if is_official or is_gone else "ahead"


@pytest.mark.django_db
@few
@given(cities(), chances)
def test_what_became_of_every_pledge_is_what_the_results_say(city: City, chance: Random) -> None:
    with stored(city):
        for round in Round.objects.all():
            Round.objects.filter(pk=round.pk).update(year=chance.choice(YEARS))
        oracle = Oracle()
        wards = [ward for ward in oracle.wards if ward.kind == "ward"]
        for ward in wards:
            for year in YEARS:
                if chance.random() < 0.6:
                    Pledge.objects.create(ward=ward, year=year)
        rounds = read_rounds()
        for on in DAYS:
            told = read_pledges(on, rounds, read_lineage(until=on))
            promises = [promise for year in told for promise in year.promises]
            known = Pledge.objects.filter(ward__valid_from__lte=on)
            assert {promise.pledge.pk for promise in promises} == {p.pk for p in known}
            assert [year.year for year in told] == sorted({p.year for p in known}, reverse=True)
            for year in told:
                names = [wards.index(promise.ward) for promise in year.promises]
                assert names == sorted(names)
                said = [promise.outcome for promise in year.promises]
                assert year.counts == {found: said.count(found) for found in set(said)}
            for promise in promises:
                assert promise.outcome == _expected(oracle, promise.pledge, on)
                heirs = _heirs(oracle, promise.ward, on)
                year = promise.pledge.year
                assert [(heir.ward, heir.outcome) for heir in promise.heirs] == [
                    (heir, _expected(oracle, Pledge(ward=heir, year=year), on)) for heir in heirs
                ]


def _heirs(oracle: Oracle, ward, on: date) -> list:
    """The units of a day that a unit that is no more has gone into."""
    if ward.valid_to is None or ward.valid_to > on:
        return []
    found = set()
    for step in WardSuccession.objects.filter(predecessor=ward, effective_on__lte=on):
        heir = next(w for w in oracle.wards if w.pk == step.successor_id)
        found |= set(_heirs(oracle, heir, on)) if heir.valid_to and heir.valid_to <= on else {heir}
    return [ward for ward in oracle.wards if ward in found]


@pytest.mark.django_db
@few
@given(cities())
def test_who_is_recognised_on_a_day_is_what_the_decisions_say(city: City) -> None:
    with stored(city) as oracle:
        rounds = read_rounds()
        timeline = read_timeline(rounds)
        for on in DAYS:
            found = read_recognitions(on, rounds.standing(on), read_lineage(until=on))
            recognised, ready = oracle.recognised(on), oracle.ready(on)
            decisions = [seen for _year, of_year in found.by_year for seen in of_year]
            wards = {ward.pk for ward in oracle.wards if ward.kind == "ward"}
            known = [r.pk for r in oracle.recognitions if r.decided_on <= on and r.ward_id in wards]
            assert sorted(seen.recognition.pk for seen in decisions) == sorted(known)
            assert found.n_recognised == len(recognised) == timeline.count(on).recognised
            _check_counts(oracle, found, [r for r in oracle.recognitions if r.pk in known], on)
            holders = {seen.ward for seen in decisions if seen.holds}
            assert holders == set(recognised)
            only_ready = [ward for ward in ready if ward not in recognised]
            assert [s.ward for s in found.ready_only] == only_ready
            only_recognised = [ward for ward in recognised if ward not in ready]
            assert [s.ward for s in found.recognised_only] == only_recognised


def _check_counts(oracle: Oracle, found: Recognitions, known: list[Recognition], on: date) -> None:
    """Each decision is in force, revoked, or about a ward that is none on the day."""
    wards = {ward.pk for ward in oracle.in_scope(on)}
    revoked = [r for r in known if r.revoked_on and r.revoked_on <= on]
    in_force = [r for r in known if r not in revoked and r.ward_id in wards]
    assert found.n_decisions == len(known)
    assert (found.n_in_force, found.n_revoked) == (len(in_force), len(revoked))
    assert found.n_of_former_wards == len(known) - len(in_force) - len(revoked)
    latest = max((r.year for r in known), default=None)
    assert found.latest_year == latest
    assert found.n_of_latest_year == len({r.ward_id for r in in_force if r.year == latest})


@pytest.mark.django_db
def test_the_last_round_of_a_year_judges_its_pledges():
    criteria_set = make_set(n_criteria=1)
    halves = [
        RoundFactory(
            name=f"Đợt {n}",
            year=2024,
            ends_on=ends_on,
            criteria_set=criteria_set,
        )
        for n, ends_on in enumerate([date(2024, 6, 30), date(2024, 11, 15)])
    ]
    ward = WardFactory()
    approve_with(ward, halves[0], {1: "met"})
    approve_with(ward, halves[1], {1: "not_met"})
    Pledge.objects.create(ward=ward, year=2024)
    found = [
        read_pledges(on, read_rounds(), read_lineage(until=on))[0].promises[0].outcome
        for on in (date(2024, 7, 1), date(2024, 11, 15))
    ]
    assert found == [Outcome.AHEAD, Outcome.NOT_KEPT]


@pytest.mark.django_db
def test_outcomes_ask_no_query_where_all_is_at_hand():
    round = RoundFactory(year=2024, criteria_set=make_set(n_criteria=1))
    ward = WardFactory()
    pledges = [Pledge.objects.create(ward=ward, year=year) for year in (2024, 2025)]
    rounds = read_rounds()
    with CaptureQueriesContext(connection) as queries:
        judge = Judge(END, rounds, {(ward.pk, round.pk): Tally(met=1)})
        found = [judge.promise(pledge) for pledge in pledges]
    assert len(queries) == 0
    assert [promise.outcome for promise in found] == [Outcome.KEPT, Outcome.AHEAD]


@pytest.mark.django_db
@pytest.mark.parametrize("n_wards", [2, 20])
def test_pledges_and_recognitions_cost_the_same_for_any_number_of_wards(n_wards):
    round = RoundFactory(year=2024, criteria_set=make_set(n_criteria=1))
    for ward in WardFactory.create_batch(n_wards):
        approve_with(ward, round, {1: "met"})
        Pledge.objects.create(ward=ward, year=2024)
        RecognitionFactory(ward=ward)
    rounds, on = read_rounds(), date(2026, 1, 1)
    with CaptureQueriesContext(connection) as queries:
        lineage = read_lineage(until=on)
        read_pledges(on, rounds, lineage)
        read_recognitions(on, rounds.standing(on), lineage)
    assert len(queries) == 5
