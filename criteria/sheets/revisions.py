"""The revisions of a sheet, and what differs between two of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from criteria.log.telling import Change
from criteria.measures import figure
from criteria.models import Assessment, EvidenceUse
from criteria.readiness.rules import Answer, Tally
from criteria.readiness.standing import TALLIES
from criteria.readiness.words import answer_in_words, verdict_in_words
from criteria.sheets.evidence import evidence_of
from criteria.sheets.sheet import Line, Row, read_sheet
from criteria.verdicts import Verdict

_PEOPLE = ("approved_by", "reopened_by", "cancelled_by")


@dataclass(frozen=True)
class Revision:
    """A revision, its round at hand. tally: by the verified verdicts; None before approval."""

    sheet: Assessment
    tally: Tally | None

    @property
    def number(self) -> int:
        return self.sheet.revision


def read_revisions(sheet: Assessment) -> list[Revision]:
    """Return every revision of a sheet, the last one first. At most one query."""
    if sheet.pk is None:
        return []
    stored = Assessment.objects.revisions_of(sheet).select_related("ward", *_PEOPLE)
    revisions = []
    for revision in stored.order_by("-revision"):
        revision.round = sheet.round
        counts = [getattr(revision, name) for name in TALLIES]
        revisions.append(Revision(revision, Tally(*counts) if revision.is_approved else None))
    return revisions


def former_of(revisions: Sequence[Revision]) -> Revision | None:
    """Return the one that the last revision began as a copy of; None of the first."""
    return next((other for other in revisions[1:] if other.sheet.is_approved), None)


@dataclass(frozen=True)
class RowChange:
    """What one criterion was and became."""

    row: Row
    changes: tuple[Change, ...]


def changes_between(
    before: Assessment, after: Assessment, *, shows_findings: bool = True
) -> list[RowChange]:
    """Return the criteria of which two revisions say something else, in the order of the page.

    shows_findings: also what the verifier says. Six queries, whatever the size.
    """
    then, now = read_sheet(before), read_sheet(after)
    documents = evidence_of(before) | evidence_of(after)
    changed = []
    for row in now.in_order():
        former = then.row(row.criterion.pk)
        if former is None:
            continue
        changes = tuple(_changes(former, row, documents, shows_findings=shows_findings))
        if changes:
            changed.append(RowChange(row, changes))
    return changed


Documents = dict[int, list[EvidenceUse]]  # by the pk of the result


def _changes(
    before: Row, after: Row, documents: Documents, *, shows_findings: bool
) -> Iterator[Change]:
    sides = (_facts(row, documents, shows_findings=shows_findings) for row in (before, after))
    for (label, then), (_label, now) in zip(*sides, strict=True):
        if then != now:
            yield Change(label, then, now)


def _facts(row: Row, documents: Documents, *, shows_findings: bool) -> list[tuple[str, str]]:
    """Return all that a row says in words, each with its label: the same of every revision."""
    attached = documents.get(row.result.pk, []) if row.result else []
    facts = [(_("Self-assessment"), verdict_in_words(row.self_verdict))]
    facts += [(line.requirement.text, _words(line, line.self_answer)) for line in row.lines]
    facts.append((_("Explanation"), row.self_entry.explanation))
    if shows_findings:
        facts.append((_("Verification"), _verified_in_words(row.verified_verdict)))
        facts += [
            (
                _("%(requirement)s (verified)") % {"requirement": line.requirement.text},
                _words(line, line.verified_answer),
            )
            for line in row.lines
        ]
        facts.append((_("Finding"), row.verified_entry.explanation))
    for line in row.lines:
        label = _("%(requirement)s (threshold)") % {"requirement": line.requirement.text}
        applied = line.threshold_applied
        facts.append((label, "" if applied is None else figure(applied)))
    facts.append((_("Documents"), "; ".join(sorted(str(use.evidence) for use in attached))))
    return facts


def _verified_in_words(verdict: Verdict) -> str:
    if verdict == Verdict.PENDING:
        return pgettext("verdict", "Not verified yet")
    return verdict_in_words(verdict)


def _words(line: Line, answer: Answer) -> str:
    return answer_in_words(line.requirement, answer)
