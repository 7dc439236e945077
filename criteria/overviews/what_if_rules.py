"""The same evidence judged by another criteria set: a supposition, never a standing.

Asks no query: `criteria.overviews.what_if` reads the facts. Told in docs/readiness.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from criteria.measures import MEASURES
from criteria.models import CriteriaSet, Criterion, Question, Requirement, Round, Ward
from criteria.readiness.rules import Answer, Tally, criterion_verdict, requirement_verdict
from criteria.readiness.standing import Standing
from criteria.verdicts import Verdict


@dataclass(frozen=True)
class Bar:
    """What an answer is held against. threshold None: nothing decides but a person."""

    comparator: str
    threshold: Decimal | None


@dataclass(frozen=True)
class Known:
    """What an approved sheet says of a question, and what it was held against there."""

    bar: Bar
    answer: Answer


@dataclass(frozen=True)
class Source:
    """A criterion of an approved sheet: its verified verdict, and what was known for it."""

    verdict: Verdict
    known: Mapping[Question, Known] = field(default_factory=dict)


Bars = Mapping[Question, Bar]  # the questions of one criterion of the other set, for one ward


def together(verdicts: Iterable[Verdict]) -> Verdict:
    """Return what several verdicts come to where all must be met.

    As `criterion_verdict`, but what is not met is not mended by an answer that is still missing.
    """
    verdicts = [verdict for verdict in verdicts if verdict != Verdict.NOT_APPLICABLE]
    if Verdict.NOT_MET in verdicts:
        return Verdict.NOT_MET
    return criterion_verdict(verdicts, not_applicable=not verdicts)


def judge(asked: Bars, sources: Sequence[Source]) -> Verdict:
    """Judge a criterion of the other set by what is known of those that it continues.

    Their verdict holds as long as the questions are the same; or all others, because then the set
    itself says that one continues the other. Else each question is judged by its verified answer:
    one that nobody was asked is PENDING. PENDING, too, is what continues nothing.
    """
    if not sources:
        return Verdict.PENDING
    carried = together(source.verdict for source in sources)
    known = {question: source for source in sources for question in source.known}
    if carried in (Verdict.PENDING, Verdict.NOT_APPLICABLE) or known.keys().isdisjoint(asked):
        return carried
    if known.keys() == asked.keys() and all(
        source.known[question].bar == asked[question] for question, source in known.items()
    ):
        return carried
    return together(_judge_question(q, bar, known.get(q)) for q, bar in asked.items())


def _judge_question(question: Question, bar: Bar, source: Source | None) -> Verdict:
    if source is None:
        return Verdict.PENDING
    if source.verdict in (Verdict.NOT_APPLICABLE, Verdict.PENDING):
        return source.verdict
    known = source.known[question]
    if source.verdict == Verdict.MET and known.bar == bar:
        return Verdict.MET  # a criterion is met only if all that it asks for is
    return requirement_verdict(MEASURES[question[0]], bar.comparator, bar.threshold, known.answer)


# --- what it comes to ---------------------------------------------------------------------------


class Basis(StrEnum):
    """What a criterion of the other set is judged by.

    SAME: the verdict of the criterion that asks the same. NORMS: as SAME, but the verified answer
    for a ward whose norm is another. WORDED: the verdict of the one that it continues in other
    words. ANEW: the verified answers to those questions that are the same, where other questions or
    thresholds decide. NEW: nothing, it continues no criterion.
    """

    SAME = "same"
    NORMS = "norms"
    WORDED = "worded"
    ANEW = "anew"
    NEW = "new"


@dataclass(frozen=True)
class Match:
    """A criterion of the other set, what it continues of the round's, and how it is judged."""

    criterion: Criterion
    sources: tuple[Criterion, ...]
    basis: Basis
    asked: tuple[Requirement, ...]

    @property
    def reads_answers(self) -> bool:
        """Verdicts alone do not decide."""
        return self.basis in (Basis.NORMS, Basis.ANEW)


@dataclass(frozen=True)
class Supposed:
    """One ward as it stands, and what its sheet would come to: criteria that make the difference.

    freed: not met, and no longer asked. eased, hardened: not met before and met by the other set,
    and the other way round. open: nobody can tell from what there is. Empty without a sheet.
    """

    standing: Standing
    tally: Tally
    freed: tuple[Criterion, ...] = ()
    eased: tuple[Criterion, ...] = ()
    hardened: tuple[Criterion, ...] = ()
    open: tuple[Criterion, ...] = ()

    @property
    def ward(self) -> Ward:
        return self.standing.ward

    @property
    def is_ready(self) -> bool:
        return self.standing.round is not None and self.tally.is_complete

    @property
    def is_uncertain(self) -> bool:
        """Nothing that can be told is missing, but something cannot be told."""
        has_sheet = self.standing.round is not None
        return has_sheet and self.tally.not_met == 0 and self.tally.pending > 0

    @property
    def becomes_ready(self) -> bool:
        return self.is_ready and not self.standing.is_ready

    @property
    def is_no_longer_ready(self) -> bool:
        return self.standing.is_ready and not self.is_ready and not self.is_uncertain


@dataclass
class Effect:
    """What one criterion of the other set changes: numbers of wards with an approved sheet."""

    match: Match
    n_eased: int = 0
    n_hardened: int = 0
    n_open: int = 0

    @property
    def is_told(self) -> bool:
        changes = self.n_eased or self.n_hardened or self.n_open
        return bool(changes) or self.match.basis not in (Basis.SAME, Basis.NORMS)


@dataclass(frozen=True)
class Supposition:
    """The wards in scope on a day, judged by `criteria_set` in place of the round's own.

    dropped: the criteria that nothing continues there, and how many wards lack each.
    """

    round: Round
    criteria_set: CriteriaSet
    n_criteria: int
    wards: tuple[Supposed, ...]
    effects: tuple[Effect, ...]
    dropped: tuple[tuple[Criterion, int], ...]

    @property
    def told(self) -> list[Effect]:
        """The criteria that change something, or that are not judged as before."""
        return [effect for effect in self.effects if effect.is_told]

    @property
    def n_ready_now(self) -> int:
        return sum(ward.standing.is_ready for ward in self.wards)

    @property
    def n_ready(self) -> int:
        return sum(ward.is_ready for ward in self.wards)

    @property
    def n_ready_at_most(self) -> int:
        """How many would be ready if all was met that cannot be told."""
        return self.n_ready + len(self.uncertain)

    @property
    def n_without_sheet(self) -> int:
        return sum(ward.standing.round is None for ward in self.wards)

    @property
    def n_sheets(self) -> int:
        return len(self.wards) - self.n_without_sheet

    @property
    def becoming_ready(self) -> list[Supposed]:
        return [ward for ward in self.wards if ward.becomes_ready]

    @property
    def uncertain(self) -> list[Supposed]:
        return [ward for ward in self.wards if ward.is_uncertain]

    @property
    def no_longer_ready(self) -> list[Supposed]:
        return [ward for ward in self.wards if ward.is_no_longer_ready]
