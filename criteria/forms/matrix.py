"""What to show of the matrix: kept in the URL."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from criteria.forms.filters import WardFilterForm
from criteria.models import Criterion, WardQuerySet
from criteria.overviews.matrix import MatrixQuery, Order, Telling
from namdinh_wards.text import number

BOTH = "both"
MOST_PAGES = 100_000  # a later one begins where no database counts to


class MatrixFilterForm(WardFilterForm):
    """Wards by name and standing, criteria by group, cells by verdict; and how to show them.

    What cannot be made out does not count.
    """

    group = forms.ChoiceField(required=False, label=_("Group of criteria"))
    verdict = forms.ChoiceField(
        required=False,
        label=_("Verdicts"),
        choices=[
            ("", _("All")),
            (Telling.NOT_MET.value, _("Only what is not met")),
            (Telling.DIFFERING.value, _("Only where the opinions differ")),
        ],
    )
    opinions = forms.ChoiceField(
        required=False, label=_("Both opinions"), choices=[("", ""), (BOTH, "")]
    )
    sort = forms.ChoiceField(required=False, choices=[(order.value, "") for order in Order])

    def __init__(self, data: Mapping[str, Any], *, criteria: Sequence[Criterion]) -> None:
        super().__init__(data)
        self.criteria = criteria
        groups = {criterion.group.code: str(criterion.group) for criterion in criteria}
        field = cast(forms.ChoiceField, self.fields["group"])
        field.choices = [("", _("All")), *groups.items()]
        self.is_valid()

    def chosen(self, name: str) -> str:
        return str(self.cleaned_data.get(name, ""))

    @property
    def lists(self) -> list[forms.BoundField]:
        return [self[name] for name in ("standing", "group", "verdict")]

    @property
    def telling(self) -> Telling | None:
        verdict = self.chosen("verdict")
        return Telling(verdict) if verdict else None

    @property
    def order(self) -> Order:
        return Order(self.chosen("sort") or Order.NAME)

    @property
    def is_narrowing(self) -> bool:
        return any(self.chosen(name) for name in ("q", "standing", "group", "verdict"))

    @property
    def shows_both(self) -> bool:
        """Where one looks for what differs, one opinion alone says nothing."""
        return self.chosen("opinions") == BOTH or self.telling == Telling.DIFFERING

    def filter_qs(self, wards: WardQuerySet) -> WardQuerySet:
        standing = self.STANDINGS.get(self.chosen("standing"))
        wards = wards.search(self.chosen("q"))
        return standing[1](wards) if standing else wards

    def query(self, wards: WardQuerySet) -> MatrixQuery:
        """What is asked for of the day's wards, as `wards_on`."""
        group = self.chosen("group")
        return MatrixQuery(
            [criterion for criterion in self.criteria if group in ("", criterion.group.code)],
            self.filter_qs(wards),
            telling=self.telling,
            order=self.order,
            page=min(max(number(self.data.get("page", "")) or 1, 1), MOST_PAGES),
        )
