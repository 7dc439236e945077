"""The record of a unit: its sheets, what each round says of it, where it stands on any day."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import zip_longest
from typing import Any

from django.db.models import F

from criteria.models import Assessment, Recognition, Round, Ward, WardQuerySet
from criteria.readiness.rounds import Rounds
from criteria.readiness.rules import Tally
from criteria.readiness.standing import TALLIES, Standing, n_criteria
from criteria.readiness.timeline import Decision, Life


@dataclass(frozen=True)
class RecordedSheet:
    """A sheet as far as its counts go.

    state: of the latest revision. tally: of the approved one, whose pk it is; None where there is
    none. reviewed_since: when that was reopened, as long as nothing is approved in its place.
    """

    pk: int
    state: str
    tally: Tally | None
    reviewed_since: datetime | None = None


@dataclass(frozen=True)
class Record:
    """A unit with all its sheets, by the round's pk."""

    ward: Ward
    sheets: dict[int, RecordedSheet] = field(default_factory=dict)

    def tally(self, round: Round | None) -> Tally | None:
        """Of the approved sheet; None where there is none."""
        sheet = self.sheets.get(round.pk) if round else None
        return sheet.tally if sheet else None

    def standing(self, on: date, round: Round | None) -> Standing | None:
        """What `standing.standings` says of the unit; None where it is not in scope on the day."""
        if not self.ward.is_in_scope(on):
            return None
        tally = self.tally(round)
        if tally is None:
            return Standing(self.ward, None, Tally(pending=n_criteria(round)))
        since = self.sheets[round.pk].reviewed_since if round else None
        return Standing(self.ward, round, tally, reviewed_since=since)

    def last_day(self, on: date) -> date:
        """The day itself, or the unit's own last one where that is before."""
        return min(on, self.ward.valid_to - timedelta(days=1)) if self.ward.valid_to else on


_REVISION = (
    "pk",
    "round",
    "state",
    "revision",
    "is_latest",
    "superseded_at",
    "submitted_at",
    "verifying_at",
    "approved_at",
    "reopened_at",
    "cancelled_at",
)


def read_records(wards: WardQuerySet, known: date | None = None) -> dict[int, Record]:
    """Return the wards with their sheets, by their pks. One query, a row a ward and revision.

    known: as their sheets were at the end of that day; None: now.
    """
    columns = (*_REVISION, *TALLIES)
    rows: Iterable[Any] = wards.annotate(
        **{f"sheet_{name}": F(f"assessments__{name}") for name in columns}
    )
    records: dict[int, Record] = {}
    for ward in rows:
        record = records.setdefault(ward.pk, Record(ward))
        if ward.sheet_pk is not None:
            facts = {name: getattr(ward, f"sheet_{name}") for name in columns}
            _take_in(record.sheets, Assessment(round_id=facts.pop("round"), **facts), known)
    return records


def _take_in(sheets: dict[int, RecordedSheet], revision: Assessment, on: date | None) -> None:
    """Add to the record what one revision says, in whichever order they come."""
    known = sheets.get(revision.round_id)
    if revision.was_official(on):
        tally = Tally(*(getattr(revision, name) for name in TALLIES))
        state = known.state if known else revision.state
        since = known.reviewed_since if known else None
        sheets[revision.round_id] = RecordedSheet(revision.pk, state, tally, since)
        return
    state, since = revision.state_known(on), revision.reopened_at
    is_first = revision.revision == 1 and state != Assessment.State.APPROVED
    if is_first or revision.was_under_review(on):
        sheets[revision.round_id] = (
            replace(known, state=state, reviewed_since=since)
            if known
            else RecordedSheet(revision.pk, state, None, since)
        )


@dataclass(frozen=True)
class RoundRow:
    """What one round says of a unit.

    state: as `Assessment.shown_state`, "" where nobody has begun. tally: of the approved sheet.
    is_official: the round is of the whole city, settled, and has ended by the day that is looked
    at. is_counted: the unit is in scope on the round's last day. is_recognised: on that day, too.
    fewer: how many criteria fewer it lacks than in the round before; None where either is not
    known. reviewed_since: when the approved sheet was reopened.
    """

    round: Round
    state: str
    tally: Tally | None
    is_official: bool
    is_counted: bool
    is_recognised: bool
    fewer: int | None
    reviewed_since: datetime | None = None

    @property
    def is_linked(self) -> bool:
        """There is a sheet to be looked at, or to be begun."""
        return self.is_counted or bool(self.state)

    @property
    def is_ready(self) -> bool:
        return self.is_counted and self.tally is not None and self.tally.is_complete

    @property
    def more(self) -> int:
        return -(self.fewer or 0)


def history(
    record: Record,
    rounds: Rounds,
    on: date,
    recognitions: Iterable[Recognition] = (),
    *,
    is_today: bool = False,
) -> tuple[RoundRow, ...]:
    """Return the rounds that count the unit or that it has a sheet of, the latest first.

    Of a past day, those that had ended by then; today, those under way as well.
    """
    ward, known = record.ward, rounds if is_today else rounds.ended(on)
    listed = [r for r in known if ward.is_in_scope(r.ends_on) or r.pk in record.sheets]
    life = Life(ward.valid_from, ward.valid_to)
    decisions = [Decision(ward.pk, life, r.decided_on, r.revoked_on) for r in recognitions]
    rows = []
    for round, before in zip_longest(listed, listed[1:]):
        sheet, tally, earlier = (
            record.sheets.get(round.pk),
            record.tally(round),
            record.tally(before),
        )
        is_counted = ward.is_in_scope(round.ends_on)
        holds = any(decision.holds(round.ends_on) for decision in decisions)
        row = RoundRow(
            round=round,
            state=_state(sheet, is_counted=is_counted),
            tally=tally,
            is_official=round.ends_on <= on and round.is_settled and round.is_citywide,
            is_counted=is_counted,
            is_recognised=is_counted and holds,
            fewer=earlier.missing - tally.missing if tally and earlier else None,
            reviewed_since=sheet.reviewed_since if sheet and tally else None,
        )
        rows.append(row)
    return tuple(rows)


def _state(sheet: RecordedSheet | None, *, is_counted: bool) -> str:
    if sheet is None:
        return ""
    is_out = sheet.state in Assessment.IN_HAND and not is_counted
    return Assessment.OUT if is_out else sheet.state
