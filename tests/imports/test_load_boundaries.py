"""True outlines from files: a good file is stored whole, a bad one not at all and told why."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from criteria.imports import geojson
from criteria.models import Activity, Ward, WardBoundary
from tests.factories import WardFactory

MERGED_ON = date(2024, 9, 1)
SQUARE = [[106.1, 20.4], [106.2, 20.4], [106.2, 20.5], [106.1, 20.5], [106.1, 20.4]]
HOLE = [[106.12, 20.42], [106.14, 20.42], [106.14, 20.44], [106.12, 20.44], [106.12, 20.42]]


def moved(ring, right, up=0.0):
    return [[round(x + right, 7), round(y + up, 7)] for x, y in ring]


EAST = moved(SQUARE, 0.1)


def feature(code="13636", *rings, **said):
    geometry = {"type": "Polygon", "coordinates": list(rings) or [SQUARE]}
    return {
        "type": "Feature",
        "properties": {"gso_code": code, "name": "Tên"},
        "geometry": geometry,
    } | said


def multi(code, *polygons):
    return feature(code, geometry={"type": "MultiPolygon", "coordinates": list(polygons)})


def collection(*features, valid_from="2024-09-01", **said):
    document = {"type": "FeatureCollection", "valid_from": valid_from, "features": list(features)}
    return document | said


@pytest.fixture
def city(db):
    """A code that was reused at the merger, and a unit that lived through it."""
    return {
        "before": WardFactory(
            code="13636", name="Trần Tế Xương", valid_from=date(2023, 1, 1), valid_to=MERGED_ON
        ),
        "after": WardFactory(code="13636", name="Vị Xuyên", valid_from=MERGED_ON),
        "through": WardFactory(code="13684", name="Lộc Hạ", valid_from=date(2023, 1, 1)),
    }


@pytest.fixture
def load(city, tmp_path):
    """Run the command on a document, on text or on bytes; return what it says."""

    def run(content, *options, name="ranh-gioi.geojson"):
        path = tmp_path / name
        if not isinstance(content, bytes | str):
            content = json.dumps(content)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        output = StringIO()
        call_command("load_boundaries", str(path), *options, stdout=output)
        return output.getvalue()

    return run


@pytest.fixture
def problems(load):
    """Load what must be refused; return what is said after the file's name."""

    def run(content, *options):
        before = list(WardBoundary.objects.values())
        with pytest.raises(CommandError) as refused:
            load(content, *options)
        assert list(WardBoundary.objects.values()) == before
        assert not Activity.objects.exists()
        name, *told = str(refused.value).splitlines()
        assert name == "ranh-gioi.geojson"
        return told

    return run


# --- good files -----------------------------------------------------------------------------------


def test_the_code_is_that_of_the_day(load, city):
    assert load(collection(feature())).splitlines() == [
        "Outlines from 01/09/2024: 1 created, 0 replaced, 0 unchanged",
        "Without one on 01/09/2024, so that the map shows tiles: Lộc Hạ",
    ]
    stored = WardBoundary.objects.get()
    assert (stored.ward, stored.valid_from) == (city["after"], MERGED_ON)
    assert stored.outline == [[SQUARE]]
    assert stored.source == "ranh-gioi.geojson"


@pytest.mark.parametrize("written", ["2023-01-01", "01/01/2023"])
def test_the_day_given_stands_above_the_file_s(load, city, written):
    load(collection(feature()), "--on", written)
    stored = WardBoundary.objects.get()
    assert (stored.ward, stored.valid_from) == (city["before"], date(2023, 1, 1))


def test_when_every_ward_has_one_nothing_is_missing(load, city):
    output = load(collection(feature(), feature("13684", EAST)))
    assert output == "Outlines from 01/09/2024: 2 created, 0 replaced, 0 unchanged\n"


def test_communes_are_stored_too(load, city):
    commune = WardFactory(code="13702", kind=Ward.Kind.COMMUNE)
    load(collection(feature("13702")))
    assert WardBoundary.objects.get().ward == commune


def test_holes_and_islands_are_kept(load, city):
    in_the_hole = [[106.13, 20.43], [106.135, 20.43], [106.13, 20.435], [106.13, 20.43]]
    polygons = [[SQUARE, HOLE], [moved(SQUARE, 0.3)], [in_the_hole]]
    load(collection(multi("13684", *polygons)))
    assert WardBoundary.objects.get().outline == polygons


def test_rings_of_one_outline_may_touch_in_a_point(load, city):
    corner = moved(SQUARE, 0.1, 0.1)
    hole = [[106.1, 20.45], [106.15, 20.44], [106.15, 20.46], [106.1, 20.45]]
    load(collection(multi("13684", [SQUARE, hole], [corner])))
    assert WardBoundary.objects.get().outline == [[SQUARE, hole], [corner]]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"properties": {"code": "13684"}}, "13684"),
        ({"properties": {"code": 13684}}, "13684"),
        ({"properties": {"gso_code": None, "code": " 13684 "}}, "13684"),
        ({"properties": {}, "id": "13684"}, "13684"),
        ({"properties": None, "id": 13684}, "13684"),
        ({"properties": {"gso_code": "13684", "code": "1"}, "id": "2"}, "13684"),
        ({"properties": {"code": 91}}, "00091"),
    ],
)
def test_a_code_may_stand_in_several_places(load, city, said, code):
    WardFactory(code="00091")
    load(collection(feature(**said)))
    assert WardBoundary.objects.get().ward.code == code


def test_heights_and_repeated_positions_go_and_a_centimetre_is_the_finest(load, city):
    ring = [[106.1, 20.4, 3.5], [106.2, 20.4], [106.2, 20.4], [106.2000000449, 20.5], [106.1, 20.4]]
    load(collection(feature("13684", ring)))
    [[stored]] = WardBoundary.objects.get().outline
    assert stored == [[106.1, 20.4], [106.2, 20.4], [106.2, 20.5], [106.1, 20.4]]


def test_the_source_names_whom_the_file_names(load, city):
    load(collection(feature(), attribution="Sở Tài nguyên " + "x" * 300))
    source = WardBoundary.objects.get().source
    assert source.startswith("ranh-gioi.geojson – Sở Tài nguyên x")
    assert len(source) == 250


def test_a_byte_order_mark_does_no_harm(load, city):
    load("\ufeff" + json.dumps(collection(feature())))
    assert WardBoundary.objects.exists()


# --- loading again --------------------------------------------------------------------------------


def test_loading_the_same_file_again_changes_nothing(load, city):
    document = collection(feature(), feature("13684", EAST))
    load(document)
    before = list(WardBoundary.objects.values()), list(Activity.objects.values())
    output = load(document)
    assert output == "Outlines from 01/09/2024: 0 created, 0 replaced, 2 unchanged\n"
    assert (list(WardBoundary.objects.values()), list(Activity.objects.values())) == before


def test_another_file_for_the_day_replaces_the_outlines_of_its_units(load, city):
    load(collection(feature(), feature("13684", EAST)))
    kept = WardBoundary.objects.get(ward=city["after"])
    wider = [[106.2, 20.4], [106.4, 20.4], [106.4, 20.5], [106.2, 20.4]]
    output = load(collection(feature("13684", wider)), name="moi.geojson")
    assert output == "Outlines from 01/09/2024: 0 created, 1 replaced, 0 unchanged\n"
    replaced = WardBoundary.objects.get(ward=city["through"])
    assert (replaced.outline, replaced.source) == ([[wider]], "moi.geojson")
    assert WardBoundary.objects.get(pk=kept.pk).outline == [[SQUARE]]


def test_a_later_file_stands_beside_the_earlier_one(load, city):
    load(collection(feature("13684")), "--on", "2023-01-01")
    load(collection(feature("13684", EAST)))
    days = city["through"].boundaries.values_list("valid_from", "outline")
    assert list(days) == [(date(2023, 1, 1), [[SQUARE]]), (MERGED_ON, [[EAST]])]


def test_each_outline_is_a_row_of_the_log_without_its_coordinates(load, city):
    load(collection(feature("13684", SQUARE, HOLE)))
    load(collection(multi("13684", [SQUARE], [moved(SQUARE, 0.3)])))
    created, changed = Activity.objects.order_by("seq")
    assert (created.verb, created.actor, created.ward) == ("create", None, city["through"])
    assert (created.after["n_polygons"], created.after["n_positions"]) == (1, 10)
    assert created.after["valid_from"] == "2024-09-01"
    assert len(created.after["outline"]) == 64
    assert changed.verb == "change"
    assert changed.before == {"outline": created.after["outline"], "n_polygons": 1}
    assert set(changed.after) == {"outline", "n_polygons"}
    assert changed.after["outline"] != created.after["outline"]


# --- bad files ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "This is not JSON in UTF-8."),
        (json.dumps(collection(feature())).encode("utf-16"), "This is not JSON in UTF-8."),
        ("[" * 200_000, "This is not JSON in UTF-8."),
        ('{"type": "FeatureCollection", "features": [NaN]}', "This is not JSON in UTF-8."),
        ("[]", "This is not a GeoJSON FeatureCollection."),
        (feature(), "This is not a GeoJSON FeatureCollection."),
        (collection(), "The file has no features."),
        (collection(features={}), "The file has no features."),
        (
            collection(feature(), valid_from=None),
            "The file does not say from which day its outlines hold. Give the day: --on DATE",
        ),
        (
            collection(feature(), valid_from="01/09/2024"),
            "valid_from: “01/09/2024” is not a date written yyyy-mm-dd.",
        ),
        (collection(feature(), valid_from=2024), "valid_from: “2024” is not a date written"),
    ],
)
def test_a_file_that_cannot_be_made_out_is_refused(problems, content, message):
    [told] = problems(content)
    assert told.startswith(message)


def test_a_file_that_is_too_large_is_refused(problems, monkeypatch):
    monkeypatch.setattr(geojson, "LARGEST_MB", 1)
    [told] = problems(b" " * (10**6 + 1))
    assert told == "The file is larger than 1 MB. Simplify the outlines first."


def test_a_file_that_is_not_there_and_a_day_that_is_none_are_told(load, tmp_path):
    with pytest.raises(CommandError, match=r"Cannot read .*none\.geojson"):
        call_command("load_boundaries", str(tmp_path / "none.geojson"))
    with pytest.raises(CommandError, match="“hôm nay” is not a date"):
        load(collection(feature()), "--on", "hôm nay")


BOW_TIE = [[106.1, 20.4], [106.2, 20.5], [106.2, 20.4], [106.1, 20.5], [106.1, 20.4]]
TOUCHING = [
    *([106.1, 20.4], [106.2, 20.4], [106.2, 20.5], [106.15, 20.4], [106.1, 20.5]),
    [106.1, 20.4],
]
SPIKE = [
    *([106.1, 20.4], [106.2, 20.4], [106.3, 20.4], [106.2, 20.4], [106.2, 20.5]),
    [106.1, 20.4],
]
FLAT = [[106.1, 20.4], [106.2, 20.4], [106.3, 20.4], [106.1, 20.4]]
NO_GEOMETRY = "Its geometry is not a Polygon or a MultiPolygon with coordinates."
NO_POSITION = "position 1 is not a longitude and a latitude in degrees (WGS 84)."


def ring_with(position):
    return [position, *SQUARE[1:4], position]


@pytest.mark.parametrize(
    ("rings", "message"),
    [
        ([SQUARE[:4]], "ring 1: it does not end where it starts."),
        ([[SQUARE[0], SQUARE[1], SQUARE[0]]], "ring 1: it has fewer than four positions."),
        ([FLAT], "ring 1: it encloses nothing."),
        ([[SQUARE[0]] * 4], "ring 1: it encloses nothing."),
        ([BOW_TIE], "ring 1: it crosses or touches itself near 106."),
        ([TOUCHING], "ring 1: it crosses or touches itself near 106."),
        ([SPIKE], "ring 1: it crosses or touches itself near 106."),
        ([SQUARE, moved(HOLE, 0.5)], "ring 2: this hole does not lie in its polygon."),
        ([SQUARE, moved(HOLE, 0.07)], "ring 2: it crosses polygon 1, ring 1 near 106."),
        ([SQUARE, SQUARE], "ring 2: it crosses polygon 1, ring 1 near 106."),
        (
            [SQUARE, HOLE, [[106.13, 20.43], [106.135, 20.43], [106.13, 20.435], [106.13, 20.43]]],
            "ring 3: it covers what another polygon or hole covers.",
        ),
        ([ring_with([181, 20])], f"ring 1: {NO_POSITION}"),
        ([ring_with([20.4, 106.1])], f"ring 1: {NO_POSITION}"),
        ([ring_with([573_000.5, 2_258_000.5])], f"ring 1: {NO_POSITION}"),
        ([ring_with([1e999, 20])], f"ring 1: {NO_POSITION}"),
        ([ring_with([10**400, 20])], f"ring 1: {NO_POSITION}"),
        ([ring_with([True, 20])], f"ring 1: {NO_POSITION}"),
        ([ring_with(["106.1", 20])], f"ring 1: {NO_POSITION}"),
        ([ring_with([106.1])], f"ring 1: {NO_POSITION}"),
        ([ring_with(106.1)], f"ring 1: {NO_POSITION}"),
    ],
)
def test_an_invalid_polygon_is_refused(problems, rings, message):
    text = json.dumps(collection(feature("13684"), feature("13636", *rings)))
    [told] = problems(text.replace("Infinity", "1e999"))
    assert told.startswith(f"Feature 2 (13636): polygon 1, {message}")


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {"type": "Point", "coordinates": SQUARE[0]},
        {"type": "LineString", "coordinates": SQUARE},
        {"type": "GeometryCollection", "geometries": []},
        {"type": ["Polygon"], "coordinates": [SQUARE]},
        {"type": "Polygon"},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[]]},
        {"type": "Polygon", "coordinates": "106.1"},
        {"type": "MultiPolygon", "coordinates": []},
        {"type": "MultiPolygon", "coordinates": [[]]},
        {"type": "MultiPolygon", "coordinates": [{}]},
    ],
)
def test_what_is_no_polygon_is_refused(problems, geometry):
    told = problems(collection(feature(geometry=geometry)))
    assert told == [f"Feature 1 (13636): {NO_GEOMETRY}"]


def test_rings_in_the_wrong_order_are_refused(problems):
    assert problems(collection(feature("13636", HOLE, SQUARE))) == [
        "Feature 1 (13636): polygon 1, ring 1: it covers what another polygon or hole covers.",
        "Feature 1 (13636): polygon 1, ring 2: this hole does not lie in its polygon.",
    ]


def test_polygons_of_one_outline_that_cover_each_other_are_refused(problems):
    told = problems(collection(multi("13684", [SQUARE], [HOLE])))
    assert told == [
        "Feature 1 (13684): polygon 2, ring 1: it covers what another polygon or hole covers."
    ]


def test_an_outline_of_too_many_positions_is_refused(problems, monkeypatch):
    monkeypatch.setattr(geojson, "MOST_POSITIONS", 9)
    told = problems(collection(feature("13684", SQUARE, HOLE)))
    assert told == ["Feature 1 (13684): Its outline has more than 9 positions. Simplify it first."]


def test_every_feature_has_the_code_of_a_unit_of_the_day_and_none_has_another_s(problems):
    strangers = [
        *(feature("13702"), feature("13684"), feature("13684", EAST)),
        *(feature(properties={"gso_code": ""}), feature(properties={"code": True}), "13636"),
        feature(type="Polygon"),
    ]
    assert problems(collection(*strangers)) == [
        "Feature 1 (13702): No unit has the code 13702 on 2024-09-01.",
        "Feature 3 (13684): Feature 2 has the same code already.",
        *(
            f"Feature {n}: It has no code: no gso_code or code among its properties, and no id."
            for n in (4, 5)
        ),
        "Feature 6: This is not a GeoJSON feature.",
        "Feature 7: This is not a GeoJSON feature.",
    ]


def test_fifty_problems_are_told_and_how_many_more_there_are(problems):
    told = problems(collection(*[feature(f"2{n:04}") for n in range(53)]))
    assert len(told) == 51
    assert told[49] == "Feature 50 (20049): No unit has the code 20049 on 2024-09-01."
    assert told[50] == "… and 3 more."


def test_the_reasons_are_told_in_the_reader_s_language(problems):
    with translation.override("vi"):
        [told] = problems(collection(feature("13702")))
    assert "Không có đơn vị nào mang mã 13702 vào ngày 2024-09-01." in told


def test_a_bad_file_leaves_what_was_stored(load, city):
    load(collection(feature("13684")))
    before = list(WardBoundary.objects.values())
    with pytest.raises(CommandError):
        load(collection(feature("13684", EAST), feature("13636", BOW_TIE)))
    assert list(WardBoundary.objects.values()) == before
    assert Activity.objects.count() == 1
