"""What the demonstration's units and verifiers say: plausible, deterministic, invented."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from criteria.actions.records import save_record
from criteria.models import Requirement, Round, Ward, WardNorm
from criteria.readiness.rules import Answer
from criteria.readiness.sheet import Entry, Line, Row, Sheet

INVENTED = "Dữ liệu minh họa"
FINDING = "Hồ sơ chưa đủ căn cứ (minh họa)"
N_SHORT_OF_AREA_2023 = 11


@dataclass(frozen=True)
class Story:
    """What one sheet comes to, by the criteria's numbers.

    unmet: not met in the end. claimed: those of them that the unit itself says are met.
    """

    unmet: frozenset[int] = frozenset()
    claimed: frozenset[int] = frozenset()


def story_of(sheet: Sheet, chance: Random) -> Story:
    """Invent what the ward misses, fewer from year to year, and where its unit is too kind."""
    unmet = sorted(_unmet(sheet, sheet.assessment.ward, sheet.assessment.round, chance))
    claimed = [chance.choice(unmet)] if unmet and chance.random() < 0.4 else []
    return Story(frozenset(unmet), frozenset(claimed))


def _unmet(sheet: Sheet, ward: Ward, round: Round, chance: Random) -> set[int]:
    if ward.pledges.filter(year=round.year).exists():
        return set()
    numbers = [row.criterion.number for row in sheet.rows]
    area = [row.criterion.number for row in sheet.rows if _has_norm(row)]
    most = {2023: 6, 2024: 4, 2025: 3}.get(round.year, 2)
    missed = set(chance.sample(numbers, chance.randint(0, most)))
    missed -= set(area)
    if round.year == 2023:
        lacking = _short_of_area(round)
        missed |= set(area) if ward.pk in lacking else {chance.choice(numbers[5:])}
    elif chance.random() < 0.35:
        missed |= set(area)
    return missed


def _short_of_area(round: Round) -> set[int]:
    """Invent which eleven wards lacked area; never a pilot."""
    wards = [ward.pk for ward in Ward.objects.in_scope(round.ends_on).filter(pledges=None)]
    return set(Random(INVENTED).sample(wards, N_SHORT_OF_AREA_2023))  # noqa: S311


def _has_norm(row: Row) -> bool:
    return any(line.requirement.norm_per_ward for line in row.lines)


def entry_of(row: Row, year: int, chance: Random, *, is_met: bool, why: str = INVENTED) -> Entry:
    answers = {}
    for place, line in enumerate(row.lines):
        answers[line.requirement.pk] = _answer(line, year, not is_met and place == 0, chance)
    return Entry(answers, explanation=why)


def _answer(line: Line, year: int, is_unmet: bool, chance: Random) -> Answer:
    measure = line.requirement.measure
    if measure == Requirement.Measure.YES_NO:
        return Answer(Decimal(0 if is_unmet else 1))
    if measure == Requirement.Measure.TITLE:
        return Answer(Decimal(0 if is_unmet else year))
    return next(
        answer for answer in _figures(line, chance) if (line.judge(answer) != "met") == is_unmet
    )


def _figures(line: Line, chance: Random) -> Iterator[Answer]:
    """Yield plausible figures on both sides of the threshold, or judged both ways."""
    threshold = line.threshold
    if threshold is None:
        high = line.requirement.measure == Requirement.Measure.PERCENT
        yield Answer(Decimal(chance.randint(85, 99) if high else chance.randint(20, 60)), "met")
        yield Answer(Decimal(chance.randint(40, 70) if high else chance.randint(1, 12)), "not_met")
        return
    yield Answer(threshold)
    spread = max(int(threshold) // 5, 2)
    yield Answer(threshold + chance.randint(1, spread))
    yield Answer(threshold - chance.randint(1, spread))


def make_norms(wards: list[Ward], round: Round) -> None:
    asked = Requirement.objects.filter(
        criterion__criteria_set=round.criteria_set, norm_per_ward=True
    )
    for requirement in asked:
        for ward in wards:
            if not ward.norms.filter(requirement=requirement).exists():
                norm = WardNorm(
                    ward=ward,
                    requirement=requirement,
                    threshold=Decimal(120 + 10 * Random(ward.code).randrange(9)),  # noqa: S311
                    legal_basis=INVENTED,
                    valid_from=ward.valid_from,
                )
                save_record(norm, acting_user=None, reason=INVENTED)
