"""What the unit does to its sheet, row by row: save a result, or touch it with a document."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from criteria.actions.locks import lock_for_entry
from criteria.actions.log import differences, entry
from criteria.models import Activity, Assessment, RequirementValue, Result
from criteria.readiness.rules import NO_ANSWER
from criteria.sheets.sheet import Entry, Row, Sheet, read_sheet
from criteria.verdicts import Verdict


class Stale(Exception):
    """Somebody else has saved since this save's starting point; `sheet` is what holds now."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__("saved by somebody else meanwhile")
        self.sheet = sheet


class Overtaken(Exception):
    """The row's version moved between reading and writing."""


@dataclass(frozen=True)
class RowEntry:
    """What a person says of one row. version: of the row that they started from; 0: of none."""

    row: Row
    entry: Entry
    version: int


def save_result(
    sheet: Sheet,
    row: Row,
    self_entry: Entry,
    *,
    version: int,
    acting_user: User,
    today: date | None = None,
    reason: str = "",
) -> Sheet:
    """Store what the unit says of one criterion: `save_results` of one row."""
    entries = [RowEntry(row, self_entry, version)]
    return save_results(sheet, entries, acting_user=acting_user, today=today, reason=reason)


def save_results(
    sheet: Sheet,
    entries: Iterable[RowEntry],
    *,
    acting_user: User,
    today: date | None = None,
    reason: str = "",
) -> Sheet:
    """Store what the unit says of some criteria, all or nothing; return the sheet as it is then.

    today: the day of the act, where it is not the clock's. Raises Stale where a row has another
    version by now, ValidationError where the sheet or an entry does not allow it. Saying again what
    is stored already changes nothing and is never stale. What a verifier had found before falls
    back to “not assessed yet”: it was found of something else.
    """
    changed = sorted(_changed(sheet, entries), key=lambda one: one.row.criterion.number)
    if not changed:
        return sheet
    try:
        with transaction.atomic():
            assessment, is_shared = lock_for_entry(sheet.assessment, today)
            results = [_store_result(assessment, one, acting_user) for one in changed]
            _store_values(changed, results)
            Activity.objects.append(
                [
                    _saved(sheet, one, result, acting_user, reason)
                    for one, result in zip(changed, results, strict=True)
                ]
            )
    except (IntegrityError, Overtaken) as error:
        if isinstance(error, IntegrityError) and all(one.row.result for one in changed):
            raise
        raise Stale(read_sheet(reloaded(sheet.assessment))) from None
    if is_shared:
        return read_sheet(reloaded(assessment))
    saved = Sheet(assessment, sheet.rows)
    for one, result in zip(changed, results, strict=True):
        saved = saved.with_result(result, self_entry=one.entry)
    return saved


def _changed(sheet: Sheet, entries: Iterable[RowEntry]) -> Iterator[RowEntry]:
    """Yield what is to be stored, as the sheet's own rows have it; refuse what may not be."""
    for one in entries:
        row = row_of(sheet, one.row)
        entry = plain(row, one.entry)
        if row.result and row.self_entry == entry and not row.is_outdated:
            continue
        if row.version != one.version:
            raise Stale(sheet)
        if entry.not_applicable and not entry.explanation:
            raise ValidationError({"explanation": _("Say why the criterion does not apply.")})
        yield RowEntry(row, entry, one.version)


def row_of(sheet: Sheet, row: Row) -> Row:
    """Return the row as this sheet has it; the one handed on may be of the sheet as it was."""
    own = sheet.row(row.criterion.pk)
    if own is None:
        raise ValidationError(_("This criterion is not in the round's criteria set."))
    return own


def plain(row: Row, typed: Entry) -> Entry:
    """Drop what does not count: a judgement where a threshold decides, white space around text."""
    answers = {}
    for line in row.lines:
        answer = typed.answers.get(line.requirement.pk, NO_ANSWER)
        if not line.needs_judgement and answer.judgement:
            answer = type(answer)(answer.value)
        answers[line.requirement.pk] = answer
    return Entry(answers, typed.not_applicable, typed.explanation.strip())


def store_entry(assessment: Assessment, row: Row, acting_user: User, **facts: object) -> Result:
    """Write the unit's side of a row that was read at `row.version`; raise Overtaken otherwise.

    The sheet is locked. Without facts the row is only touched, as by a document attached to it.
    What the verifier had found was found of something else; the log keeps it.
    """
    facts |= {"entered_by": acting_user, "entered_at": timezone.now()}
    if row.result is None:
        return Result.objects.create(assessment=assessment, criterion=row.criterion, **facts)
    unverified = {
        "verified_verdict": Verdict.PENDING.value,
        "verified_by": None,
        "verified_at": None,
        "is_agreed_in_bulk": None,
        "finding": "",
    }
    mine = Result.objects.filter(pk=row.result.pk, version=row.version)
    if not mine.update(version=F("version") + 1, **facts, **unverified):
        raise Overtaken
    if row.verified_verdict != Verdict.PENDING or row.is_verification_begun:
        row.result.values.update(verified_value=None, verified_judgement="")
    unchanged = {
        "self_verdict": row.result.self_verdict,
        "explanation": row.result.explanation,
        "return_note": row.result.return_note,
    }
    return Result(
        pk=row.result.pk,
        assessment=assessment,
        criterion=row.criterion,
        version=row.version + 1,
        **{**unchanged, **facts},
    )


def _store_result(assessment: Assessment, one: RowEntry, acting_user: User) -> Result:
    return store_entry(
        assessment,
        one.row,
        acting_user,
        self_verdict=one.row.judge(one.entry).value,
        explanation=one.entry.explanation,
    )


def _store_values(entries: Iterable[RowEntry], results: Iterable[Result]) -> None:
    values = []
    for one, result in zip(entries, results, strict=True):
        for line in one.row.lines:
            answer = one.entry.answers[line.requirement.pk]
            values.append(
                RequirementValue(
                    result=result,
                    requirement=line.requirement,
                    self_value=answer.value,
                    self_judgement=answer.judgement,
                    threshold_applied=line.threshold,
                )
            )
    RequirementValue.objects.bulk_create(
        values,
        update_conflicts=True,
        unique_fields=["result", "requirement"],
        update_fields=["self_value", "self_judgement", "threshold_applied"],
    )


def _saved(sheet: Sheet, one: RowEntry, result: Result, acting_user: User, reason: str) -> Activity:
    row = one.row
    before, after = differences(
        facts_of_entry(row, row.self_verdict, row.self_entry) if row.result else {},
        facts_of_entry(row, Verdict(result.self_verdict), one.entry),
    )
    if row.verified_verdict != Verdict.PENDING:
        before["verified_verdict"] = row.verified_verdict.value
        after["verified_verdict"] = Verdict.PENDING.value
    if row.verified_entry.explanation:
        before["finding"], after["finding"] = row.verified_entry.explanation, ""
    return entry(
        Activity.Verb.SAVE_RESULT,
        result,
        acting_user=acting_user,
        about=(sheet.assessment, row.criterion),
        ward=sheet.assessment.ward,
        before=before,
        after=after,
        reason=reason,
    )


def facts_of_entry(
    row: Row, verdict: Verdict, typed: Entry, *, is_found: bool = False
) -> Mapping[str, Any]:
    """Say it in the requirements' own words: the log is read when their keys mean nothing."""
    names = ("verified_verdict", "finding") if is_found else ("self_verdict", "explanation")
    facts: dict[str, Any] = dict(zip(names, (verdict.value, typed.explanation), strict=True))
    for line in row.lines:
        answer = typed.answers[line.requirement.pk]
        facts[line.requirement.text] = answer.value
        if line.needs_judgement:
            facts[f"{line.requirement.text} (judgement)"] = answer.judgement
    return facts


def reloaded(assessment: Assessment) -> Assessment:
    """Return the sheet as it is stored now, with what the gatekeeper knew of its reader."""
    latest = Assessment.objects.latest_revisions().revisions_of(assessment)
    fresh = latest.select_related("ward", "round__criteria_set").get()
    fresh.is_own, fresh.extended_to = assessment.is_own, assessment.extended_to
    return fresh
