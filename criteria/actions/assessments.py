"""What people do to a sheet: save a result, approve the whole."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from criteria.actions.log import differences, entry
from criteria.models import Activity, Assessment, RequirementValue, Result, Round
from criteria.readiness.rules import NO_ANSWER, Tally, Verdict
from criteria.readiness.sheet import Entry, Row, Sheet, read_sheet


class Stale(Exception):
    """Somebody else has saved since this save's starting point; `sheet` is what holds now."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__("saved by somebody else meanwhile")
        self.sheet = sheet


def save_result(
    sheet: Sheet, criterion_id: int, said: Entry, *, version: int, acting_user: User
) -> Sheet:
    """Store what a person says of one criterion, and return the sheet as it is then.

    version: of the row that the person started from; 0 where there was none. Raises Stale where
    the row has another by now, ValidationError where the sheet or the entry does not allow it.
    Saying again what is stored already changes nothing and is never stale.
    """
    row = sheet.row(criterion_id)
    if row is None:
        raise ValidationError(_("This criterion is not in the round's criteria set."))
    said = _plain(row, said)
    if row.result and row.entry == said and not row.is_outdated:
        return sheet
    if row.version != version:
        raise Stale(sheet)
    if said.not_applicable and not said.explanation:
        raise ValidationError({"explanation": _("Say why the criterion does not apply.")})
    try:
        with transaction.atomic():
            assessment, is_shared = _lock_for_entry(sheet.assessment)
            result = _store(assessment, row, said, acting_user)
            _store_values(row, result, said)
            Activity.objects.append([_saved(sheet, row, result, said, acting_user)])
    except (IntegrityError, _Overtaken) as error:
        if isinstance(error, IntegrityError) and row.result:
            raise
        raise Stale(read_sheet(_reloaded(sheet.assessment))) from None
    if is_shared:
        return read_sheet(_reloaded(assessment))
    return Sheet(assessment, sheet.rows).with_result(criterion_id, result, said)


class _Overtaken(Exception):
    """The row's version moved between reading and writing."""


def _plain(row: Row, said: Entry) -> Entry:
    """Drop what does not count: a judgement where a threshold decides, white space around text."""
    answers = {}
    for line in row.lines:
        answer = said.answers.get(line.requirement.pk, NO_ANSWER)
        if not line.needs_judgement and answer.judgement:
            answer = type(answer)(answer.value)
        answers[line.requirement.pk] = answer
    return Entry(answers, said.not_applicable, said.explanation.strip())


def _lock_for_entry(assessment: Assessment) -> tuple[Assessment, bool]:
    """Count the sheet's version up, which also locks it until the commit.

    Also tell whether somebody else has saved on the sheet since it was read: then the other rows
    are no longer what they were.

    The condition is on the row's own columns, so that a wait for somebody's approval ends in a
    refusal and not in a change of an approved sheet; and on the round as it is now, which an
    administrator may have closed since the sheet was read.
    """
    if not assessment.round.is_open:
        raise ValidationError(_("The round is not open."))
    if assessment.pk is None:
        made, _created = Assessment.objects.get_or_create(
            ward=assessment.ward, round=assessment.round
        )
        made.ward, made.round, made.is_own = assessment.ward, assessment.round, assessment.is_own
        made.version = assessment.version  # as it was read, whoever has begun meanwhile
        assessment = made
    is_open = Round.objects.filter(
        pk=assessment.round_id,
        status=Round.Status.OPEN,
        criteria_set=assessment.round.criteria_set_id,
    )
    drafts = Assessment.objects.filter(pk=assessment.pk, state=Assessment.State.DRAFT)
    drafts = drafts.filter(Exists(is_open))
    if drafts.filter(version=assessment.version).update(version=F("version") + 1):
        assessment.version += 1
        return assessment, False
    if drafts.update(version=F("version") + 1):
        return assessment, True
    if not is_open.exists():
        raise ValidationError(_("The round is not open."))
    raise ValidationError(_("The sheet is approved and can no longer be changed."))


def _store(assessment: Assessment, row: Row, said: Entry, acting_user: User) -> Result:
    facts = {
        "self_verdict": row.judge(said).value,
        "explanation": said.explanation,
        "entered_by": acting_user,
        "entered_at": timezone.now(),
    }
    if row.result is None:
        return Result.objects.create(assessment=assessment, criterion=row.criterion, **facts)
    mine = Result.objects.filter(pk=row.result.pk, version=row.version)
    if not mine.update(version=F("version") + 1, **facts):
        raise _Overtaken
    return Result(
        pk=row.result.pk,
        assessment=assessment,
        criterion=row.criterion,
        version=row.version + 1,
        **facts,
    )


def _store_values(row: Row, result: Result, said: Entry) -> None:
    RequirementValue.objects.bulk_create(
        [
            RequirementValue(
                result=result,
                requirement=line.requirement,
                self_value=said.answers[line.requirement.pk].value,
                self_judgement=said.answers[line.requirement.pk].judgement,
                threshold_applied=line.threshold,
            )
            for line in row.lines
        ],
        update_conflicts=True,
        unique_fields=["result", "requirement"],
        update_fields=["self_value", "self_judgement", "threshold_applied"],
    )


def _saved(sheet: Sheet, row: Row, result: Result, said: Entry, acting_user: User) -> Activity:
    before, after = differences(
        _facts(row, row.verdict, row.entry) if row.result else {},
        _facts(row, Verdict(result.self_verdict), said),
    )
    return entry(
        Activity.Verb.SAVE_RESULT,
        result,
        acting_user=acting_user,
        about=(sheet.assessment, row.criterion),
        ward=sheet.assessment.ward,
        before=before,
        after=after,
    )


def _facts(row: Row, verdict: Verdict, said: Entry) -> Mapping[str, Any]:
    """Say it in the requirements' own words: the log is read when their keys mean nothing."""
    facts: dict[str, Any] = {"self_verdict": verdict.value, "explanation": said.explanation}
    for line in row.lines:
        answer = said.answers[line.requirement.pk]
        facts[line.requirement.text] = answer.value
        if line.needs_judgement:
            facts[f"{line.requirement.text} (judgement)"] = answer.judgement
    return facts


def _reloaded(assessment: Assessment) -> Assessment:
    fresh = Assessment.objects.select_related("ward", "round__criteria_set").get(
        ward=assessment.ward, round=assessment.round
    )
    fresh.is_own = assessment.is_own
    return fresh


@transaction.atomic
def approve_assessment(assessment: Assessment, *, version: int, acting_user: User) -> Assessment:
    """Take the self-assessment over as verified, and freeze the sheet with its tallies.

    version: of the sheet that the verifier has read. Raises Stale where it has changed since,
    ValidationError where the sheet is not ready to be approved or the verifier entered part of it.
    """
    if assessment.pk is None:
        raise ValidationError(_("Nothing has been entered on this sheet yet."))
    rows = Assessment.objects.select_related("round__criteria_set")
    locked = rows.select_for_update(of=("self",)).get(pk=assessment.pk)
    locked.ward, locked.is_own = assessment.ward, assessment.is_own
    if locked.is_approved:
        raise ValidationError(_("The sheet is already approved."))
    if not locked.round.is_open:
        raise ValidationError(_("The round is not open."))
    sheet = read_sheet(locked)
    if locked.version != version:
        raise Stale(sheet)
    _check_approvable(sheet, acting_user)
    results = Result.objects.filter(assessment=locked)
    results.update(verified_verdict=F("self_verdict"), version=F("version") + 1)
    RequirementValue.objects.filter(result__assessment=locked).update(
        verified_value=F("self_value"), verified_judgement=F("self_judgement")
    )
    _freeze(locked, sheet.tally, acting_user)
    after = {"state": locked.state, **_tallies(sheet.tally)}
    Activity.objects.append(
        [
            entry(
                Activity.Verb.APPROVE,
                locked,
                acting_user=acting_user,
                before={"state": Assessment.State.DRAFT.value},
                after=after,
            )
        ]
    )
    return locked


def _check_approvable(sheet: Sheet, acting_user: User) -> None:
    problems = []
    pending = [row for row in sheet.rows if row.verdict == Verdict.PENDING]
    if pending:
        problems.append(
            ngettext(
                "Criterion %(numbers)s is not assessed yet.",
                "Criteria %(numbers)s are not assessed yet.",
                len(pending),
            )
            % {"numbers": _numbers(pending)}
        )
    outdated = [row for row in sheet.rows if row.is_outdated]
    if outdated:
        problems.append(
            _("The norm has changed since criteria %(numbers)s were saved: save them again.")
            % {"numbers": _numbers(outdated)}
        )
    own = _entered_by(acting_user, sheet)
    if own:
        problems.append(
            _("You entered criteria %(numbers)s yourself: another verifier must approve.")
            % {"numbers": _numbers(own)}
        )
    if problems:
        raise ValidationError(problems)


def _entered_by(user: User, sheet: Sheet) -> list[Row]:
    """Return the rows on which the user ever saved anything, though others may have since."""
    rows = {row.result.pk: row for row in sheet.rows if row.result}
    saved = Activity.objects.filter(
        verb=Activity.Verb.SAVE_RESULT,
        object_type=Result._meta.label_lower,
        object_id__in=rows,
        actor=user,
    )
    ever = set(saved.values_list("object_id", flat=True))
    return [row for pk, row in rows.items() if pk in ever]


def _numbers(rows: list[Row]) -> str:
    return ", ".join(str(row.criterion.number) for row in rows)


def _tallies(tally: Tally) -> dict[str, int]:
    return {
        "n_met": tally.met,
        "n_not_met": tally.not_met,
        "n_not_applicable": tally.not_applicable,
        "n_pending": tally.pending,
    }


def _freeze(assessment: Assessment, tally: Tally, acting_user: User) -> None:
    for name, n in _tallies(tally).items():
        setattr(assessment, name, n)
    assessment.state = Assessment.State.APPROVED
    assessment.version += 1
    assessment.approved_by = acting_user
    assessment.approved_at = timezone.now()
    assessment.save()
