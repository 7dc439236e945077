"""What a sheet and a round may become: by whose hand, on what terms, and who must know.

One table. Permissions, buttons, actions, the log and the notices all read it, so that none of them
can know of a step that another does not.
"""

from dataclasses import dataclass
from enum import StrEnum

from criteria.models import Activity, Assessment, Round, WardQuerySet

State = Assessment.State
Status = Round.Status
Verb = Activity.Verb


class Hand(StrEnum):
    """Who takes a step, or is told of it."""

    UNIT = "unit"  # those who fill in the ward's sheet
    VERIFIER = "verifier"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Step:
    """One arrow of the diagram. Its verb names it: in addresses, in the log, on its button.

    needs_reason: a reason must be given. has_deadline: only while the unit may still enter.
    of_reopened: only where an approved sheet is looked at again. tells: who gets a notice.
    """

    verb: Activity.Verb
    sources: frozenset[str]
    target: str
    hand: Hand
    tells: Hand | None = None
    needs_reason: bool = False
    has_deadline: bool = False
    of_reopened: bool = False

    @property
    def name(self) -> str:
        return str(self.verb.value)

    def leads_from(self, sheet: Assessment) -> bool:
        """Whether the sheet is where the arrow begins; an earlier revision of it never is.

        Nor is that of a ward which the round does not count, whatever became of the ward.
        """
        is_reopened = sheet.revision > 1
        is_source = sheet.is_latest and sheet.is_in_scope and sheet.state in self.sources
        return is_source and (is_reopened or not self.of_reopened)


SUBMIT = Step(
    Verb.SUBMIT,
    frozenset(Assessment.WITH_UNIT),
    State.SUBMITTED,
    Hand.UNIT,
    tells=Hand.VERIFIER,
    has_deadline=True,
)
# Whoever takes a sheet back must still be able to submit it again.
WITHDRAW = Step(
    Verb.WITHDRAW, frozenset({State.SUBMITTED}), State.DRAFT, Hand.UNIT, has_deadline=True
)
BEGIN = Step(Verb.BEGIN, frozenset({State.SUBMITTED}), State.VERIFYING, Hand.VERIFIER)
RETURN = Step(
    Verb.RETURN,
    frozenset({State.VERIFYING}),
    State.RETURNED,
    Hand.VERIFIER,
    tells=Hand.UNIT,
    needs_reason=True,
)
APPROVE = Step(
    Verb.APPROVE, frozenset({State.VERIFYING}), State.APPROVED, Hand.VERIFIER, tells=Hand.UNIT
)
# What was approved stays as it is and counts: the unit gets a later revision of it to mend.
REOPEN = Step(
    Verb.REOPEN,
    frozenset({State.APPROVED}),
    State.RETURNED,
    Hand.ADMINISTRATOR,
    tells=Hand.UNIT,
    needs_reason=True,
)
# What was approved is the ward's sheet again.
CANCEL_REOPENING = Step(
    Verb.CANCEL_REOPENING,
    frozenset(Assessment.IN_HAND),
    State.CANCELLED,
    Hand.ADMINISTRATOR,
    tells=Hand.UNIT,
    needs_reason=True,
    of_reopened=True,
)
STEPS = {
    step.name: step for step in (SUBMIT, WITHDRAW, BEGIN, RETURN, APPROVE, REOPEN, CANCEL_REOPENING)
}

OPEN_ROUND = Step(
    Verb.OPEN_ROUND,
    frozenset({Status.PLANNED}),
    Status.OPEN,
    Hand.ADMINISTRATOR,
    tells=Hand.UNIT,
)
CLOSE_ROUND = Step(
    Verb.CLOSE_ROUND, frozenset({Status.OPEN}), Status.CLOSED, Hand.ADMINISTRATOR, tells=Hand.UNIT
)
REOPEN_ROUND = Step(
    Verb.REOPEN_ROUND,
    frozenset({Status.CLOSED}),
    Status.OPEN,
    Hand.ADMINISTRATOR,
    tells=Hand.UNIT,
    needs_reason=True,
)
ROUND_STEPS = {step.name: step for step in (OPEN_ROUND, CLOSE_ROUND, REOPEN_ROUND)}


# What becomes of a ward in an open round when the registry changes: no hand's step, and told to
# those who have its sheet. What came before it on the same sheet is overtaken.
REGISTRY_VERBS = (Verb.LEAVE_ROUND, Verb.JOIN_ROUND)
_TOLD_BESIDES = {
    Hand.UNIT: (Verb.EXTEND, Verb.CARRY_OVER, *REGISTRY_VERBS),
    Hand.VERIFIER: REGISTRY_VERBS,
}


def verbs_told(hand: Hand) -> list[str]:
    """Return what those of a hand get a notice of: steps, and what else concerns their sheets."""
    verbs = [step.name for step in (*STEPS.values(), *ROUND_STEPS.values()) if step.tells == hand]
    return [*verbs, *(verb.value for verb in _TOLD_BESIDES.get(hand, ()))]


@dataclass(frozen=True)
class Duties:
    """Which steps are one person's to take: what waits for them follows from it.

    sees: the wards whose sheets they may open; enters: those whose sheets they fill in. oversees:
    they answer for the city, so whatever is late concerns them.
    """

    sees: WardQuerySet
    enters: WardQuerySet
    hands: frozenset[Hand]
    oversees: bool
