"""Two rounds side by side: what rose and what fell between their ends. Approved sheets alone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from criteria.models import (
    Assessment,
    Criterion,
    Result,
    Round,
    Ward,
    WardQuerySet,
    in_scope_on,
)
from criteria.readiness.continuity import Catalogue, read_catalogue
from criteria.readiness.lineage import Unit, read_lineage
from criteria.readiness.rules import Tally
from criteria.readiness.standing import TALLIES
from criteria.verdicts import Verdict

Verdicts = Mapping[int, str]  # by the criterion's pk; one that is not there is pending


@dataclass(frozen=True)
class Pair:
    """A criterion of the later round, and the one of the earlier round that it is held against.

    One and the same where the rounds have the same set.
    """

    before: Criterion
    after: Criterion

    @property
    def is_renamed(self) -> bool:
        return str(self.before) != str(self.after)


@dataclass(frozen=True)
class SheetFacts:
    """An approved sheet: its frozen tally, its verdicts, and when it was reopened, if it was."""

    tally: Tally
    verdicts: Verdicts = field(default_factory=dict)
    reviewed_since: datetime | None = None


@dataclass(frozen=True)
class WardChange:
    """One ward with an approved sheet in both rounds.

    rose: not met before, met after; fell: the other way round. n_other: changed in another way,
    such as from “not applicable”. reviewed_since: when one of its sheets was reopened.
    """

    ward: Ward
    before: Tally
    after: Tally
    rose: tuple[Pair, ...]
    fell: tuple[Pair, ...]
    n_other: int
    reviewed_since: datetime | None = None

    @property
    def net(self) -> int:
        return len(self.rose) - len(self.fell)

    @property
    def is_changed(self) -> bool:
        return bool(self.rose or self.fell or self.n_other) or self.became_ready or self.is_no_more

    @property
    def became_ready(self) -> bool:
        return self.after.is_complete and not self.before.is_complete

    @property
    def is_no_more(self) -> bool:
        """Was ready, and is not any more."""
        return self.before.is_complete and not self.after.is_complete


@dataclass
class PairChange:
    """One pair of criteria: in which wards it rose, in which it fell."""

    pair: Pair
    rose: list[Ward] = field(default_factory=list)
    fell: list[Ward] = field(default_factory=list)

    @property
    def net(self) -> int:
        return len(self.rose) - len(self.fell)


def change_of(
    ward: Ward, before: SheetFacts, after: SheetFacts, pairs: Iterable[Pair]
) -> WardChange:
    """Compare two approved sheets of one ward."""
    rose, fell, n_other = [], [], 0
    for pair in pairs:
        was = before.verdicts.get(pair.before.pk, Verdict.PENDING)
        came = after.verdicts.get(pair.after.pk, Verdict.PENDING)
        if (was, came) == (Verdict.NOT_MET, Verdict.MET):
            rose.append(pair)
        elif (was, came) == (Verdict.MET, Verdict.NOT_MET):
            fell.append(pair)
        else:
            n_other += was != came
    return WardChange(
        ward,
        before.tally,
        after.tally,
        tuple(rose),
        tuple(fell),
        n_other,
        after.reviewed_since or before.reviewed_since,
    )


def pairs_of(
    catalogue: Catalogue, before: Iterable[Criterion], after: Iterable[Criterion]
) -> list[Pair]:
    """Pair the criteria of two sets, in the later one's order; a split one is in two pairs."""
    before, after = list(before), list(after)
    earlier = catalogue.continued(after, before)
    return [Pair(catalogue.criteria[pk], later) for later in after for pk in earlier[later.pk]]


@dataclass(frozen=True)
class End:
    """The headline of a round's last day: numbers of wards. n_unapproved: no approved sheet."""

    round: Round
    in_scope: int
    ready: int
    n_unapproved: int


@dataclass(frozen=True)
class Comparison:
    """Two rounds, the earlier first.

    wards: in scope at the end of both, with an approved sheet in both; unapproved: without one, and
    in which rounds. gone, new: in scope at one end alone, with what they have become or come of.
    dropped, added: the criteria that no other is held against.
    """

    before: End
    after: End
    pairs: tuple[Pair, ...]
    wards: tuple[WardChange, ...]
    unapproved: tuple[tuple[Ward, tuple[Any, ...]], ...]
    gone: tuple[tuple[Ward, tuple[Unit, ...]], ...]
    new: tuple[tuple[Ward, tuple[Unit, ...]], ...]
    dropped: tuple[Criterion, ...]
    added: tuple[Criterion, ...]

    @property
    def has_one_set(self) -> bool:
        ids = {end.round.criteria_set_id for end in (self.before, self.after)}
        return len(ids) == 1

    @property
    def changed(self) -> list[WardChange]:
        """The wards in which something changed, the best net change first."""
        return sorted((w for w in self.wards if w.is_changed), key=lambda ward: -ward.net)

    @property
    def n_unchanged(self) -> int:
        return sum(not ward.is_changed for ward in self.wards)

    @property
    def n_rose(self) -> int:
        return sum(len(ward.rose) for ward in self.wards)

    @property
    def n_fell(self) -> int:
        return sum(len(ward.fell) for ward in self.wards)

    @property
    def n_other(self) -> int:
        return sum(ward.n_other for ward in self.wards)

    @property
    def net(self) -> int:
        return self.n_rose - self.n_fell

    @property
    def became_ready(self) -> list[Ward]:
        return [change.ward for change in self.wards if change.became_ready]

    @property
    def no_longer_ready(self) -> list[Ward]:
        return [change.ward for change in self.wards if change.is_no_more]

    @property
    def criteria(self) -> list[PairChange]:
        """The pairs that rose or fell somewhere, the largest net change first."""
        changes: dict[Pair, PairChange] = {}
        for change in self.wards:
            for pair in change.rose:
                changes.setdefault(pair, PairChange(pair)).rose.append(change.ward)
            for pair in change.fell:
                changes.setdefault(pair, PairChange(pair)).fell.append(change.ward)
        return sorted(changes.values(), key=lambda item: (-item.net, item.pair.after.number))


def read_comparison(before: Round, after: Round, wards: WardQuerySet | None = None) -> Comparison:
    """Compare two rounds, the earlier first. Five queries, whatever the size.

    wards: all there are, with more annotated.
    """
    in_either = in_scope_on(before.ends_on) | in_scope_on(after.ends_on)
    known = list((Ward.objects.all() if wards is None else wards).filter(in_either))
    of_before = [ward for ward in known if ward.is_in_scope(before.ends_on)]
    of_after = [ward for ward in known if ward.is_in_scope(after.ends_on)]
    sheets, catalogue = _read_sheets((before, after)), read_catalogue()
    asked = [catalogue.of_set(round.criteria_set_id) for round in (before, after)]
    pairs = pairs_of(catalogue, *asked)
    held = {pair.before.pk for pair in pairs} | {pair.after.pk for pair in pairs}
    stayed = [ward for ward in of_before if ward.is_in_scope(after.ends_on)]
    changes, unapproved = _changes(stayed, (before, after), sheets, pairs)
    lineage, both = read_lineage(after=before.ends_on, until=after.ends_on), set(stayed)
    gone = [(w, tuple(lineage.heirs(w, after.ends_on))) for w in of_before if w not in both]
    new = [(w, tuple(lineage.forebears(w, before.ends_on))) for w in of_after if w not in both]
    return Comparison(
        _end(before, of_before, sheets),
        _end(after, of_after, sheets),
        tuple(pairs),
        tuple(changes),
        tuple(unapproved),
        tuple(gone),
        tuple(new),
        dropped=tuple(criterion for criterion in asked[0] if criterion.pk not in held),
        added=tuple(criterion for criterion in asked[1] if criterion.pk not in held),
    )


Sheets = Mapping[tuple[int, int], SheetFacts]  # by ward and round


def _changes(
    wards: Iterable[Ward], rounds: tuple[Any, Any], sheets: Sheets, pairs: Iterable[Pair]
) -> tuple[list[WardChange], list[tuple[Ward, tuple[Any, ...]]]]:
    """Return the wards that can be compared, and those that cannot with the rounds they lack."""
    changes, unapproved = [], []
    for ward in wards:
        before, after = (sheets.get((ward.pk, round.pk)) for round in rounds)
        if before and after:
            changes.append(change_of(ward, before, after, pairs))
        else:
            lacking = (round for round in rounds if (ward.pk, round.pk) not in sheets)
            unapproved.append((ward, tuple(lacking)))
    return changes, unapproved


def _end(round: Round, wards: list[Ward], sheets: Sheets) -> End:
    approved = [sheets[ward.pk, round.pk] for ward in wards if (ward.pk, round.pk) in sheets]
    n_ready = sum(sheet.tally.is_complete for sheet in approved)
    return End(round, len(wards), n_ready, len(wards) - len(approved))


def _read_sheets(rounds: tuple[Any, ...]) -> Sheets:
    """Return the approved sheets, with all verdicts on them."""
    sheets = Assessment.objects.approved(rounds[0].known).filter(round__in=rounds)
    verdicts: dict[tuple[int, int], dict[int, str]] = defaultdict(dict)
    rows = Result.objects.filter(assessment__in=sheets.order_by().values("pk")).order_by()
    for ward_id, round_id, criterion_id, verdict in rows.values_list(
        "assessment__ward", "assessment__round", "criterion", "verified_verdict"
    ):
        verdicts[ward_id, round_id][criterion_id] = verdict
    return {
        (ward_id, round_id): SheetFacts(
            Tally(*counts), verdicts.get((ward_id, round_id), {}), since
        )
        for ward_id, round_id, since, *counts in sheets.order_by()
        .with_review(rounds[0].known)
        .values_list("ward", "round", "reviewed_since", *TALLIES)
    }
