"""A change of the registry, and what follows from it for open rounds and for those who work there.

Whatever writes wards or successions does so inside `registry_change`: what hangs on the change is
seen before it is stored, somebody decides, and those concerned are told.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import transaction

from accounts.models import User
from criteria.actions.log import entry
from criteria.models import Activity, Membership, Round
from criteria.sheets.registry import Hanging, Heir, Place, read_registry, what_hangs


@dataclass(frozen=True)
class Decision:
    """What an administrator has decided. digest: of what they have seen.

    carried: the keys of the officers who are to work for a successor, as `Heir.key`.
    """

    digest: str
    reason: str
    closes_sheets: bool = False
    carried: Collection[str] = field(default_factory=tuple)


Decide = Callable[[Hanging], Decision | None]


class Undecided(Exception):
    """Nothing was stored: `hanging` waits for a decision, or is not what was decided on."""

    def __init__(self, hanging: Hanging) -> None:
        super().__init__(hanging)
        self.hanging = hanging


def _nobody_decides(hanging: Hanging) -> None:
    return None


@contextmanager
def registry_change(*, acting_user: User, decide: Decide = _nobody_decides) -> Iterator[None]:
    """Compare the registry before and after what is done inside, and do what was decided.

    All rounds are held alone first: whoever saves on a sheet, or takes a step, comes before the
    change or finds the ward as it is then. Raises Undecided, and nothing is stored, where somebody
    must decide and has not, or has decided on something else.
    """
    with transaction.atomic():
        hold_rounds_alone()
        before = read_registry()
        yield
        hanging = what_hangs(before, read_registry())
        if not hanging.asks:
            return
        decision = decide(hanging)
        if decision is None or not _fits(decision, hanging):
            raise Undecided(hanging)
        _apply(hanging, decision, acting_user)


def hold_rounds_alone() -> None:
    """Let nobody save on a sheet, or open and close a round, until the commit."""
    rounds = Round.objects.select_for_update().order_by("-ends_on", "pk")
    list(rounds.values_list("pk", flat=True))


def _fits(decision: Decision, hanging: Hanging) -> bool:
    is_willing = decision.closes_sheets or not hanging.closing
    return decision.digest == hanging.digest and is_willing and bool(decision.reason.strip())


def _apply(hanging: Hanging, decision: Decision, acting_user: User) -> None:
    Activity.objects.hold()
    reason = decision.reason.strip()
    log = [_told(Activity.Verb.LEAVE_ROUND, p, acting_user, reason) for p in hanging.leaving]
    log += [_told(Activity.Verb.JOIN_ROUND, p, acting_user, reason) for p in hanging.joining]
    carried = [heir for heir in hanging.heirs if heir.key in decision.carried]
    log += [_carry_over(heir, acting_user, reason) for heir in carried]
    Activity.objects.append(log)


def _told(verb: Activity.Verb, place: Place, acting_user: User, reason: str) -> Activity:
    """Say of the sheet, or of the ward where there is none, that its round counts it or not."""
    state = {"state": place.sheet.state} if place.sheet else {}
    leaves = verb == Activity.Verb.LEAVE_ROUND
    return entry(
        verb,
        place.sheet or place.ward,
        about=[place.ward, place.round],
        ward=place.ward,
        acting_user=acting_user,
        before=state if leaves else {},
        after={} if leaves else state,
        reason=reason,
    )


def _carry_over(heir: Heir, acting_user: User, reason: str) -> Activity:
    """Let an officer work for the successor, too; what the former unit left stays readable."""
    membership = Membership.objects.create(user=heir.user, ward=heir.successor)
    return entry(
        Activity.Verb.CARRY_OVER,
        membership,
        about=[heir.user, heir.predecessor, heir.successor],
        ward=heir.successor,
        acting_user=acting_user,
        after={"user_id": heir.user.pk, "ward_id": heir.successor.pk},
        reason=reason,
    )
