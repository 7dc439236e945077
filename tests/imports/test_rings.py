"""Rings on a small grid, where all that can happen does happen, against slow and plain oracles."""

from fractions import Fraction
from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from criteria.imports.rings import crossings, enclosures, is_flat, side_of

many = settings(max_examples=300, deadline=None)

_point = st.tuples(st.integers(0, 5), st.integers(0, 5))


def has_no_repeats(ring):
    return all(a != b for a, b in pairwise([*ring, ring[0]]))


ring = st.lists(_point, min_size=3, max_size=8).filter(has_no_repeats)


def edges_of(ring):
    return list(pairwise([*ring, ring[0]]))


def is_on(point, edge):
    (ax, ay), (bx, by) = edge
    x, y = point
    turn = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
    return not turn and min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by)


def shared(one, other):
    """What two edges have in common, by solving for it: no point, one, or the ends of a stretch."""
    (ax, ay), (bx, by) = one
    (cx, cy), (dx, dy) = other
    slope = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx)
    if slope:
        along = Fraction((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx), slope)
        point = (ax + along * (bx - ax), ay + along * (by - ay))
        return {point} if is_on(point, one) and is_on(point, other) else set()
    return {point for point in one if is_on(point, other)} | {
        point for point in other if is_on(point, one)
    }


def is_simple(ring):
    edges = edges_of(ring)
    n = len(edges)
    for (i, one), (j, other) in combinations(enumerate(edges), 2):
        common = shared(one, other)
        if (j - i) in (1, n - 1):
            if len(common) > 1:
                return False
        elif common:
            return False
    return True


def slow_side(point, ring):
    """Count what a ray crosses that passes no corner: its slope is too small for the grid."""
    if any(is_on(point, edge) for edge in edges_of(ring)):
        return 0
    x, y = point
    far = (x + 1000, y + Fraction(1, 7))
    n_crossed = sum(bool(shared((point, far), edge)) for edge in edges_of(ring))
    return 1 if n_crossed % 2 else -1


@given(ring)
@many
def test_a_ring_crosses_itself_exactly_where_two_edges_share_more_than_their_corner(ring):
    assert ((0, 0) in crossings([ring])) == (not is_simple(ring))


@given(ring, _point)
@many
def test_a_point_is_inside_on_or_outside_a_ring(ring, point):
    assert side_of(point, ring) == slow_side(point, ring)


def middle(a, b):
    return Fraction(a[0] + b[0], 2), Fraction(a[1] + b[1], 2)


@given(ring.filter(is_simple), ring.filter(is_simple))
@many
def test_two_rings_either_cross_or_lie_in_or_beside_each_other(one, other):
    edges = [(a, b) for a in edges_of(one) for b in edges_of(other)]
    crossing = False
    for a, b in edges:
        common = shared(a, b)
        at_corner = common & {*a, *b}
        crossing |= len(common) > 1 or bool(common and not at_corner)
    assert ((0, 1) in crossings([one, other])) == crossing
    if crossing:
        return
    inside, _around = enclosures([one, other])
    points = [*one, *(middle(*edge) for edge in edges_of(one))]
    sides = {slow_side(point, other) for point in points}
    assert (1 in inside) == (1 in sides)
    if inside:
        assert inside[1] == (-1 not in sides)


@given(st.lists(ring, min_size=2, max_size=4))
@many
def test_what_crosses_what_does_not_depend_on_their_order(rings):
    n = len(rings) - 1
    turned = {tuple(sorted((n - i, n - j))) for i, j in crossings(rings[::-1])}
    assert turned == set(crossings(rings))


@given(ring)
@many
def test_a_ring_that_neither_crosses_itself_nor_is_flat_encloses_something(ring):
    signed = sum(ax * by - bx * ay for (ax, ay), (bx, by) in edges_of(ring))
    assert signed or is_flat(ring) or not is_simple(ring)
    assert not (signed and is_flat(ring))


def test_a_crossing_is_found_where_floats_would_be_wrong():
    """Two edges that miss each other by one unit in some 10^18, and then touch."""
    long = [(0, 0), (1_800_000_000, 1_799_999_999), (0, 1_800_000_000)]
    below = [(900_000_000, 899_999_999), (1_700_000_000, 0), (900_000_000, 0)]
    assert not crossings([long, below])
    assert side_of(below[0], long) == -1
    assert side_of((900_000_000, 900_000_000), long) == 1


def test_a_ring_of_two_thousand_corners_is_checked_at_once():
    comb = [(x, 10**6 * (x % 2)) for x in range(2000)]
    assert not crossings([[*comb, (2000, -1), (-1, -1)]])
    assert crossings([[*comb, (2000, 5), (-1, -1)]])
