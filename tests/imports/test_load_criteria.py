from datetime import date

import pytest
from django.core.management import CommandError
from django.db.models import Model

from criteria.models import Activity, CriteriaSet, Criterion, CriterionGroup, Requirement
from tests.imports.conftest import FILES, with_line


def stored() -> list[list[dict[str, object]]]:
    models: list[type[Model]] = [CriteriaSet, CriterionGroup, Criterion, Requirement]
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def test_the_working_catalogue_is_whole_and_says_that_it_is_not_official(load_seeds):
    assert load_seeds("load_criteria").splitlines() == [
        "criteria sets: 1 created, 0 already there, 0 differ",
        "groups of criteria: 7 created, 0 already there, 0 differ",
        "criteria: 22 created, 0 already there, 0 differ",
        "requirements: 26 created, 0 already there, 0 differ",
    ]
    criteria_set = CriteriaSet.objects.get()
    assert criteria_set.is_official is False
    assert criteria_set.status == CriteriaSet.Status.PUBLISHED
    assert criteria_set.effective_from == date(2021, 7, 13)
    assert "5764/QĐ-BCA-V05" in criteria_set.legal_basis
    assert list(criteria_set.criteria.values_list("number", flat=True)) == list(range(1, 23))


def test_every_name_has_an_english_one_and_every_requirement_its_source(load_seeds):
    load_seeds("load_criteria")
    assert not CriterionGroup.objects.filter(name_en="").exists()
    assert not Criterion.objects.filter(name_en="").exists()
    assert not Requirement.objects.filter(source="").exists()
    assert not Requirement.objects.filter(origin=Requirement.Origin.OFFICIAL).exists()


def test_requirements_stand_in_the_order_of_the_file(load_seeds):
    load_seeds("load_criteria")
    asked = Requirement.objects.filter(criterion__number=18).values_list(
        "position", "measure", "comparator", "threshold"
    )
    assert list(asked) == [(1, "number", "<=", 0), (2, "percent", ">=", 100)]
    area = Requirement.objects.get(norm_per_ward=True)
    assert (area.criterion.number, area.unit, area.threshold) == (5, "m²", None)


def test_each_file_is_one_row_of_the_log(load):
    load("load_criteria")
    rows = Activity.objects.order_by("seq").values_list("verb", "object_name", "after")
    counts = {"criteria.criteriongroup": 2, "criteria.criterion": 2, "criteria.requirement": 3}
    assert list(rows) == [
        ("load", "sets.csv", {"criteria.criteriaset": 1}),
        ("load", "criteria.csv", counts),
    ]


def test_loading_twice_changes_nothing(load_seeds):
    load_seeds("load_criteria")
    before = stored()
    assert load_seeds("load_criteria").splitlines() == [
        "criteria sets: 0 created, 1 already there, 0 differ",
        "groups of criteria: 0 created, 7 already there, 0 differ",
        "criteria: 0 created, 22 already there, 0 differ",
        "requirements: 0 created, 26 already there, 0 differ",
    ]
    assert stored() == before
    assert Activity.objects.count() == 2


def test_a_stored_set_is_never_touched_and_what_differs_is_told(load):
    load("load_criteria")
    CriteriaSet.objects.update(title="Bộ khác")
    Criterion.objects.filter(number=1).update(name_en="Another name")
    Requirement.objects.filter(criterion__number=2).update(origin="official", unit="ha")
    before = stored()
    more = "bo-1,3,TC03,B,Trụ sở,Headquarters,Xe,Vehicles,,,Có xe,yes_no,,,,no,,working,"
    assert load("load_criteria", criteria=with_line("criteria", 5, more)).splitlines() == [
        "criteria sets: 0 created, 1 already there, 1 differ",
        "  line 2, Bộ khác: title",
        "groups of criteria: 0 created, 2 already there, 0 differ",
        "criteria: 0 created, 2 already there, 2 differ",
        "  line 2, 1. Another name: name_en",
        "  line 5, 3. Vehicles: not in the stored set",
        "requirements: 0 created, 3 already there, 2 differ",
        "  line 4, Diện tích: unit, origin",
        "  line 5, Có xe: not in the stored set",
    ]
    assert stored() == before


def test_what_only_the_stored_set_has_is_told(load):
    load("load_criteria")
    output = load("load_criteria", criteria="\n".join(FILES["criteria"].splitlines()[:3]))
    assert "  2. Area: in the stored set, not in the file" in output
    assert "  Diện tích: in the stored set, not in the file" in output
    assert Criterion.objects.count() == 2


def test_another_set_is_added_beside_the_stored_one(load):
    load("load_criteria")
    sets, criteria = (FILES[name].replace("bo-1", "bo-2") for name in ("sets", "criteria"))
    assert "criteria: 2 created, 0 already there, 0 differ" in load(
        "load_criteria", sets=sets, criteria=criteria
    )
    assert CriteriaSet.objects.count() == 2


HEAD = "bo-1,3,TC03,B,Trụ sở,Headquarters,Xe,Vehicles,,,Có xe"


@pytest.mark.parametrize(
    ("option", "line", "text", "column", "message"),
    [
        ("sets", 2, "bo-1,Bộ một,,maybe,2021-07-13,,published", "is_official", "is not one of"),
        ("sets", 2, "bo-1,Bộ một,,no,13/7/2021,,published", "effective_from", "is not a date"),
        ("sets", 2, "bo-1,Bộ một,,no,2021-07-13,,final", "status", "is not one of"),
        ("sets", 2, "bo 1,Bộ một,,no,2021-07-13,,draft", "code", "valid “slug”"),
        ("sets", 3, "bo-1,Bộ hai,,no,2021-07-13,,draft", "code", "Line 2 has the same"),
        ("sets", 3, "bo-2,Bộ hai,,no,2021-07-13,,published", "status", "stays a draft"),
        (
            "sets",
            2,
            "bo-1,Bộ một,,no,2021-07-13,2021-07-13,published",
            "effective_to",
            "ends after",
        ),
        (
            "criteria",
            5,
            f"{HEAD},yes_no,,,,no,,working,".replace("bo-1", "bo-9"),
            "criteria_set",
            "There is no criteria set with the code bo-9.",
        ),
        ("criteria", 5, f"{HEAD},number,,,,no,,working,", "comparator", "needs a comparison"),
        ("criteria", 5, f"{HEAD},yes_no,>=,,,no,,working,", "comparator", "needs a comparison"),
        ("criteria", 5, f"{HEAD},number,>=,5,,yes,,working,", "threshold", "norm for each ward"),
        ("criteria", 5, f"{HEAD},number,>=,5.125,,no,,working,", "threshold", "2 decimal"),
        ("criteria", 5, f"{HEAD},number,>,5,,no,,working,", "comparator", "is not one of"),
        ("criteria", 5, f"{HEAD},length,,,,no,,working,", "measure", "is not one of"),
        ("criteria", 5, f"{HEAD},yes_no,,,,không,,working,", "norm_per_ward", "is not one of"),
        ("criteria", 5, f"{HEAD},yes_no,,,,no,,press,", "origin", "is not one of"),
        (
            "criteria",
            5,
            f"{HEAD},yes_no,,,,no,,working,".replace(",3,", ",2,"),
            "code",
            "Line 4 says “TC02” here, with the same criteria_set, number.",
        ),
        (
            "criteria",
            5,
            f"{HEAD},yes_no,,,,no,,working,".replace("TC03", "TC02"),
            "code",
            "already has a criterion with this code",
        ),
        (
            "criteria",
            5,
            f"{HEAD},yes_no,,,,no,,working,".replace("Trụ sở", "Nhà"),
            "group_name",
            "Line 4 says “Trụ sở” here, with the same criteria_set, group_code.",
        ),
        (
            "criteria",
            5,
            FILES["criteria"].splitlines()[3],
            "requirement",
            "Line 4 has the same requirement, criteria_set, number already.",
        ),
        ("criteria", 5, f"{HEAD},yes_no,,,,no,,working,".replace(",3,", ",0,"), "number", "1"),
        ("criteria", 5, f"{HEAD},yes_no,,,,no,,working,".replace(",3,", ",x,"), "number", "whole"),
    ],
)
def test_a_bad_file_is_refused_whole(load, option, line, text, column, message):
    with pytest.raises(CommandError) as refused:
        load("load_criteria", **{option: with_line(option, line, text)})
    place = f"Line {line}, column {column}: "
    assert [told for told in str(refused.value).splitlines() if place in told and message in told]
    assert str(refused.value).startswith(f"{option}.csv\n")
    assert not any(stored())
    assert not Activity.objects.exists()


def test_criteria_of_a_refused_set_are_still_checked_for_themselves(load):
    sets = with_line("sets", 2, "bo-1,Bộ một,,no,13/7/2021,,published")
    criteria = with_line("criteria", 3, FILES["criteria"].splitlines()[1])
    with pytest.raises(CommandError) as refused:
        load("load_criteria", sets=sets, criteria=criteria)
    assert str(refused.value) == (
        "sets.csv\n"
        "Line 2, column effective_from: “13/7/2021” is not a date written yyyy-mm-dd.\n"
        "\n"
        "criteria.csv\n"
        "Line 3, column requirement: "
        "Line 2 has the same requirement, criteria_set, number already."
    )


def test_a_file_in_another_encoding_is_refused(load):
    with pytest.raises(CommandError, match=r"^criteria.csv\nLine 1: This is not UTF-8"):
        load("load_criteria", criteria=FILES["criteria"].encode("utf-16"))
    assert not any(stored())


def test_grades_are_a_list_in_one_cell_of_a_column_that_may_be_left_out(load):
    head, *lines = FILES["criteria"].splitlines()
    rated = (
        "bo-1,3,TC03,A,Lãnh đạo,Leadership,Xếp loại,Rating,,,Xếp loại của năm,grade,>=,2,,no,,"
        "working,"
    )
    rows = [f"{head},grades", *(f"{line}," for line in lines), f"{rated},Kém; Khá ;Tốt"]
    load("load_criteria", criteria="\n".join(rows) + "\n")
    stored = Requirement.objects.get(measure="grade")
    assert (stored.grades, stored.threshold) == ("Kém\nKhá\nTốt", 2)


def test_a_grade_without_its_list_is_refused_at_its_column(load):
    lines = FILES["criteria"].splitlines()
    rated = (
        "bo-1,3,TC03,A,Lãnh đạo,Leadership,Xếp loại,Rating,,,Xếp loại của năm,grade,>=,2,,no,,"
        "working,"
    )
    with pytest.raises(CommandError, match="Line 5, column grades: List two grades"):
        load("load_criteria", criteria="\n".join([*lines, rated]) + "\n")
    assert not CriteriaSet.objects.exists()
