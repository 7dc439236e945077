"""What the verifier does to a sheet, row by row: the second opinion beside the unit's own."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from criteria.actions.locks import count_up, hold_open_round
from criteria.actions.log import differences, entry
from criteria.actions.results import Overtaken, Stale, facts_of_entry, plain, reloaded, row_of
from criteria.models import Activity, Assessment, RequirementValue, Result
from criteria.sheets.sheet import Entry, Row, Sheet, read_sheet
from criteria.verdicts import Verdict

# What makes a row, or a sheet, one's own.
_ON_RESULT = [Activity.Verb.SAVE_RESULT, Activity.Verb.ATTACH, Activity.Verb.DETACH]


def own_entries(assessment_ids: Iterable[int], user: User) -> set[int]:
    """Return which of the sheets the user ever entered something on, or submitted.

    On whichever of their revisions: a later one begins as a copy. The log is asked, because others
    may have saved over it since. One query; two more where there is something.
    """
    asked = Assessment.objects.filter(pk__in=list(assessment_ids))
    revisions = Assessment.objects.filter(
        Exists(asked.filter(ward=OuterRef("ward"), round=OuterRef("round")))
    ).order_by()
    results = Result.objects.filter(assessment__in=revisions.values("pk")).order_by()
    on_result = Q(
        verb__in=_ON_RESULT,
        object_type=Result._meta.label_lower,
        object_id__in=results.values("pk"),
    )
    on_sheet = Q(
        verb=Activity.Verb.SUBMIT,
        object_type=Assessment._meta.label_lower,
        object_id__in=revisions.values("pk"),
    )
    done = Activity.objects.filter(on_result | on_sheet, actor=user).order_by()
    touched = list(done.values_list("object_type", "object_id").distinct())
    if not touched:
        return set()
    sheet_of = dict(results.values_list("pk", "assessment"))
    is_sheet = Assessment._meta.label_lower
    own = {pk if kind == is_sheet else sheet_of[pk] for kind, pk in touched if pk is not None}
    on_own = Assessment.objects.filter(pk__in=own, ward=OuterRef("ward"), round=OuterRef("round"))
    return set(asked.filter(Exists(on_own)).values_list("pk", flat=True))


def check_not_own(assessment: Assessment, user: User) -> None:
    if own_entries([assessment.pk], user):
        raise ValidationError(
            _("You entered part of this sheet yourself: another verifier must verify it.")
        )


def verify_result(
    sheet: Sheet, row: Row, verified: Entry, *, version: int, acting_user: User
) -> Sheet:
    """Store what the verifier finds of one criterion, and return the sheet as it is then.

    version: of the row that the verifier started from. Raises Stale where it has another by now,
    ValidationError where the verdict differs from the unit's and no finding says why. Finding again
    what is stored already changes nothing.
    """
    row = row_of(sheet, row)
    verified = plain(row, verified)
    verdict = row.judge(verified)
    if row.result is None:
        raise ValidationError(_("The unit has not assessed this criterion."))
    if row.verified_entry == verified and row.verified_verdict == verdict:
        return sheet
    if row.version != version:
        raise Stale(sheet)
    check_finding(row, verdict, verified)
    try:
        with transaction.atomic():
            assessment, is_shared = _lock_for_verification(sheet.assessment, acting_user)
            logged = _logged(assessment, row, verdict, verified, acting_user)
            result = _store(row, verdict, verified, acting_user)
            Activity.objects.append([logged])
    except Overtaken:
        raise Stale(read_sheet(reloaded(sheet.assessment))) from None
    if is_shared:
        return read_sheet(reloaded(assessment))
    return Sheet(assessment, sheet.rows).with_result(
        result, self_entry=row.self_entry, verified_entry=verified
    )


def check_finding(row: Row, verdict: Verdict, verified: Entry) -> None:
    if verdict not in (Verdict.PENDING, row.self_verdict) and not verified.explanation:
        raise ValidationError(
            {"explanation": _("The verdict differs from the unit's own: say what you found.")}
        )


def _lock_for_verification(assessment: Assessment, user: User) -> tuple[Assessment, bool]:
    """Lock a sheet in verification by `count_up`; also tell what that tells."""
    verifying = Assessment.objects.filter(state=Assessment.State.VERIFYING)
    is_shared = count_up(verifying, assessment, hold_open_round(assessment))
    if is_shared is None:
        raise ValidationError(_("The sheet is not in verification."))
    check_not_own(assessment, user)
    return assessment, is_shared


def _store(row: Row, verdict: Verdict, verified: Entry, acting_user: User) -> Result:
    """Write the verifier's side; the threshold stays the one of the unit's verdict."""
    result = row.result
    assert result is not None  # noqa: S101 - the caller has refused it
    facts: dict[str, Any] = {
        "verified_verdict": verdict.value,
        "finding": verified.explanation,
        "verified_by": acting_user,
        "verified_at": timezone.now(),
        "is_agreed_in_bulk": None if verdict == Verdict.PENDING else False,
    }
    mine = Result.objects.filter(pk=result.pk, version=row.version)
    if not mine.update(version=F("version") + 1, **facts):
        raise Overtaken
    RequirementValue.objects.bulk_create(
        [
            RequirementValue(
                result=result,
                requirement=line.requirement,
                verified_value=verified.answers[line.requirement.pk].value,
                verified_judgement=verified.answers[line.requirement.pk].judgement,
                threshold_applied=line.threshold_applied,
            )
            for line in row.lines
        ],
        update_conflicts=True,
        unique_fields=["result", "requirement"],
        update_fields=["verified_value", "verified_judgement"],
    )
    for name, value in facts.items():
        setattr(result, name, value)
    result.version = row.version + 1
    return result


def _logged(
    assessment: Assessment, row: Row, verdict: Verdict, verified: Entry, acting_user: User
) -> Activity:
    """Say what the unit had said, what was found before, and what is found now."""
    result = row.result
    assert result is not None  # noqa: S101
    before, after = differences(
        facts_of_entry(row, row.verified_verdict, row.verified_entry, is_found=True),
        facts_of_entry(row, verdict, verified, is_found=True),
    )
    return entry(
        Activity.Verb.VERIFY_RESULT,
        result,
        acting_user=acting_user,
        about=(assessment, row.criterion),
        ward=assessment.ward,
        before=before,
        after={"self_verdict": row.self_verdict.value, **after},
    )


def agree_with_rows(sheet: Sheet, read: Iterable[tuple[Row, int]], *, acting_user: User) -> Sheet:
    """Agree with the unit on some criteria; `read`: each row, and the version that was read of it.

    Those that are verified already, or of which something is noted as found, stay as they are. All
    or none: Stale where a row has moved. Agreeing again is never stale.
    """
    named = [(row_of(sheet, row), version) for row, version in read]
    waiting = [(row, version) for row, version in named if row.verified_verdict == Verdict.PENDING]
    if not waiting:
        if not all(_is_agreed_since(row, version) for row, version in named):
            raise Stale(sheet)
        return sheet
    silent = [(row, version) for row, version in waiting if not row.is_verification_begun]
    if not silent:
        raise ValidationError(_("Something else is noted here as found: complete it, or clear it."))
    if any(row.version != version for row, version in silent):
        raise Stale(sheet)
    rows = [row for row, _version in silent]
    moved = [
        str(row.criterion.number) for row in rows if row.judge(row.self_entry) != row.self_verdict
    ]
    if moved:
        raise ValidationError(
            _("The norm has changed since criteria %(numbers)s were saved: verify them one by one.")
            % {"numbers": ", ".join(moved)}
        )
    with transaction.atomic():
        assessment, _is_shared = _lock_for_verification(sheet.assessment, acting_user)
        ids = [row.result.pk for row in rows if row.result]
        wanted = {row.result.pk: row.version for row in rows if row.result}
        stored = dict(Result.objects.filter(pk__in=ids).values_list("pk", "version"))
        if stored != wanted:
            raise Stale(read_sheet(reloaded(assessment)))
        Activity.objects.append(agree([assessment], acting_user, only=ids, in_bulk=len(ids) > 1))
    return read_sheet(reloaded(assessment))


def _is_agreed_since(row: Row, version: int) -> bool:
    """A verified row has at most been agreed with since it had this version."""
    is_agreed = row.verified_entry == replace(row.self_entry, explanation="")
    return row.version == version or (row.version == version + 1 and is_agreed)


def agree(
    assessments: Iterable[Assessment],
    acting_user: User,
    *,
    in_bulk: bool,
    only: list[int] | None = None,
) -> list[Activity]:
    """Take over what the units say wherever nothing has been found yet; return the log's rows.

    The sheets are locked and in verification. in_bulk: together with others, and not by a look at
    each. only: these results. What a verifier has begun to
    note stays as it is. Four queries, however many.
    """
    sheets = {assessment.pk: assessment for assessment in assessments}
    noted = RequirementValue.objects.filter(result=OuterRef("pk")).filter(
        Q(verified_value__isnull=False) | ~Q(verified_judgement="")
    )
    pending = Result.objects.filter(
        ~Exists(noted),
        assessment__in=sheets,
        verified_verdict=Verdict.PENDING.value,
        finding="",
    ).exclude(self_verdict=Verdict.PENDING.value)
    if only is not None:
        pending = pending.filter(pk__in=only)
    results = list(pending.select_related("criterion").order_by("assessment", "criterion__number"))
    agreed = Result.objects.filter(pk__in=[result.pk for result in results])
    RequirementValue.objects.filter(result__in=agreed.values("pk")).update(
        verified_value=F("self_value"), verified_judgement=F("self_judgement")
    )
    agreed.update(
        verified_verdict=F("self_verdict"),
        verified_by=acting_user,
        verified_at=timezone.now(),
        is_agreed_in_bulk=in_bulk,
        version=F("version") + 1,
    )
    return [
        entry(
            Activity.Verb.VERIFY_RESULT,
            result,
            acting_user=acting_user,
            about=(sheets[result.assessment_id], result.criterion),
            ward=sheets[result.assessment_id].ward,
            before={"verified_verdict": Verdict.PENDING.value},
            after={
                "self_verdict": result.self_verdict,
                "verified_verdict": result.self_verdict,
            },
        )
        for result in results
    ]
