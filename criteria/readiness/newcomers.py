"""The wards of a day founded after the round that speaks for it, and what they came of."""

from dataclasses import dataclass
from datetime import date

from criteria.models import Round, Ward
from criteria.readiness.lineage import Lineage
from criteria.readiness.standing import Standing, n_criteria, standing_of, with_standing


@dataclass(frozen=True)
class Newcomer:
    """A ward of which nothing can be said yet.

    forebears: the wards at the round's end that it has come of, where they stood in the round.
    outside: those from outside the city, by name.
    """

    ward: Ward
    forebears: tuple[Standing, ...]
    outside: tuple[str, ...]


def read_newcomers(on: date, round: Round | None, lineage: Lineage) -> list[Newcomer]:
    """Read them in Vietnamese order. One query, and one more where there are any."""
    if round is None:
        return []
    wards = list(Ward.objects.in_scope(on).filter(valid_from__gt=round.ends_on))
    units = {ward: lineage.forebears(ward, round.ends_on) for ward in wards}
    pks = {unit.pk for of in units.values() for unit in of if isinstance(unit, Ward)}
    total = n_criteria(round)
    standings = {
        ward.pk: standing_of(ward, round, total)
        for ward in (with_standing(Ward.objects.filter(pk__in=pks), round) if pks else ())
    }
    return [
        Newcomer(
            ward,
            tuple(standings[unit.pk] for unit in units[ward] if isinstance(unit, Ward)),
            tuple(unit for unit in units[ward] if isinstance(unit, str)),
        )
        for ward in wards
    ]
