"""Who may do what, in one place: predicates, querysets of what is visible, gatekeepers.

Out of sight is 404; seen but not allowed is 403. Permissions come from roles; for which wards an
officer works comes from memberships. Whether a sheet's state, round and deadline allow a step is in
`criteria.workflow` and checked again by the action.
"""

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db.models import BigIntegerField, Exists, OuterRef, Q, QuerySet, Subquery
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.anybody import PreparedForAnybody
from accounts.models import User
from criteria.models import (
    Activity,
    Assessment,
    AssessmentQuerySet,
    Criterion,
    Evidence,
    EvidenceQuerySet,
    Extension,
    Membership,
    Round,
    Ward,
    WardQuerySet,
    official,
)
from criteria.workflow import Duties, Hand, Step, verbs_told
from namdinh_wards.prepared import Given

# --- what a role allows -------------------------------------------------------------------------


def can_see_counts(user: User) -> bool:
    """Dashboards and the counts of every ward: anyone who has a role."""
    return user.has_perm("criteria.view_ward")


def can_see_any_sheet(user: User) -> bool:
    return user.has_perm("criteria.view_any_sheet")


def can_enter_any(user: User) -> bool:
    return user.has_perm("criteria.enter_any_sheet")


def can_verify(user: User) -> bool:
    return user.has_perm("criteria.approve_sheet")


def can_run_rounds(user: User) -> bool:
    """Open, close and reopen rounds, and give extensions."""
    return user.has_perm("criteria.change_round")


def can_change_roadmap(user: User) -> bool:
    """Targets, pledges and recognitions, in the administration."""
    return user.has_perm("criteria.change_roadmaptarget")


def can_reopen(user: User) -> bool:
    return user.has_perm("criteria.reopen_sheet")


def can_see_log(user: User) -> bool:
    """The log of all, or at least of one's own actions."""
    return can_see_whole_log(user) or user.has_perm("criteria.view_own_activity")


def can_see_whole_log(user: User) -> bool:
    return user.has_perm("criteria.view_activity")


def oversees(user: User) -> bool:
    """Answer for the whole city: see every sheet, and what everybody has done."""
    return can_see_any_sheet(user) and can_see_whole_log(user)


def hands_of(user: User) -> frozenset[Hand]:
    """The kinds of step that are the user's to take, on whichever sheets."""
    has = {
        Hand.UNIT: can_enter_any(user) or user.has_perm("criteria.enter_own_sheet"),
        Hand.VERIFIER: can_verify(user),
        Hand.ADMINISTRATOR: can_run_rounds(user),
    }
    return frozenset(hand for hand in has if has[hand])


def is_told(user: User) -> bool:
    """Tell whether there is anything of which the user gets notices."""
    return any(verbs_told(hand) for hand in hands_of(user))


def enters_for(user: User, *, is_own: bool) -> bool:
    """Tell whether the user fills in the sheets of a ward; `is_own`: they work for it."""
    return can_enter_any(user) or (is_own and user.has_perm("criteria.enter_own_sheet"))


def has_hand(user: User, hand: Hand, sheet: Assessment) -> bool:
    """Tell whether the user is one of those who take this kind of step on the sheet."""
    if hand == Hand.UNIT:
        return enters_for(user, is_own=sheet.is_own)
    return can_verify(user) if hand == Hand.VERIFIER else can_reopen(user)


def can_take(user: User, step: Step, sheet: Assessment, on: date) -> bool:
    """Tell whether a step is open to the user, for its button.

    That nobody verifies their own entries is for the action to see.
    """
    return (
        sheet.pk is not None
        and sheet.round.is_open
        and step.leads_from(sheet)
        and not (step.has_deadline and on > sheet.enter_by)
        and has_hand(user, step.hand, sheet)
    )


def can_enter(user: User, sheet: Assessment, on: date) -> bool:
    """Tell whether the user may fill in, on a day, a sheet that a gatekeeper here has returned."""
    is_open = sheet.round.is_open and sheet.is_in_scope and sheet.is_with_unit
    is_open = is_open and on <= sheet.enter_by
    return is_open and has_hand(user, Hand.UNIT, sheet)


def can_verify_sheet(user: User, sheet: Assessment) -> bool:
    """Tell whether the user may verify the rows of the sheet."""
    is_open = sheet.round.is_open and sheet.is_in_scope
    is_open = is_open and sheet.state == Assessment.State.VERIFYING
    return is_open and can_verify(user)


def can_see_findings(user: User, sheet: Assessment) -> bool:
    """While verification runs, the unit waits for its end before it reads what was found."""
    is_running = sheet.state == Assessment.State.VERIFYING
    return not is_running or not has_hand(user, Hand.UNIT, sheet)


# --- what is visible ----------------------------------------------------------------------------


def wards_of(user: User) -> WardQuerySet:
    """The wards that the user works for."""
    return Ward.objects.filter(memberships__user=user.pk)


def without_officer(wards: WardQuerySet) -> WardQuerySet:
    """Those of the wards whose own sheet nobody can fill in who works for them."""
    officers = _who_may("enter_own_sheet").filter(memberships__ward=OuterRef("pk"))
    return wards.filter(~Exists(officers))


def has_verifier() -> bool:
    return _who_may("approve_sheet").exists()


def _who_may(codename: str) -> QuerySet[User]:
    """The accounts that can sign in and whose role allows something; see RoleBackend."""
    allowed = Permission.objects.filter(
        content_type__app_label="criteria", codename=codename, group__user=OuterRef("pk")
    )
    people = User.objects.filter(Exists(allowed), is_active=True)
    return people if settings.DEMO else people.filter(is_demo=False)


def visible_sheet_wards(user: User) -> WardQuerySet:
    """The wards whose results and sheets the user may see."""
    if not can_see_counts(user):
        return Ward.objects.none()
    return Ward.objects.all() if can_see_any_sheet(user) else wards_of(user)


def wards_to_enter(user: User) -> WardQuerySet:
    """The wards whose sheets the user fills in."""
    if can_enter_any(user):
        return Ward.objects.all()
    if user.has_perm("criteria.enter_own_sheet"):
        return wards_of(user)
    return Ward.objects.none()


def visible_sheets(user: User) -> AssessmentQuerySet:
    if not can_see_counts(user):
        return Assessment.objects.none()
    return Assessment.objects.filter(_visible(user, "ward"))


def visible_evidence(user: User) -> EvidenceQuerySet:
    if not can_see_counts(user):
        return Evidence.objects.none()
    return Evidence.objects.filter(_visible(user, "ward"))


def visible_log(user: User) -> QuerySet[Activity]:
    if can_see_whole_log(user):
        return Activity.objects.all()
    if can_see_log(user):
        return Activity.objects.filter(actor=user)
    return Activity.objects.none()


def visible_notices(user: User) -> QuerySet[Activity]:
    """What others did that the user must know of, since the account exists."""
    hands, notices = hands_of(user), Q(pk__in=())
    if Hand.UNIT in hands:
        of_unit = Q(verb__in=verbs_told(Hand.UNIT))
        if not can_enter_any(user):  # a round's steps are of no ward: they concern every unit
            of_unit &= Q(ward=None) | Q(ward__in=wards_to_enter(user))
        notices |= of_unit
    if Hand.VERIFIER in hands:
        notices |= Q(verb__in=verbs_told(Hand.VERIFIER))
    return Activity.objects.filter(notices, at__gte=user.date_joined).exclude(actor=user.pk)


def duties_of(user: User) -> Duties:
    return Duties(
        sees=visible_sheet_wards(user),
        enters=wards_to_enter(user),
        hands=hands_of(user),
        oversees=oversees(user),
    )


def wards_with_sight(user: User) -> WardQuerySet:
    """All wards; of each `is_in_sight`: whether the user may see its results."""
    visible = None if can_see_any_sheet(user) else visible_sheet_wards(user)
    return Ward.objects.with_sight(visible)


def _visible(user: User, path: str) -> Q:
    if can_see_any_sheet(user):
        return Q()
    return Q(**{f"{path}__in": wards_of(user)})


# --- gatekeepers --------------------------------------------------------------------------------


def require_counts(user: User) -> None:
    if not can_see_counts(user):
        raise PermissionDenied(_("Your account has no role yet. Ask the administrator for one."))


def can_see_access(user: User) -> bool:
    """Who came and went, and what everybody read or took away."""
    return user.has_perm("accounts.view_access")


def require_access(user: User) -> None:
    require_counts(user)
    if not can_see_access(user):
        raise PermissionDenied(_("Only administrators read who came and went."))


def require_log(user: User) -> None:
    require_counts(user)
    if not can_see_log(user):
        raise PermissionDenied(_("Your role does not read the log."))


def sheet_or_404(user: User, round_id: int, ward_id: int) -> Assessment:
    """Return the sheet of a ward in a round: a new, unsaved one where nobody has begun.

    Its latest revision. `is_own` tells whether the user works for the ward, `extended_to` the end
    of its extension. One query for a sheet that exists.
    """
    require_counts(user)
    existing = _latest_sheet.rows(user, round=round_id, ward=ward_id)
    return existing[0] if existing else _new_sheet(user, round_id, ward_id)


def _latest_sheet_of(user: User) -> Any:
    visible = visible_sheets(user).latest_revisions()
    wanted = visible.filter(
        ward=Given("ward", BigIntegerField()), round=Given("round", BigIntegerField())
    )
    return _with_people(wanted, user).order_by()


_latest_sheet = PreparedForAnybody(_latest_sheet_of)


def revision_or_404(user: User, round_id: int, ward_id: int, revision: int) -> Assessment:
    """Return a revision of a sheet by its number, with `reviewed_since`."""
    require_counts(user)
    visible = visible_sheets(user).filter(ward=ward_id, round=round_id, revision=revision)
    sheet: Assessment = get_object_or_404(_with_people(visible.with_review(), user))
    return sheet


def official_or_404(user: User, round_id: int, ward_id: int) -> Assessment:
    """Return what figures come from of a ward in a round, with `reviewed_since`.

    Where nothing is approved, the sheet as `sheet_or_404` returns it.
    """
    require_counts(user)
    visible = visible_sheets(user).filter(ward=ward_id, round=round_id)
    telling = visible.filter(official() | Q(is_latest=True)).order_by("revision")
    existing = _with_people(telling.with_review(), user).first()
    return existing or _new_sheet(user, round_id, ward_id)


def _with_people(sheets: AssessmentQuerySet, user: User) -> Any:
    """Read sheets with what a page says of them, and `is_own`.

    Who reopened one, or cancelled that, few pages say: they ask for it.
    """
    people = ("approved_by", "submitted_by", "verifying_by", "returned_by")
    related = sheets.with_extension().select_related("ward", "round__criteria_set", *people)
    return _with_own(related, user, "ward")


def _new_sheet(user: User, round_id: int, ward_id: int) -> Assessment:
    round = get_object_or_404(Round.objects.select_related("criteria_set"), pk=round_id)
    wards = Ward.objects.in_scope(round.ends_on).filter(_visible(user, "pk"))
    extensions = Extension.objects.filter(ward=OuterRef("pk"), round=round)
    ward: Any = get_object_or_404(
        _with_own(wards, user, "pk").annotate(extended_to=Subquery(extensions.values("submit_by"))),
        pk=ward_id,
    )
    sheet = Assessment.of(ward, round, None, extended_to=ward.extended_to)
    sheet.is_own = ward.is_own
    return sheet


def _with_own(rows: Any, user: User, path: str) -> Any:
    """Annotate `is_own`: whether the user works for the ward at `path`."""
    return rows.annotate(
        is_own=Exists(Membership.objects.filter(user=user.pk, ward=OuterRef(path)))
    )


def sheet_to_enter(user: User, round_id: int, ward_id: int, on: date) -> Assessment:
    """Return a sheet that the user may write to on a day."""
    sheet = sheet_or_404(user, round_id, ward_id)
    if not can_enter(user, sheet, on):
        raise PermissionDenied(_("You may read this sheet, but not fill it in."))
    return sheet


def sheet_to_verify(user: User, round_id: int, ward_id: int) -> Assessment:
    """Return a sheet whose rows the user may verify."""
    sheet = sheet_or_404(user, round_id, ward_id)
    if not can_verify_sheet(user, sheet):
        raise PermissionDenied(_("You may read this sheet, but not verify it."))
    return sheet


def sheet_for_step(user: User, step: Step, round_id: int, ward_id: int) -> Assessment:
    """Return a sheet on which the user takes this kind of step; whether now, the action sees."""
    sheet = sheet_or_404(user, round_id, ward_id)
    if not has_hand(user, step.hand, sheet):
        raise PermissionDenied(_("You may read this sheet, but this step is not yours to take."))
    return sheet


def round_to_run(user: User, round_id: int) -> Round:
    """Return a round that the user may open, close, or extend for a ward."""
    require_counts(user)
    round = get_object_or_404(Round.objects.select_related("criteria_set"), pk=round_id)
    if not can_run_rounds(user):
        raise PermissionDenied(_("Only an administrator opens, closes or extends a round."))
    return round


def column_to_enter(user: User, round_id: int, criterion_id: int) -> tuple[Round, Criterion]:
    """Return a round and a criterion of its set, for whoever enters for every ward."""
    require_counts(user)
    round = get_object_or_404(Round.objects.select_related("criteria_set"), pk=round_id)
    criterion = get_object_or_404(round.criteria_set.criteria, pk=criterion_id)
    require_city_officer(user)
    return round, criterion


def require_city_officer(user: User) -> None:
    require_counts(user)
    if not can_enter_any(user):
        raise PermissionDenied(_("Only city officers fill in one criterion of every ward."))


def require_verifier(user: User) -> None:
    require_counts(user)
    if not can_verify(user):
        raise PermissionDenied(_("Only verifiers verify, return and approve sheets."))


def evidence_or_404(user: User, evidence_id: int) -> Evidence:
    """Return a document that the user may read, its file included."""
    require_counts(user)
    evidence: Evidence = get_object_or_404(
        visible_evidence(user).select_related("ward", "added_by", "superseded_by"), pk=evidence_id
    )
    return evidence


def can_change_evidence(user: User, evidence: Evidence) -> bool:
    """Tell whether the user may put a later document in the place of this one."""
    is_own = Membership.objects.filter(user=user, ward=evidence.ward_id).exists()
    return enters_for(user, is_own=is_own)


def evidence_to_change(user: User, evidence_id: int) -> Evidence:
    evidence = evidence_or_404(user, evidence_id)
    if not can_change_evidence(user, evidence):
        raise PermissionDenied(_("You may read this document, but not replace it."))
    return evidence


def ward_with_evidence(user: User, ward_id: int) -> Ward:
    """Return a ward whose documents the user may read."""
    require_counts(user)
    return get_object_or_404(visible_sheet_wards(user), pk=ward_id)


def can_add_evidence(user: User, ward: Ward) -> bool:
    return enters_for(user, is_own=Membership.objects.filter(user=user, ward=ward).exists())


def ward_to_add_evidence(user: User, ward_id: int) -> Ward:
    ward = ward_with_evidence(user, ward_id)
    if not can_add_evidence(user, ward):
        raise PermissionDenied(_("You may read this ward's documents, but not add any."))
    return ward
