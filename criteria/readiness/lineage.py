"""What became of units, and of what they came: over one reorganisation after the other."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from criteria.models import Ward, WardSuccession
from namdinh_wards.text import sort_key

Unit = Ward | str  # a predecessor from outside the city is a name only
_Step = tuple[WardSuccession, int | None]  # and the unit that it leads to, None: outside the city


@dataclass(frozen=True)
class Branch:
    """One step from a unit to one before or after it, and what lies beyond that in turn.

    ward_id: None of a predecessor from outside the city. is_repeated: the unit stands in the tree
    already, and what lies beyond it is told there.
    """

    succession: WardSuccession
    ward_id: int | None
    beyond: "tuple[Branch, ...]"
    is_repeated: bool = False


Tree = tuple[Branch, ...]


@dataclass(frozen=True)
class Lineage:
    """Successions by the unit that they lead to (`origins`) and that they start from."""

    origins: Mapping[int, Sequence[WardSuccession]]
    successions: Mapping[int, Sequence[WardSuccession]]

    def before(self, ward_id: int) -> Tree:
        """What the unit came from, and what that came from."""
        return _grow(ward_id, self._back)

    def after(self, ward_id: int) -> Tree:
        """What became of the unit, and what became of that."""
        return _grow(ward_id, self._onward)

    def about(self, ward_id: int) -> list[WardSuccession]:
        """The successions that name the unit itself."""
        return [*self.origins.get(ward_id, ()), *self.successions.get(ward_id, ())]

    def heirs(self, ward: Ward, on: date) -> list[Ward]:
        """Return the units in force on a day that the ward has gone into by then."""
        units = _walk(ward, self._successors, on)
        return sorted((u for u in units if isinstance(u, Ward) and u.in_force(on)), key=_place)

    def forebears(self, ward: Ward, on: date) -> list[Unit]:
        """Return the units of a day that the ward has come of since; from outside, their names."""
        units = _walk(ward, self._predecessors, on)
        return sorted((u for u in units if isinstance(u, str) or u.in_force(on)), key=_place)

    def _back(self, ward_id: int) -> list[_Step]:
        return [(origin, origin.predecessor_id) for origin in self.origins.get(ward_id, ())]

    def _onward(self, ward_id: int) -> list[_Step]:
        return [(step, step.successor_id) for step in self.successions.get(ward_id, ())]

    def _predecessors(self, ward_id: int) -> list[Unit]:
        return [step.predecessor or step.outside_name for step in self.origins.get(ward_id, ())]

    def _successors(self, ward_id: int) -> list[Unit]:
        return [step.successor for step in self.successions.get(ward_id, ())]


def read_lineage(*, after: date | None = None, until: date | None = None) -> Lineage:
    """Read what took effect after a day and by another; None: ever. One query.

    There are as many rows as units have ever been merged or renamed.
    """
    rows = WardSuccession.objects.select_related("predecessor", "successor")
    if after:
        rows = rows.filter(effective_on__gt=after)
    if until:
        rows = rows.filter(effective_on__lte=until)
    origins: dict[int, list[WardSuccession]] = defaultdict(list)
    successions: dict[int, list[WardSuccession]] = defaultdict(list)
    for row in rows:
        origins[row.successor_id].append(row)
        if row.predecessor_id is not None:
            successions[row.predecessor_id].append(row)
    return Lineage(origins, successions)


def kin(trees: Iterable[Tree]) -> frozenset[int]:
    """Return the pks of all units in the trees."""
    units: set[int] = set()
    for tree in trees:
        units |= {branch.ward_id for branch in tree if branch.ward_id is not None}
        units |= kin(branch.beyond for branch in tree)
    return frozenset(units)


def _grow(ward_id: int, steps: Callable[[int], list[_Step]]) -> Tree:
    seen = {ward_id}

    def grow(from_id: int) -> Tree:
        branches = []
        for succession, to_id in steps(from_id):
            is_repeated = to_id in seen
            beyond: Tree = ()
            if to_id is not None and not is_repeated:
                seen.add(to_id)
                beyond = grow(to_id)
            branches.append(Branch(succession, to_id, beyond, is_repeated))
        return tuple(branches)

    return grow(ward_id)


def _walk(ward: Ward, steps: Callable[[int], list[Unit]], on: date) -> list[Unit]:
    """Return every unit on the way from a ward, each once; no further than those of the day."""
    met: dict[Unit, None] = {}
    ahead = steps(ward.pk)
    while ahead:
        unit = ahead.pop(0)
        if unit in met:
            continue
        met[unit] = None
        if isinstance(unit, Ward) and not unit.in_force(on):
            ahead.extend(steps(unit.pk))
    return list(met)


def _place(unit: Unit) -> tuple[bool, str]:
    """Wards in Vietnamese order, then names from outside."""
    return (False, unit.sort_key) if isinstance(unit, Ward) else (True, sort_key(unit))
