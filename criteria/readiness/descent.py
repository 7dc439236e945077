"""What became of wards, and of what they came, over chains of successions."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from criteria.models import Ward, WardSuccession
from namdinh_wards.text import sort_key

Unit = Ward | str  # a predecessor from outside the city is a name only


@dataclass(frozen=True)
class Descent:
    """after: the successors of a unit, by its pk; before: its predecessors."""

    after: Mapping[int, Sequence[Unit]]
    before: Mapping[int, Sequence[Unit]]

    def heirs(self, ward: Ward, on: date) -> list[Ward]:
        """Return the units in force on a day that the ward has gone into by then."""
        found = _walk(ward, self.after, lambda unit: _is_in_force(unit, on))
        return sorted(
            (unit for unit in found if isinstance(unit, Ward) and unit.in_force(on)), key=_place
        )

    def forebears(self, ward: Ward, on: date) -> list[Unit]:
        """Return the units of a day that the ward has come of since; from outside, their names."""
        found = _walk(ward, self.before, lambda unit: _is_in_force(unit, on))
        known = (unit for unit in found if not isinstance(unit, Ward) or unit.in_force(on))
        return sorted(known, key=_place)


def _place(unit: Unit) -> tuple[bool, str]:
    """Wards in Vietnamese order, then names from outside."""
    return (False, unit.sort_key) if isinstance(unit, Ward) else (True, sort_key(unit))


def _is_in_force(unit: Unit, on: date) -> bool:
    return isinstance(unit, Ward) and unit.in_force(on)


def _walk(
    ward: Ward, steps: Mapping[int, Sequence[Unit]], is_end: Callable[[Unit], bool]
) -> list[Unit]:
    """Return every unit on the way from a ward, each once; no further than the ends."""
    found: dict[Unit, None] = {}
    ahead: list[Unit] = list(steps.get(ward.pk, ()))
    while ahead:
        unit = ahead.pop(0)
        if unit in found:
            continue
        found[unit] = None
        if isinstance(unit, Ward) and not is_end(unit):
            ahead.extend(steps.get(unit.pk, ()))
    return list(found)


def read_descent(*, after: date | None = None, until: date) -> Descent:
    """Read the successions that took effect after a day (None: ever) and by another. One query."""
    rows = WardSuccession.objects.filter(effective_on__lte=until)
    if after:
        rows = rows.filter(effective_on__gt=after)
    successors: dict[int, list[Unit]] = defaultdict(list)
    predecessors: dict[int, list[Unit]] = defaultdict(list)
    for row in rows.select_related("predecessor", "successor"):
        predecessors[row.successor_id].append(row.predecessor or row.outside_name)
        if row.predecessor_id:
            successors[row.predecessor_id].append(row.successor)
    return Descent(successors, predecessors)
