"""What became of what: units over one reorganisation after the other."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from criteria.models import WardSuccession


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
_Step = tuple[WardSuccession, int | None]


@dataclass(frozen=True)
class Registry:
    """Every succession there is, by the unit that it starts from and that it leads to."""

    origins: dict[int, list[WardSuccession]]
    successions: dict[int, list[WardSuccession]]

    def before(self, ward_id: int) -> Tree:
        """What the unit came from, and what that came from."""
        return _grow(ward_id, self._origins)

    def after(self, ward_id: int) -> Tree:
        """What became of the unit, and what became of that."""
        return _grow(ward_id, self._successions)

    def about(self, ward_id: int) -> list[WardSuccession]:
        """The successions that name the unit itself."""
        return [*self.origins.get(ward_id, ()), *self.successions.get(ward_id, ())]

    def _origins(self, ward_id: int) -> list[_Step]:
        return [(found, found.predecessor_id) for found in self.origins.get(ward_id, ())]

    def _successions(self, ward_id: int) -> list[_Step]:
        return [(found, found.successor_id) for found in self.successions.get(ward_id, ())]


def read_registry() -> Registry:
    """Read it in one query: there are as many rows as units have ever been merged or renamed."""
    origins: dict[int, list[WardSuccession]] = {}
    successions: dict[int, list[WardSuccession]] = {}
    for succession in WardSuccession.objects.all():
        origins.setdefault(succession.successor_id, []).append(succession)
        if succession.predecessor_id is not None:
            successions.setdefault(succession.predecessor_id, []).append(succession)
    return Registry(origins, successions)


def kin(trees: Iterable[Tree]) -> frozenset[int]:
    """Return the pks of all units in the trees."""
    found: set[int] = set()
    for tree in trees:
        found |= {branch.ward_id for branch in tree if branch.ward_id is not None}
        found |= kin(branch.beyond for branch in tree)
    return frozenset(found)


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
