"""One unit on a day: where it stands, how it came there, what it came from and became."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from django.db.models import F

from criteria.models import Pledge, Recognition, Result, Round, Ward, WardQuerySet, WardSuccession
from criteria.readiness.lineage import Tree, kin, read_lineage
from criteria.readiness.pledges import Judge, Promise
from criteria.readiness.record import Record, RoundRow, history, read_records
from criteria.readiness.rounds import Rounds
from criteria.readiness.standing import Standing
from criteria.verdicts import Verdict, differs


@dataclass(frozen=True)
class Relative:
    """A unit that came before or after another, with its own history, and what lies beyond it.

    ward: None of a predecessor from outside the city. standing: on the day, or on the unit's own
    last day where that is before; None where it is not in scope then. is_repeated: the tree tells
    of the unit elsewhere.
    """

    succession: WardSuccession
    ward: Ward | None
    standing: Standing | None
    rows: tuple[RoundRow, ...]
    beyond: "tuple[Relative, ...]"
    is_repeated: bool


Relatives = tuple[Relative, ...]


@dataclass(frozen=True)
class WardOnDay:
    """A unit on a day, in counts alone: what everybody may know who reads the pages.

    rows: its history, the latest round first. under_way: those of them that have not ended, or in
    which its sheet may still become approved: provisional, of today alone. successions:
    those that name the unit itself. recognitions: decided by the day, the latest first.
    """

    record: Record
    standing: Standing | None
    rows: tuple[RoundRow, ...]
    under_way: Sequence[RoundRow]
    before: Relatives
    after: Relatives
    successions: Sequence[WardSuccession]
    recognitions: Sequence[Recognition]
    promises: Sequence[Promise]

    @property
    def ward(self) -> Ward:
        return self.record.ward


def read_ward(
    ward_id: int,
    rounds: Rounds,
    on: date,
    wards: WardQuerySet,
    *,
    round: Round | None = None,
    is_today: bool,
) -> WardOnDay | None:
    """Read a unit with everything that it came from and became; None where there is no such unit.

    wards: all units, with more annotated. round: that the standing comes from, in place of the one
    that speaks for the day. Cost: four queries, however long the chain of mergers.
    """
    lineage = read_lineage()
    before, after = lineage.before(ward_id), lineage.after(ward_id)
    family = kin([before, after]) | {ward_id}
    records = read_records(wards.filter(pk__in=family), rounds.known)
    record = records.get(ward_id)
    if record is None:
        return None
    decided = Recognition.objects.filter(ward=ward_id, decided_on__lte=on)
    recognitions = list(decided.order_by("-year", "-decided_on", "-pk"))
    rows = history(record, rounds, on, recognitions, is_today=is_today)
    return WardOnDay(
        record=record,
        standing=record.standing(on, round or rounds.standing(on)),
        rows=rows,
        under_way=_under_way(rows) if is_today else [],
        before=_relatives(before, records, rounds, on),
        after=_relatives(after, records, rounds, on),
        successions=lineage.about(ward_id),
        recognitions=recognitions,
        promises=_promises(record, rounds, on),
    )


def _under_way(rows: Iterable[RoundRow]) -> list[RoundRow]:
    return [row for row in rows if row.round.is_open and not (row.is_official and row.tally)]


def _relatives(tree: Tree, records: dict[int, Record], rounds: Rounds, on: date) -> Relatives:
    relatives = []
    for branch in tree:
        record = records[branch.ward_id] if branch.ward_id is not None else None
        last = record.last_day(on) if record else on
        relative = Relative(
            succession=branch.succession,
            ward=record.ward if record else None,
            standing=record.standing(last, rounds.standing(last)) if record else None,
            rows=history(record, rounds, on) if record and not branch.is_repeated else (),
            beyond=_relatives(branch.beyond, records, rounds, on),
            is_repeated=branch.is_repeated,
        )
        relatives.append(relative)
    return tuple(relatives)


def _promises(record: Record, rounds: Rounds, on: date) -> list[Promise]:
    """Return what became of the unit's pledges, the latest year first. One query."""
    pledges = list(Pledge.objects.filter(ward=record.ward.pk).order_by("-year"))
    for pledge in pledges:
        pledge.ward = record.ward
    tallies = {
        (record.ward.pk, round_id): sheet.tally
        for round_id, sheet in record.sheets.items()
        if sheet.tally
    }
    judge = Judge(on, rounds, tallies)
    return [judge.promise(pledge) for pledge in pledges]


# --- what the sheets say by name ------------------------------------------------------------------


def telling_results(known: WardOnDay) -> list[Result]:
    """Return what the approved sheets of ended rounds say of criteria that tell something.

    Not met, not applicable, or the opinions differ. The latest round first, then as the set has its
    criteria; each has its criterion at hand. One query.
    """
    order = {pk: place for place, pk in enumerate(_speaking(known))}
    of_set = F("assessment__round__criteria_set")
    results = (
        Result.objects.telling()
        .filter(assessment__in=order, criterion__criteria_set=of_set)
        .select_related("criterion")
    )
    in_set_order = sorted(results, key=attrgetter("criterion.number"))
    return sorted(in_set_order, key=lambda result: order[result.assessment_id])


def _speaking(known: WardOnDay) -> dict[int, RoundRow]:
    """Return the rounds that speak with an approved sheet, by its pk, the latest first.

    And the one that the standing comes from, which may be provisional.
    """
    sheets, shown = known.record.sheets, known.standing.round if known.standing else None
    return {
        sheets[row.round.pk].pk: row
        for row in known.rows
        if row.tally and (row.is_official or row.round == shown)
    }


def unmet(known: WardOnDay, results: Iterable[Result]) -> list[Result]:
    """Keep what the sheet that the standing comes from says is not met."""
    round = known.standing.round if known.standing else None
    sheet = known.record.sheets[round.pk].pk if round else None
    return [
        result
        for result in results
        if result.assessment_id == sheet and result.verified_verdict == Verdict.NOT_MET
    ]


def differing(known: WardOnDay, results: Iterable[Result]) -> list[tuple[RoundRow, list[Result]]]:
    """Return the results on which verifier and unit differ, by round, the latest first."""
    rounds = _speaking(known)
    by_sheet: dict[int, list[Result]] = {}
    for result in results:
        if differs(result.self_verdict, result.verified_verdict):
            by_sheet.setdefault(result.assessment_id, []).append(result)
    return [(rounds[pk], of_round) for pk, of_round in by_sheet.items()]
