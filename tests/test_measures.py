"""The table of measures: what every entry must hold, and what each says of a value."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from criteria.measures import GRADE, MEASURES, NUMBER, PERCENT, TITLE, YES_NO, Measure
from criteria.models import Requirement

GRADES = (
    "Không hoàn thành nhiệm vụ\nHoàn thành nhiệm vụ\nHoàn thành tốt nhiệm vụ\n"
    "Hoàn thành xuất sắc nhiệm vụ"
)
every_measure = pytest.mark.parametrize("measure", MEASURES.values(), ids=list(MEASURES))


def asked(measure: Measure, **facts: object) -> Requirement:
    """A requirement of the measure, as one may be."""
    if measure.is_compared:
        facts = {"comparator": ">=", "threshold": Decimal(3), **facts}
    if measure is GRADE:
        facts = {"grades": GRADES, **facts}
    return Requirement(text="Nội dung", measure=measure.code, **facts)


@every_measure
def test_every_measure_has_words_for_what_it_asks_and_answers(measure):
    requirement = asked(measure)
    assert str(measure.label)
    assert measure.demand_in_words(requirement)
    for value in (Decimal(0), Decimal(1), Decimal(4)):
        assert measure.answer_in_words(value, requirement)
        assert measure.fact_in_words(value, requirement)
    if measure.is_compared:
        assert measure.limit_in_words(Decimal(3), requirement)
        assert measure.threshold_in_words(Decimal(3), requirement)


@every_measure
def test_a_measure_is_either_chosen_or_typed(measure):
    assert bool(measure.choices(asked(measure))) != measure.is_figure


@every_measure
def test_a_choice_comes_back_as_itself(measure):
    for choice, _words in measure.choices(asked(measure)):
        assert measure.choice_of(measure.value_of(choice, 2026)) == choice


@every_measure
def test_what_people_type_for_a_choice_is_one_that_there_is(measure):
    choices = {choice for choice, _words in measure.choices(asked(measure))}
    assert set(measure.spellings(asked(measure)).values()) <= choices


@pytest.mark.parametrize(
    ("measure", "facts", "value", "words"),
    [
        (YES_NO, {}, 1, "Có"),
        (YES_NO, {}, 0, "Không"),
        (TITLE, {}, 2026, "Đạt danh hiệu năm 2026"),
        (TITLE, {}, 0, "Không đạt"),
        (NUMBER, {"unit": "m²"}, "1250.50", "1250,5 m²"),
        (PERCENT, {"unit": "%"}, "85.00", "85 %"),
        (GRADE, {}, 3, "Hoàn thành tốt nhiệm vụ"),
        (GRADE, {}, 9, "9"),
    ],
)
def test_an_answer_in_words(measure, facts, value, words):
    assert measure.answer_in_words(Decimal(value), asked(measure, **facts)) == words


# --- what merged wards inherit --------------------------------------------------------------------

figures = st.decimals(0, 1000, places=2)


@given(st.lists(figures, min_size=1), st.sampled_from([">=", "<="]))
def test_of_figures_the_least_favourable_is_inherited(values, comparator):
    requirement = asked(NUMBER, comparator=comparator)
    inherited = NUMBER.inherited(values, requirement, Decimal(3))
    assert inherited in values
    assert all(inherited <= v if comparator == ">=" else inherited >= v for v in values)


def test_what_somebody_was_not_asked_is_not_inherited():
    for measure in MEASURES.values():
        values = [Decimal(1), None]
        assert measure.inherited(values, asked(measure), Decimal(3)) is None


@pytest.mark.parametrize("measure", [TITLE, GRADE], ids=["title", "grade"])
def test_what_was_given_for_a_year_is_not_inherited(measure):
    assert measure.is_yearly
    assert measure.inherited([Decimal(4), Decimal(4)], asked(measure), Decimal(3)) is None


# --- grades ---------------------------------------------------------------------------------------


def test_grades_are_offered_the_best_first_and_stored_by_their_place():
    choices = GRADE.choices(asked(GRADE))
    assert [choice for choice, _words in choices] == ["4", "3", "2", "1"]
    assert choices[0][1] == "Hoàn thành xuất sắc nhiệm vụ"
    assert GRADE.value_of("4", 2026) == 4
    assert GRADE.threshold_in_words(Decimal(3), asked(GRADE)) == (
        "từ “Hoàn thành tốt nhiệm vụ” trở lên"
    )


def test_a_grade_is_known_by_its_initials_unless_two_share_them():
    assert GRADE.spellings(asked(GRADE)) == {"khtnv": "1", "htnv": "2", "httnv": "3", "htxsnv": "4"}
    alike = asked(GRADE, grades="Trung bình\nTốt\nTạm", threshold=2)
    assert GRADE.spellings(alike) == {"tb": "1"}


@pytest.mark.parametrize(
    ("grades", "threshold", "column"),
    [
        ("", 1, "grades"),
        ("Tốt", 1, "grades"),
        ("Tốt\n\n  \n", 1, "grades"),
        ("Tốt\nKhá\nTỐT", 1, "grades"),
        ("Khá\nTốt", 0, "threshold"),
        ("Khá\nTốt", 3, "threshold"),
        ("Khá\nTốt", Decimal("1.5"), "threshold"),
        ("Khá\nTốt", None, "threshold"),
    ],
)
def test_what_is_wrong_with_a_list_of_grades_is_told_at_its_column(grades, threshold, column):
    requirement = asked(GRADE, grades=grades, threshold=threshold)
    assert list(GRADE.problems(requirement)) == [column]


def test_a_list_of_grades_with_one_that_meets_it_is_right():
    assert GRADE.problems(asked(GRADE, threshold=Decimal("4.00"))) == {}


def test_nothing_but_a_grade_minds_a_list():
    assert all(
        measure.problems(asked(measure)) == {}
        for measure in MEASURES.values()
        if measure is not GRADE
    )
