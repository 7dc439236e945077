"""A unit's name is no password for whoever works for it, or for anybody else in the city."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from accounts.passwords import LeftOutValidator
from criteria.models import Ward


class UnitNameValidator(LeftOutValidator):
    """Refuses the name of any unit, present or past. One query."""

    def words_of(self, user: Any) -> Iterator[str]:
        yield from Ward.objects.order_by().values_list("name", flat=True).distinct()

    def get_help_text(self) -> str:
        return _("Leave out the name of any ward or commune.")
