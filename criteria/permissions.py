"""Who may do what, in one place: predicates, querysets of what is visible, gatekeepers.

Out of sight is 404; seen but not allowed is 403. Permissions come from roles; for which wards an
officer works comes from memberships.
"""

from collections.abc import Container
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.models import User
from criteria.models import Assessment, Membership, Round, Ward, WardQuerySet


def can_see_counts(user: User) -> bool:
    """Dashboards and the counts of every ward: anyone who has a role."""
    return user.has_perm("criteria.view_ward")


def can_see_any_sheet(user: User) -> bool:
    return user.has_perm("criteria.view_any_sheet")


def can_verify(user: User) -> bool:
    return user.has_perm("criteria.approve_sheet")


def can_enter(user: User, sheet: Assessment) -> bool:
    """Tell whether the user may fill in a sheet that a gatekeeper here has returned."""
    if not sheet.round.is_open or sheet.is_approved:
        return False
    return user.has_perm("criteria.enter_any_sheet") or (
        user.has_perm("criteria.enter_own_sheet") and sheet.is_own
    )


def can_approve(user: User, sheet: Assessment) -> bool:
    """Tell whether the user may approve; that they did not enter it is for the action to see."""
    return can_verify(user) and sheet.round.is_open and not sheet.is_approved


def wards_of(user: User) -> WardQuerySet:
    """The wards that the user works for."""
    return Ward.objects.filter(memberships__user=user)


def visible_sheet_wards(user: User) -> WardQuerySet:
    """The wards whose results and sheets the user may see."""
    if not can_see_counts(user):
        return Ward.objects.none()
    return Ward.objects.all() if can_see_any_sheet(user) else wards_of(user)


class _EveryWard(Container[int]):
    def __contains__(self, ward_id: object) -> bool:
        return True


def sheet_scope(user: User) -> Container[int]:
    """The pks of the wards whose results the user may see; at most one query."""
    if can_see_any_sheet(user):
        return _EveryWard()
    return frozenset(visible_sheet_wards(user).values_list("pk", flat=True))


def require_counts(user: User) -> None:
    if not can_see_counts(user):
        raise PermissionDenied(_("Your account has no role yet. Ask the administrator for one."))


def sheet_or_404(user: User, round_id: int, ward_id: int) -> Assessment:
    """Return the sheet of a ward in a round: a new, unsaved one where nobody has begun.

    `is_own` tells whether the user works for the ward. One query for a sheet that exists.
    """
    require_counts(user)
    visible = Assessment.objects.filter(_visible(user, "ward"), ward=ward_id, round=round_id)
    found: Assessment | None = (
        _with_own(visible, user, "ward")
        .select_related("ward", "round__criteria_set", "approved_by")
        .first()
    )
    if found:
        return found
    round = get_object_or_404(Round.objects.select_related("criteria_set"), pk=round_id)
    wards = Ward.objects.in_scope(round.ends_on).filter(_visible(user, "pk"))
    ward = get_object_or_404(_with_own(wards, user, "pk"), pk=ward_id)
    sheet = Assessment(ward=ward, round=round)
    sheet.is_own = ward.is_own
    return sheet


def _with_own(rows: Any, user: User, path: str) -> Any:
    """Annotate `is_own`: whether the user works for the ward at `path`."""
    return rows.annotate(is_own=Exists(Membership.objects.filter(user=user, ward=OuterRef(path))))


def sheet_to_enter(user: User, round_id: int, ward_id: int) -> Assessment:
    """Return a sheet that the user may write to."""
    sheet = sheet_or_404(user, round_id, ward_id)
    if not can_enter(user, sheet):
        raise PermissionDenied(_("You may read this sheet, but not fill it in."))
    return sheet


def sheet_to_approve(user: User, round_id: int, ward_id: int) -> Assessment:
    """Return a sheet that the user may approve."""
    sheet = sheet_or_404(user, round_id, ward_id)
    if not can_approve(user, sheet):
        raise PermissionDenied(_("You may read this sheet, but not approve it."))
    return sheet


def _visible(user: User, path: str) -> Q:
    if can_see_any_sheet(user):
        return Q()
    return Q(**{f"{path}__in": wards_of(user)})
