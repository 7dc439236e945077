"""The one order of locks: the round, the sheet, its results, the log."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from criteria.models import Assessment, Round, Ward


def hold_open_round(assessment: Assessment) -> Round:
    """Keep the sheet's round open until the commit: the first lock of a change of a sheet.

    It also keeps the ward in the round or out of it: whoever changes the registry has every round
    alone. So the ward is asked for once the round is held.
    """
    round = Round.objects.held(assessment.round_id)
    if not round.is_open or round.criteria_set_id != assessment.round.criteria_set_id:
        raise ValidationError(_("The round is not open."))
    if not Ward.objects.in_scope(round.ends_on).filter(pk=assessment.ward_id).exists():
        raise ValidationError(not_in_scope())
    return round


def not_in_scope() -> str:
    return _("The ward is not assessed in this round.")


def check_deadline(assessment: Assessment, today: date | None) -> None:
    if (today or timezone.localdate()) > assessment.enter_by:
        raise ValidationError(
            _("The deadline for this sheet was %(day)s. Ask the city for an extension.")
            % {"day": date_format(assessment.enter_by)}
        )


def lock_for_entry(assessment: Assessment, today: date | None) -> tuple[Assessment, bool]:
    """Count the sheet's version up, which also locks it until the commit; begin it if need be.

    Also tell whether somebody else has saved on the sheet since it was read: then the other rows
    are no longer what they were. The condition is on the row's own columns, so that a wait for
    somebody's step ends in a refusal and not in a change of a sheet that has left the unit.
    """
    round = hold_open_round(assessment)
    assessment.round.submit_by, assessment.round.verify_by = round.submit_by, round.verify_by
    check_deadline(assessment, today)
    if assessment.pk is None:
        made, _created = Assessment.objects.get_or_create(
            ward=assessment.ward, round=assessment.round, is_latest=True
        )
        made.ward, made.round = assessment.ward, assessment.round
        made.is_own, made.extended_to = assessment.is_own, assessment.extended_to
        made.version = assessment.version  # as it was read, whoever has begun meanwhile
        assessment = made
    with_unit = Assessment.objects.with_unit().filter(pk=assessment.pk)
    if with_unit.filter(version=assessment.version).update(version=F("version") + 1):
        assessment.version += 1
        return assessment, False
    if with_unit.update(version=F("version") + 1):
        return assessment, True
    raise ValidationError(left_the_unit(Assessment.objects.get(pk=assessment.pk)))


def left_the_unit(assessment: Assessment) -> str:
    """Say why the unit can no longer change its sheet."""
    if assessment.is_approved:
        return _("The sheet is approved and can no longer be changed.")
    if assessment.state == Assessment.State.CANCELLED:
        return _("The reopening was cancelled: the sheet stays as it was approved.")
    if assessment.state == Assessment.State.SUBMITTED:
        return _("The sheet is submitted. Withdraw it first to change it.")
    return _("The sheet is being verified and cannot be changed now.")
