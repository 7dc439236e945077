"""What is read of a request to a sheet."""

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.test import RequestFactory

from criteria.actions.results import Stale
from criteria.forms.sheet import Outcome
from criteria.sheets.sheet import read_sheet
from criteria.views.posted import (
    NO_VERSION,
    page_version,
    posted_forms,
    read_version,
    row_form,
    save_touched,
    version_in,
)
from tests.factories import AssessmentFactory, RequirementFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sheet():
    """A sheet of two criteria, each asking for a figure."""
    assessment = AssessmentFactory()
    for number in (1, 2):
        criterion = {"criterion__criteria_set": assessment.round.criteria_set}
        RequirementFactory(
            **criterion, criterion__number=number, measure="number", comparator=">=", threshold=5
        )
    return read_sheet(assessment)


def posted(sheet, **figures):
    """What the page sends of the rows c1, c2 …, and of no other."""
    said = {}
    for row in sheet.rows:
        if (figure := figures.get(f"c{row.criterion.number}")) is None:
            continue
        form = row_form(sheet, row.criterion.pk)
        said[form.add_prefix("version")] = str(row.version)
        said[form.add_prefix("was")] = form.stored_digest
        said[form.add_prefix(f"figure{row.lines[0].requirement.pk}")] = figure
    return RequestFactory().post("/", said)


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ({"version": "3"}, 3),
        ({"version": "0"}, 0),
        ({"version": "-1"}, NO_VERSION),
        ({"version": "x"}, NO_VERSION),
        ({"version": ""}, NO_VERSION),
        ({}, NO_VERSION),
        ({"other": "3"}, NO_VERSION),
    ],
)
def test_a_version_that_is_none_is_one_that_nothing_has(said, version):
    assert version_in(said) == version


def test_a_criterion_of_another_set_is_not_found(sheet):
    with pytest.raises(Http404):
        row_form(sheet, 10**9)


def test_only_the_rows_of_the_page_are_posted(sheet):
    forms = posted_forms(posted(sheet, c2="7").POST, sheet)
    assert [form.row.criterion.number for form in forms] == [2]


def test_rows_that_nobody_touched_are_not_saved(sheet):
    forms = posted_forms(posted(sheet, c1="", c2="7").POST, sheet)
    saved = []

    def save(sheet, form):
        saved.append(form.row.criterion.number)
        return sheet

    save_touched(sheet, forms, save)
    assert saved == [2]
    assert [form.outcome for form in forms] == [Outcome.NONE, Outcome.SAVED]


@pytest.mark.parametrize(
    ("trouble", "outcome"),
    [(Stale, Outcome.STALE), (ValidationError, Outcome.REFUSED)],
)
def test_a_form_tells_what_became_of_its_row(sheet, trouble, outcome):
    (form,) = posted_forms(posted(sheet, c1="7").POST, sheet)

    def save(sheet, form):
        raise trouble(sheet) if trouble is Stale else trouble("No.")

    save_touched(sheet, [form], save)
    assert form.outcome == outcome


def test_after_a_save_a_person_knows_the_version_that_it_left(sheet):
    (form,) = posted_forms(posted(sheet, c1="7").POST, sheet)
    form.row = type("Row", (), {"version": 5})()
    assert read_version(form) == 0
    form.outcome = Outcome.SAVED
    assert read_version(form) == 5


@pytest.mark.parametrize(
    ("shown", "before", "after", "version"),
    [
        ("4", 4, 5, 5),  # the page's own save
        ("4", 4, 4, 4),  # nothing was saved
        ("3", 4, 5, 3),  # somebody else had saved: the page stays behind
        ("", 4, 5, NO_VERSION),
    ],
)
def test_the_page_keeps_up_with_its_own_saves_alone(sheet, shown, before, after, version):
    request = RequestFactory().post("/", {"sheet_version": shown})
    sheet.assessment.version = after
    assert page_version(request, before, sheet) == version
