"""Steps over many sheets: all of them or none, each checked again."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from criteria.actions.steps import ManyRefused, approve_many, return_many
from criteria.models import (
    Activity,
    Assessment,
    RequirementValue,
    Result,
    Round,
    WardNorm,
)
from criteria.workflow import APPROVE, BEGIN, SUBMIT, WITHDRAW
from tests import hands
from tests.factories import RoundFactory, UserFactory, WardFactory, make_set

pytestmark = pytest.mark.django_db

IN_TIME = {"submit_by": date(2026, 11, 30), "verify_by": date(2026, 12, 15)}


@pytest.fixture
def verifier(make_user):
    return make_user("verifier")


@pytest.fixture
def officer(make_user):
    return make_user("city")


@pytest.fixture
def sheets(officer, verifier):
    """Two submitted sheets and one in verification, one of whose criteria is found otherwise."""
    round = RoundFactory(criteria_set=make_set(n_criteria=2))
    made = [
        hands.submit(Assessment(ward=WardFactory(), round=round), officer, 1, None)
        for _ in range(2)
    ]
    taken_up = hands.begin(Assessment(ward=WardFactory(), round=round), officer, verifier)
    hands.find(taken_up, 2, hands.NO, verifier, "Không có hồ sơ")
    return [*made, hands.open_sheet(taken_up).assessment]


def versions(sheets):
    return {sheet.pk: sheet.version for sheet in sheets}


def stored():
    """Everything that a step over many could have changed."""
    tables = (Assessment, Result, RequirementValue, Activity)
    return [list(model.objects.order_by("pk").values()) for model in tables]


STEPS = {
    "approve": lambda versions, user: approve_many(versions, reason="Họp xét", acting_user=user),
    "return": lambda versions, user: return_many(versions, reason="Thiếu", acting_user=user),
}


def refused(step, chosen, user):
    """Take the step, which must be refused and change nothing; return the reasons by sheet."""
    before = stored()
    with pytest.raises(ManyRefused) as caught, transaction.atomic():
        STEPS[step](chosen, user)
    assert stored() == before
    return {sheet.pk: " ".join(reasons) for sheet, reasons in caught.value.problems.items()}


def test_approval_agrees_with_what_nobody_has_verified_and_keeps_what_was_found(sheets, verifier):
    approve_many(versions(sheets), reason=" Họp xét ", acting_user=verifier)
    found = Assessment.objects.in_bulk()
    tallies = [
        (
            found[s.pk].n_met,
            found[s.pk].n_not_met,
            found[s.pk].n_not_applicable,
            found[s.pk].n_pending,
        )
        for s in sheets
    ]
    assert tallies == [(1, 0, 1, 0), (1, 0, 1, 0), (1, 1, 0, 0)]
    for sheet in found.values():
        assert (sheet.state, sheet.approved_by, sheet.verifying_by) == (
            "approved",
            verifier,
            verifier,
        )
    in_bulk = dict(Result.objects.order_by().values_list("is_agreed_in_bulk").annotate(Count("pk")))
    assert in_bulk == {True: 5, False: 1}
    differing = Result.objects.get(verified_verdict="not_met")
    assert (differing.self_verdict, differing.finding) == ("met", "Không có hồ sơ")
    assert set(Activity.objects.filter(verb="approve").values_list("object_id", flat=True)) == {
        sheet.pk for sheet in sheets
    }
    assert Activity.objects.filter(verb="begin").count() == 3


def test_what_nobody_verified_is_approved_for_a_reason_that_the_log_keeps(sheets, verifier):
    before = stored()
    for reason in ({}, {"reason": "  "}):
        with pytest.raises(ValidationError) as refused, transaction.atomic():
            approve_many(versions(sheets), acting_user=verifier, **reason)
        assert set(refused.value.message_dict) == {"reason"}
        assert stored() == before
    done, seen = sheets[2], hands.open_sheet(sheets[2])
    hands.agree(done, verifier)
    assert seen.verified_tally.pending
    chosen = dict(Assessment.objects.values_list("pk", "version"))
    approve_many(chosen, reason=" Họp xét ", acting_user=verifier)
    logged = {
        row.object_id: (row.reason, row.after.get("agreed_unseen"))
        for row in Activity.objects.filter(verb="approve")
    }
    unseen = ("Họp xét", "1, 2")
    assert logged == {sheets[0].pk: unseen, sheets[1].pk: unseen, done.pk: ("", None)}


def test_what_a_colleague_has_verified_needs_no_reason(sheets, verifier, make_user):
    for sheet in sheets[:2]:
        hands.take(sheet, BEGIN, UserFactory())
    for sheet in sheets:
        hands.agree(sheet, verifier)
    chosen = dict(Assessment.objects.values_list("pk", "version"))
    assert len(approve_many(chosen, acting_user=make_user("verifier"))) == 3


def test_a_return_gives_every_sheet_its_reason(sheets, verifier):
    return_many(versions(sheets), reason=" Thiếu chữ ký ", acting_user=verifier)
    for sheet in Assessment.objects.all():
        assert (sheet.state, sheet.return_reason) == ("returned", "Thiếu chữ ký")
        assert (sheet.submitted_by, sheet.verifying_by) == (None, None)
    assert Activity.objects.filter(verb="return", reason="Thiếu chữ ký").count() == 3


def test_a_return_needs_a_reason_and_a_step_a_sheet(sheets, verifier):
    before = stored()
    with pytest.raises(ValidationError):
        return_many(versions(sheets), reason="  ", acting_user=verifier)
    for step in STEPS.values():
        with pytest.raises(ValidationError):
            step({}, verifier)
        with pytest.raises(ValidationError):
            step({**versions(sheets), 10**9: 1}, verifier)
    assert stored() == before


@pytest.mark.parametrize("step", STEPS)
def test_a_sheet_that_was_changed_meanwhile_stops_them_all(step, sheets, verifier, officer):
    chosen = versions(sheets)
    moved = hands.take(sheets[0], WITHDRAW, officer)
    hands.take(moved, SUBMIT, officer)
    assert list(refused(step, chosen, verifier)) == [sheets[0].pk]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("word", ["withdraw", "approve"])
def test_a_sheet_in_another_state_stops_them_all(step, word, sheets, verifier, officer):
    chosen = versions(sheets)
    if word == "withdraw":
        hands.take(sheets[0], WITHDRAW, officer)
        moved = sheets[0]
    else:
        moved = sheets[2]
        hands.agree(moved, verifier)
        hands.take(moved, APPROVE, verifier)
    assert list(refused(step, chosen, verifier)) == [moved.pk]


@pytest.mark.parametrize("step", STEPS)
def test_nobody_takes_it_on_own_entries(step, sheets, officer):
    both = UserFactory(role="Verifier")
    own = hands.submit(Assessment(ward=WardFactory(), round=sheets[0].round), both)
    hands.take(own, WITHDRAW, officer)
    hands.fill(own, officer, 0, 0)  # others may have saved over it since
    own = hands.take(own, SUBMIT, officer)
    assert list(refused(step, versions([*sheets, own]), both)) == [own.pk]


@pytest.mark.parametrize("step", STEPS)
def test_each_round_must_be_open(step, sheets, officer, verifier):
    other = RoundFactory(year=2025, criteria_set=sheets[0].round.criteria_set, **IN_TIME)
    late = hands.submit(Assessment(ward=WardFactory(), round=other), officer)
    Round.objects.filter(pk=other.pk).update(status="closed")
    assert list(refused(step, versions([*sheets, late]), verifier)) == [late.pk]


def test_a_norm_that_has_changed_stops_the_approval_and_names_the_criterion(sheets, verifier):
    requirement = sheets[1].round.criteria_set.criteria.get(number=1).requirements.get()
    asks = {"measure": "number", "comparator": ">=", "norm_per_ward": True}
    type(requirement).objects.filter(pk=requirement.pk).update(**asks)
    RequirementValue.objects.filter(requirement=requirement).update(self_judgement="met")
    WardNorm.objects.create(
        ward=sheets[1].ward, requirement=requirement, threshold=5, valid_from="2023-01-01"
    )
    problems = refused("approve", versions(sheets), verifier)
    assert list(problems) == [sheets[1].pk]
    assert "1" in problems[sheets[1].pk]


def test_every_sheet_that_is_refused_says_why(sheets, verifier, officer):
    chosen = versions(sheets)
    hands.take(sheets[0], WITHDRAW, officer)
    hands.take(sheets[1], BEGIN, verifier)
    assert set(refused("approve", chosen, verifier)) == {sheets[0].pk, sheets[1].pk}


@pytest.mark.parametrize("step", STEPS)
def test_it_costs_the_same_for_many_sheets(step, officer, verifier):
    """A write of very many rows is cut by the size of a statement, so only reads are as many."""
    said = {}
    for n in (2, 20):
        round = RoundFactory(year=2000 + n, criteria_set=make_set(n_criteria=2), **IN_TIME)
        made = [
            hands.submit(Assessment(ward=ward, round=round), officer)
            for ward in WardFactory.create_batch(n, valid_from=round.starts_on)
        ]
        with CaptureQueriesContext(connection) as captured:
            STEPS[step](versions(made), verifier)
        said[n] = [query["sql"].partition(" ")[0] for query in captured]
    for n, kinds in said.items():
        written = [sql for sql in kinds if sql in ("INSERT", "UPDATE")]
        said[n] = [sql for sql in kinds if sql not in ("INSERT", "UPDATE")]
        assert len(written) <= 8, n
    assert said[2] == said[20]
