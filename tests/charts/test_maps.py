"""Pictures of random wards: whole numbers, everything inside, nothing lost, nothing torn apart."""

import re
from itertools import combinations, pairwise
from math import cos, pi, radians, sin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from criteria.charts.maps import GAP, MARGIN, MARK, SIDE, TILE, outline_map, tile_map

quick = settings(max_examples=60, deadline=None)

WHOLE_NUMBERS = re.compile(r"(M\d+ \d+([hv]-?\d+|l-?\d+( |(?=-))-?\d+(( |(?=-))-?\d+)*)+z)+")
PART = re.compile(r"([Mhvlz])([^Mhvlz]*)")


def rings_of(path):
    """Walk a path and return the points of each of its rings."""
    assert WHOLE_NUMBERS.fullmatch(path), path
    rings = []
    for command, text in PART.findall(path):
        numbers = [int(number) for number in re.findall(r"-?\d+", text)]
        if command == "M":
            rings.append([tuple(numbers)])
        elif command == "h":
            rings[-1].append((rings[-1][-1][0] + numbers[0], rings[-1][-1][1]))
        elif command == "v":
            rings[-1].append((rings[-1][-1][0], rings[-1][-1][1] + numbers[0]))
        elif command == "l":
            for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
                x, y = rings[-1][-1]
                rings[-1].append((x + dx, y + dy))
    return rings


def edges_of(rings):
    return [edge for ring in rings for edge in pairwise([*ring, ring[0]])]


def area(rings):
    """Positive where a ring runs clockwise on the page, so that holes count against it."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in edges_of(rings)) / 2


def is_in_or_on(point, rings):
    """By the turns of the rings around the point, counted through the four quarters."""
    x, y = point
    winding = 0
    for (ax, ay), (bx, by) in edges_of(rings):
        turn = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
        if not turn and min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by):
            return True
        if ay <= y < by and turn > 0:
            winding += 1
        if by <= y < ay and turn < 0:
            winding -= 1
    return winding != 0


def check(picture, keys):
    """What holds of every picture."""
    assert sorted(place.key for place in picture.places) == sorted(keys)
    assert type(picture.width) is type(picture.height) is int
    for place in picture.places:
        rings = rings_of(place.path)
        for x, y in [point for ring in rings for point in ring] + [(place.x, place.y)]:
            assert type(x) is type(y) is int
            assert MARGIN <= x <= picture.width - MARGIN
            assert MARGIN <= y <= picture.height - MARGIN
        assert is_in_or_on((place.x, place.y), rings)


# --- tiles ----------------------------------------------------------------------------------------

tile_places = st.dictionaries(
    st.integers(1, 10**6),
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
    min_size=1,
    max_size=12,
).filter(lambda tiles: len(set(tiles.values())) == len(tiles))


@given(tile_places)
@quick
def test_tiles_are_equal_squares_that_never_meet(tiles):
    picture = tile_map(tiles)
    check(picture, tiles)
    assert picture.is_schematic
    assert picture == tile_map(tiles)
    boxes = []
    for place in picture.places:
        [ring] = rings_of(place.path)
        xs, ys = sorted({x for x, _ in ring}), sorted({y for _, y in ring})
        assert len(ring) == 4
        assert (xs[1] - xs[0], ys[1] - ys[0]) == (TILE, TILE)
        assert (place.x, place.y) == (xs[0] + TILE // 2, ys[0] + TILE // 2)
        boxes.append((xs, ys))
    for (xs, ys), (other_xs, other_ys) in combinations(boxes, 2):
        across = max(xs[0], other_xs[0]) - min(xs[1], other_xs[1])
        down = max(ys[0], other_ys[0]) - min(ys[1], other_ys[1])
        assert max(across, down) >= GAP
    assert min(xs[0] for xs, _ in boxes) == min(ys[0] for _, ys in boxes) == MARGIN
    assert max(xs[1] for xs, _ in boxes) == picture.width - MARGIN
    assert max(ys[1] for _, ys in boxes) == picture.height - MARGIN


def test_a_column_that_nobody_is_in_stays_empty():
    picture = tile_map({7: (3, 2), 8: (5, 2)})
    assert picture.width == 2 * MARGIN + 3 * TILE + 2 * GAP
    assert picture.height == 2 * MARGIN + TILE
    assert [place.path for place in picture.places] == [
        "M4 4h100v100h-100z",
        "M220 4h100v100h-100z",
    ]


@given(tile_places, st.integers(1, 5), st.integers(1, 5))
@quick
def test_where_the_first_column_and_row_are_makes_no_difference(tiles, right, down):
    moved = {key: (column + right, row + down) for key, (column, row) in tiles.items()}
    assert tile_map(moved) == tile_map(tiles)


# --- outlines -------------------------------------------------------------------------------------


def star(longitude, latitude, radii):
    """A closed ring around a place: no two of its edges meet."""
    n = len(radii)
    ring = [
        [longitude + radius * cos(2 * pi * k / n), latitude + radius * sin(2 * pi * k / n)]
        for k, radius in enumerate(radii)
    ]
    return [*ring, ring[0]]


@st.composite
def stars(draw, size=0.2):
    place = st.floats(0, size)
    radii = draw(st.lists(st.floats(size / 200, size / 4), min_size=5, max_size=30))
    ring = star(106 + draw(place), 20 + draw(place), radii)
    return ring if draw(st.booleans()) else ring[::-1]


@st.composite
def outline(draw):
    """One to three stars, the first with a hole or not."""
    polygons = [[ring] for ring in draw(st.lists(stars(), min_size=1, max_size=3))]
    if draw(st.booleans()):
        x, y = (sum(each) / len(each) for each in zip(*polygons[0][0][1:], strict=True))
        polygons[0].append(star(x, y, [0.0002] * 4))
    return polygons


@given(st.dictionaries(st.integers(1, 10**6), outline(), min_size=1, max_size=5))
@quick
def test_every_ward_is_in_the_picture_whole(outlines):
    picture = outline_map(outlines)
    check(picture, outlines)
    assert not picture.is_schematic
    assert picture == outline_map(outlines)
    assert max(picture.width, picture.height) == SIDE + 2 * MARGIN
    for place in picture.places:
        assert area(rings_of(place.path)) > 0
        assert all(a != b for a, b in edges_of(rings_of(place.path)))


@st.composite
def coverage(draw):
    """A map of cells without gaps: their common corners moved about, and points on the borders."""
    n_columns, n_rows = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    away = st.floats(-0.3, 0.3)
    corner = {
        (i, j): [106 + (i + draw(away)) / 50, 20.5 - (j + draw(away)) / 50]
        for i in range(n_columns + 1)
        for j in range(n_rows + 1)
    }
    share = draw(st.floats(0.1, 0.9))

    def border(a, b):
        """From a to b by a point between, the same one from either side."""
        (ax, ay), (bx, by) = sorted([corner[a], corner[b]])
        return [corner[a], [ax + (bx - ax) * share, ay + (by - ay) * share]]

    def ring_around(walk):
        points = [point for a, b in pairwise([*walk, walk[0]]) for point in border(a, b)]
        return [*points, points[0]]

    cells = {
        1 + i + j * n_columns: [
            [ring_around([(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)])],
        ]
        for i in range(n_columns)
        for j in range(n_rows)
    }
    edge = [(i, 0) for i in range(n_columns)] + [(n_columns, j) for j in range(n_rows)]
    edge += [(n_columns - i, n_rows) for i in range(n_columns)]
    edge += [(0, n_rows - j) for j in range(n_rows)]
    return cells, [[ring_around(edge)]]


@given(coverage())
@quick
def test_what_neighbours_share_stays_shared(drawn):
    """The cells together cover exactly what their common outline covers: no gap, no overlap."""
    cells, whole = drawn
    picture = outline_map(cells)
    [together] = outline_map({0: whole}).places
    check(picture, cells)
    parts = [area(rings_of(place.path)) for place in picture.places]
    assert sum(parts) == area(rings_of(together.path))
    assert [place.key for place in picture.places] == list(cells)


SQUARE = [[106.0, 20.0], [106.1, 20.0], [106.1, 20.1], [106.0, 20.1], [106.0, 20.0]]


def moved(ring, right, up, size=1.0):
    x, y = ring[0]
    return [[x + right + (a - x) * size, y + up + (b - y) * size] for a, b in ring]


def test_north_is_up_and_east_is_right():
    picture = outline_map({1: [[SQUARE]], 2: [[moved(SQUARE, 0.2, 0)]], 3: [[moved(SQUARE, 0, 1)]]})
    here, east, north = picture.places
    assert here.y == east.y
    assert here.x < east.x
    assert north.y < here.y
    assert north.x == here.x


def test_the_shape_is_true_at_the_middle_latitude():
    """A degree of longitude is shorter than one of latitude, away from the equator."""
    for latitude in (0, 21, 60):
        picture = outline_map({1: [[moved(SQUARE, 0, latitude - 20.05)]]})
        width, height = picture.width - 2 * MARGIN, picture.height - 2 * MARGIN
        assert height == SIDE
        assert width == pytest.approx(SIDE * cos(radians(latitude)), abs=1)


def test_points_that_say_nothing_more_are_left_out():
    ring = [[106.0, 20.0], [106.05, 20.0], [106.1, 20.0], [106.1, 20.1], [106.1, 20.1]]
    spike = [[106.05, 20.1], [106.05, 20.12], [106.05, 20.1], [106.0, 20.1], [106.0, 20.0]]
    picture = outline_map({1: [[[*ring, *spike]]]})
    [points] = rings_of(picture.places[0].path)
    assert len(points) == 4


def test_a_hole_stays_a_hole_whichever_way_it_runs():
    hole = moved(SQUARE, 0.03, 0.03, size=0.4)
    for ring in (SQUARE, SQUARE[::-1]):
        for inner in (hole, hole[::-1]):
            [place] = outline_map({1: [[ring, inner]]}).places
            outside, inside = rings_of(place.path)
            assert area([outside]) > 0 > area([inside])
            x, y = place.x, place.y
            assert not (
                min(a for a, _ in inside) < x < max(a for a, _ in inside)
                and min(b for _, b in inside) < y < max(b for _, b in inside)
            )


@pytest.mark.parametrize("corner", [(0, 0), (0.0999999, 0.0999999), (0.05, 0.05)])
def test_a_ward_too_small_to_be_seen_is_a_small_square_and_comes_last(corner):
    speck = moved(SQUARE, *corner, size=1e-6)
    picture = outline_map({5: [[speck]], 4: [[SQUARE]]})
    check(picture, [4, 5])
    assert [place.key for place in picture.places] == [4, 5]
    assert area(rings_of(picture.places[1].path)) == MARK**2


def test_islands_too_small_to_be_seen_are_left_out_beside_the_mainland():
    islands = [[moved(SQUARE, 0.11 + n / 1000, 0, size=1e-6)] for n in range(5)]
    [place] = outline_map({1: [[SQUARE], *islands]}).places
    assert len(rings_of(place.path)) == 1


@pytest.mark.parametrize(
    "ring",
    [
        [[106.0, 20.0], [106.0, 20.0], [106.0, 20.0], [106.0, 20.0]],
        [[106.0, 20.0], [106.5, 20.0], [106.7, 20.0], [106.0, 20.0]],
        [[-180.0, -90.0], [180.0, -90.0], [180.0, 90.0], [-180.0, -90.0]],
    ],
)
def test_whatever_the_outline_something_is_drawn(ring):
    check(outline_map({1: [[ring]]}), [1])


def test_of_no_wards_there_is_an_empty_picture():
    for picture in (tile_map({}), outline_map({})):
        assert not picture.places
        assert picture.width > 0
        assert picture.height > 0


def test_labels_stand_where_there_is_room():
    """In a ward like an L, with most room in its foot, not in the corner nor outside."""
    corners = [(0, 0), (10, 0), (10, 4), (1, 4), (1, 10), (0, 10), (0, 0)]
    [place] = outline_map({1: [[[[106 + x / 100, y / 100] for x, y in corners]]]}).places
    assert 300 < place.x - MARGIN < 800
    assert 650 < place.y - MARGIN < 950
