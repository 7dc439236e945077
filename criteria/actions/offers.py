"""Taking over what the round before, or the predecessors, came to: a person confirms it."""

from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from criteria.actions.results import save_result
from criteria.sheets.offers import offers
from criteria.sheets.sheet import Row, Sheet


def take_over(
    sheet: Sheet,
    row: Row,
    *,
    version: int,
    acting_user: User,
    today: date | None = None,
) -> Sheet:
    """Save what is offered for one criterion; the log says from where. Raises as `save_result`."""
    offer = offers(sheet).get(row.criterion.pk)
    if offer is None or not offer.can_be_taken:
        raise ValidationError(_("There is nothing here that can be taken over unchanged."))
    with override(settings.LANGUAGE_CODE):
        reason = _("Taken over from %(source)s.") % {"source": offer.source}
    return save_result(
        sheet,
        row,
        offer.entry,
        version=version,
        acting_user=acting_user,
        today=today,
        reason=reason,
    )
