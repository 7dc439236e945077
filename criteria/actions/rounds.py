"""What administrators do to a round: open, close and reopen it, and give one ward more time.

What each step allows is in `criteria.workflow`. Those who save on a sheet share the round until
their commit, so each action here first waits for them and then has it alone: no save slips into a
round that closes. Only then does it queue for the log, as they do; the criteria set is last,
because those who publish or retire one have the log already.
"""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from criteria.actions.locks import not_in_scope
from criteria.actions.log import Facts, differences, entry
from criteria.models import Activity, CriteriaSet, Extension, Round, Ward
from criteria.workflow import CLOSE_ROUND, OPEN_ROUND, REOPEN_ROUND, Step


@transaction.atomic
def take_round_step(
    round: Round,
    step: Step,
    *,
    acting_user: User,
    reason: str = "",
    today: date | None = None,
) -> Round:
    """Take one of `workflow.ROUND_STEPS` and return the round as it is then.

    Raises ValidationError where somebody has taken a step meanwhile, where a reason is missing, or
    where a round to be opened or reopened is not ready for it. Closing asks for nothing: what is
    not approved stays as it is and counts for nothing. The first closing settles the round.
    """
    locked = hold_round_alone(round.pk)
    reason = reason.strip()
    if locked.status not in step.sources:
        raise ValidationError(
            _("This is no longer possible: the round is now “%(status)s”.")
            % {"status": locked.get_status_display()}
        )
    if step.needs_reason and not reason:
        raise ValidationError({"reason": _("Say why.")})
    if step.target == Round.Status.OPEN:
        Activity.objects.hold()
        locked.criteria_set = CriteriaSet.objects.select_for_update().get(pk=locked.criteria_set_id)
        if problems := step_problems(locked, step):
            raise ValidationError(problems)
    before: Facts = {"status": locked.status}
    after: dict[str, Any] = {"status": step.target}
    if step is CLOSE_ROUND and not locked.is_settled:
        locked.settled_on = after["settled_on"] = today or timezone.localdate()
    locked.status = step.target
    locked.save(update_fields=["status", "settled_on"])
    row = entry(
        step.verb,
        locked,
        acting_user=acting_user,
        before=before,
        after=after,
        reason=reason,
    )
    Activity.objects.append([row])
    return locked


def hold_round_alone(pk: int) -> Round:
    """Read a round as it is now, and let nobody change it or save on its sheets until the commit.

    `Round.objects.held` is the lock of those who save; this is the one that it conflicts with.
    """
    rounds = Round.objects.select_related("criteria_set")
    return rounds.select_for_update(of=("self",)).get(pk=pk)


def step_problems(round: Round, step: Step) -> list[str]:
    """Return what keeps a step that leads from the round's status from being taken."""
    if step is OPEN_ROUND:
        return _opening_problems(round)
    if step is REOPEN_ROUND and round.criteria_set.status == CriteriaSet.Status.RETIRED:
        return [_("The criteria set of the round is retired: the round stays closed.")]
    return []


def _opening_problems(round: Round) -> list[str]:
    problems = []
    if round.criteria_set.status == CriteriaSet.Status.DRAFT:
        problems.append(_("The criteria set of the round is a draft: publish it first."))
    elif round.criteria_set.status == CriteriaSet.Status.RETIRED:
        problems.append(_("The criteria set of the round is retired: choose another one."))
    if not Ward.objects.in_scope(round.ends_on).exists():
        problems.append(
            _("On %(day)s, the last day of the round, the city has no ward.")
            % {"day": date_format(round.ends_on)}
        )
    return problems


@transaction.atomic
def give_extension(
    round: Round,
    ward: Ward,
    *,
    submit_by: date | None,
    reason: str,
    acting_user: User,
    today: date | None = None,
) -> Extension:
    """Give a ward more time, in place of what it was given before; the log keeps the former one.

    Saying again what is stored already changes nothing. Raises ValidationError by field.
    """
    locked = hold_round_alone(round.pk)
    if not locked.is_open:
        raise ValidationError(_("The round is not open."))
    if not ward.is_in_scope(locked.ends_on):
        raise ValidationError(not_in_scope())
    existing = Extension.objects.filter(round=locked, ward=ward).first()
    extension = existing or Extension(ward=ward)
    extension.round = locked  # what the deadline is compared with, as it is now
    before = _facts(extension) if existing else {}
    extension.submit_by, extension.reason = submit_by, reason.strip()  # type: ignore[assignment]
    extension.given_by, extension.given_at = acting_user, timezone.now()
    extension.full_clean()
    if extension.submit_by < (today or timezone.localdate()):
        raise ValidationError({"submit_by": _("This day is past.")})
    gone, came = differences(before, _facts(extension))
    if not came:
        return extension
    extension.save()
    row = entry(
        Activity.Verb.EXTEND,
        extension,
        acting_user=acting_user,
        before=gone,
        after=came,
        reason=extension.reason,
    )
    Activity.objects.append([row])
    return extension


def _facts(extension: Extension) -> dict[str, Any]:
    return {"submit_by": extension.submit_by, "reason": extension.reason}
