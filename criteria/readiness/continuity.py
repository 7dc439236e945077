"""Which criteria of two sets continue each other, over chains of `Criterion.replaces`."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from criteria.models import Criterion

Replaces = Mapping[int, int | None]  # what a criterion replaces, by the pks


def line_of(pk: int, replaces: Replaces) -> Iterator[int]:
    """Yield a criterion, the one that it replaces, and so on back to the first."""
    seen: set[int] = set()
    at: int | None = pk
    while at is not None and at not in seen:
        seen.add(at)
        yield at
        at = replaces.get(at)


def continued(
    these: Iterable[int], others: Iterable[int], replaces: Replaces
) -> dict[int, tuple[int, ...]]:
    """Return, for each criterion, those of another set that are in line with it; () for none.

    In line: one continues the other, or both continue the same earlier one. Where several are, the
    fewest steps decide, first on this side. More than one is left where a criterion was split.
    """
    reached: dict[int, list[tuple[int, int]]] = defaultdict(list)  # steps and criterion, by place
    for other in others:
        for steps, place in enumerate(line_of(other, replaces)):
            reached[place].append((steps, other))
    in_line = {}
    for this in these:
        at = next((reached[place] for place in line_of(this, replaces) if place in reached), [])
        fewest = min((steps for steps, _other in at), default=0)
        in_line[this] = tuple(other for steps, other in at if steps == fewest)
    return in_line


@dataclass(frozen=True)
class Catalogue:
    """Every criterion there is, for the few that a page shows."""

    criteria: Mapping[int, Criterion]
    replaces: Replaces

    def of_set(self, criteria_set_id: int) -> list[Criterion]:
        """Return the criteria of a set, in their order."""
        of_set = (c for c in self.criteria.values() if c.criteria_set_id == criteria_set_id)
        return sorted(of_set, key=lambda criterion: criterion.number)

    def continued(
        self, these: Sequence[Criterion], others: Sequence[Criterion]
    ) -> dict[int, tuple[int, ...]]:
        return continued([c.pk for c in these], [c.pk for c in others], self.replaces)


def read_catalogue() -> Catalogue:
    """Read the criteria of all sets, because a chain may lead through any. One query."""
    shown = ("criteria_set", "replaces", "number", "code", "name", "name_en")
    criteria = {criterion.pk: criterion for criterion in Criterion.objects.only(*shown).order_by()}
    return Catalogue(criteria, {pk: criterion.replaces_id for pk, criterion in criteria.items()})
