"""Every ward judged by another criteria set: reads the facts for `overviews.what_if_rules`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from criteria.models import (
    Assessment,
    CriteriaSet,
    Criterion,
    Requirement,
    RequirementValue,
    Result,
    Round,
    WardNorm,
    WardQuerySet,
)
from criteria.overviews.what_if_rules import (
    Bar,
    Bars,
    Basis,
    Effect,
    Known,
    Match,
    Source,
    Supposed,
    Supposition,
    judge,
    together,
)
from criteria.readiness.continuity import read_catalogue
from criteria.readiness.rules import Answer, Tally, tally
from criteria.readiness.standing import Standing, n_criteria, standing_of, wards_on
from criteria.verdicts import Verdict

Place = tuple[int, int]  # a ward and a criterion, or a ward and a requirement


@dataclass(frozen=True)
class _Facts:
    """What the approved sheets say, and the other set's norms."""

    asked: Mapping[int, list[Requirement]]  # by the criterion's pk
    verdicts: Mapping[Place, str] = field(default_factory=dict)
    known: Mapping[Place, Known] = field(default_factory=dict)
    norms: Mapping[Place, Decimal] = field(default_factory=dict)

    def source(self, ward_id: int, criterion: Criterion, *, reads_answers: bool) -> Source:
        verdict = Verdict(self.verdicts.get((ward_id, criterion.pk), Verdict.PENDING))
        if not reads_answers:
            return Source(verdict)
        known = {}
        for asked in self.asked[criterion.pk]:
            unsaid = Known(Bar(asked.comparator, asked.threshold), Answer())
            known[asked.question] = self.known.get((ward_id, asked.pk), unsaid)
        return Source(verdict, known)

    def bars(self, ward_id: int, match: Match) -> Bars:
        return {
            asked.question: Bar(
                asked.comparator, self.norms.get((ward_id, asked.pk), asked.threshold)
            )
            for asked in match.asked
        }


def other_sets(round: Round) -> list[CriteriaSet]:
    """Return the sets that a round could be judged by instead, the latest first. One query."""
    usable = CriteriaSet.objects.exclude(status=CriteriaSet.Status.DRAFT)
    return list(usable.exclude(pk=round.criteria_set_id))


def read_supposition(
    on: date,
    round: Round,
    other: CriteriaSet,
    wards: WardQuerySet | None = None,
) -> Supposition:
    """Judge the approved sheets of the day's round by another set.

    round: the day's `standing_round`. wards: as for `standings`. Six queries, whatever the size.
    """
    catalogue = read_catalogue()
    mine, theirs = (catalogue.of_set(pk) for pk in (round.criteria_set_id, other.pk))
    asked = _requirements([*mine, *theirs])
    continued = catalogue.continued(theirs, mine)
    matches = [
        _match(c, tuple(catalogue.criteria[pk] for pk in continued[c.pk]), asked) for c in theirs
    ]
    facts = _read_facts(round, other, asked, matches)
    held = {source.pk for match in matches for source in match.sources}
    dropped = [criterion for criterion in mine if criterion.pk not in held]
    total, effects = n_criteria(round), [Effect(match) for match in matches]
    supposed = tuple(
        _suppose(standing_of(ward, round, total), dropped, effects, facts)
        for ward in (wards_on(on, round) if wards is None else wards)
    )
    lacked = {c.pk: sum(c in ward.freed for ward in supposed) for c in dropped}
    return Supposition(
        round,
        other,
        len(theirs),
        supposed,
        tuple(effects),
        tuple((criterion, lacked[criterion.pk]) for criterion in dropped),
    )


def _suppose(
    standing: Standing, dropped: Iterable[Criterion], effects: list[Effect], facts: _Facts
) -> Supposed:
    """Judge one ward, and count what changes into the effects."""
    if standing.round is None:
        return Supposed(standing, Tally(pending=len(effects)))
    ward_id, verdicts = standing.ward.pk, []
    changed: dict[str, list[Criterion]] = {"eased": [], "hardened": [], "open": []}
    for effect in effects:
        match = effect.match
        sources = [
            facts.source(ward_id, source, reads_answers=match.reads_answers)
            for source in match.sources
        ]
        verdict = judge(facts.bars(ward_id, match) if match.reads_answers else {}, sources)
        verdicts.append(verdict)
        change = _change(together(source.verdict for source in sources), verdict)
        if change:
            changed[change].append(match.criterion)
            setattr(effect, f"n_{change}", getattr(effect, f"n_{change}") + 1)
    return Supposed(
        standing,
        tally(verdicts, len(effects)),
        freed=tuple(c for c in dropped if facts.verdicts.get((ward_id, c.pk)) == Verdict.NOT_MET),
        **{name: tuple(criteria) for name, criteria in changed.items()},
    )


def _change(carried: Verdict, verdict: Verdict) -> str:
    if verdict == Verdict.PENDING:
        return "open"
    if (carried, verdict) == (Verdict.NOT_MET, Verdict.MET):
        return "eased"
    return "hardened" if (carried, verdict) == (Verdict.MET, Verdict.NOT_MET) else ""


def _requirements(criteria: Iterable[Criterion]) -> dict[int, list[Requirement]]:
    requirements: dict[int, list[Requirement]] = {criterion.pk: [] for criterion in criteria}
    rows = Requirement.objects.filter(criterion__in=requirements)
    for asked in rows.order_by("criterion", "position"):
        requirements[asked.criterion_id].append(asked)
    return requirements


def _match(
    criterion: Criterion, sources: tuple[Criterion, ...], asked: Mapping[int, list[Requirement]]
) -> Match:
    def rules(of: Requirement) -> tuple[str, Decimal | None, bool]:
        return of.comparator, of.threshold, of.norm_per_ward

    theirs = {of.question: rules(of) for of in asked[criterion.pk]}
    mine = {of.question: rules(of) for source in sources for of in asked[source.pk]}
    if not sources:
        basis = Basis.NEW
    elif theirs.keys().isdisjoint(mine):
        basis = Basis.WORDED
    elif theirs != mine:
        basis = Basis.ANEW
    else:
        has_norms = any(norm_per_ward for *_, norm_per_ward in theirs.values())
        basis = Basis.NORMS if has_norms else Basis.SAME
    return Match(criterion, sources, basis, tuple(asked[criterion.pk]))


def _read_facts(
    round: Round, other: CriteriaSet, asked: Mapping[int, list[Requirement]], matches: list[Match]
) -> _Facts:
    """Read verdicts, and the values of those criteria alone whose answers are read."""
    needed = [
        of.pk
        for match in matches
        if match.reads_answers
        for s in match.sources
        for of in asked[s.pk]
    ]
    verdicts = (
        Result.objects.of_round(round)
        .order_by()
        .values_list("assessment__ward", "criterion", "verified_verdict")
    )
    values = RequirementValue.objects.filter(
        requirement__in=needed,
        result__assessment__in=Assessment.objects.approved_in(round).values("pk"),
    ).order_by()
    norms = WardNorm.objects.filter(requirement__criterion__criteria_set=other)
    comparators = {of.pk: of.comparator for asks in asked.values() for of in asks}
    return _Facts(
        asked,
        {(ward_id, criterion_id): verdict for ward_id, criterion_id, verdict in verdicts},
        {
            (ward_id, pk): Known(Bar(comparators[pk], threshold), Answer(value, judgement))
            for ward_id, pk, threshold, value, judgement in values.values_list(
                "result__assessment__ward",
                "requirement",
                "threshold_applied",
                "verified_value",
                "verified_judgement",
            )
        },
        norms.in_force(round.ends_on),
    )
