from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Model

from criteria.models import Activity, Ward, WardSuccession, WardTile
from tests.factories import MembershipFactory, WardFactory
from tests.imports.conftest import FILES, with_line


def stored() -> list[list[dict[str, object]]]:
    models: list[type[Model]] = [Ward, WardSuccession, WardTile]
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def test_what_administrators_changed_stays_and_is_told(load):
    load("load_wards")
    Ward.objects.filter(code="13702").update(population=9000, name="Lộc An cũ")
    WardTile.objects.filter(ward__code="13702").update(column=5)
    WardSuccession.objects.filter(predecessor=None).update(legal_basis="Nghị quyết khác")
    before = stored()
    assert load("load_wards").splitlines() == [
        "wards: 0 created, 3 already there, 1 differ",
        "  line 3, Commune Lộc An cũ: name, population",
        "successions: 0 created, 3 already there, 1 differ",
        "  line 4, xã Mỹ Hưng (Huyện Mỹ Lộc) → Ward Vị Xuyên: legal_basis",
        "places on the map: 0 created, 3 already there, 1 differ",
        "  line 3, 5:1: column",
    ]
    assert stored() == before


def test_what_is_missing_is_added_to_what_is_there(load):
    load("load_wards")
    WardTile.objects.filter(ward__code="13702").delete()
    output = load("load_wards", wards=with_line("wards", 5, "13700,Mới,ward,2024-09-01,,,,"))
    assert "wards: 1 created, 3 already there, 0 differ" in output
    assert "places on the map: 1 created, 2 already there, 0 differ" in output


def test_another_end_is_not_loaded_over_a_stored_unit_and_that_is_told(load):
    """In the administration somebody sees what hangs on it, and decides."""
    load("load_wards")
    ends = with_line("wards", 4, "13636,Vị Xuyên,ward,2024-09-01,2026-09-01,,,")
    told = load("load_wards", wards=ends).splitlines()
    assert told[-1].startswith("Units that are stored stay as they are.")
    assert Ward.objects.get(code="13636", valid_from=date(2024, 9, 1)).valid_to is None


def test_officers_who_do_not_work_for_the_successor_are_told(load):
    load("load_wards")
    old = Ward.objects.get(name="Trần Tế Xương")
    officer = MembershipFactory(ward=old).user
    (told,) = load("load_wards").splitlines()[3:]
    assert officer.username in told
    MembershipFactory(user=officer, ward=Ward.objects.get(name="Vị Xuyên"))
    assert len(load("load_wards").splitlines()) == 3


LONG = "x" * 101


@pytest.mark.parametrize(
    ("option", "line", "text", "column", "message"),
    [
        ("wards", 2, "13636,Tên,ward,2023-1-1,2024-09-01,,,", "valid_from", "is not a date"),
        ("wards", 2, "13636,Tên,ward,2023-01-01,2024-09-01,x,,", "population", "whole number"),
        ("wards", 2, "13636,Tên,ward,2023-01-01,2024-09-01,,0.731,", "area_km2", "2 decimal"),
        ("wards", 2, "13636,Tên,ward,2023-01-01,2024-09-01,,0,", "area_km2", "greater than zero"),
        ("wards", 2, "13636,Tên,town,2023-01-01,2024-09-01,,,", "kind", "is not one of"),
        ("wards", 2, f"13636,{LONG},ward,2023-01-01,2024-09-01,,,", "name", "at most 100"),
        ("wards", 2, ",Tên,ward,2023-01-01,2024-09-01,,,", "code", "must not be empty"),
        ("wards", 5, "13637,Tên,ward,2023-01-01,2023-01-01,,,", "valid_to", "ends after the day"),
        ("wards", 5, "13637,Tên,ward,2023-01-01,2022-01-01,,,", "valid_to", "ends after the day"),
        ("wards", 5, "13636,Tên,ward,2024-09-01,,,,", "code", "Line 4 has the same"),
        ("wards", 5, "13636,Tên,ward,2024-08-31,2024-09-02,,,", "valid_from", "some of these days"),
        ("wards", 5, "13702,Tên,ward,2024-08-31,2025-07-01,,,", "valid_from", "some of these days"),
        ("wards", 5, "13636,Tên,ward,2025-09-01,,,,", "code", "in force already"),
        ("wards", 5, "13637,Tên", "", "The line has 2 cells, the header 8."),
        (
            "successions",
            2,
            "99999,2023-01-01,,13636,2024-09-01,2024-09-01,merged_into,NQ,",
            "predecessor_code",
            "No unit has the code 99999 from 2023-01-01.",
        ),
        (
            "successions",
            2,
            "13636,2023-01-02,,13636,2024-09-01,2024-09-01,merged_into,NQ,",
            "predecessor_code",
            "No unit has the code 13636 from 2023-01-02.",
        ),
        (
            "successions",
            2,
            "13636,2023-01-01,,13702,2024-09-01,2024-09-01,merged_into,NQ,",
            "successor_code",
            "No unit has the code 13702 from 2024-09-01.",
        ),
        (
            "successions",
            2,
            "13636,,,13636,2024-09-01,2024-09-01,merged_into,NQ,",
            "predecessor_valid_from",
            "Give both",
        ),
        (
            "successions",
            2,
            ",2023-01-01,,13636,2024-09-01,2024-09-01,merged_into,NQ,",
            "predecessor_code",
            "Give both",
        ),
        (
            "successions",
            2,
            "13636,2023-01-01,xã Khác,13636,2024-09-01,2024-09-01,merged_into,NQ,",
            "outside_name",
            "Name either",
        ),
        (
            "successions",
            2,
            ",,,13636,2024-09-01,2024-09-01,merged_into,NQ,",
            "outside_name",
            "Name either",
        ),
        (
            "successions",
            5,
            "13636,2024-09-01,,13636,2024-09-01,2024-09-01,merged_into,NQ,",
            "predecessor_code",
            "must end on the day",
        ),
        (
            "successions",
            5,
            "13702,2023-01-01,,13702,2023-01-01,2024-09-01,merged_into,NQ,",
            "effective_on",
            "must start on the day",
        ),
        (
            "successions",
            5,
            ",,xã Mỹ Hưng (Huyện Mỹ Lộc),13636,2024-09-01,2024-09-01,whole_into,NQ,",
            "predecessor_code",
            "Line 4 has the same",
        ),
        (
            "successions",
            2,
            "13636,2023-01-01,,13636,2024-09-01,2024-09-01,split,NQ,",
            "relation",
            "is not one of",
        ),
        (
            "successions",
            2,
            "13636,2023-01-01,,13636,2024-09-01,2024-09-01,merged_into,,",
            "legal_basis",
            "must not be empty",
        ),
        ("tiles", 5, "99999,2023-01-01,4,4", "code", "No unit has the code 99999 on 2023-01-01."),
        ("tiles", 5, "13702,2024-09-01,4,4", "code", "No unit has the code 13702 on 2024-09-01."),
        ("tiles", 5, "13636,2024-09-01,4,4", "code", "Line 4 has the same"),
        ("tiles", 3, "13702,2023-01-01,1,1", "row", "Another ward has this place"),
        ("tiles", 3, "13702,2023-01-01,0,1", "column", "count from 1"),
        ("tiles", 3, "13702,2023-01-01,1.5,1", "column", "whole number"),
    ],
)
def test_a_bad_file_is_refused_whole(load, option, line, text, column, message):
    with pytest.raises(CommandError) as refused:
        load("load_wards", **{option: with_line(option, line, text)})
    place = f"Line {line}, column {column}: " if column else f"Line {line}: "
    assert [told for told in str(refused.value).splitlines() if place in told and message in told]
    assert str(refused.value).startswith(f"{option}.csv\n")
    assert not any(stored())
    assert not Activity.objects.exists()


def test_a_unit_is_checked_against_those_that_are_stored(load):
    WardFactory(code="13702", valid_from=date(2022, 1, 1), valid_to=date(2023, 6, 1))
    with pytest.raises(CommandError, match="Line 3, column valid_from: Another unit has this code"):
        load("load_wards")
    assert Ward.objects.count() == 1


def test_a_succession_is_checked_against_the_unit_as_it_is_stored(load):
    WardFactory(code="13702", valid_from=date(2023, 1, 1), valid_to=date(2024, 8, 1))
    with pytest.raises(CommandError, match="Line 3, column predecessor_code: The predecessor must"):
        load("load_wards")
    assert Ward.objects.count() == 1


def test_a_refused_unit_is_not_called_unknown_by_those_who_refer_to_it(load):
    with pytest.raises(CommandError) as refused:
        load("load_wards", wards=with_line("wards", 3, "13702,Lộc An,commune,2023,2024-09-01,,,"))
    assert str(refused.value) == (
        "wards.csv\nLine 3, column valid_from: “2023” is not a date written yyyy-mm-dd."
    )


def test_every_problem_of_every_file_is_told(load):
    wards = FILES["wards"].replace("11702", "nhiều").replace("ward,2024-09-01", "ward,1/9/2024")
    tiles = with_line("tiles", 3, "13702,2023-01-01,0,1")
    with pytest.raises(CommandError) as refused:
        load("load_wards", wards=wards, tiles=tiles)
    assert str(refused.value) == (
        "wards.csv\n"
        "Line 2, column population: “nhiều” is not a whole number.\n"
        "Line 4, column valid_from: “1/9/2024” is not a date written yyyy-mm-dd.\n"
        "\n"
        "tiles.csv\n"
        "Line 3, column column: Columns and rows count from 1."
    )


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (FILES["wards"].encode("utf-16"), "Line 1: This is not UTF-8"),
        ("code,name\n1,Tên\u0300".encode("windows-1258"), "Line 2: This is not UTF-8"),
        (FILES["wards"].replace("kind", "loại"), "Line 1, column kind: This column is missing"),
        (FILES["wards"].replace("source", "name"), "Line 1, column name: This column is given"),
        (FILES["wards"].replace(",source", ",nguồn"), "Line 1, column nguồn: This column is not"),
    ],
)
def test_a_file_that_cannot_be_made_out_stops_the_load(load, content, place):
    with pytest.raises(CommandError, match=f"^wards.csv\n(.*\n)?{place}"):
        load("load_wards", wards=content)
    assert not any(stored())


def test_a_file_that_is_not_there_is_told(db, tmp_path):
    with pytest.raises(CommandError, match=r"Cannot read .*none\.csv"):
        call_command("load_wards", "--wards", str(tmp_path / "none.csv"))
