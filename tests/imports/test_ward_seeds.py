"""The units of Nam Định as the program brings them. Loaded once for all tests here."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import translation

from criteria.models import Activity, Ward, WardSuccession, WardTile
from tests.imports.test_load_wards import stored

REGISTRIES = {
    date(2023, 1, 1): (22, 3),
    date(2024, 9, 1): (14, 7),
    date(2025, 7, 1): (8, 0),
}


@pytest.fixture(scope="module")
def loaded(kept_for_module):
    output = StringIO()
    with translation.override("en"):
        call_command("load_wards", stdout=output)
    return output.getvalue()


@pytest.fixture
def city(loaded, db):
    """What the command said."""
    return loaded


@pytest.mark.parametrize(
    ("on", "n_wards", "n_communes"),
    [
        (date(2023, 4, 26), 22, 3),
        (date(2024, 8, 31), 22, 3),
        (date(2024, 9, 1), 14, 7),
        (date(2025, 6, 30), 14, 7),
        (date(2025, 7, 1), 8, 0),
    ],
)
def test_the_city_has_the_units_of_the_day(city, on, n_wards, n_communes):
    assert Ward.objects.in_scope(on).count() == n_wards
    assert Ward.objects.in_force(on).count() == n_wards + n_communes


def test_the_output_counts_each_kind(city):
    assert city.splitlines() == [
        "wards: 49 created, 0 already there, 0 differ",
        "successions: 57 created, 0 already there, 0 differ",
        "places on the map: 54 created, 0 already there, 0 differ",
    ]


def test_every_fact_of_a_unit_says_where_it_is_from(city):
    assert not Ward.objects.filter(source="").exists()
    assert not Ward.objects.filter(population=None).exists()
    assert not Ward.objects.filter(area_km2=None).exists()
    pilot = Ward.objects.get(code="13681", valid_from=date(2023, 1, 1))
    assert (pilot.name, pilot.population, pilot.valid_to) == ("Thống Nhất", 7089, date(2024, 9, 1))
    assert pilot.search_name == "thong nhat"


def test_a_unit_that_nothing_happened_to_in_2024_is_one_unit(city):
    through = Ward.objects.filter(valid_from=date(2023, 1, 1), valid_to=date(2025, 7, 1))
    assert set(through.values_list("name", flat=True)) == {
        "Lộc Hạ",
        "Lộc Vượng",
        "Cửa Nam",
        "Lộc Hòa",
        "Mỹ Xá",
    }
    assert list(Ward.objects.filter(name="Nam Phong").values_list("kind", flat=True)) == [
        Ward.Kind.COMMUNE,
        Ward.Kind.WARD,
    ]


def test_the_lineage_closes(city):
    by_day = WardSuccession.objects.order_by().filter
    assert by_day(effective_on=date(2024, 9, 1)).count() == 31
    assert by_day(effective_on=date(2025, 7, 1)).count() == 26
    assert by_day(effective_on=date(2024, 9, 1), predecessor=None).count() == 11
    assert by_day(effective_on=date(2025, 7, 1), predecessor=None).count() == 5
    assert not Ward.objects.exclude(valid_to=None).filter(successions=None).exists()
    assert not Ward.objects.exclude(valid_from=date(2023, 1, 1)).filter(origins=None).exists()


@pytest.mark.parametrize("on", REGISTRIES)
def test_every_unit_has_one_place_in_every_registry_it_is_in(city, on):
    placed = WardTile.objects.filter(valid_from=on).values_list("ward", flat=True)
    assert sorted(placed) == sorted(Ward.objects.in_force(on).values_list("pk", flat=True))


def test_each_file_is_one_row_of_the_log(city):
    rows = Activity.objects.order_by("seq").values_list("verb", "actor", "object_name", "after")
    assert list(rows) == [
        ("load", None, "wards.csv", {"criteria.ward": 49}),
        ("load", None, "ward_successions.csv", {"criteria.wardsuccession": 57}),
        ("load", None, "ward_tiles.csv", {"criteria.wardtile": 54}),
    ]


def test_loading_twice_changes_nothing(city, load_seeds):
    before = stored()
    assert load_seeds("load_wards").splitlines() == [
        "wards: 0 created, 49 already there, 0 differ",
        "successions: 0 created, 57 already there, 0 differ",
        "places on the map: 0 created, 54 already there, 0 differ",
    ]
    assert stored() == before
    assert Activity.objects.count() == 3
