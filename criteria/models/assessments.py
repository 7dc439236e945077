"""One ward in one round: the sheet, in its revisions."""

from datetime import date, datetime, time, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from criteria.models.rounds import Extension, Round
from criteria.models.wards import Ward


def person_of_step(label: Any) -> models.ForeignKey:
    """Who took a step; NULL where nobody has."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=label,
    )


def official(path: str = "", known: date | None = None) -> Q:
    """Keep what counts of the sheets at `path`: approved, and no later revision in its place.

    At most one of a ward and round. known: as it was at the end of that day; None: now.
    """
    approved = Q(**{f"{path}state": Assessment.State.APPROVED})
    in_place = Q(**{f"{path}superseded_at": None})
    if known is None:
        return approved & in_place
    end = _end_of(known)
    return (
        approved
        & Q(**{f"{path}approved_at__lt": end})
        & (in_place | Q(**{f"{path}superseded_at__gte": end}))
    )


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def under_review(path: str = "", known: date | None = None) -> Q:
    """Keep, of the sheets at `path`, those that look at an approved one again.

    At most one of a ward and round. known: as it was at the end of that day; None: now.
    """
    if known is None:
        is_latest = Q(**{f"{path}is_latest": True, f"{path}revision__gt": 1})
        return is_latest & Q(**{f"{path}state__in": Assessment.IN_HAND})
    end = _end_of(known)
    was_reopened = Q(**{f"{path}reopened_at__lt": end})
    for step in ("approved_at", "cancelled_at"):
        was_reopened &= Q(**{f"{path}{step}": None}) | Q(**{f"{path}{step}__gte": end})
    return was_reopened


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def approved(self, known: date | None = None) -> Self:
        """Keep the official ones, which figures come from; see `official`."""
        return self.filter(official(known=known))

    def approved_in(self, round: Round) -> Self:
        """Keep the official ones of a round, as of the day on which it is to be known."""
        return self.approved(round.known).filter(round=round)

    def latest_revisions(self) -> Self:
        """Keep those that people work on and see as the sheet: one of a ward and round."""
        return self.filter(is_latest=True)

    def revisions_of(self, sheet: "Assessment") -> Self:
        """Keep every revision of a sheet, itself among them."""
        return self.filter(ward=sheet.ward_id, round=sheet.round_id)

    def with_unit(self) -> Self:
        return self.filter(state__in=Assessment.WITH_UNIT)

    def with_verifier(self) -> Self:
        return self.filter(state__in=Assessment.WITH_VERIFIER)

    def with_extension(self) -> Self:
        """Annotate `extended_to`: until when the ward may fill in its sheet, by an extension."""
        extensions = Extension.objects.filter(ward=OuterRef("ward"), round=OuterRef("round"))
        return self.annotate(extended_to=Subquery(extensions.values("submit_by")))

    def with_review(self, known: date | None = None) -> Self:
        """Annotate `reviewed_since`: when the sheet was reopened that is not approved anew."""
        again = Assessment.objects.filter(
            under_review(known=known), ward=OuterRef("ward"), round=OuterRef("round")
        )
        return self.annotate(reviewed_since=Subquery(again.values("reopened_at")))


class Assessment(models.Model):
    """The sheet of one ward in one round, in one of its revisions.

    What each state may become is in `criteria.workflow`. Who took a step, and when, is NULL where
    the sheet is not (or no longer) past it; of the last return it stays until the next one. The
    four tallies count criteria by verified verdict. They are written once, at approval, from
    results that can no longer change; before that they are NULL.

    What was approved never changes: reopening makes a later revision of it, which says who asked
    for it and why. The approved one counts until the later one is approved in its place
    (`superseded_at`); where the reopening is cancelled, it is the latest again.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Being filled in")
        SUBMITTED = "submitted", _("Submitted")
        VERIFYING = "verifying", _("Being verified")
        RETURNED = "returned", _("Returned to be mended")
        APPROVED = "approved", _("Approved")
        CANCELLED = "cancelled", _("Reopening cancelled")

    ward = models.ForeignKey(
        Ward, on_delete=models.PROTECT, related_name="assessments", verbose_name=_("ward")
    )
    round = models.ForeignKey(
        Round, on_delete=models.PROTECT, related_name="assessments", verbose_name=_("round")
    )
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    is_latest = models.BooleanField(_("latest revision"), default=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    version = models.PositiveIntegerField(_("version"), default=0)
    n_met = models.PositiveSmallIntegerField(_("met"), null=True, blank=True)
    n_not_met = models.PositiveSmallIntegerField(_("not met"), null=True, blank=True)
    n_not_applicable = models.PositiveSmallIntegerField(_("not applicable"), null=True, blank=True)
    n_pending = models.PositiveSmallIntegerField(_("not assessed yet"), null=True, blank=True)
    submitted_by = person_of_step(_("submitted by"))
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    verifying_by = person_of_step(_("verification begun by"))
    verifying_at = models.DateTimeField(_("verification begun at"), null=True, blank=True)
    returned_by = person_of_step(_("returned by"))
    returned_at = models.DateTimeField(_("returned at"), null=True, blank=True)
    return_reason = models.TextField(_("reason for the return"), blank=True)
    approved_by = person_of_step(_("approved by"))
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    superseded_at = models.DateTimeField(_("superseded at"), null=True, blank=True)
    reopened_by = person_of_step(_("reopened by"))
    reopened_at = models.DateTimeField(_("reopened at"), null=True, blank=True)
    reopening_reason = models.TextField(_("reason for the reopening"), blank=True)
    cancelled_by = person_of_step(_("reopening cancelled by"))
    cancelled_at = models.DateTimeField(_("reopening cancelled at"), null=True, blank=True)
    cancelling_reason = models.TextField(_("reason for the cancelling"), blank=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        ordering = ["-round__ends_on", "ward__sort_key"]
        permissions = [
            ("view_any_sheet", _("See the sheet of every ward")),
            ("enter_any_sheet", _("Fill in the sheet of every ward")),
            ("enter_own_sheet", _("Fill in the sheets of the own wards")),
            ("approve_sheet", _("Verify and approve sheets")),
            ("reopen_sheet", _("Reopen approved sheets")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["ward", "round", "revision"],
                name="assessment_revision_once",
                violation_error_message=_("The ward's sheet already has this revision."),
            ),
            models.UniqueConstraint(
                fields=["ward", "round"],
                condition=Q(is_latest=True),
                name="assessment_once_per_ward_and_round",
                violation_error_message=_("The ward already has a sheet in this round."),
            ),
            models.UniqueConstraint(
                fields=["ward", "round"],
                condition=Q(state="approved", superseded_at=None),
                name="assessment_approved_once",
                violation_error_message=_("Another revision of the sheet is approved already."),
            ),
            models.CheckConstraint(
                condition=Q(superseded_at=None) | Q(state="approved", is_latest=False),
                name="assessment_superseded_when_approved",
                violation_error_message=_(
                    "A later revision takes the place of one that is approved, and of no other."
                ),
            ),
            models.CheckConstraint(
                condition=Q(is_latest=True) & ~Q(state="cancelled")
                | Q(is_latest=False, state__in=["approved", "cancelled"]),
                name="assessment_latest_is_worked_on",
                violation_error_message=_(
                    "Of a sheet, an approved or a cancelled revision alone is not the latest, "
                    "and a cancelled one never is."
                ),
            ),
            models.CheckConstraint(
                condition=Q(revision=1, reopened_by=None, reopened_at=None, reopening_reason="")
                | Q(revision__gt=1, reopened_by__isnull=False, reopened_at__isnull=False)
                & ~Q(reopening_reason=""),
                name="assessment_later_revision_says_why",
                violation_error_message=_(
                    "A later revision, and no other, says who reopened the sheet, when and why."
                ),
            ),
            models.CheckConstraint(
                condition=Q(
                    state="cancelled",
                    revision__gt=1,
                    cancelled_by__isnull=False,
                    cancelled_at__isnull=False,
                )
                & ~Q(cancelling_reason="")
                | ~Q(state="cancelled")
                & Q(cancelled_by=None, cancelled_at=None, cancelling_reason=""),
                name="assessment_cancelled_says_why",
                violation_error_message=_(
                    "A cancelled reopening, and no other, says who cancelled it, when and why."
                ),
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "draft",
                        "submitted",
                        "verifying",
                        "returned",
                        "approved",
                        "cancelled",
                    ]
                ),
                name="assessment_state_known",
                violation_error_message=_("Unknown state."),
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["submitted", "verifying", "approved"],
                    submitted_by__isnull=False,
                    submitted_at__isnull=False,
                )
                | Q(
                    state__in=["draft", "returned", "cancelled"],
                    submitted_by=None,
                    submitted_at=None,
                ),
                name="assessment_submitted_says_by_whom",
                violation_error_message=_(
                    "A sheet past its submission, and no other, says who submitted it."
                ),
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["verifying", "approved"],
                    verifying_by__isnull=False,
                    verifying_at__isnull=False,
                )
                | ~Q(state__in=["verifying", "approved"]) & Q(verifying_by=None, verifying_at=None),
                name="assessment_verifying_says_by_whom",
                violation_error_message=_(
                    "A sheet in verification or past it, and no other, says who began."
                ),
            ),
            models.CheckConstraint(
                condition=Q(returned_by__isnull=False, returned_at__isnull=False)
                & ~Q(return_reason="")
                | ~Q(state="returned") & Q(returned_by=None, returned_at=None, return_reason=""),
                name="assessment_returned_with_reason",
                violation_error_message=_("A return says who, when and why."),
            ),
            models.CheckConstraint(
                condition=Q(
                    state="approved",
                    n_met__isnull=False,
                    n_not_met__isnull=False,
                    n_not_applicable__isnull=False,
                    n_pending__isnull=False,
                    approved_by__isnull=False,
                    approved_at__isnull=False,
                )
                | ~Q(state="approved")
                & Q(
                    n_met=None,
                    n_not_met=None,
                    n_not_applicable=None,
                    n_pending=None,
                    approved_by=None,
                    approved_at=None,
                ),
                name="assessment_tallied_when_approved",
                violation_error_message=_("An approved sheet, and no other, has its tallies."),
            ),
        ]

    # Who has a sheet, as far as its state goes. Nobody has an approved one.
    WITH_UNIT = (State.DRAFT, State.RETURNED)
    WITH_VERIFIER = (State.SUBMITTED, State.VERIFYING)
    IN_HAND = (*WITH_UNIT, *WITH_VERIFIER)
    # What a sheet in hand is shown as where its round does not count the ward. It is not stored: a
    # ward whose dates are put right has its sheet as it was.
    OUT = "out"

    # Set by the gatekeepers of criteria.permissions: the reader works for this ward; until when
    # the ward's extension lets it fill in.
    is_own: bool = False
    extended_to: date | None = None
    # Annotated by with_review(): when the approved sheet was reopened that counts meanwhile.
    reviewed_since: datetime | None = None

    def __str__(self) -> str:
        name = f"{self.ward} – {self.round}"
        if self.revision == 1:
            return name
        return gettext("%(sheet)s, revision %(number)d") % {
            "sheet": name,
            "number": self.revision,
        }

    @classmethod
    def of(
        cls, ward: Ward, round: Round, begun: "Assessment | None", *, extended_to: date | None
    ) -> "Assessment":
        """Return the ward's sheet of a round: a new, unsaved one where nobody has begun.

        Ward and round are those at hand, so that no query asks for them again.
        """
        sheet = begun or cls()
        sheet.ward, sheet.round, sheet.extended_to = ward, round, extended_to
        return sheet

    def was_official(self, known: date | None) -> bool:
        """Tell what `official` does, of a record at hand."""
        if known is None:
            return self.is_approved and self.superseded_at is None
        end = _end_of(known)
        is_in_place = self.superseded_at is None or self.superseded_at >= end
        return self.approved_at is not None and self.approved_at < end and is_in_place

    def was_under_review(self, known: date | None) -> bool:
        """Tell what `under_review` does, of a record at hand."""
        if known is None:
            return self.is_latest and self.is_under_review
        end = _end_of(known)
        is_over = any(at and at < end for at in (self.approved_at, self.cancelled_at))
        return self.reopened_at is not None and self.reopened_at < end and not is_over

    def state_known(self, known: date | None) -> str:
        """The state at the end of a day, as far as the times of its last steps tell."""
        if known is None:
            return self.state
        end, steps = _end_of(known), ("approved", "verifying", "submitted")
        if all(getattr(self, f"{step}_at") is None for step in steps):
            return self.state
        taken = (step for step in steps if (at := getattr(self, f"{step}_at")) and at < end)
        return next(taken, self.State.DRAFT)

    @property
    def is_approved(self) -> bool:
        return self.state == self.State.APPROVED

    @property
    def is_in_scope(self) -> bool:
        """The round counts its ward: where it does not, the sheet is closed, to be read only."""
        return self.ward.is_in_scope(self.round.ends_on)

    @property
    def shown_state(self) -> str:
        """The state; OUT where it is that of a sheet which nobody can work on any more."""
        is_out = self.state in self.IN_HAND and not self.is_in_scope
        return self.OUT if is_out else self.state

    @property
    def is_with_unit(self) -> bool:
        """The unit may work on it, as far as the state goes."""
        return self.state in self.WITH_UNIT

    @property
    def is_under_review(self) -> bool:
        """It looks at an approved one again, which counts meanwhile."""
        return self.revision > 1 and self.state in self.IN_HAND

    @property
    def revision_q(self) -> str:
        """What its address asks for; empty of the latest, which is there without being asked."""
        return "" if self.is_latest else f"?revision={self.revision}"

    @property
    def was_returned(self) -> bool:
        return self.returned_at is not None

    @property
    def enter_by(self) -> date:
        """The last day, inclusive, on which the unit may fill in and submit.

        What was returned may be mended as long as it can still be verified.
        """
        days = [self.round.submit_by]
        if self.extended_to:
            days.append(self.extended_to)
        if self.was_returned:
            days.append(self.round.verify_by)
        return max(days)
