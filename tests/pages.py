"""Every page there is, and how to open it. A new page is one entry here, and so it is held to all
that every page is held to:

tests/test_queries.py               costs no query more in a larger city, and keeps to its budget
tests/permissions/test_secrecy.py   tells a ward officer nothing of what another ward lacks
tests/views/test_language.py        speaks the reader's language and no other
tests/views/test_navigation.py      the bar over it marks where one is
tests/browser/test_every_page.py    has no barriers, fits every screen, is drawn soundly, prints,
                                    and has a button for it where it is meant for paper

An address that is neither here nor among NO_PAGES fails tests/test_every_page.py, and so does an
entry whose readers are not those that the table of permissions lets in.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any
from urllib.parse import urlencode

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from criteria.models import CriteriaSet, Criterion, Evidence, Round, Ward
from criteria.views.day import DayMixin
from criteria.views.help import MANUALS

Query = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Place:
    """What addresses lead to; each test has a world of its own."""

    ward: Ward
    round: Round
    criterion: Criterion  # of the round's set
    document: Evidence | None = None  # of the ward
    other: Ward | None = None
    before: Round | None = None


NAMED = {
    "ward_id": "ward",
    "round_id": "round",
    "criterion_id": "criterion",
    "evidence_id": "document",
}

# The first of them opens a page where one reader is enough.
EVERYBODY = ("leader", "city", "verifier", "ward", "administrator")
NOBODY_YET = ("anonymous",)


def _only_plainly(place: Place) -> list[Query]:
    return []


@dataclass(frozen=True, kw_only=True)
class Page:
    name: str
    under: str | None = None  # the page whose way in the bar is marked
    readers: tuple[str, ...] = EVERYBODY
    n_queries: int = 13  # at most, one of them counts what waits for its reader
    n_sheets: int = 2  # of A4, at most, in the small city of the browser's tests
    is_for_paper: bool = True  # and so has a button that prints it
    asked: Callable[[Place], list[Query]] = _only_plainly  # in which ways, beside plainly

    @property
    def is_dated(self) -> bool:
        """Whether it can be asked for as of any day."""
        view = getattr(patterns()[self.name].callback, "view_class", object)
        return issubclass(view, DayMixin)

    def at(self, place: Place, **query: Any) -> str:
        """Its address in a world."""
        keys = patterns()[self.name].pattern.converters
        named = {key: getattr(place, NAMED[key]).pk for key in keys}
        asked = f"?{urlencode(query)}" if query else ""
        return reverse(self.name, kwargs=named) + asked

    def ways(self, place: Place, **beside: Any) -> list[str]:
        """Its addresses in a world, in each way that it is asked."""
        return [self.at(place, **query, **beside) for query in ({}, *self.asked(place))]

    def few_ways(self, place: Place) -> list[str]:
        """Its address plainly, and in the last of its ways."""
        plainly, *others = self.ways(place)
        return [plainly, *others[-1:]]


def _compared(place: Place) -> list[Query]:
    pairs = {"rounds": (place.before, place.round), "wards": (place.ward, place.other)}
    return [
        {"what": what, "first": first.pk, "second": second.pk}
        for what, (first, second) in pairs.items()
        if first and second
    ]


def _narrowed(place: Place) -> list[Query]:
    """Each verdict in each group, and all that is left in each order; the last one narrows most."""
    groups = place.round.criteria_set.criteria.values_list("group__code", flat=True)
    wanted = product(("", "not_met", "differing"), ("", *dict.fromkeys(groups)))
    return [
        {"opinions": "both"},
        *({"sort": sort} for sort in ("most", "least")),
        *({"verdict": verdict, "group": group} for verdict, group in wanted),
        {"verdict": "differing", "sort": "least", "group": groups[0], "opinions": "both"},
    ]


def _searched(place: Place) -> list[Query]:
    return [{"q": str(each.name)} for each in (place.ward, place.criterion)]


def _standing(place: Place) -> list[Query]:
    return [{"standing": standing} for standing in ("ready", "near", "not_ready")]


PAGES = [
    Page(name="criteria:dashboard", under="criteria:dashboard", n_queries=13),
    Page(name="criteria:wall", under="criteria:dashboard", n_queries=12, is_for_paper=False),
    Page(name="criteria:work", under="criteria:work"),
    Page(
        name="criteria:help",
        n_queries=4,
        n_sheets=4,
        is_for_paper=False,
        asked=lambda place: [{"role": role} for role in MANUALS],
    ),
    Page(name="criteria:keys", n_queries=4, is_for_paper=False),
    Page(name="criteria:notices", under="criteria:notices", is_for_paper=False),
    Page(name="criteria:ward-list", under="criteria:ward-list", n_sheets=1, asked=_standing),
    # Tells all there is of a ward.
    Page(name="criteria:ward-detail", under="criteria:ward-list", n_queries=14),
    Page(name="criteria:ward-evidence"),
    Page(name="criteria:evidence-detail"),
    # Held to less, because its cells are the most that a page reads.
    Page(name="criteria:matrix", under="criteria:matrix", n_queries=8, asked=_narrowed),
    Page(name="criteria:result-detail", under="criteria:matrix", n_queries=8),
    Page(name="criteria:criterion-detail", under="criteria:matrix", n_sheets=3),
    Page(
        name="criteria:what-if",
        under="criteria:matrix",
        asked=lambda place: [{"set": each.pk} for each in CriteriaSet.objects.all()],
    ),
    Page(name="criteria:roadmap", under="criteria:roadmap", n_queries=14, n_sheets=3),
    Page(name="criteria:compare", under="criteria:ward-list", asked=_compared),
    Page(name="criteria:search", is_for_paper=False, asked=_searched),
    Page(
        name="criteria:log",
        under="criteria:log",
        readers=("leader", "ward", "administrator"),
        asked=lambda place: [{"ward": place.ward.pk}],
    ),
    Page(name="criteria:access", under="criteria:log", readers=("administrator",)),
    Page(name="criteria:round-current", under="criteria:round-current"),
    Page(name="criteria:round-detail", under="criteria:round-current"),
    Page(
        name="criteria:round-extend",
        under="criteria:round-current",
        readers=("administrator",),
        is_for_paper=False,
    ),
    Page(name="criteria:columns-current", under="criteria:columns-current", readers=("city",)),
    Page(name="criteria:columns", under="criteria:columns-current", readers=("city",)),
    Page(name="criteria:round-criterion", under="criteria:columns-current", readers=("city",)),
    Page(name="criteria:sheet", under="criteria:round-current", n_sheets=3),
    Page(name="criteria:sheet-revisions", under="criteria:round-current"),
    Page(name="criteria:evidence-row"),
    Page(name="login", readers=NOBODY_YET, is_for_paper=False),
    Page(name="password_change", is_for_paper=False),
    Page(name="password_change_done", is_for_paper=False),
]

NO_PAGES = {
    "a button": {
        "criteria:work-approve",
        "criteria:work-return",
        "criteria:notices-read",
        "criteria:notices-digest",
        "criteria:round-step",
        "criteria:sheet-take-over",
        "criteria:sheet-take-over-group",
        "criteria:sheet-verify",
        "criteria:sheet-step",
        "criteria:evidence-attach",
        "criteria:evidence-detach",
        "logout",
        "same_person",
        "set_language",
    },
    "a row of a page, to which it leads": {
        "criteria:sheet-row",
        "criteria:sheet-verify-row",
        "criteria:grid-row",
    },
    "a door of Django's, which leads to the sign-in": {"administration_door"},
    "a file": {"criteria:evidence-file", "criteria:log-export", "criteria:access-export"},
}


def named(name: str) -> Page:
    return next(page for page in PAGES if page.name == name)


def read_by(role: str) -> list[Page]:
    return [page for page in PAGES if role in page.readers]


@cache
def patterns() -> dict[str, URLPattern]:
    """Every address by its name; those of the admin are walked in tests/admin."""
    return dict(_walk(get_resolver()))


def _walk(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", pattern
        elif pattern.namespace != "admin":
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _walk(pattern, namespace + inner)
