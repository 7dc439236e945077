"""Where wards lie on a day, against a search by hand through everything that was said of them."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from criteria.charts.maps import outline_map, tile_map
from criteria.models import Ward, WardBoundary, WardTile
from criteria.overviews.map import picture_of, with_places, without_outline
from tests.factories import WardFactory
from tests.worlds import DAYS, FIRST_DAY, few

pytestmark = pytest.mark.django_db

SQUARE = [[[[106.0, 20.0], [106.1, 20.0], [106.1, 20.1], [106.0, 20.1], [106.0, 20.0]]]]
ON = date(2024, 9, 1)


def square(n):
    """An outline that no other number has."""
    return [[[[x + n / 10, y] for x, y in ring] for ring in polygon] for polygon in SQUARE]


def give_tile(ward, column=1, row=1, on=ON):
    WardTile.objects.create(ward=ward, valid_from=on, column=column, row=row)


def give_outline(ward, outline=SQUARE, on=ON):
    WardBoundary.objects.create(ward=ward, valid_from=on, outline=outline, source="a.geojson")


def picture(on):
    return picture_of(with_places(Ward.objects.in_scope(on), on))


_days = st.lists(st.sampled_from(DAYS), max_size=3, unique=True)


@given(st.lists(st.tuples(_days, _days), min_size=1, max_size=4))
@few
def test_each_ward_is_where_the_latest_word_of_the_day_puts_it(said):
    with transaction.atomic():
        wards = [WardFactory(valid_from=FIRST_DAY) for _ in said]
        for n, (ward, (tile_days, outline_days)) in enumerate(zip(wards, said, strict=True), 1):
            for place, day in enumerate(tile_days, 1):
                give_tile(ward, column=n, row=place, on=day)
            for place, day in enumerate(outline_days):
                give_outline(ward, square(10 * n + place), on=day)
        for on in DAYS:
            found = {ward.pk: ward for ward in with_places(Ward.objects.all(), on)}
            for n, (ward, (tile_days, outline_days)) in enumerate(zip(wards, said, strict=True), 1):
                row, outline = None, None
                for day in DAYS:
                    if day <= on and day in tile_days:
                        row = tile_days.index(day) + 1
                    if day <= on and day in outline_days:
                        outline = square(10 * n + outline_days.index(day))
                here = found[ward.pk]
                assert (here.tile_column, here.tile_row) == (row and n, row)
                assert here.outline == outline
        transaction.set_rollback(True)


def test_the_wards_and_their_places_are_one_query(django_assert_num_queries):
    for n in range(5):
        ward = WardFactory(valid_from=ON)
        give_tile(ward, column=n + 1)
        give_outline(ward, square(n))
    with django_assert_num_queries(1):
        drawn = picture(ON)
    assert drawn is not None
    assert len(drawn.places) == 5


def test_true_outlines_are_drawn_where_every_ward_has_one():
    one, two = WardFactory(name="Cửa Bắc"), WardFactory(name="Lộc Hạ")
    for n, ward in enumerate([one, two]):
        give_tile(ward, column=n + 1)
        give_outline(ward, square(n))
    assert picture(ON) == outline_map({one.pk: square(0), two.pk: square(1)})


def test_tiles_are_drawn_where_one_outline_is_missing():
    one, two = WardFactory(name="Cửa Bắc"), WardFactory(name="Lộc Hạ")
    for n, ward in enumerate([one, two]):
        give_tile(ward, column=n + 1, row=4)
    give_outline(one)
    assert picture(ON) == tile_map({one.pk: (1, 4), two.pk: (2, 4)})


def test_a_map_that_would_lack_a_ward_is_not_drawn():
    assert picture(ON) is None
    one, _two = WardFactory(), WardFactory()
    give_tile(one)
    give_outline(one)
    assert picture(ON) is None


def test_two_wards_at_the_same_place_are_not_drawn_one_over_the_other():
    """A ward moved to a place that another has kept from an earlier day."""
    one, two = WardFactory(), WardFactory()
    give_tile(one, on=date(2023, 1, 1))
    give_tile(two, column=2, on=date(2023, 1, 1))
    give_tile(two, column=1, on=ON)
    assert picture(ON - timedelta(days=1)) is not None
    assert picture(ON) is None


def test_a_ward_keeps_its_outline_until_a_later_one_is_loaded():
    """Through a reorganisation, too: it is its neighbours that change."""
    through = WardFactory(valid_from=date(2023, 1, 1))
    before = WardFactory(valid_from=date(2023, 1, 1), valid_to=ON)
    after = WardFactory(valid_from=ON)
    give_outline(through, square(0), on=date(2023, 1, 1))
    give_outline(before, square(1), on=date(2023, 1, 1))
    give_outline(after, square(2), on=ON)
    day_before = ON - timedelta(days=1)
    assert picture(day_before) == outline_map({through.pk: square(0), before.pk: square(1)})
    assert picture(ON) == outline_map({through.pk: square(0), after.pk: square(2)})
    give_outline(through, square(3), on=date(2025, 1, 1))
    assert picture(date(2024, 12, 31)) == outline_map({through.pk: square(0), after.pk: square(2)})
    assert picture(date(2025, 1, 1)) == outline_map({through.pk: square(3), after.pk: square(2)})


@pytest.mark.parametrize(("on", "n_missing"), [(date(2024, 8, 31), 2), (ON, 1), (DAYS[-1], 2)])
def test_the_wards_whose_outlines_are_missing_are_named(on, n_missing):
    WardFactory(kind=Ward.Kind.COMMUNE)
    WardFactory()
    give_outline(WardFactory())
    assert without_outline(on).count() == n_missing
