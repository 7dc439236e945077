"""Counts side by side in one bar, in whole numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

WIDTH, HEIGHT = 240, 16


@dataclass(frozen=True)
class Part:
    """A count as a part of the bar, and its place among the counts."""

    x: int
    width: int
    value: int
    place: int


@dataclass(frozen=True)
class Bar:
    width: int
    height: int
    parts: tuple[Part, ...]  # without those of nothing


def bar(counts: Sequence[int], most: int) -> Bar:
    """Lay the counts side by side in a bar that is full at `most`; the parts add up to it."""
    ends = [n * WIDTH // max(most, 1) for n in accumulate(counts, initial=0)]
    parts = (
        Part(start, end - start, counts[place], place)
        for place, (start, end) in enumerate(pairwise(ends))
    )
    return Bar(WIDTH, HEIGHT, tuple(part for part in parts if part.value))
