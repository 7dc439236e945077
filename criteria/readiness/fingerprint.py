"""A mark of all that a criteria set says, which differs where any of it differs."""

from hashlib import sha256

from criteria.models import CriteriaSet, Criterion, CriterionGroup, Requirement, WardNorm


def fingerprint_of(criteria_set: CriteriaSet) -> str:
    """Five queries."""
    parts = (
        CriteriaSet.objects.filter(pk=criteria_set.pk),
        CriterionGroup.objects.filter(criteria_set=criteria_set),
        Criterion.objects.filter(criteria_set=criteria_set),
        Requirement.objects.filter(criterion__criteria_set=criteria_set),
        WardNorm.objects.filter(requirement__criterion__criteria_set=criteria_set),
    )
    rows = [list(part.order_by("pk").values_list()) for part in parts]
    return sha256(repr(rows).encode()).hexdigest()[:32]
