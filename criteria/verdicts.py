"""What a criterion, or a requirement of it, comes to. Pure: standard library only."""

from enum import StrEnum


class Verdict(StrEnum):
    """The words for them are `models.VERDICTS`."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"
    PENDING = "pending"


def differs(self_verdict: str, verified_verdict: str) -> bool:
    """Tell whether the verifier has come to another verdict than the unit.

    As long as nothing is verified nothing differs. Of rows: `ResultQuerySet.differing`.
    """
    return verified_verdict not in (Verdict.PENDING, self_verdict)
