"""What the unit has changed since the verifier returned its sheet, in words."""

from collections import defaultdict

from criteria.log.telling import Change, EntryInWords, tell
from criteria.models import Activity, Assessment, Result
from criteria.sheets.sheet import Sheet


def changes_since_return(sheet: Sheet) -> dict[int, list[Change]]:
    """Return what became of each result since the last return, by its pk: from then to now.

    What was changed and changed back is left out. No query for a sheet that never came back.
    """
    assessment = sheet.assessment
    if not assessment.was_returned:
        return {}
    results = [row.result.pk for row in sheet.rows if row.result]
    since = Activity.objects.filter(
        verb__in=[Activity.Verb.SAVE_RESULT, Activity.Verb.ATTACH, Activity.Verb.DETACH],
        object_type=Result._meta.label_lower,
        object_id__in=results,
        at__gt=assessment.returned_at,
    )
    merged: dict[int, Activity] = {}
    documents: dict[int, list[Activity]] = defaultdict(list)
    for entry in since.order_by("seq"):
        if entry.verb != Activity.Verb.SAVE_RESULT:
            documents[entry.object_id or 0].append(entry)
            continue
        first = merged.setdefault(entry.object_id or 0, entry)
        if first is not entry:
            first.before = {**entry.before, **first.before}
            first.after = {**first.after, **entry.after}
    for entry in merged.values():  # that it must be verified anew goes without saying
        for name in ("verified_verdict", "finding"):
            entry.before.pop(name, None)
            entry.after.pop(name, None)
    entries = [*merged.values(), *(entry for of_one in documents.values() for entry in of_one)]
    changes: dict[int, list[Change]] = defaultdict(list)
    for in_words in tell(entries):
        moved = [change for change in in_words.plain_changes if change.before != change.after]
        changes[in_words.entry.object_id or 0] += moved
    return dict(changes)


def earlier_verifications(sheet: Sheet) -> dict[int, EntryInWords]:
    """Return what was last found, before the last return, of each result changed since, by its pk.

    The sheet itself has the new verification only; so both opinions of then can still be read. Of a
    sheet that was reopened they may be those of an earlier revision.
    """
    assessment = sheet.assessment
    changed = {row.criterion.pk: row.result.pk for row in sheet.changed if row.result}
    if not changed:
        return {}
    present = {pk: pk for pk in changed.values()}  # by each result that the same was found of
    if assessment.revision > 1:
        revisions = Assessment.objects.revisions_of(assessment).order_by().values("pk")
        same = Result.objects.filter(assessment__in=revisions, criterion__in=changed).order_by()
        present = {pk: changed[of] for pk, of in same.values_list("pk", "criterion")}
    verifications = Activity.objects.filter(
        verb=Activity.Verb.VERIFY_RESULT,
        object_type=Result._meta.label_lower,
        object_id__in=present,
        at__lt=assessment.returned_at,
    )
    latest = {
        present[entry.object_id or 0]: entry
        for entry in verifications.select_related("actor").order_by("seq")
    }
    return dict(zip(latest, tell(list(latest.values())), strict=True))
