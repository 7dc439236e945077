"""Rings of whole numbers: do they cross, what lies in what? Exact; standard library only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations

Point = tuple[int, int]
Ring = Sequence[Point]  # without its first point again at the end, no point twice in a row


def is_flat(ring: Ring) -> bool:
    """Tell whether all points lie in line. Any other ring encloses something or crosses itself."""
    return not any(_turn(ring[0], ring[1], point) for point in ring[2:])


def _around(ring: Ring) -> Iterator[tuple[Point, Point]]:
    return pairwise([*ring, ring[0]])


def _turn(a: Point, b: Point, c: Point) -> int:
    """Positive where c lies to the left of the way from a to b, 0 where the three are in line."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


# --- crossings ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Edge:
    ring: int
    place: int
    a: Point
    b: Point
    west: int
    east: int
    south: int
    north: int


def _edges(rings: Sequence[Ring]) -> list[_Edge]:
    """Return every edge, the westernmost first."""
    edges = [
        _Edge(
            *(number, place, a, b),
            *(min(a[0], b[0]), max(a[0], b[0])),
            *(min(a[1], b[1]), max(a[1], b[1])),
        )
        for number, ring in enumerate(rings)
        for place, (a, b) in enumerate(_around(ring))
    ]
    return sorted(edges, key=lambda edge: edge.west)


def crossings(rings: Sequence[Ring]) -> dict[tuple[int, int], Point]:
    """Return which rings cross which, by their numbers, with an end of an edge that does.

    A ring crosses itself also where it only touches itself. Two rings may touch in points; whether
    one passes through the other there, `enclosures` tells.
    Cost: for n edges n log n, and for each the edges that lie below and above it.
    """
    crossed: dict[tuple[int, int], Point] = {}
    near: list[_Edge] = []
    for edge in _edges(rings):
        near = [other for other in near if other.east >= edge.west]
        for other in near:
            if other.south > edge.north or other.north < edge.south:
                continue
            if edge.ring == other.ring:
                is_crossing = _spoils_ring(edge, other, len(rings[edge.ring]))
            else:
                is_crossing = _is_proper(edge, other) or _runs_along(edge, other)
            if is_crossing:
                first, second = sorted((edge.ring, other.ring))
                crossed.setdefault((first, second), edge.a)
        near.append(edge)
    return crossed


def _spoils_ring(one: _Edge, other: _Edge, n_edges: int) -> bool:
    apart = (one.place - other.place) % n_edges
    if apart in (1, n_edges - 1):  # they share a corner anyway
        return _runs_along(one, other)
    return _meets(one, other)


def _sides(one: _Edge, other: _Edge) -> tuple[int, int, int, int]:
    return (
        _turn(one.a, one.b, other.a),
        _turn(one.a, one.b, other.b),
        _turn(other.a, other.b, one.a),
        _turn(other.a, other.b, one.b),
    )


def _is_proper(one: _Edge, other: _Edge) -> bool:
    """Tell whether each runs from one side of the other to the other side."""
    p, q, r, s = _sides(one, other)
    return _opposite(p, q) and _opposite(r, s)


def _opposite(p: int, q: int) -> bool:
    return (p > 0 > q) or (p < 0 < q)


def _meets(one: _Edge, other: _Edge) -> bool:
    """Tell whether two edges whose boxes meet have any point in common."""
    p, q, r, s = _sides(one, other)
    return not (p > 0 < q or p < 0 > q or r > 0 < s or r < 0 > s)


def _runs_along(one: _Edge, other: _Edge) -> bool:
    """Tell whether two edges have more than a point in common."""
    if _turn(one.a, one.b, other.a) or _turn(one.a, one.b, other.b):
        return False
    across = min(one.east, other.east) - max(one.west, other.west)
    upward = min(one.north, other.north) - max(one.south, other.south)
    return across > 0 or upward > 0


# --- what lies in what ----------------------------------------------------------------------------


def enclosures(rings: Sequence[Ring]) -> list[dict[int, bool]]:
    """Return for each ring those that it lies in, by their numbers; False: only partly.

    Rings of `crossings` that have none. Cost: for rings whose boxes meet, each corner of the one
    against each edge of the other.
    """
    boxes = [_box(ring) for ring in rings]
    held: list[dict[int, bool]] = [{} for _ in rings]
    for inner, outer in permutations(range(len(rings)), 2):
        if not _are_apart(boxes[inner], boxes[outer]):
            sides = _sides_of(rings[inner], rings[outer])
            if 1 in sides:
                held[inner][outer] = -1 not in sides
    return held


def _sides_of(ring: Ring, other: Ring) -> set[int]:
    """Ask all corners and all middles of edges, since any of them may lie on the other ring."""
    corners = [(2 * x, 2 * y) for x, y in ring]
    middles = [(ax + bx, ay + by) for (ax, ay), (bx, by) in _around(ring)]
    doubled = [(2 * x, 2 * y) for x, y in other]
    return {side_of(point, doubled) for point in corners + middles}


def _box(ring: Ring) -> tuple[int, int, int, int]:
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    return min(xs), max(xs), min(ys), max(ys)


def _are_apart(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    return one[1] < other[0] or other[1] < one[0] or one[3] < other[2] or other[3] < one[2]


def side_of(point: Point, ring: Ring) -> int:
    """Return 1 inside the ring, 0 on it, -1 outside."""
    x, y = point
    is_inside = False
    for a, b in _around(ring):
        is_across = (a[1] > y) != (b[1] > y)
        if is_across or a[1] == y == b[1]:
            turn = _turn(a, b, point)
            if not turn and min(a[0], b[0]) <= x <= max(a[0], b[0]):
                return 0
            if is_across:
                is_inside ^= (turn > 0) == (b[1] > a[1])
        elif point == a:
            return 0
    return 1 if is_inside else -1
