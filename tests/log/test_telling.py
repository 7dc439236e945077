"""What an entry of the log says in words, and which entries speak of what."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from criteria.actions.catalogue import clone_set
from criteria.actions.log import entry, facts_of
from criteria.actions.records import delete_record, save_record
from criteria.log.about import about_criterion, about_record, about_sheet, about_ward
from criteria.log.telling import kind_in_words, tell
from criteria.models import Activity, Extension, WardNorm, WardSuccession
from tests.factories import (
    AssessmentFactory,
    CriteriaSetFactory,
    CriterionFactory,
    RequirementFactory,
    ResultFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    make_set,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def logged(record, verb=Activity.Verb.CHANGE, **fields):
    (made,) = Activity.objects.append([entry(verb, record, acting_user=None, **fields)])
    return Activity.objects.get(pk=made.pk)  # as JSON has kept it


def said(record, **fields):
    """Return what the changes of an entry say, by their labels."""
    (told,) = tell([logged(record, **fields)])
    return {change.label: (change.before, change.after) for change in told.changes}


def test_columns_are_named_and_their_values_written_as_on_the_pages():
    told = said(
        WardFactory(),
        before={"kind": "commune", "area_km2": Decimal("3.50"), "valid_to": None},
        after={"kind": "ward", "area_km2": Decimal("1250.00"), "valid_to": date(2024, 9, 1)},
    )
    assert told == {
        "Kind": ("Commune", "Ward"),
        "Area (km²)": ("3.5", "1250"),
        "No longer from": ("", "01/09/2024"),
    }


def test_decimals_are_written_in_the_readers_language():
    with translation.override("vi"):
        assert said(WardFactory(), after={"area_km2": Decimal("3.50")}).popitem()[1] == ("", "3,5")


def test_states_verdicts_times_and_yes_or_no_are_words():
    at = datetime(2026, 11, 20, 18, 30, tzinfo=timezone.get_fixed_timezone(0))
    sheet = AssessmentFactory()
    submitted = {"state": "submitted", "submitted_at": at}
    assert said(sheet, before={"state": "draft"}, after=submitted) == {
        "State": ("Being filled in", "Submitted"),
        "Submitted at": ("", "01:30 21/11/2026"),
    }
    user = UserFactory()
    assert said(user, before={"is_active": True}, after={"is_active": False}) == {
        "Active": ("yes", "no")
    }
    assert said(user, before={"roles": []}, after={"roles": ["Leader", "Verifier"]}) == {
        "Roles": ("", "Leader, Verifier")
    }


def test_answers_are_told_by_what_the_requirement_asks_for():
    result = ResultFactory(assessment=AssessmentFactory(round__criteria_set=make_set(n_criteria=1)))
    of = {"criterion": result.criterion}
    RequirementFactory(text="Resolution", **of)
    RequirementFactory(text="Area", measure="number", comparator=">=", unit="m²", **of)
    RequirementFactory(text="Flag", measure="title", unit="year", **of)
    told = said(
        result,
        before={"self_verdict": "not_met", "Area": "120.50", "Resolution": "0", "Flag": "0"},
        after={
            "self_verdict": "met",
            "Area": "150.00",
            "Area (judgement)": "met",
            "Resolution": "1",
            "Flag": "2026",
            "Gone": "7",
        },
    )
    assert told == {
        "Self-assessment": ("Not met", "Met"),
        "Area": ("120.5 m²", "150 m²"),
        "Area (judgement)": ("", "Met"),
        "Resolution": ("No", "Yes"),
        "Flag": ("Not won", "Won for 2026"),
        "Gone": ("", "7"),
    }


def test_changes_stand_in_one_order_whatever_the_database_keeps():
    """PostgreSQL sorts the names of JSON by their length."""
    result = ResultFactory(assessment=AssessmentFactory(round__criteria_set=make_set(n_criteria=1)))
    of = {"criterion": result.criterion}
    RequirementFactory(text="A longer requirement", measure="number", comparator=">=", **of)
    RequirementFactory(text="Short", **of)
    (told,) = tell(
        [
            logged(
                result,
                after={
                    "Short": "1",
                    "explanation": "x",
                    "A longer requirement (judgement)": "met",
                    "A longer requirement": "5",
                    "self_verdict": "met",
                },
            )
        ]
    )
    assert [change.label for change in told.changes] == [
        "Self-assessment",
        "Explanation",
        "A longer requirement",
        "A longer requirement (judgement)",
        "Short",
    ]


def test_keys_are_named_and_what_is_gone_has_its_number():
    user = UserFactory(full_name="Trần Thị Bình", username="binh")
    ward = WardFactory(name="Trường Thi")
    round = RoundFactory(year=2025, name="Đợt 2025")
    told = said(
        AssessmentFactory(),
        before={"ward_id": ward.pk, "submitted_by_id": 987654},
        after={"round_id": round.pk, "submitted_by_id": user.pk},
    )
    assert told == {
        "Ward": (str(ward), ""),
        "Submitted by": ("no. 987654", "Trần Thị Bình (binh)"),
        "Round": ("", "Đợt 2025"),
    }


def test_what_is_no_column_has_a_name_all_the_same():
    made = clone_set(make_set(n_criteria=2), code="copy", acting_user=UserFactory())
    (told,) = tell([Activity.objects.get(object_id=made.pk)])
    labels = {change.label for change in told.changes}
    assert {"Groups", "Criteria", "Requirements", "Norms"} <= labels
    load = said(WardFactory(), verb=Activity.Verb.LOAD, after={"criteria.ward": 49})
    assert load == {"Wards": ("", "49")}


def test_what_is_only_stated_is_no_change():
    (told,) = tell(
        [
            logged(
                ResultFactory(assessment=AssessmentFactory(round__criteria_set=make_set())),
                before={"verified_verdict": "pending"},
                after={"verified_verdict": "met", "self_verdict": "met", "evidence": "54/KH"},
            )
        ]
    )
    assert [(change.label, change.is_one_sided) for change in told.changes] == [
        ("Self-assessment", True),
        ("Verification", False),
        ("Evidence", True),
    ]


def test_a_kind_of_record_that_is_no_more_is_told_as_it_was():
    said = {"gone": "x", "a.b": 1}
    row = entry(Activity.Verb.CHANGE, WardFactory(), acting_user=None, after=said)
    row.object_type = "criteria.formerly"
    assert kind_in_words(row) == "criteria.formerly"
    (told,) = tell([row])
    assert {change.label: change.after for change in told.changes} == {"gone": "x", "a.b": "1"}


@pytest.mark.parametrize(
    ("name", "value"), [("valid_to", "soon"), ("area_km2", "much"), ("kind", "hamlet"), ("code", 7)]
)
def test_a_value_that_its_column_could_not_hold_is_told_as_it_is(name, value):
    assert list(said(WardFactory(), after={name: value}).values()) == [("", str(value))]


def test_book_keeping_and_empty_columns_are_left_out_for_readers():
    ward = WardFactory.build(name="Trường Thi", population=None)
    save_record(ward, acting_user=None)
    (told,) = tell([Activity.objects.get()])
    labels = [change.label for change in told.plain_changes]
    assert {"Name", "Official code", "In force from"} <= set(labels)
    assert not {"ID", "Search name", "Sort key", "Population"} & set(labels)
    assert "Search name" in [change.label for change in told.changes]
    assert all(change.is_one_sided for change in told.changes)
    assert told.who == "The program"
    assert told.aside == "Ward"  # its name is the record's own
    assert told.first_changes + told.more_changes == told.plain_changes


def test_a_ward_that_the_record_does_not_name_is_named_beside_it():
    ward = WardFactory()
    (told,) = tell([logged(UserFactory(), ward=ward)])
    assert told.aside == f"User – {ward}"


def test_telling_many_entries_costs_as_much_as_telling_few():
    def cost(n):
        result = ResultFactory(
            assessment=AssessmentFactory(
                round=RoundFactory(year=2000 + n, criteria_set=make_set(n_criteria=1))
            )
        )
        rows = []
        for _ in range(n):
            after = {"entered_by_id": UserFactory().pk, "criterion_id": result.criterion_id}
            rows.append(entry(Activity.Verb.CHANGE, result, acting_user=None, after=after))
        with CaptureQueriesContext(connection) as queries:
            tell(rows)
        return len(queries)

    assert cost(2) == cost(40) == 3


# --- which entries speak of what ------------------------------------------------------------------


@pytest.fixture
def sheet():
    return AssessmentFactory(round__criteria_set=make_set(n_criteria=2))


def found(log):
    with CaptureQueriesContext(connection) as queries:
        rows = {row.pk for row in log}
    assert len(queries) == 1
    return rows


def pks(*rows):
    return {row.pk for row in rows}


def test_the_history_of_a_sheet_is_its_own_and_its_results(sheet):
    one, two = ResultFactory(assessment=sheet), ResultFactory(assessment=sheet)
    extension = Extension.objects.create(
        ward=sheet.ward,
        round=sheet.round,
        submit_by=sheet.round.verify_by,
        reason="Bão",
        given_by=UserFactory(),
        given_at=timezone.now(),
    )
    mine = [logged(record) for record in (sheet, one, two, extension)]
    other = ResultFactory(assessment=AssessmentFactory(round=sheet.round))
    logged(other)
    logged(other.assessment)
    # Of another kind, with the same number.
    save_record(CriteriaSetFactory.build(pk=sheet.pk + 1000), acting_user=None)
    assert found(about_sheet(Activity.objects.all(), sheet)) == pks(*mine)


def test_the_history_of_a_criterion_is_its_own_and_its_results_everywhere(sheet):
    first, second = sheet.round.criteria_set.criteria.order_by("number")
    norm = WardNorm.objects.create(
        ward=sheet.ward,
        requirement=RequirementFactory(
            criterion=first, measure="number", comparator=">=", norm_per_ward=True
        ),
        threshold=1,
        valid_from=sheet.ward.valid_from,
    )
    here = ResultFactory(assessment=sheet, criterion=first)
    there = ResultFactory(assessment=AssessmentFactory(round=sheet.round), criterion=first)
    mine = [logged(record) for record in (first, first.requirements.first(), norm, here, there)]
    logged(second)
    logged(ResultFactory(assessment=sheet, criterion=second))
    log = Activity.objects.all()
    assert found(about_criterion(log, first)) == pks(*mine)
    assert found(about_criterion(about_sheet(log, sheet), first)) == pks(mine[3])


def test_the_history_of_a_ward_is_all_that_was_done_for_it(sheet):
    ward = sheet.ward
    heir = WardFactory(valid_from=date(2025, 7, 1))
    succession = WardSuccession.objects.create(
        predecessor=ward,
        successor=heir,
        effective_on=date(2025, 7, 1),
        relation="merged_into",
        legal_basis="Nghị quyết",
    )
    mine = [logged(ward), logged(sheet), logged(succession)]
    logged(WardFactory())
    log = Activity.objects.all()
    assert found(about_ward(log, ward.pk)) == pks(*mine)
    assert found(about_ward(log, heir.pk)) == pks(mine[2])


def test_the_history_of_a_record_outlives_it():
    criterion = CriterionFactory(criteria_set__status="draft")
    key = criterion.pk
    delete_record(criterion, acting_user=UserFactory())
    (row,) = about_record(Activity.objects.all(), "criteria.criterion", key)
    (told,) = tell([row])
    assert criterion.name in [change.before for change in told.changes]
    assert all(not change.after for change in told.changes)


def test_facts_of_every_record_can_be_told():
    sheet = AssessmentFactory(round__criteria_set=make_set(n_criteria=1))
    records = [
        sheet,
        ResultFactory(assessment=sheet),
        sheet.ward,
        sheet.round,
        sheet.round.criteria_set,
        *sheet.round.criteria_set.criteria.all(),
        UserFactory(),
    ]
    rows = [logged(record, after=facts_of(record)) for record in records]
    for told in tell(rows):
        assert told.plain_changes
        assert not [change for change in told.plain_changes if "T00:" in change.after]
