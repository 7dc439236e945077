from datetime import date

import pytest
from django.core.management import CommandError
from django.db.models import Model

from criteria.models import Activity, CriteriaSet, Pledge, RoadmapTarget, Round, Ward
from tests.factories import CriteriaSetFactory
from tests.imports.conftest import FILES, with_line


def stored() -> list[list[dict[str, object]]]:
    models: list[type[Model]] = [RoadmapTarget, Pledge, Round]
    return [list(model._default_manager.order_by("pk").values()) for model in models]


@pytest.fixture
def before_it(load):
    load("load_wards")
    load("load_criteria")


def test_the_roadmap_of_the_city(load_seeds):
    output = load_seeds("load_wards", "load_criteria", "load_roadmap")
    assert output.splitlines()[-3:] == [
        "roadmap targets: 2 created, 0 already there, 0 differ",
        "pledges: 3 created, 0 already there, 0 differ",
        "rounds: 8 created, 0 already there, 0 differ",
    ]
    targets = RoadmapTarget.objects.order_by("due_on").values_list("due_on", "percent")
    assert list(targets) == [(date(2025, 12, 31), 30), (date(2030, 12, 31), 100)]
    assert set(Pledge.objects.values_list("ward__name", "year")) == {
        ("Thống Nhất", 2023),
        ("Lộc Vượng", 2023),
        ("Lộc Hòa", 2023),
    }
    assert all(pledge.ward.in_force(date(2023, 4, 26)) for pledge in Pledge.objects.all())


def test_the_rounds_follow_the_police_year(load_seeds):
    load_seeds("load_wards", "load_criteria", "load_roadmap")
    rounds = Round.objects.order_by("year")
    assert [each.year for each in rounds] == list(range(2023, 2031))
    for each in rounds:
        assert each.name == f"Đợt {each.year}"
        assert each.starts_on == date(each.year - 1, 11, 16)
        assert each.ends_on == date(each.year, 11, 15)
        assert each.submit_by == date(each.year, 11, 30)
        assert each.verify_by == date(each.year, 12, 15)
    assert [each.year for each in rounds if each.is_open] == [2026]
    assert rounds.filter(status=Round.Status.CLOSED).count() == 3


def test_loading_twice_changes_nothing(load_seeds):
    load_seeds("load_wards", "load_criteria", "load_roadmap")
    before, n_logged = stored(), Activity.objects.count()
    assert load_seeds("load_roadmap").splitlines() == [
        "roadmap targets: 0 created, 2 already there, 0 differ",
        "pledges: 0 created, 3 already there, 0 differ",
        "rounds: 0 created, 8 already there, 0 differ",
    ]
    assert stored() == before
    assert Activity.objects.count() == n_logged


def test_what_administrators_changed_stays_and_is_told(load, before_it):
    load("load_roadmap")
    RoadmapTarget.objects.update(percent=40)
    Pledge.objects.update(legal_basis="Đăng ký")
    Round.objects.update(status=Round.Status.OPEN, criteria_set=CriteriaSetFactory())
    before = stored()
    assert load("load_roadmap").splitlines() == [
        "roadmap targets: 0 created, 1 already there, 1 differ",
        "  line 2, 40 % – 31/12/2025: percent",
        "pledges: 0 created, 1 already there, 1 differ",
        "  line 2, Ward Trần Tế Xương 2023: legal_basis",
        "rounds: 0 created, 1 already there, 1 differ",
        "  line 2, Đợt 2023: criteria_set, status",
    ]
    assert stored() == before


ROUND = "Đợt 2024,2024,2023-11-16,2024-11-15,2024-11-30,2024-12-15,bo-1,closed"


@pytest.mark.parametrize(
    ("option", "line", "text", "column", "message"),
    [
        ("targets", 2, "2025-12-31,0,Kế hoạch 54,", "percent", "greater than or equal to 1"),
        ("targets", 2, "2025-12-31,101,Kế hoạch 54,", "percent", "less than or equal to 100"),
        ("targets", 2, "2025-12-31,30.5,Kế hoạch 54,", "percent", "is not a whole number"),
        ("targets", 2, "2025-12-31,30%,Kế hoạch 54,", "percent", "is not a whole number"),
        ("targets", 2, "31/12/2025,30,Kế hoạch 54,", "due_on", "is not a date"),
        ("targets", 2, "2025-12-31,30,,", "legal_basis", "must not be empty"),
        ("targets", 3, "2025-12-31,40,Kế hoạch 54,", "due_on", "Line 2 has the same"),
        ("pledges", 2, "13636,2024-01-01,2023,,", "code", "No unit has the code 13636 from"),
        ("pledges", 2, "13636,2023-01-01,năm nay,,", "year", "is not a whole number"),
        ("pledges", 3, "13636,2023-01-01,2023,,", "code", "Line 2 has the same"),
        ("rounds", 3, ROUND.replace("bo-1", "bo-9"), "criteria_set", "There is no criteria set"),
        ("rounds", 3, ROUND.replace("closed", "done"), "status", "is not one of"),
        ("rounds", 3, ROUND.replace("Đợt 2024", "Đợt 2023"), "name", "Line 2 has the same"),
        ("rounds", 3, ROUND.replace("2024-11-15", "2023-11-16"), "ends_on", "ends after the day"),
        ("rounds", 3, ROUND.replace("2024-11-15", "2023-11-15"), "ends_on", "Another round"),
        ("rounds", 3, ROUND.replace("2024-11-30", "2024-12-16"), "submit_by", "follow each other"),
        ("rounds", 3, ROUND.replace("2024-12-15", ""), "verify_by", "must not be empty"),
    ],
)
def test_a_bad_file_is_refused_whole(load, before_it, option, line, text, column, message):
    n_logged = Activity.objects.count()
    with pytest.raises(CommandError) as refused:
        load("load_roadmap", **{option: with_line(option, line, text)})
    place = f"Line {line}, column {column}: "
    assert [told for told in str(refused.value).splitlines() if place in told and message in told]
    assert str(refused.value).startswith(f"{option}.csv\n")
    assert not any(stored())
    assert Activity.objects.count() == n_logged


def test_a_round_that_is_not_planned_needs_a_published_set(load, before_it):
    CriteriaSet.objects.update(status=CriteriaSet.Status.DRAFT)
    with pytest.raises(CommandError, match="Line 2, column criteria_set: Publish the criteria set"):
        load("load_roadmap")
    assert not any(stored())


def test_without_wards_and_criteria_the_roadmap_names_what_it_lacks(load):
    with pytest.raises(CommandError) as refused:
        load("load_roadmap")
    assert str(refused.value) == (
        "pledges.csv\n"
        "Line 2, column code: No unit has the code 13636 from 2023-01-01.\n"
        "\n"
        "rounds.csv\n"
        "Line 2, column criteria_set: There is no criteria set with the code bo-1."
    )
    assert not Ward.objects.exists()
    assert not any(stored())


def test_a_file_in_another_encoding_is_refused(load, before_it):
    content = FILES["targets"].encode("utf-16-be")
    with pytest.raises(CommandError, match=r"^targets.csv\nLine 1: This is not UTF-8"):
        load("load_roadmap", targets=content)
    assert not any(stored())
