"""Search: what is called like the words in the bar's box, as far as the reader may see it."""

from typing import Any

from django.views.generic import TemplateView

from criteria import permissions
from criteria.overviews import search
from criteria.views.base import user_of
from criteria.views.day import DayMixin
from namdinh_wards.htmx import htmx_of
from namdinh_wards.text import LONGEST_SOUGHT

N_IN_PANEL = 5  # a group, in the list that opens under the box
PANEL = "search-panel"  # as htmx names it: the id of what it fills


class SearchView(DayMixin, TemplateView):
    """The page, or what opens under the box in the bar: the same groups, fewer of each."""

    template_name = "criteria/search/page.html"
    fragment_name = "criteria/search/_fetched.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        typed = search.clean(self.request.GET.get("q", ""))
        is_panel = htmx_of(self.request).target == PANEL
        documents = permissions.visible_evidence(user_of(self.request))
        n_shown = N_IN_PANEL if is_panel else search.N_SHOWN
        return super().get_context_data(
            q=typed,
            is_panel=is_panel,
            max_length=LONGEST_SOUGHT,
            found=search.find(typed, documents, self.day.on, n_shown=n_shown),
            **kwargs,
        )
