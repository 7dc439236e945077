"""What a criterion, or a requirement of it, comes to. Pure: standard library only."""

from enum import StrEnum


class Verdict(StrEnum):
    """The words for them are `models.VERDICTS`."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"
    PENDING = "pending"
