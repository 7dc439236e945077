"""The grid's cells, which Python writes: each says what it is, and what was typed is escaped."""

import json

import pytest
from django.utils.translation import override

from criteria.forms.grid import Cell, CellForm, blocks
from criteria.sheets.sheet import read_sheet
from criteria.templatetags.grid_tags import cells, explanation_cells, words_of
from tests.factories import AssessmentFactory, RequirementFactory
from tests.reading import find, one, text

pytestmark = pytest.mark.django_db
HOSTILE = '"><b>&'


@pytest.fixture
def sheet():
    assessment = AssessmentFactory()
    of_set = {"criterion__criteria_set": assessment.round.criteria_set}
    RequirementFactory(
        **of_set, text="Tỷ lệ", measure="percent", comparator=">=", threshold=70, unit="%"
    )
    return read_sheet(assessment)


def form_of(sheet, **typed):
    row = sheet.rows[0]
    key = row.lines[0].requirement.pk
    names = {"figure": f"figure{key}"}
    ward = sheet.assessment.ward_id
    data = {f"w{ward}-{names.get(name, name)}": value for name, value in typed.items()}
    return CellForm(sheet, row.criterion.pk, {f"w{ward}-version": "0", **data} if typed else None)


def drawn(form, *, can_edit=True):
    ward = form.prefix[1:]
    with override("en"):
        return (
            f"<table><tr>{cells(form.cells(blocks([form])), ward, can_edit=can_edit)}</tr></table>"
        )


def test_a_figure_is_typed_in_and_named_by_ward_requirement_and_head(sheet):
    form = form_of(sheet)
    key = sheet.rows[0].lines[0].requirement.pk
    box = one(drawn(form), "td.grid-cell input")
    assert box.get("name") == f"{form.prefix}-figure{key}"
    assert box.get("inputmode") == "decimal"
    assert box.get("aria-labelledby") == f"n{form.prefix[1:]} r{key} h-figure{key}"
    assert box.get("aria-invalid") is None
    facts = find(drawn(form), "td.grid-fact")
    assert [text(fact) for fact in facts] == ["≥ 70 %", "–"]
    assert [fact.get("data-key") for fact in facts] == [f"threshold{key}", f"previous{key}"]


def test_what_was_typed_stays_and_is_escaped_with_its_error_beside(sheet):
    page = drawn(form_of(sheet, figure=HOSTILE))
    box = one(page, "input")
    assert box.get("value") == HOSTILE
    assert find(page, "b") == []
    error = one(page, ".grid-error")
    assert (box.get("aria-invalid"), box.get("aria-describedby")) == ("true", error.get("id"))
    assert text(error)


def test_an_answer_is_a_list_whose_head_says_which_words_mean_what():
    assessment = AssessmentFactory()
    of_set = {"criterion__criteria_set": assessment.round.criteria_set}
    asked = RequirementFactory(**of_set, measure="yes_no")
    sheet = read_sheet(assessment)
    with override("vi"):
        form = CellForm(sheet, asked.criterion_id)
        (head,) = blocks([form])
        words = json.loads(words_of(head, "choice"))
        assert (words["co"], words["x"], words["khong"], words["k"]) == ("1", "1", "0", "0")
        assert "c" not in words
        assert words_of(head, "previous") == ""
        page = f"<table><tr>{cells(form.cells([head]), 7, can_edit=True)}</tr></table>"
    options = find(page, "select option")
    assert [(it.get("value"), text(it)) for it in options] == [
        ("", "–"),
        ("1", "Có"),
        ("0", "Không"),
    ]
    assert one(page, "select").value == ""


def test_what_is_in_no_list_stays_to_be_seen():
    assessment = AssessmentFactory()
    of_set = {"criterion__criteria_set": assessment.round.criteria_set}
    asked = RequirementFactory(**of_set, measure="yes_no")
    sheet = read_sheet(assessment)
    ward = assessment.ward_id
    data = {f"w{ward}-version": "0", f"w{ward}-choice{asked.pk}": HOSTILE}
    form = CellForm(sheet, asked.criterion_id, data)
    page = drawn(form)
    assert one(page, "select").value == HOSTILE
    assert one(page, "select").get("aria-describedby") == one(page, ".grid-error").get("id")


def test_where_nothing_can_be_typed_an_answer_is_read(sheet):
    page = drawn(form_of(sheet), can_edit=False)
    assert find(page, "input") == []
    assert text(one(page, "td.grid-cell.num")) == "–"


def test_a_cell_that_is_not_asked_of_the_ward_is_empty(sheet):
    cell = Cell("judgement", "judgement1", sheet.rows[0].lines[0])
    page = f"<table><tr>{cells([cell], 1, can_edit=True)}</tr></table>"
    assert (find(page, "input"), text(page)) == ([], "")


@pytest.mark.parametrize(
    ("typed", "is_ticked", "has_error"),
    [
        ({}, False, False),
        ({"explanation": HOSTILE, "not_applicable": "on"}, True, False),
        ({"explanation": "", "not_applicable": "on"}, True, True),
    ],
)
def test_an_explanation_is_typed_beside_its_tick(sheet, typed, is_ticked, has_error):
    form = form_of(sheet, **typed)
    page = f"<table><tr>{explanation_cells(form, 7)}</tr></table>"
    words, tick = one(page, "textarea"), one(page, "input[type=checkbox]")
    assert (words.text or "") == typed.get("explanation", "")
    assert words.get("name") == f"{form.prefix}-explanation"
    assert ("checked" in tick.attrib) is is_ticked
    assert bool(find(page, ".grid-error")) is has_error
    assert (words.get("aria-describedby") is not None) is has_error
