from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from criteria.actions.results import RowEntry, Stale, save_result, save_results
from criteria.models import (
    Activity,
    Assessment,
    Extension,
    RequirementValue,
    Result,
    Round,
    WardNorm,
)
from criteria.readiness.rules import NO_ANSWER, Answer
from criteria.sheets.sheet import Entry, Row, read_sheet
from criteria.verdicts import Verdict
from tests import hands
from tests.factories import (
    CriterionFactory,
    RequirementFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    make_sheet,
)

pytestmark = pytest.mark.django_db

YES, NO = Answer(Decimal(1)), Answer(Decimal(0))
IN_2025 = date(2025, 11, 20)


def say(row, *answers, **facts):
    return Entry(
        {line.requirement.pk: answer for line, answer in zip(row.lines, answers, strict=True)},
        **facts,
    )


def read(assessment):
    return read_sheet(Assessment.objects.select_related("ward", "round").get(pk=assessment.pk))


def sheet_asking(**requirement):
    """A sheet of one criterion that asks for one thing."""
    assessment = make_sheet(n_criteria=0)
    criterion = CriterionFactory(criteria_set=assessment.round.criteria_set)
    RequirementFactory(criterion=criterion, **requirement)
    return read_sheet(assessment)


def test_the_first_save_begins_the_sheet_and_is_kept():
    officer = UserFactory()
    sheet = read_sheet(make_sheet())
    row = sheet.rows[0]
    after = save_result(sheet, row, say(row, YES), version=0, acting_user=officer)

    kept = read(after.assessment)
    assert kept.rows[0].self_verdict == Verdict.MET
    assert kept.rows[0].version == 1
    assert kept.rows[0].result.entered_by == officer
    assert [row.self_verdict for row in kept.rows[1:]] == [Verdict.PENDING, Verdict.PENDING]
    assert kept.assessment.version == 1
    assert after.rows == kept.rows
    assert after.tally == kept.tally


@pytest.mark.parametrize(
    ("requirement", "answer", "verdict"),
    [
        ({"measure": "yes_no"}, NO, "not_met"),
        ({"measure": "yes_no"}, YES, "met"),
        ({"measure": "title"}, Answer(Decimal(2026)), "met"),
        ({"measure": "title"}, NO, "not_met"),
        ({"measure": "number", "comparator": "<=", "threshold": 0}, Answer(Decimal(0)), "met"),
        ({"measure": "number", "comparator": "<=", "threshold": 0}, Answer(Decimal(1)), "not_met"),
        ({"measure": "percent", "comparator": ">=", "threshold": 70}, Answer(Decimal(70)), "met"),
        ({"measure": "percent", "comparator": ">="}, Answer(Decimal(70)), "pending"),
        ({"measure": "percent", "comparator": ">="}, Answer(Decimal(70), "not_met"), "not_met"),
        ({"measure": "percent", "comparator": ">="}, Answer(None, "met"), "met"),
        ({"measure": "yes_no"}, NO_ANSWER, "pending"),
    ],
)
def test_the_verdict_follows_from_the_answer(requirement, answer, verdict):
    sheet = sheet_asking(**requirement)
    row = sheet.rows[0]
    after = save_result(
        sheet,
        row,
        say(row, answer, explanation="x"),
        version=0,
        acting_user=UserFactory(),
    )
    assert Result.objects.get().self_verdict == verdict
    assert after.rows[0].self_verdict == verdict


def test_a_judgement_does_not_count_where_a_threshold_decides():
    sheet = sheet_asking(measure="number", comparator=">=", threshold=10)
    row = sheet.rows[0]
    save_result(
        sheet,
        row,
        say(row, Answer(Decimal(9), "met")),
        version=0,
        acting_user=UserFactory(),
    )
    assert Result.objects.get().self_verdict == "not_met"
    assert RequirementValue.objects.get().self_judgement == ""


def test_a_wards_norm_is_its_threshold_and_is_kept_with_the_value():
    sheet = sheet_asking(measure="number", comparator=">=", norm_per_ward=True, unit="m²")
    requirement = sheet.rows[0].lines[0].requirement
    for threshold, since in [
        (100, date(2023, 1, 1)),
        (150, date(2025, 1, 1)),
        (999, date(2027, 1, 1)),
    ]:
        WardNorm.objects.create(
            ward=sheet.assessment.ward,
            requirement=requirement,
            threshold=threshold,
            legal_basis="TT",
            valid_from=since,
        )
    sheet = read_sheet(sheet.assessment)
    row = sheet.rows[0]
    assert row.lines[0].threshold == 150
    save_result(
        sheet,
        row,
        say(row, Answer(Decimal(140))),
        version=0,
        acting_user=UserFactory(),
    )
    assert Result.objects.get().self_verdict == "not_met"
    assert RequirementValue.objects.get().threshold_applied == 150


def test_a_stale_save_is_refused_and_shows_what_holds():
    first, second = UserFactory(), UserFactory()
    sheet = read_sheet(make_sheet())
    row = sheet.rows[0]
    save_result(sheet, row, say(row, YES), version=0, acting_user=first)

    seen_before = read_sheet(sheet.assessment)
    with pytest.raises(Stale) as stale:
        save_result(sheet, row, say(row, NO), version=0, acting_user=second)
    assert stale.value.sheet.rows[0].result.entered_by == first
    assert stale.value.sheet.rows[0].self_verdict == Verdict.MET
    assert Result.objects.get().version == 1
    assert seen_before.rows[0].self_verdict == Verdict.PENDING

    seen = stale.value.sheet
    after = save_result(seen, row, say(row, NO), version=1, acting_user=second)
    assert (after.rows[0].self_verdict, after.rows[0].version) == (Verdict.NOT_MET, 2)


def test_a_row_that_moved_between_reading_and_writing_is_stale():
    sheet = read_sheet(make_sheet())
    row = sheet.rows[0]
    after = save_result(sheet, row, say(row, YES), version=0, acting_user=UserFactory())
    Result.objects.update(version=5)
    with pytest.raises(Stale) as stale:
        save_result(after, row, say(row, NO), version=1, acting_user=UserFactory())
    assert stale.value.sheet.rows[0].version == 5
    assert Assessment.objects.get().version == 1
    assert Activity.objects.count() == 1


def test_saying_again_what_is_stored_changes_nothing_and_is_never_stale():
    sheet = read_sheet(make_sheet())
    row = sheet.rows[0]
    after = save_result(sheet, row, say(row, YES), version=0, acting_user=UserFactory())
    again = read(after.assessment)
    save_result(again, row, say(row, YES), version=0, acting_user=UserFactory())
    assert Result.objects.get().version == 1
    assert Activity.objects.count() == 1


def test_not_applicable_needs_a_reason():
    sheet = read_sheet(make_sheet())
    row = sheet.rows[0]
    with pytest.raises(ValidationError) as refused:
        save_result(
            sheet,
            row,
            say(row, NO_ANSWER, not_applicable=True, explanation="  "),
            version=0,
            acting_user=UserFactory(),
        )
    assert list(refused.value.message_dict) == ["explanation"]
    assert not Assessment.objects.exists()

    after = save_result(
        sheet,
        row,
        say(row, NO_ANSWER, not_applicable=True, explanation=" Không có hộ nào "),
        version=0,
        acting_user=UserFactory(),
    )
    assert after.tally.applicable == 2
    assert Result.objects.get().explanation == "Không có hộ nào"


@pytest.mark.parametrize("status", [Round.Status.PLANNED, Round.Status.CLOSED])
def test_a_round_that_is_not_open_takes_no_results(status):
    sheet = read_sheet(make_sheet(status=status))
    row = sheet.rows[0]
    with pytest.raises(ValidationError):
        save_result(sheet, row, say(row, YES), version=0, acting_user=UserFactory())
    assert not Result.objects.exists()


def test_a_criterion_of_another_set_is_refused():
    sheet = read_sheet(make_sheet())
    foreign = RequirementFactory().criterion
    with pytest.raises(ValidationError):
        save_result(
            sheet, Row(foreign, (), None, None), Entry({}), version=0, acting_user=UserFactory()
        )
    assert not Result.objects.exists()


@pytest.mark.parametrize("state", ["submitted", "verifying", "approved"])
def test_a_sheet_that_has_left_the_unit_takes_no_more_results(state):
    officer, verifier = UserFactory(), UserFactory()
    unsaved = make_sheet(n_criteria=1)
    hands.fill(unsaved, officer)
    before = hands.open_sheet(unsaved)
    row = before.rows[0]
    hands.bring_to(state, unsaved, officer=officer, verifier=verifier)
    for opened in (before, hands.open_sheet(unsaved)):
        version = opened.rows[0].version
        with pytest.raises(ValidationError):
            save_result(opened, row, say(row, NO), version=version, acting_user=officer)
    assert Result.objects.get().self_verdict == "met"


@pytest.mark.parametrize(
    ("facts", "last_day"),
    [
        ({}, date(2026, 11, 30)),
        ({"extended_to": date(2026, 12, 5)}, date(2026, 12, 5)),
        ({"returned": True}, date(2026, 12, 15)),
    ],
    ids=["the round's", "an extension's", "after a return"],
)
def test_the_last_day_is_the_last_on_which_the_unit_may_enter(facts, last_day):
    officer, unsaved = UserFactory(), make_sheet(n_criteria=2)
    hands.save(unsaved, 1, 0, officer)
    if facts.get("extended_to"):
        Extension.objects.create(
            round=unsaved.round,
            ward=unsaved.ward,
            submit_by=facts["extended_to"],
            reason="Bão lụt",
            given_by=officer,
            given_at=timezone.now(),
        )
    if facts.get("returned"):
        hands.send_back(unsaved, officer, UserFactory())
    n_logged = Activity.objects.count()
    with pytest.raises(ValidationError, match=date_format(last_day)):
        hands.save(unsaved, 1, None, officer, today=last_day + timedelta(days=1))
    assert Activity.objects.count() == n_logged
    hands.save(unsaved, 1, None, officer, today=last_day)
    assert Result.objects.get(criterion__number=1).self_verdict == "not_applicable"


def test_every_save_is_in_the_log_with_what_changed_alone():
    officer = UserFactory()
    sheet = read_sheet(make_sheet())
    row = sheet.rows[0]
    sheet = save_result(sheet, row, say(row, YES), version=0, acting_user=officer)
    save_result(
        sheet,
        row,
        say(row, YES, explanation="Có hồ sơ"),
        version=1,
        acting_user=officer,
    )
    second, first = Activity.objects.all()
    assert (first.verb, first.actor, first.ward) == ("save_result", officer, sheet.assessment.ward)
    assert first.after == {"self_verdict": "met", "explanation": "", "Nội dung 1.1": "1"}
    assert (second.before, second.after) == ({"explanation": ""}, {"explanation": "Có hồ sơ"})


def test_the_last_round_stands_beside_and_a_new_one_starts_empty():
    officer = UserFactory()
    sheet = read_sheet(make_sheet(year=2025))
    row = sheet.rows[0]
    said = say(row, NO)
    save_result(sheet, row, said, version=0, acting_user=officer, today=IN_2025)
    ward, old = sheet.assessment.ward, sheet.assessment.round

    new = RoundFactory(year=2026, criteria_set=old.criteria_set)
    row = read_sheet(Assessment(ward=ward, round=new)).rows[0]
    assert row.result is None
    assert row.lines[0].previous == NO
    assert row.previous.assessment.round == old

    other = read_sheet(Assessment(ward=WardFactory(), round=new)).rows[0]
    assert other.previous is None


def test_a_new_set_shows_what_the_replaced_criterion_came_to():
    sheet = read_sheet(make_sheet(year=2025, n_criteria=1))
    row = sheet.rows[0]
    said, officer = say(row, YES), UserFactory()
    save_result(sheet, row, said, version=0, acting_user=officer, today=IN_2025)
    successor = CriterionFactory(replaces=row.criterion)
    RequirementFactory(criterion=successor, text="Mới thêm")
    RequirementFactory(criterion=successor, text=row.lines[0].requirement.text)
    new = RoundFactory(year=2026, criteria_set=successor.criteria_set)
    row = read_sheet(Assessment(ward=sheet.assessment.ward, round=new)).rows[0]
    assert [line.previous for line in row.lines] == [NO_ANSWER, YES]


ANSWERS = st.one_of(
    st.just(NO_ANSWER),
    st.builds(
        Answer,
        st.one_of(st.none(), st.decimals(0, 1000, places=2)),
        st.sampled_from(["", "met", "not_met"]),
    ),
)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    asked=st.lists(
        st.sampled_from(
            [
                {"measure": "yes_no"},
                {"measure": "title"},
                {"measure": "number", "comparator": ">=", "threshold": Decimal(500)},
                {"measure": "percent", "comparator": "<="},
                {"measure": "grade", "comparator": ">=", "threshold": 2, "grades": "Khá\nTốt"},
            ]
        ),
        min_size=1,
        max_size=3,
    ),
    said=st.lists(st.lists(ANSWERS, min_size=3, max_size=3), min_size=1, max_size=4),
)
def test_what_was_saved_last_is_what_is_read(asked, said):
    assessment = make_sheet(n_criteria=0, year=2024 + Round.objects.count())
    criterion = CriterionFactory(criteria_set=assessment.round.criteria_set)
    for requirement in asked:
        RequirementFactory(criterion=criterion, **requirement)
    sheet = read_sheet(assessment)
    officer = UserFactory()
    for answers in said:
        row = sheet.rows[0]
        entry = say(row, *answers[: len(asked)])
        sheet = save_result(
            sheet,
            row,
            entry,
            version=row.version,
            acting_user=officer,
            today=assessment.round.submit_by,
        )
        kept = read_sheet(sheet.assessment) if sheet.assessment.pk else sheet
        assert kept.rows[0].self_entry == sheet.rows[0].self_entry
        assert kept.rows[0].self_verdict == sheet.rows[0].self_verdict
        for line, answer in zip(kept.rows[0].lines, answers, strict=False):
            assert line.self_answer.value == answer.value
            assert line.self_answer.judgement == (answer.judgement if line.needs_judgement else "")


def test_a_save_beside_somebody_elses_knows_of_both():
    sheet = read_sheet(make_sheet())
    first, second, third = sheet.rows
    begun = save_result(sheet, first, say(first, YES), version=0, acting_user=UserFactory())
    mine, theirs = read(begun.assessment), read(begun.assessment)
    save_result(theirs, second, say(second, YES), version=0, acting_user=UserFactory())
    after = save_result(mine, third, say(third, YES), version=0, acting_user=UserFactory())
    assert after.tally.met == 3
    assert after.assessment.version == 3


def test_a_first_save_beside_somebody_elses_first_save_knows_of_both():
    unsaved = make_sheet()
    mine, theirs = read_sheet(unsaved), read_sheet(unsaved)
    first, second, _ = mine.rows
    save_result(theirs, first, say(first, YES), version=0, acting_user=UserFactory())
    after = save_result(mine, second, say(second, YES), version=0, acting_user=UserFactory())
    assert after.tally.met == 2
    assert after.assessment.pk == Assessment.objects.get().pk


def test_a_save_read_before_the_round_took_another_set_is_refused():
    sheet = read_sheet(make_sheet())
    row = sheet.rows[0]
    Round.objects.update(criteria_set=CriterionFactory().criteria_set)
    with pytest.raises(ValidationError):
        save_result(sheet, row, say(row, YES), version=0, acting_user=UserFactory())
    assert not Result.objects.exists()


# --- many rows at once ----------------------------------------------------------------------------


def all_rows(sheet, *answers, **facts):
    return [
        RowEntry(row, say(row, answer, **facts), row.version)
        for row, answer in zip(sheet.rows, answers, strict=True)
    ]


def test_many_rows_are_what_one_after_the_other_would_have_made_of_them():
    officer = UserFactory()
    at_once, in_turn = read_sheet(make_sheet()), read_sheet(make_sheet(year=2027))
    for answers in [(YES, NO, NO_ANSWER), (YES, YES, NO)]:
        at_once = save_results(at_once, all_rows(at_once, *answers), acting_user=officer)
        for row, answer in zip(in_turn.rows, answers, strict=True):
            in_turn = save_result(
                in_turn, row, say(row, answer), version=row.version, acting_user=officer
            )
        stored = read(at_once.assessment)
        assert [row.self_verdict for row in stored.rows] == [r.self_verdict for r in in_turn.rows]
        assert [row.version for row in stored.rows] == [row.version for row in in_turn.rows]
        assert [row.self_entry for row in stored.rows] == [r.self_entry for r in at_once.rows]
    of_sheets = [
        Activity.objects.filter(ward=sheet.assessment.ward_id, verb="save_result").count()
        for sheet in (at_once, in_turn)
    ]
    assert of_sheets[0] == of_sheets[1] == 5  # what did not change leaves no row


def test_many_rows_are_one_step_of_the_sheet():
    sheet = read_sheet(make_sheet())
    after = save_results(sheet, all_rows(sheet, YES, YES, YES), acting_user=UserFactory())
    assert after.assessment.version == read(after.assessment).assessment.version
    again = save_results(after, all_rows(after, YES, YES, YES), acting_user=UserFactory())
    assert again is after


def test_one_stale_row_leaves_all_as_they_were():
    sheet = read_sheet(make_sheet())
    begun = save_result(
        sheet, sheet.rows[1], say(sheet.rows[1], YES), version=0, acting_user=UserFactory()
    )
    now = read(begun.assessment)
    entries = [RowEntry(row, say(row, NO), 0) for row in now.rows]
    with pytest.raises(Stale):
        save_results(now, entries, acting_user=UserFactory())
    assert [row.self_verdict for row in read(begun.assessment).rows] == [
        "pending",
        "met",
        "pending",
    ]


def test_one_row_overtaken_between_reading_and_writing_leaves_all_as_they_were():
    begun = read_sheet(make_sheet())
    begun = save_results(begun, all_rows(begun, YES, YES, YES), acting_user=UserFactory())
    mine, theirs = read(begun.assessment), read(begun.assessment)
    save_result(
        theirs, theirs.rows[2], say(theirs.rows[2], NO), version=1, acting_user=UserFactory()
    )
    with pytest.raises(Stale):
        save_results(mine, all_rows(mine, NO, NO, NO_ANSWER), acting_user=UserFactory())
    verdicts = [row.self_verdict for row in read(begun.assessment).rows]
    assert verdicts == ["met", "met", "not_met"]


def test_one_row_that_may_not_be_leaves_all_as_they_were():
    sheet = read_sheet(make_sheet())
    good, bad, _third = sheet.rows
    entries = [
        RowEntry(good, say(good, YES), 0),
        RowEntry(bad, say(bad, NO_ANSWER, not_applicable=True), 0),
    ]
    with pytest.raises(ValidationError):
        save_results(sheet, entries, acting_user=UserFactory())
    assert not Result.objects.exists()


@pytest.mark.parametrize("n_criteria", [2, 12])
def test_each_further_row_costs_one_statement(n_criteria, django_assert_max_num_queries):
    sheet = read_sheet(make_sheet(n_criteria=n_criteria))
    entries = all_rows(sheet, *[YES] * n_criteria)
    officer = UserFactory()
    with django_assert_max_num_queries(14 + n_criteria):
        save_results(sheet, entries, acting_user=officer)
