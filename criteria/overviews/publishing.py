"""What publishing a criteria set locks, and how it differs from the set that it continues."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from criteria.models import CriteriaSet, Criterion, CriterionGroup, Requirement, WardNorm

_TEXTS = ("name", "name_en", "guidance", "lead_agency")
_ASKED = (
    "text",
    "measure",
    "comparator",
    "threshold",
    "grades",
    "unit",
    "norm_per_ward",
    "evidence_hint",
)


class Change(StrEnum):
    """What a criterion is beside the one that it continues."""

    NEW = "new"
    ASKS_OTHERWISE = "asks_otherwise"
    WORDED_OTHERWISE = "worded_otherwise"
    NONE = "none"


@dataclass(frozen=True)
class LockedCriterion:
    """before: the criterion that it continues, with what that one required; None: it is new."""

    criterion: Criterion
    requirements: tuple[Requirement, ...]
    before: Criterion | None
    required_before: tuple[Requirement, ...]

    @property
    def change(self) -> Change:
        if self.before is None:
            return Change.NEW
        if _facts(self.requirements) != _facts(self.required_before):
            return Change.ASKS_OTHERWISE
        own, former = (
            [getattr(each, name) for name in _TEXTS] for each in (self.criterion, self.before)
        )
        return Change.NONE if own == former else Change.WORDED_OTHERWISE


@dataclass(frozen=True)
class Publishing:
    """before: the set that most criteria continue; dropped: its criteria that none continues."""

    groups: tuple[tuple[CriterionGroup, tuple[LockedCriterion, ...]], ...]
    n_norms: int
    before: CriteriaSet | None
    dropped: tuple[Criterion, ...]

    @property
    def criteria(self) -> list[LockedCriterion]:
        return [locked for _group, of_group in self.groups for locked in of_group]

    @property
    def n_requirements(self) -> int:
        return sum(len(locked.requirements) for locked in self.criteria)

    @property
    def n_changed(self) -> int:
        return sum(locked.change != Change.NONE for locked in self.criteria)


def read_publishing(criteria_set: CriteriaSet) -> Publishing:
    """Five queries, one more where it continues another set."""
    criteria = list(
        criteria_set.criteria.select_related("replaces__criteria_set").order_by("number")
    )
    required = _required([*criteria, *(c.replaces for c in criteria if c.replaces)])
    by_group: dict[int, list[LockedCriterion]] = defaultdict(list)
    for criterion in criteria:
        former = criterion.replaces
        asked = tuple(tuple(required[each.pk]) if each else () for each in (criterion, former))
        locked = LockedCriterion(criterion, asked[0], former, asked[1])
        by_group[criterion.group_id].append(locked)
    before, dropped = _set_before(criteria)
    norms = WardNorm.objects.filter(requirement__criterion__criteria_set=criteria_set)
    groups = criteria_set.groups.order_by("code")
    return Publishing(
        tuple((group, tuple(by_group[group.pk])) for group in groups),
        norms.count(),
        before,
        dropped,
    )


def _set_before(criteria: list[Criterion]) -> tuple[CriteriaSet | None, tuple[Criterion, ...]]:
    continued = [criterion.replaces for criterion in criteria if criterion.replaces]
    if not continued:
        return None, ()
    ((set_id, _n),) = Counter(former.criteria_set_id for former in continued).most_common(1)
    before = next(former.criteria_set for former in continued if former.criteria_set_id == set_id)
    known = {former.pk for former in continued}
    dropped = before.criteria.exclude(pk__in=known).order_by("number")
    return before, tuple(dropped)


def _required(criteria: Iterable[Criterion]) -> dict[int, list[Requirement]]:
    by_criterion: dict[int, list[Requirement]] = defaultdict(list)
    asked = Requirement.objects.filter(criterion__in=[criterion.pk for criterion in criteria])
    for requirement in asked.order_by("criterion", "position"):
        by_criterion[requirement.criterion_id].append(requirement)
    return by_criterion


def _facts(requirements: Iterable[Requirement]) -> list[list[object]]:
    return [[getattr(each, name) for name in _ASKED] for each in requirements]
