"""The one order of locks: the round, the sheet, its results, the log."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from criteria.models import Assessment, AssessmentQuerySet, Round, Ward


def hold_open_round(assessment: Assessment) -> Round:
    """Keep the sheet's round open until the commit: the first lock of a change of a sheet.

    It also keeps the ward in the round or out of it: whoever changes the registry has every round
    alone. So the ward is asked for once the round is held, here or by `count_up`.
    """
    round = Round.objects.held(assessment.round_id)
    if not round.is_open or round.criteria_set_id != assessment.round.criteria_set_id:
        raise ValidationError(_("The round is not open."))
    return round


def check_scope(assessment: Assessment, round: Round) -> None:
    if not Ward.objects.in_scope(round.ends_on).filter(pk=assessment.ward_id).exists():
        raise ValidationError(not_in_scope())


def not_in_scope() -> str:
    return _("The ward is not assessed in this round.")


def check_deadline(assessment: Assessment, today: date | None) -> None:
    if (today or timezone.localdate()) > assessment.enter_by:
        raise ValidationError(
            _("The deadline for this sheet was %(day)s. Ask the city for an extension.")
            % {"day": date_format(assessment.enter_by)}
        )


def count_up(changeable: AssessmentQuerySet, assessment: Assessment, round: Round) -> bool | None:
    """Count the version of a sheet of the held round up, which locks it until the commit.

    changeable: the sheets in a state that allows it. The conditions are on the row's own columns
    and on the ward, which the held round keeps as it is; so a wait for somebody's step ends in a
    refusal and not in a change of a sheet that has gone on. Tell whether somebody else has changed
    the sheet since it was read: then its other rows are no longer what they were. None: it is in no
    such state. Raises ValidationError where the round does not count the ward.
    """
    counted = Exists(Ward.objects.in_scope(round.ends_on).filter(pk=OuterRef("ward")))
    mine = changeable.filter(counted, pk=assessment.pk)
    if mine.filter(version=assessment.version).update(version=F("version") + 1):
        assessment.version += 1
        return False
    if mine.update(version=F("version") + 1):
        return True
    check_scope(assessment, round)
    return None


def lock_for_entry(assessment: Assessment, today: date | None) -> tuple[Assessment, bool]:
    """Lock the sheet by `count_up`, and begin it if need be; also tell what that tells."""
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
    is_shared = count_up(Assessment.objects.with_unit(), assessment, round)
    if is_shared is None:
        raise ValidationError(left_the_unit(Assessment.objects.get(pk=assessment.pk)))
    return assessment, is_shared


def left_the_unit(assessment: Assessment) -> str:
    """Say why the unit can no longer change its sheet."""
    if assessment.is_approved:
        return _("The sheet is approved and can no longer be changed.")
    if assessment.state == Assessment.State.CANCELLED:
        return _("The reopening was cancelled: the sheet stays as it was approved.")
    if assessment.state == Assessment.State.SUBMITTED:
        return _("The sheet is submitted. Withdraw it first to change it.")
    return _("The sheet is being verified and cannot be changed now.")
