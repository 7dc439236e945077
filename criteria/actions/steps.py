"""The steps of a sheet from hand to hand: submit, withdraw, begin, return, approve, reopen.

What each step allows is in `criteria.workflow`; here is what it does. Steps over many sheets are
all or nothing, and cost the same number of queries however many there are.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from criteria.actions.approval import freeze_thresholds
from criteria.actions.locks import check_deadline, check_scope, hold_open_round, not_in_scope
from criteria.actions.log import entry
from criteria.actions.results import Stale
from criteria.actions.revisions import make_revision, restore_approved, supersede_former
from criteria.actions.verification import agree, check_not_own, own_entries
from criteria.models import Activity, Assessment, Result, Round
from criteria.sheets.approval import approval_problems, tallies_of, unverified
from criteria.sheets.outline import Point, read_outline, verification_outline
from criteria.sheets.sheet import read_sheet
from criteria.workflow import (
    APPROVE,
    BEGIN,
    CANCEL_REOPENING,
    REOPEN,
    RETURN,
    SUBMIT,
    WITHDRAW,
    Step,
)


class Incomplete(ValidationError):
    """The step cannot be taken yet; `gaps` names each criterion that keeps it, and why."""

    def __init__(self, gaps: list[Point], message: str | list[str] = "") -> None:
        super().__init__(message or _("The sheet cannot be submitted yet."))
        self.gaps = gaps


class ManyRefused(Exception):
    """A step over many sheets that was refused whole; `problems` says why, sheet by sheet."""

    def __init__(self, problems: dict[Assessment, list[str]]) -> None:
        super().__init__(problems)
        self.problems = problems


@transaction.atomic
def take_step(
    assessment: Assessment,
    step: Step,
    *,
    version: int,
    acting_user: User,
    reason: str = "",
    notes: Mapping[int, str] | None = None,
    today: date | None = None,
) -> Assessment:
    """Take one step and return the sheet as it is then: of a reopening, the new revision.

    version: of the sheet that the person has read. notes: what to mend, by the criterion's pk (of
    a return or a reopening). Raises Stale where somebody has changed the sheet since,
    Incomplete where there are gaps, ValidationError where the state, the round, the deadline or
    the person does not allow it.
    """
    if assessment.pk is None:
        raise ValidationError(_("Nothing has been entered on this sheet yet."))
    check_scope(assessment, hold_open_round(assessment))
    (locked,) = _locked([assessment.pk])
    locked.is_own = assessment.is_own
    if not step.leads_from(locked):
        raise ValidationError(_wrong_state(locked))
    if locked.version != version:
        raise Stale(read_sheet(locked))
    if step.needs_reason and not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
    if step.has_deadline:
        check_deadline(locked, today)
    _check(locked, step, acting_user)
    stripped = {pk: note.strip() for pk, note in (notes or {}).items() if note.strip()}
    after, logged = _take(locked, step, acting_user, reason.strip(), stripped)
    Activity.objects.append([logged])
    return after


def _locked(ids: Sequence[int]) -> list[Assessment]:
    """Lock the sheets, in one order for everybody, and read them as they are now."""
    sheets = Assessment.objects.filter(pk__in=ids).with_extension()
    return list(
        sheets.select_related("ward", "round__criteria_set")
        .select_for_update(of=("self",))
        .order_by("pk")
    )


def _wrong_state(assessment: Assessment) -> str:
    if not assessment.is_latest:
        return _("The sheet has been reopened, or its reopening cancelled, since you opened it.")
    return _("This is no longer possible: the sheet is now “%(state)s”.") % {
        "state": assessment.get_state_display()
    }


def _check(assessment: Assessment, step: Step, user: User) -> None:
    if step is SUBMIT:
        lacking = read_outline(assessment).lacking
        if lacking:
            raise Incomplete(lacking)
    if step in (BEGIN, RETURN, APPROVE):
        check_not_own(assessment, user)
    if step is APPROVE:
        problems = approval_problems([assessment])
        if problems:
            lacking = verification_outline(read_sheet(assessment)).lacking
            raise Incomplete(lacking, problems[assessment.pk])


def _take(
    assessment: Assessment, step: Step, user: User, reason: str, notes: Mapping[int, str]
) -> tuple[Assessment, Activity]:
    """Write the step; return the sheet as it is then, and the row of the log."""
    before, now = assessment.state, timezone.now()
    facts: dict[str, Any] = {}
    if step is REOPEN:
        made = make_revision(assessment, user, reason, notes, now)
        facts = {"revision": made.revision, **_noted(made)}
        return made, _logged(made, step, user, before, reason, facts)
    if step is APPROVE:
        freeze_thresholds([assessment])
        supersede_former([assessment], now)
        facts = tallies_of([assessment])[assessment.pk]
    elif step is RETURN:
        facts = _note(assessment, notes)
    _move(assessment, step, user, now, reason, facts if step is APPROVE else {})
    assessment.save()
    if step is CANCEL_REOPENING:
        restore_approved(assessment)
    return assessment, _logged(assessment, step, user, before, reason, facts)


def _move(
    assessment: Assessment,
    step: Step,
    user: User,
    now: datetime,
    reason: str,
    tallies: Mapping[str, int],
) -> None:
    """Set the state, and who is named for it; what the sheet is no longer past is taken away."""
    assessment.state, assessment.version = step.target, assessment.version + 1
    if step in (WITHDRAW, RETURN, CANCEL_REOPENING):
        assessment.submitted_by = assessment.submitted_at = None
        assessment.verifying_by = assessment.verifying_at = None
    if step is SUBMIT:
        assessment.submitted_by, assessment.submitted_at = user, now
    elif step is BEGIN:
        assessment.verifying_by, assessment.verifying_at = user, now
    elif step is APPROVE:
        assessment.approved_by, assessment.approved_at = user, now
        for name, n in tallies.items():
            setattr(assessment, name, n)
    elif step is RETURN:
        assessment.returned_by, assessment.returned_at = user, now
        assessment.return_reason = reason
    elif step is CANCEL_REOPENING:
        assessment.cancelled_by, assessment.cancelled_at = user, now
        assessment.cancelling_reason, assessment.is_latest = reason, False


def _note(assessment: Assessment, notes: Mapping[int, str]) -> dict[str, str]:
    """Write what this return asks to be mended in place of what the last one asked."""
    results = Result.objects.filter(assessment=assessment)
    results.exclude(return_note="").update(return_note="")
    noted = [r for r in results.select_related("criterion") if r.criterion_id in notes]
    for result in noted:
        result.return_note = notes[result.criterion_id]
    Result.objects.bulk_update(noted, ["return_note"])
    return {str(result.criterion): result.return_note for result in noted}


def _noted(assessment: Assessment) -> dict[str, str]:
    """Return what is to be mended, as the log keeps it."""
    noted = Result.objects.filter(assessment=assessment).exclude(return_note="")
    return {str(r.criterion): r.return_note for r in noted.select_related("criterion")}


def _logged(
    assessment: Assessment,
    step: Step,
    user: User,
    before: str,
    reason: str,
    facts: Mapping[str, Any],
) -> Activity:
    return entry(
        step.verb,
        assessment,
        acting_user=user,
        before={"state": before},
        after={"state": assessment.state, **facts},
        reason=reason,
    )


# --- over many sheets ---------------------------------------------------------------------------


@transaction.atomic
def approve_many(
    versions: Mapping[int, int], *, acting_user: User, reason: str = ""
) -> list[Assessment]:
    """Agree with the units on whatever is not verified yet, and approve: all the sheets or none.

    versions: the sheet's pk → the version that the verifier has seen. Sheets that nobody has taken
    up yet are taken up. reason: why criteria are agreed with that no verifier has looked at; the
    log keeps it with their numbers. Raises ManyRefused with the reasons for each sheet, and
    ValidationError where there are such criteria and no reason.
    """
    sheets, reason = _locked_for_many(versions, acting_user), reason.strip()
    unseen = unverified(sheets)
    log = _begin(sheets, acting_user) + agree(sheets, acting_user, in_bulk=True)
    problems = approval_problems(sheets)
    if problems:
        raise ManyRefused({s: problems[s.pk] for s in sheets if s.pk in problems})
    if unseen and not reason:
        raise ValidationError({"reason": _("Say why nobody had to verify these criteria.")})
    freeze_thresholds(sheets)
    tallies, now = tallies_of(sheets), timezone.now()
    supersede_former(sheets, now)
    for sheet in sheets:
        before = sheet.state
        _move(sheet, APPROVE, acting_user, now, "", tallies[sheet.pk])
        numbers = unseen.get(sheet.pk, [])
        facts: dict[str, Any] = {"agreed_unseen": ", ".join(map(str, numbers))} if numbers else {}
        facts |= tallies[sheet.pk]
        log.append(_logged(sheet, APPROVE, acting_user, before, reason if numbers else "", facts))
    _store(sheets)
    Activity.objects.append(log)
    return sheets


@transaction.atomic
def return_many(versions: Mapping[int, int], *, reason: str, acting_user: User) -> list[Assessment]:
    """Return the sheets for one reason: all of them or none."""
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": _("Say why.")})
    sheets = _locked_for_many(versions, acting_user)
    log = _begin(sheets, acting_user)
    noted = Result.objects.filter(assessment__in=sheets).exclude(return_note="")
    noted.update(return_note="")
    now = timezone.now()
    for sheet in sheets:
        before = sheet.state
        _move(sheet, RETURN, acting_user, now, reason, {})
        log.append(_logged(sheet, RETURN, acting_user, before, reason, {}))
    _store(sheets)
    Activity.objects.append(log)
    return sheets


def _locked_for_many(versions: Mapping[int, int], user: User) -> list[Assessment]:
    """Lock the sheets, and check each of them again; raise ManyRefused otherwise."""
    if not versions:
        raise ValidationError(_("No sheet is chosen."))
    rounds = Assessment.objects.filter(pk__in=versions).order_by("-round__ends_on", "round_id")
    for round_id, _ends_on in rounds.values_list("round", "round__ends_on").distinct():
        Round.objects.held(round_id)
    sheets = _locked(list(versions))
    if len(sheets) != len(versions):
        raise ValidationError(_("One of the sheets is no longer there."))
    problems = problems_of_many(sheets, versions, user)
    if problems:
        raise ManyRefused(problems)
    return sheets


def problems_of_many(
    sheets: Sequence[Assessment], versions: Mapping[int, int], user: User
) -> dict[Assessment, list[str]]:
    """Return the sheets that cannot be approved or returned now, with the reasons for each.

    The sheets come with their rounds, and are as they are stored now.
    """
    own = own_entries(versions, user)
    problems: dict[Assessment, list[str]] = {}
    for sheet in sheets:
        if not sheet.round.is_open:
            problems[sheet] = [_("The round is not open.")]
        elif not sheet.is_in_scope:
            problems[sheet] = [not_in_scope()]
        elif sheet.state not in BEGIN.sources | APPROVE.sources:
            problems[sheet] = [_wrong_state(sheet)]
        elif sheet.version != versions[sheet.pk]:
            problems[sheet] = [_("Somebody has changed the sheet meanwhile.")]
        elif sheet.pk in own:
            problems[sheet] = [_("You entered part of this sheet yourself.")]
    return problems


def _begin(sheets: Sequence[Assessment], user: User) -> list[Activity]:
    """Take up those that nobody has taken up yet, in memory; `_store` writes them."""
    log = []
    for sheet in sheets:
        if sheet.state in BEGIN.sources:
            before = sheet.state
            _move(sheet, BEGIN, user, timezone.now(), "", {})
            log.append(_logged(sheet, BEGIN, user, before, "", {}))
    return log


def _store(sheets: Sequence[Assessment]) -> None:
    written = [
        field.name
        for field in Assessment._meta.concrete_fields
        if field.name not in ("id", "ward", "round")
    ]
    Assessment.objects.bulk_update(sheets, written)
