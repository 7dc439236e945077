"""What was official of a day by the end of another: `known`."""

from datetime import date, datetime, time, timedelta
from random import Random

import pytest
from django.utils import timezone
from hypothesis import given

from criteria.models import Assessment, Round, Ward
from criteria.readiness.lineage import read_lineage
from criteria.readiness.newcomers import read_newcomers
from criteria.readiness.pledges import read_pledges
from criteria.readiness.record import read_records
from criteria.readiness.reported import read_reported
from criteria.readiness.roadmap import roadmap
from criteria.readiness.rounds import read_rounds
from criteria.readiness.standing import standings
from criteria.readiness.timeline import read_timeline
from tests.lineages import chances
from tests.worlds import DAYS, City, Oracle, cities, few, stored

pytestmark = pytest.mark.django_db


def at(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def spread_approvals(chance: Random) -> None:
    """Approve each sheet on a day of the world, the first or last hour of it included."""
    sheets = Assessment.objects.filter(state="approved").order_by("revision")
    for sheet in sheets:
        approved_at = at(chance.choice(DAYS), chance.choice([0, 12, 23]))
        if sheet.revision == 2:
            former = sheets.get(ward=sheet.ward, round=sheet.round, revision=1)
            approved_at = max(approved_at, former.approved_at + timedelta(hours=1))
            sheets.filter(pk=former.pk).update(superseded_at=approved_at)
        sheets.filter(pk=sheet.pk).update(approved_at=approved_at)
    for later in Assessment.objects.filter(revision=2):
        first = Assessment.objects.get(ward=later.ward, round=later.round, revision=1)
        reopened_at = first.approved_at + timedelta(minutes=1)
        cancelled_at = reopened_at + timedelta(days=chance.choice([0, 1, 3]))
        is_cancelled = later.state == "cancelled"
        Assessment.objects.filter(pk=later.pk).update(
            reopened_at=reopened_at, cancelled_at=cancelled_at if is_cancelled else None
        )


def reviewed_since(oracle: Oracle, ward: Ward, round: Round | None) -> datetime | None:
    """When a sheet was reopened that at the end of the known day is neither approved nor ended."""
    for sheet in oracle.revisions(ward, round):
        ended_at = sheet.approved_at or sheet.cancelled_at
        is_over = ended_at and timezone.localdate(ended_at) <= oracle.known
        at = sheet.reopened_at
        if at and timezone.localdate(at) <= oracle.known and not is_over:
            return at
    return None


@few
@given(cities(), chances)
def test_a_day_as_it_was_known_is_what_was_official_by_then(city: City, chance: Random) -> None:
    with stored(city):
        spread_approvals(chance)
        for known in DAYS[::2]:
            oracle, rounds = Oracle(known), read_rounds(known)
            timeline, records = read_timeline(rounds), read_records(Ward.objects.all(), known)
            for on in (day for day in DAYS if day <= known):
                round = rounds.standing(on)
                assert round == oracle.standing_round(on)
                seen = roadmap(on, timeline)
                assert seen.today.ready == len(oracle.ready(on))
                assert seen.today.founded_since == oracle.founded_since(on)
                assert [m.round for m in seen.milestones() if m.provisional] == list(
                    reversed(oracle.provisional_rounds(on))
                )
                found = standings(on, round=round)
                assert [s.ward for s in found if s.is_ready] == oracle.ready(on)
                for standing in found:
                    verdicts = oracle.verified(standing.ward, round)
                    assert [c.number for c in standing.unmet] == [
                        number for number, verdict in verdicts.items() if verdict == "not_met"
                    ]
                    alone = records[standing.ward.pk].standing(on, round)
                    assert alone is not None
                    assert (alone.round, alone.tally) == (standing.round, standing.tally)
                    since = reviewed_since(oracle, standing.ward, round)
                    assert standing.reviewed_since == (since if standing.round else None)
                    assert alone.reviewed_since == standing.reviewed_since
                assert read_pledges(on, rounds, read_lineage(until=on)) == []


@few
@given(cities(), chances)
def test_known_now_is_what_holds(city: City, chance: Random) -> None:
    with stored(city):
        spread_approvals(chance)
        for on in DAYS:
            late = roadmap(on, read_timeline(read_rounds(date(2030, 1, 1))))
            now = roadmap(on)
            assert (late.today, late.targets) == (now.today, now.targets)


@few
@given(cities(), chances)
def test_what_is_done_later_changes_no_figure_as_it_was_known(city: City, chance: Random) -> None:
    """Rounds are reopened, closed and settled, sheets are reopened and approved: after `known`."""
    with stored(city):
        spread_approvals(chance)
        known = chance.choice(DAYS[:-3])

        def told() -> list[object]:
            rounds = read_rounds(known)
            timeline = read_timeline(rounds)
            days = [day for day in DAYS if day <= known]
            return [
                [
                    (seen := roadmap(on, timeline)).today,
                    seen.targets,
                    seen.milestones(),
                    standings(on, round=rounds.standing(on)),
                ]
                for on in days
            ]

        before = told()
        later = at(known + timedelta(days=1), 0)
        for sheet in Assessment.objects.approved():
            if sheet.approved_at < later and chance.random() < 0.5:
                Assessment.objects.filter(pk=sheet.pk).update(superseded_at=later, is_latest=False)
        for round in Round.objects.exclude(status="planned").filter(settled_on=None):
            Round.objects.filter(pk=round.pk).update(status="closed", settled_on=later.date())
        Round.objects.filter(status="closed").update(status="open")
        assert told() == before


@few
@given(cities(), chances)
def test_what_was_reported_is_what_was_known_when_the_round_was_settled(
    city: City, chance: Random
) -> None:
    with stored(city):
        spread_approvals(chance)
        timeline, now = read_timeline(), Oracle()
        for on in DAYS:
            told = read_reported(timeline, on)
            assert [one.round for one in told] == now.settled(on)
            for one in told:
                then, wards = Oracle(one.round.settled_on), now.in_scope(one.round.ends_on)
                assert one.then == sum(then.is_ready(ward, one.round) for ward in wards)
                assert one.now == sum(now.is_ready(ward, one.round) for ward in wards)
                assert sorted(sheet.pk for sheet in one.later) == sorted(
                    sheet.pk
                    for sheet in now.sheets
                    if sheet.round_id == one.round.pk
                    and sheet.state == "approved"
                    and timezone.localdate(sheet.approved_at) > one.round.settled_on
                )


@few
@given(cities())
def test_newcomers_are_named_with_what_they_came_of(city: City) -> None:
    with stored(city) as oracle:
        rounds = read_rounds()
        for on in DAYS:
            round = rounds.standing(on)
            told = read_newcomers(on, round, read_lineage(until=on))
            since = [w for w in oracle.in_scope(on) if round and w.valid_from > round.ends_on]
            assert [newcomer.ward for newcomer in told] == since
            for newcomer in told:
                for standing in newcomer.forebears:
                    assert standing.is_ready == oracle.is_ready(standing.ward, round)
                    assert standing.ward.in_force(round.ends_on)
