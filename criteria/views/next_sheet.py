"""Which sheet a verifier goes on to."""

from accounts.models import User
from criteria import permissions
from criteria.actions.verification import own_entries
from criteria.models import Assessment
from criteria.sheets.queue import awaiting

ANCHOR = "next-sheet"  # where the focus goes after a step
LOOKED_AT = 20  # of which some may be the verifier's own entries


def next_sheet(user: User, after: Assessment) -> Assessment | None:
    """Two queries; two more where the user has entered something on a sheet that waits."""
    waiting = list(awaiting(user, after)[:LOOKED_AT])
    own = own_entries([sheet.pk for sheet in waiting], user) if waiting else set()
    return next((sheet for sheet in waiting if sheet.pk not in own), None)


def goes_on(user: User, sheet: Assessment) -> bool:
    """Tell whether the user verifies, and the sheet has left the verifiers' hands."""
    is_done = sheet.state in (Assessment.State.APPROVED, Assessment.State.RETURNED)
    return is_done and sheet.is_latest and sheet.round.is_open and permissions.can_verify(user)
