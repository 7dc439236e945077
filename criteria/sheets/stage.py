"""In which stage a sheet is for its reader, in words: who has it, until when, what is next."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from criteria.models import Assessment
from criteria.workflow import APPROVE, RETURN, SUBMIT, WITHDRAW


class Key(StrEnum):
    """The stages; with the unit they differ by what it may still do."""

    TO_FILL_IN = "to_fill_in"
    TO_MEND = "to_mend"
    TOO_LATE = "too_late"
    SHUT = "shut"  # with the unit, and the round is not open
    SUBMITTED = "submitted"
    VERIFYING = "verifying"
    APPROVED = "approved"
    CANCELLED = "cancelled"
    OUT = Assessment.OUT  # the round does not count the ward: closed, whoever had it


TEXTS = {
    Key.TO_FILL_IN: gettext_lazy("Fill in and submit by <strong>{day}</strong>{extended}."),
    Key.TO_MEND: gettext_lazy("Mend and submit by <strong>{day}</strong>{extended}."),
    Key.TOO_LATE: gettext_lazy(
        "The deadline was <strong>{day}</strong>: the sheet can no longer be filled in. "
        "Ask the city for an extension."
    ),
    Key.SHUT: "",
    Key.SUBMITTED: gettext_lazy(
        "Submitted by {who} at {when}; it waits for verification until <strong>{day}</strong>."
    ),
    Key.VERIFYING: gettext_lazy(
        "Being verified since {when} by {who}. Verify by <strong>{day}</strong>."
    ),
    Key.APPROVED: gettext_lazy("Approved by {who} at {when}. The sheet can no longer be changed."),
    Key.CANCELLED: gettext_lazy(
        "The reopening was cancelled by {who} at {when}: the sheet stays as it was approved."
    ),
    Key.OUT: gettext_lazy(
        "The ward does not exist on the last day of the round, or is no ward then: the sheet is "
        "closed. What was entered can still be read."
    ),
}
OF_THE_UNIT = (Key.TO_FILL_IN, Key.TO_MEND)


@dataclass(frozen=True)
class Stage:
    """A sheet on the day `on`.

    steps: the names of those that the reader may take; can_enter: the reader may fill it in.
    """

    sheet: Assessment
    on: date
    steps: Set[str]
    can_enter: bool

    @property
    def key(self) -> Key:
        if self.sheet.shown_state == Assessment.OUT:
            return Key.OUT
        if not self.sheet.is_with_unit:
            return Key(self.sheet.state)
        if not self.sheet.round.is_open:
            return Key.SHUT
        if self.on > self.sheet.enter_by:
            return Key.TOO_LATE
        return Key.TO_MEND if self.sheet.was_returned else Key.TO_FILL_IN

    @property
    def state(self) -> str:
        """As `Assessment.shown_state`; "" where nobody has begun."""
        return self.sheet.shown_state if self.sheet.pk else ""

    @property
    def text(self) -> SafeString:
        """Say who has the sheet and until when; empty where there is nothing to wait for."""
        sheet = self.sheet
        who, when = self._last_step
        day = sheet.enter_by if sheet.is_with_unit else sheet.round.verify_by
        at = localize(localtime(when)) if when else ""
        return format_html(
            str(TEXTS[self.key]),
            who=who or "",
            when=at,
            day=localize(day),
            extended=self._extension,
        )

    @property
    def _extension(self) -> str:
        """What follows the day by which the unit must be done, where it is the ward's own."""
        is_extended = self.sheet.extended_to == self.sheet.enter_by
        return " " + _("(extended for this ward)") if is_extended else ""

    @property
    def _last_step(self) -> tuple[User | None, datetime | None]:
        """By whom and when the sheet came to where it is; of no one as long as the unit has it."""
        sheet = self.sheet
        if sheet.is_with_unit:
            return None, None
        return getattr(sheet, f"{sheet.state}_by"), getattr(sheet, f"{sheet.state}_at")

    @property
    def notes(self) -> list[str]:
        """What follows the text."""
        notes = []
        if self.key == Key.SUBMITTED and WITHDRAW.name in self.steps:
            notes.append(_("Until verification begins, it can be taken back."))
        if self.key in OF_THE_UNIT and self.can_enter:
            notes.append(_("Every row is saved as you go; “Saved” appears once the server has it."))
        return notes

    @property
    def is_back(self) -> bool:
        """The last return still has something to say."""
        return self.sheet.was_returned and self.sheet.state in Assessment.IN_HAND

    @property
    def way_on(self) -> str:
        """Name the part of the page that hands the sheet on; empty where nothing can be done."""
        if SUBMIT.name in self.steps:
            return _("To the submission")
        if self.steps & {APPROVE.name, RETURN.name}:
            return _("To the approval and the return")
        return ""
