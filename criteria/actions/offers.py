"""Taking over what the round before, or the predecessors, came to: a person confirms it."""

from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from criteria.actions.results import RowEntry, save_results
from criteria.sheets.offers import offers
from criteria.sheets.sheet import Row, Sheet


def take_over(
    sheet: Sheet,
    read: Sequence[tuple[Row, int]],
    *,
    acting_user: User,
    today: date | None = None,
) -> Sheet:
    """Save what is offered for these criteria, all or nothing; the log says from where.

    read: each row with the version that the person has seen. Those with nothing to be taken over
    unchanged are left alone. Raises as `save_results`.
    """
    offered = offers(sheet)
    entries, sources = [], set()
    for row, version in read:
        offer = offered.get(row.criterion.pk)
        if offer and offer.can_be_taken:
            entries.append(RowEntry(row, offer.entry, version))
            sources.add(offer.source)
    if not entries:
        raise ValidationError(_("There is nothing here that can be taken over unchanged."))
    with override(settings.LANGUAGE_CODE):
        reason = _("Taken over from %(source)s.") % {"source": ", ".join(sorted(sources))}
    return save_results(sheet, entries, acting_user=acting_user, today=today, reason=reason)
