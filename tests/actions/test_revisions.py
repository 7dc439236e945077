"""What was approved never changes: a sheet that is reopened goes on as a later revision."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from criteria.actions.evidence import attach, detach
from criteria.actions.steps import approve_many, take_step
from criteria.models import Activity, Assessment, EvidenceUse, RequirementValue, Result
from criteria.readiness.standing import standings
from criteria.sheets.mending import earlier_verifications
from criteria.workflow import APPROVE, BEGIN, CANCEL_REOPENING, REOPEN, SUBMIT
from tests import hands
from tests.factories import EvidenceFactory, UserFactory, WardFactory, make_sheet
from tests.hands import NO

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return UserFactory()


@pytest.fixture
def verifier():
    return UserFactory()


@pytest.fixture
def administrator():
    return UserFactory()


@pytest.fixture
def sheet(officer, verifier):
    """Approved, with a document behind its first criterion."""
    made = make_sheet(n_criteria=2)
    hands.fill(made, officer)
    put_on(made, officer, 1)
    return hands.approve(made, officer, verifier)


def put_on(sheet, officer, number, document=None):
    opened = hands.open_sheet(sheet)
    row = hands.row_of(opened, number)
    document = document or EvidenceFactory(ward=sheet.ward)
    attach(opened, row, document, version=row.version, acting_user=officer)
    return document


def stored_of(sheet):
    """All that is kept of a revision, but for what a later one takes over from it."""
    facts = Assessment.objects.filter(pk=sheet.pk).values().get()
    del facts["is_latest"], facts["superseded_at"]
    return (
        facts,
        list(Result.objects.filter(assessment=sheet).order_by("pk").values()),
        list(RequirementValue.objects.filter(result__assessment=sheet).order_by("pk").values()),
        list(EvidenceUse.objects.filter(result__assessment=sheet).order_by("pk").values()),
    )


def approve_again(sheet, officer, verifier):
    hands.take(sheet, SUBMIT, officer)
    hands.take(sheet, BEGIN, verifier)
    hands.agree(sheet, verifier)
    return hands.take(sheet, APPROVE, verifier)


def test_a_reopened_sheet_begins_as_a_copy_of_what_was_approved(sheet, administrator):
    before = stored_of(sheet)
    reopened = hands.reopen(sheet, administrator)
    assert stored_of(sheet) == before
    assert (reopened.revision, reopened.state, reopened.is_latest) == (2, "returned", True)
    assert (reopened.reopened_by, reopened.reopening_reason) == (administrator, "Nhầm số liệu")
    assert reopened.reopened_at == reopened.returned_at

    def rows_of(revision, model, path, *left_out):
        rows = model.objects.filter(**{path: revision}).order_by("pk").values()
        return [{name: row[name] for name in row if name not in left_out} for row in rows]

    for model, path, *left_out in (
        (Result, "assessment", "id", "assessment_id", "version"),
        (RequirementValue, "result__assessment", "id", "result_id"),
        (EvidenceUse, "result__assessment", "id", "result_id"),
    ):
        copied = rows_of(reopened, model, path, *left_out)
        assert copied == rows_of(sheet, model, path, *left_out) != []


def test_what_is_done_to_the_later_revision_is_done_to_it_alone(
    sheet, officer, verifier, administrator
):
    before = stored_of(sheet)
    use = EvidenceUse.objects.get()
    hands.reopen(sheet, administrator)
    opened = hands.open_sheet(sheet)
    row = hands.row_of(opened, 1)
    detach(opened, row, use.evidence, version=row.version, acting_user=officer)
    put_on(sheet, officer, 2)
    hands.save(sheet, 2, NO, officer)
    assert stored_of(sheet) == before
    assert approve_again(sheet, officer, verifier).n_not_met == 1
    assert stored_of(sheet) == before
    hands.cancel_reopening(hands.reopen(sheet, administrator), administrator)
    assert stored_of(sheet) == before


def test_the_former_revision_ends_when_the_later_one_is_approved(
    sheet, officer, verifier, administrator
):
    hands.reopen(sheet, administrator)
    assert [s.pk for s in Assessment.objects.approved()] == [sheet.pk]
    later = approve_again(sheet, officer, verifier)
    assert [s.pk for s in Assessment.objects.approved()] == [later.pk]
    former = Assessment.objects.get(pk=sheet.pk)
    assert (former.superseded_at, former.is_approved) == (later.approved_at, True)


def test_many_are_approved_in_place_of_their_former_revisions(officer, verifier, administrator):
    sheets = [make_sheet(n_criteria=1)]
    sheets.append(Assessment(ward=WardFactory(), round=sheets[0].round))
    for each in sheets:
        hands.approve(each, officer, verifier)
    hands.reopen(sheets[0], administrator)
    waiting = hands.take(sheets[0], SUBMIT, officer)
    (later,) = approve_many({waiting.pk: waiting.version}, reason="Họp xét", acting_user=verifier)
    other = hands.as_it_is(sheets[1])
    assert set(Assessment.objects.approved()) == {later, other}
    former = Assessment.objects.get(revision=1, ward=sheets[0].ward)
    assert former.superseded_at == later.approved_at


def test_a_cancelled_reopening_leaves_the_approved_sheet_as_the_ward_s(
    sheet, officer, administrator
):
    reopened = hands.reopen(sheet, administrator)
    hands.take(reopened, SUBMIT, officer)
    ended = hands.cancel_reopening(reopened, administrator)
    assert (ended.pk, ended.state, ended.is_latest) == (reopened.pk, "cancelled", False)
    assert (ended.cancelled_by, ended.cancelling_reason) == (administrator, "Số liệu vẫn đúng")
    assert hands.as_it_is(sheet).pk == sheet.pk
    with pytest.raises(ValidationError):  # from a page of then
        take_step(reopened, SUBMIT, version=reopened.version, acting_user=officer)
    again = hands.reopen(sheet, administrator)
    assert again.revision == 3
    assert again.version > ended.version


def test_a_page_of_the_approved_revision_takes_no_step_on_it(sheet, administrator):
    page = hands.as_it_is(sheet)
    hands.reopen(sheet, administrator)
    with pytest.raises(ValidationError):
        take_step(page, REOPEN, version=page.version, acting_user=administrator, reason="Nhầm")


def test_what_was_typed_on_a_cancelled_revision_is_not_taken_for_the_next_one_s(
    sheet, officer, administrator
):
    hands.reopen(sheet, administrator)
    hands.save(sheet, 1, NO, officer)
    old = hands.row_of(hands.open_sheet(sheet), 1)
    hands.cancel_reopening(sheet, administrator)
    hands.reopen(sheet, administrator)
    assert hands.row_of(hands.open_sheet(sheet), 1).version > old.version


def test_what_a_reopening_asks_for_must_be_mended(sheet, officer, administrator):
    pk = hands.row_of(hands.open_sheet(sheet), 2).criterion.pk
    hands.take(sheet, REOPEN, administrator, reason="Nhầm", notes={pk: "Ghi lại"})
    opened = hands.open_sheet(sheet)
    assert [row.criterion.number for row in opened.to_mend] == [2]
    assert "Ghi lại" in Activity.objects.first().after.values()
    with pytest.raises(ValidationError):
        hands.take(sheet, SUBMIT, officer)


def test_who_entered_on_the_former_revision_does_not_verify_the_later_one(
    sheet, officer, verifier, administrator
):
    other = UserFactory()
    hands.reopen(sheet, administrator)
    hands.take(sheet, SUBMIT, other)
    for own in (officer, other):
        with pytest.raises(ValidationError):
            hands.take(sheet, BEGIN, own)
    hands.take(sheet, BEGIN, verifier)


def test_what_was_found_before_a_row_was_changed_is_still_told(
    sheet, officer, verifier, administrator
):
    hands.reopen(sheet, administrator)
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        hands.save(sheet, 2, NO, officer)
        earlier = earlier_verifications(hands.open_sheet(sheet))
    changed = hands.row_of(hands.open_sheet(sheet), 2).result
    assert list(earlier) == [changed.pk]
    assert earlier[changed.pk].entry.verb == "verify_result"


def test_reopening_costs_the_same_for_a_sheet_of_any_size(officer, verifier, administrator):
    counts = []
    for size in (1, 6):
        made = make_sheet(n_criteria=size, year=2026 + size)
        sheet = hands.approve(made, officer, verifier)
        with CaptureQueriesContext(connection) as done:
            take_step(
                sheet, REOPEN, version=sheet.version, acting_user=administrator, reason="Nhầm"
            )
        counts.append(len(done))
    assert counts[0] == counts[1]


def test_a_sheet_in_a_closed_round_is_neither_reopened_nor_is_that_cancelled(sheet, administrator):
    for step in (REOPEN, CANCEL_REOPENING):
        sheet.round.status = "closed"
        sheet.round.save()
        with pytest.raises(ValidationError):
            hands.take(sheet, step, administrator, reason="Nhầm")
        sheet.round.status = "open"
        sheet.round.save()
        hands.take(sheet, step, administrator, reason="Nhầm")


# --- as known on --------------------------------------------------------------------------------


def at(day, hour=9):
    return datetime(day.year, day.month, day.day, hour, tzinfo=timezone.get_default_timezone())


def test_what_was_official_at_the_end_of_a_day_stays_so(officer, verifier, administrator):
    first, second = date(2026, 11, 20), date(2026, 11, 25)
    with time_machine.travel(at(first, 23)):
        made = hands.approve(make_sheet(n_criteria=1), officer, verifier)
        hands.reopen(made, administrator)
    with time_machine.travel(at(second, 1)):
        later = approve_again(made, officer, verifier)

    def known(day):
        return [sheet.revision for sheet in Assessment.objects.approved(known=day)]

    day = timedelta(days=1)
    assert [known(first - day), known(first), known(second - day)] == [[], [1], [1]]
    assert [known(second), known(second + day)] == [[2], [2]]
    assert later.revision == 2


def test_a_standing_says_since_when_it_is_looked_at_again(sheet, officer, verifier, administrator):
    def since():
        (standing,) = standings(sheet.round.ends_on)
        return standing.reviewed_since

    assert since() is None
    reopened = hands.reopen(sheet, administrator)
    assert since() == reopened.reopened_at
    hands.cancel_reopening(sheet, administrator)
    assert since() is None
    hands.reopen(sheet, administrator)
    approve_again(sheet, officer, verifier)
    assert since() is None
