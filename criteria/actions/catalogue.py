"""What administrators do to a criteria set: clone it, publish it, work on its draft."""

from datetime import date
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.models import User
from criteria.actions.log import differences, entry, facts_of
from criteria.actions.records import delete_record
from criteria.models import (
    Activity,
    CriteriaSet,
    Criterion,
    CriterionGroup,
    Requirement,
    Round,
    WardNorm,
)
from criteria.readiness.fingerprint import fingerprint_of

Record = TypeVar("Record", bound=Model)


@transaction.atomic
def clone_set(criteria_set: CriteriaSet, *, code: str, acting_user: User) -> CriteriaSet:
    """Copy a set, with its groups, criteria, requirements and norms, to a new draft.

    A code that is taken gets a number: “x” becomes “x-2”. Whoever changes the text of an official
    set no longer holds the official text, so the copy is not official until somebody says so.
    """
    made = _copy(
        criteria_set, code=_free_code(code), status=CriteriaSet.Status.DRAFT, is_official=False
    )
    made.save()
    groups = _copy_groups(criteria_set, made)
    criteria = _copy_criteria(criteria_set, made, groups)
    requirements = _copy_requirements(criteria)
    n_norms = _copy_norms(requirements)
    counts = {
        "groups": len(groups),
        "criteria": len(criteria),
        "requirements": len(requirements),
        "norms": n_norms,
    }
    after = {"cloned_from": criteria_set.pk, "code": made.code, **counts}
    row = entry(Activity.Verb.CLONE_SET, made, acting_user=acting_user, after=after)
    Activity.objects.append([row])
    return made


def _copy(record: Record, **changed: object) -> Record:
    facts = facts_of(record)
    del facts[record._meta.pk.attname]
    return type(record)(**{**facts, **changed})


def _free_code(wanted: str) -> str:
    taken = set(CriteriaSet.objects.values_list("code", flat=True))
    longest = CriteriaSet._meta.get_field("code").max_length or len(wanted)
    code, n = wanted[:longest], 1
    while code in taken:
        n += 1
        code = f"{wanted[: longest - len(f'-{n}')]}-{n}"
    return code


def _copy_groups(original: CriteriaSet, made: CriteriaSet) -> dict[int, CriterionGroup]:
    """Return the copies by the original's key, as the other copiers do."""
    groups = {group.pk: _copy(group, criteria_set_id=made.pk) for group in original.groups.all()}
    CriterionGroup.objects.bulk_create(groups.values())
    return groups


def _copy_criteria(
    original: CriteriaSet, made: CriteriaSet, groups: dict[int, CriterionGroup]
) -> dict[int, Criterion]:
    criteria = {
        criterion.pk: _copy(
            criterion,
            criteria_set_id=made.pk,
            group_id=groups[criterion.group_id].pk,
            replaces_id=criterion.pk,
        )
        for criterion in original.criteria.all()
    }
    Criterion.objects.bulk_create(criteria.values())
    return criteria


def _copy_requirements(criteria: dict[int, Criterion]) -> dict[int, Requirement]:
    requirements = {
        requirement.pk: _copy(requirement, criterion_id=criteria[requirement.criterion_id].pk)
        for requirement in Requirement.objects.filter(criterion__in=criteria)
    }
    Requirement.objects.bulk_create(requirements.values())
    return requirements


def _copy_norms(requirements: dict[int, Requirement]) -> int:
    norms = WardNorm.objects.filter(requirement__in=requirements, requirement__norm_per_ward=True)
    copies = [
        _copy(norm, requirement_id=requirements[norm.requirement_id].pk)
        for norm in norms.order_by("pk")
    ]
    return len(WardNorm.objects.bulk_create(copies))


@transaction.atomic
def publish_set(criteria_set: CriteriaSet, *, acting_user: User, seen: str | None = None) -> None:
    """Put a draft into use; from here on it does not change.

    seen: the fingerprint of what the person has looked through; None where nobody has. Raises
    ValidationError where the set says something else by now, or naming all that is missing.
    """
    Activity.objects.hold()  # before the set's row: as the administration's pages do
    hold_draft(criteria_set, refusal=_("The criteria set is already published."))
    if seen is not None and seen != fingerprint_of(criteria_set):
        raise ValidationError(
            _("Not published: somebody has changed the set since you looked through it.")
        )
    problems = problems_of_set(criteria_set)
    if problems:
        raise ValidationError(problems)
    before = criteria_set.status
    criteria_set.status = CriteriaSet.Status.PUBLISHED
    criteria_set.save(update_fields=["status"])
    row = entry(
        Activity.Verb.PUBLISH_SET,
        criteria_set,
        acting_user=acting_user,
        before={"status": before},
        after={"status": criteria_set.status},
    )
    Activity.objects.append([row])


@transaction.atomic
def retire_set(criteria_set: CriteriaSet, *, effective_to: date, acting_user: User) -> None:
    """Take a published set out of use from a day on. What was assessed against it stays.

    Raises ValidationError where a round that is planned or open uses it. Whoever opens a round has
    its set as this does, so that neither of the two overlooks the other.
    """
    Activity.objects.hold()
    stored = CriteriaSet.objects.select_for_update().get(pk=criteria_set.pk)
    if stored.status != CriteriaSet.Status.PUBLISHED:
        raise ValidationError(_("Only a published criteria set can be retired."))
    using = stored.rounds.exclude(status=Round.Status.CLOSED)
    if names := ", ".join(map(str, using)):
        raise ValidationError(_("These rounds still use the set: %(rounds)s.") % {"rounds": names})
    before = {"status": stored.status, "effective_to": stored.effective_to}
    stored.status, stored.effective_to = CriteriaSet.Status.RETIRED, effective_to
    stored.full_clean()
    stored.save(update_fields=["status", "effective_to"])
    after = {"status": stored.status, "effective_to": effective_to}
    gone, came = differences(before, after)
    row = entry(Activity.Verb.RETIRE_SET, stored, acting_user=acting_user, before=gone, after=came)
    Activity.objects.append([row])


def problems_of_set(criteria_set: CriteriaSet) -> list[str]:
    """Return what keeps a draft from being published."""
    criteria = list(criteria_set.criteria.order_by("number"))
    if not criteria:
        return [_("The set has no criteria.")]
    problems = []
    if [criterion.number for criterion in criteria] != list(range(1, len(criteria) + 1)):
        problems.append(
            _("The criteria must be numbered from 1 to %(n)d without a gap, not %(numbers)s.")
            % {"n": len(criteria), "numbers": ", ".join(str(c.number) for c in criteria)}
        )
    empty_criteria = criteria_set.criteria.filter(requirements=None).order_by("number")
    if bare := "; ".join(map(str, empty_criteria)):
        problems.append(_("Criteria that require nothing: %(criteria)s.") % {"criteria": bare})
    empty_groups = criteria_set.groups.filter(criteria=None).order_by("code")
    if bare := "; ".join(map(str, empty_groups)):
        problems.append(_("Groups without criteria: %(groups)s.") % {"groups": bare})
    return problems


def hold_draft(criteria_set: CriteriaSet, *, refusal: str = "") -> None:
    """Keep the set a draft until the transaction ends; raise ValidationError where it is none.

    To be called before anything of the set is written, so that nobody publishes it meanwhile.
    """
    locked = CriteriaSet.objects.select_for_update().get(pk=criteria_set.pk)
    if not locked.is_draft:
        raise ValidationError(refusal or _("A published criteria set does not change."))


@transaction.atomic
def delete_criterion(criterion: Criterion, *, acting_user: User) -> None:
    """Remove a criterion of a draft; the log keeps what its requirements and norms said, too."""
    for requirement in criterion.requirements.all():
        for norm in requirement.norms.all():
            delete_record(norm, acting_user=acting_user)
        delete_record(requirement, acting_user=acting_user)
    delete_record(criterion, acting_user=acting_user)
