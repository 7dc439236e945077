"""A page's hundreds of forms have one copy of the fields that none of them changes."""

import pytest

from criteria.forms.sheet import FindingForm, ResultForm
from criteria.sheets.sheet import read_sheet
from tests.factories import AssessmentFactory, RequirementFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows():
    assessment = AssessmentFactory()
    for number in (1, 2):
        of_set = {"criterion__criteria_set": assessment.round.criteria_set}
        RequirementFactory(**of_set, criterion__number=number, measure="yes_no")
    return read_sheet(assessment).rows


def test_declared_fields_are_one_for_all_and_controls_are_each_row_s_own(rows):
    first, second = (ResultForm(row, 2026) for row in rows)
    assert first.fields["explanation"] is second.fields["explanation"]
    asked = [f"choice{row.lines[0].requirement.pk}" for row in rows]
    assert asked[0] in first.fields
    assert asked[0] not in second.fields
    assert asked[0] not in ResultForm.base_fields


def test_the_unit_explains_and_the_verifier_finds(rows):
    said = [str(kind(rows[0], 2026)["explanation"].label) for kind in (ResultForm, FindingForm)]
    assert said[0] != said[1]


def test_one_form_s_errors_are_not_another_s(rows):
    wrong = ResultForm(rows[0], 2026, {f"c{rows[0].criterion.pk}-not_applicable": "on"})
    assert wrong["explanation"].errors
    assert not ResultForm(rows[1], 2026)["explanation"].errors


def test_what_is_no_field_is_looked_for_further(rows):
    with pytest.raises(KeyError):
        ResultForm(rows[0], 2026)["outcome"]
