"""What was typed and could not be sent: kept in the session, and given back on its page.

Kept where the session had ended, so that somebody must sign in first, and where a step is refused
that leads back to its page. Only the person for whose page it was made gets it back, once: on the
page that knows its form, with the form filled in, or else as text to be copied, on whatever page
comes first.
"""

import re
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.made_for import FIELD, NOBODY, UNKNOWN, made_for, person_of

KEY = "unsent"
# Characters: a sheet with every text at its longest has fewer, and so has a page of the grid.
MOST = 500_000
SECRET = "password"  # noqa: S105 # in the name of every field that holds one
TOKEN = "csrfmiddlewaretoken"  # noqa: S105
# Fields that nobody types into, by what their names end in.
_NOT_TYPED = re.compile(
    rf"(^|-)({TOKEN}|{FIELD}|next|version|sheet_version|was|keep|seen|mend|sheet|all|confirmed"
    r"|agree|agree_row|agree_group|evidence|up_to|language|wanted|round|state|due|not_applicable"
    r"|(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS|id|_\w+|(choice|judgement)\d+)$"
)


@dataclass
class Unsent:
    """path: where it was sent to; is_signed_out: because nobody was signed in any more."""

    request: HttpRequest
    path: str
    fields: QueryDict
    is_signed_out: bool

    @cached_property
    def texts(self) -> list[str]:
        return texts_in(self.fields)

    @cached_property
    def match(self) -> ResolverMatch | None:
        try:
            return resolve(self.path)
        except Resolver404:
            return None

    @property
    def step(self) -> str:
        """The last part of an address that names a step."""
        return str(self.match.kwargs.get("step", "")) if self.match else ""

    def belongs_to(self, page: ResolverMatch, names: tuple[str, ...]) -> bool:
        """Whether it was sent to one of these addresses, about what the page is about.

        An address begins with that, and goes on with what its button is about.
        """
        if self.match is None or self.match.view_name not in names:
            return False
        about = [str(value) for value in page.kwargs.values()]
        return about == [str(value) for value in self.match.kwargs.values()][: len(about)]

    def give_back(self) -> QueryDict:
        """Return what was typed, for a form that shows it; and forget it."""
        self.request.session.pop(KEY, None)
        if self.is_signed_out:
            messages.warning(self.request, not_sent())
        return self.fields


def not_sent() -> str:
    return _(
        "You were no longer signed in, so nothing was sent yet. What you typed is here again: look "
        "through it and send it once more."
    )


def texts_in(fields: QueryDict) -> list[str]:
    """Return what somebody typed into a form, without what the program or the mouse put there."""
    return [
        text
        for name, values in fields.lists()
        if SECRET not in name and not _NOT_TYPED.search(name)
        for text in values
        if text.strip()
    ]


def keep_signed_out(request: HttpRequest) -> None:
    """Keep what a page sends whose person must sign in again first."""
    person = made_for(request)
    if person not in (None, NOBODY, UNKNOWN):
        _keep(request, str(person), is_signed_out=True)


def keep_refused(request: HttpRequest) -> None:
    """Keep what was refused, for the page to which the answer leads back."""
    _keep(request, person_of(request.user), is_signed_out=False)


def _keep(request: HttpRequest, person: str, *, is_signed_out: bool) -> None:
    """Text alone: neither files nor passwords; all of it or nothing, for a half would mislead."""
    fields = {
        name: values
        for name, values in request.POST.lists()
        if name not in (TOKEN, FIELD) and SECRET not in name
    }
    size = sum(len(text) for name, values in fields.items() for text in (name, *values))
    if size <= MOST:
        request.session[KEY] = {
            "person": person,
            "path": request.path_info,
            "fields": fields,
            "is_signed_out": is_signed_out,
        }


def unsent_of(request: HttpRequest) -> Unsent | None:
    """Return what waits to be given back to the person who is signed in."""
    if not request.user.is_authenticated or KEY not in request.session:
        return None
    stored: dict[str, Any] = request.session[KEY]
    if stored["person"] != person_of(request.user):
        del request.session[KEY]
        return None
    fields = QueryDict(mutable=True)
    for name, values in stored["fields"].items():
        fields.setlist(name, values)
    return Unsent(request, stored["path"], fields, stored["is_signed_out"])


def unsent_on(request: HttpRequest, *names: str) -> Unsent | None:
    """Return what was sent to one of these addresses and belongs on the page of the request."""
    unsent = unsent_of(request)
    page = request.resolver_match
    return unsent if unsent and page and unsent.belongs_to(page, names) else None
