"""Which days and years a fact may be of."""

from datetime import date

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models

from criteria.models import Day, DayOfPaper, Evidence, Recognition
from tests.factories import WardFactory

SET_BY_THE_PROGRAM = {"Inbox.digest_on"}
OF_PAPERS = {"Evidence.issued_on", "Recognition.decided_on", "Recognition.revoked_on"}


def columns(kind):
    return [
        pytest.param(column, id=f"{model.__name__}.{column.name}")
        for model in apps.get_app_config("criteria").get_models()
        for column in model._meta.concrete_fields
        if isinstance(column, kind) and not isinstance(column, models.DateTimeField)
    ]


def accepts(column, value):
    try:
        column.clean(value, None)
    except ValidationError:
        return False
    return True


def test_which_days_are_of_papers():
    ids = {param.id for param in columns(models.DateField)} - SET_BY_THE_PROGRAM
    assert ids == {param.id for param in columns(Day)}
    assert {param.id for param in columns(DayOfPaper)} == OF_PAPERS


@pytest.mark.parametrize("column", columns(Day))
@pytest.mark.parametrize("day", [date(206, 4, 21), date(1900, 1, 1), date(2206, 4, 21)])
def test_a_year_that_lost_or_won_a_digit_is_refused(column, day):
    assert not accepts(column, day)
    assert accepts(column, date(2026, 4, 21))


@pytest.mark.parametrize("column", columns(DayOfPaper))
def test_no_paper_is_of_a_day_to_come(column):
    assert accepts(column, date(2026, 11, 20))  # today
    assert not accepts(column, date(2026, 11, 21))
    assert accepts(column, date(1998, 5, 1))


@pytest.mark.parametrize("name", ["Round.year", "Pledge.year", "Recognition.year"])
@pytest.mark.parametrize(("year", "is_one"), [(2026, True), (206, False), (20266, False)])
def test_a_year_is_one_of_the_program(name, year, is_one):
    model, _, column = name.partition(".")
    assert accepts(apps.get_model("criteria", model)._meta.get_field(column), year) is is_one


@pytest.mark.parametrize(("year", "is_refused"), [(2026, False), (2027, True)])
def test_nothing_is_recognised_before_its_year_has_begun(db, year, is_refused):
    recognition = Recognition(
        ward=WardFactory(),
        year=year,
        decision_number="1",
        decided_on=date(2026, 11, 1),
        issued_by="x",
    )
    if not is_refused:
        recognition.full_clean()
        return
    with pytest.raises(ValidationError) as refusal:
        recognition.full_clean()
    assert list(refusal.value.message_dict) == ["year"]


def test_the_bounds_are_no_matter_of_the_database():
    path = Evidence._meta.get_field("issued_on").deconstruct()[1]
    assert path == "django.db.models.DateField"
