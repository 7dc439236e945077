"""What a sheet still lacks before the unit may submit it."""

from dataclasses import dataclass
from enum import StrEnum

from criteria.models import EvidenceUse
from criteria.sheets.sheet import Row, Sheet
from criteria.verdicts import Verdict


class Lack(StrEnum):
    VERDICT = "verdict"  # not every requirement is answered
    GROUNDS = "grounds"  # neither a document nor an explanation
    OUTDATED = "outdated"  # a norm has changed since the save
    MENDING = "mending"  # the verifier asked for it, and nothing has changed since


@dataclass(frozen=True)
class Gap:
    """One row that keeps the sheet from being submitted, and why."""

    row: Row
    lack: Lack


def gaps(sheet: Sheet) -> list[Gap]:
    """Return what is lacking, one gap a row, in the order of the page. One query."""
    uses = EvidenceUse.objects.attached().filter(result__assessment=sheet.assessment.pk).order_by()
    with_evidence = set(uses.values_list("result", flat=True))
    lacks = ((row, _lack(sheet, row, with_evidence)) for row in sheet.in_order())
    return [Gap(row, lack) for row, lack in lacks if lack]


def _lack(sheet: Sheet, row: Row, with_evidence: set[int]) -> Lack | None:
    if row.result is None or row.self_verdict == Verdict.PENDING:
        return Lack.VERDICT
    if row.is_outdated:
        return Lack.OUTDATED
    if sheet.is_to_mend(row):
        return Lack.MENDING
    if row.result.pk not in with_evidence and not row.result.explanation:
        return Lack.GROUNDS
    return None
