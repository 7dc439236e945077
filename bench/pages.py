"""What is timed: each page as a signed-in person asks for it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count, cycle
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.made_for import mark_of
from accounts.models import User
from bench.data import City
from criteria.forms.sheet import ResultForm
from criteria.measures import NO, YES, YES_NO
from criteria.models import Assessment, Round, Ward
from criteria.sheets.sheet import Row, read_sheet
from criteria.verdicts import Verdict


@dataclass(frozen=True)
class Page:
    """What is asked for, and its budgets; None: it has none.

    ratio: of its time to the yardstick's, either what is aimed at or, where nothing is, what it
    was when the budgets were set. queries, kb: the most of them.
    """

    name: str
    ask: Callable[[], HttpResponse]
    ratio: float | None = None
    queries: int | None = None
    kb: int | None = None


def pages(city: City) -> list[Page]:
    """Return the pages of a province; the first is the measure of the others."""
    officer = client_of(city.city_officer)
    return [
        Page("yardstick", _get(officer, reverse("yardstick"))),
        Page("nothing", _get(officer, reverse("nothing"))),
        *_leaders_pages(city, officer),
        *_pages_of_work(city, officer),
    ]


NATION_KB = 500


def pages_of_nation(city: City) -> list[Page]:
    """Return the same pages over a nation's wards: none too large, none with more statements."""
    return [replace(page, ratio=None, kb=NATION_KB) for page in pages(city)]


def _leaders_pages(city: City, user: Client) -> list[Page]:
    """What leaders look at. “past”: on a day on which every ward's sheet is approved."""

    def page(name: str, *args: int, **query: object) -> Callable[[], HttpResponse]:
        return _get(user, f"{reverse(f'criteria:{name}', args=args)}?{urlencode(query)}")

    rounds = Round.objects.filter(ends_on__lt=city.open_round.ends_on).order_by("-ends_on")
    last, before = rounds[0], rounds[1]
    past = last.ends_on.isoformat()
    criterion = city.open_round.criteria_set.criteria.order_by("number")[4].pk
    pair = {"first": before.pk, "second": last.pk}
    first, second = city.ward.pk, city.verified.pk
    two = {"what": "wards", "first": first, "second": second}
    return [
        Page("dashboard", page("dashboard"), ratio=3, queries=13, kb=150),
        Page("dashboard, past", page("dashboard", on=past), ratio=3, queries=13, kb=150),
        Page("matrix", page("matrix"), ratio=3, queries=8, kb=250),
        Page("matrix, past", page("matrix", on=past), ratio=3.5, queries=8, kb=250),
        Page(
            "matrix, both opinions", page("matrix", on=past, opinions="both"), ratio=3.5, queries=8
        ),
        Page("result", page("result-detail", last.pk, first, criterion), ratio=2),
        Page("ward list", page("ward-list", on=past), ratio=2.5),
        Page("ward", page("ward-detail", first, on=past), ratio=2.4, queries=14),
        Page("criterion", page("criterion-detail", criterion, on=past), ratio=5, queries=13),
        Page("roadmap", page("roadmap"), ratio=2.9, queries=13),
        Page("compare rounds", page("compare", what="rounds", **pair), ratio=5, queries=13),
        Page("compare wards", page("compare", on=past, **two), ratio=3.3, queries=13),
        Page("what if", page("what-if", on=past), ratio=1.3, queries=13),
        Page("wall", page("wall"), ratio=3.6, queries=12),
        Page("search", page("search", q="truong thi"), ratio=1.8, queries=8),
    ]


def _pages_of_work(city: City, officer: Client) -> list[Page]:
    """What officers and verifiers work with, and the administration."""
    administrator, verifier = client_of(city.administrator), client_of(city.verifier)
    round_id, ward_id = city.open_round.pk, city.ward.pk
    criterion = city.open_round.criteria_set.criteria.order_by("number")[0].pk
    sheet = reverse("criteria:sheet", args=[round_id, ward_id])
    verified = reverse("criteria:sheet", args=[round_id, city.verified.pk])
    column = reverse("criteria:round-criterion", args=[round_id, criterion])
    return [
        Page("round", _get(officer, reverse("criteria:round-detail", args=[round_id])), ratio=3),
        Page("sheet", _get(officer, sheet), ratio=3.5, queries=12),
        Page("save of a row", save_of(officer, city, city.ward), ratio=1.2, queries=13),
        Page("sheet, verifying", _get(verifier, verified), ratio=4, queries=14),
        Page("my work, verifier", _get(verifier, reverse("criteria:work")), ratio=2.5),
        Page("my work, officer", _get(officer, reverse("criteria:work")), ratio=3.8),
        Page("grid", _get(officer, column), ratio=7),
        Page("notices", _get(officer, reverse("criteria:notices")), ratio=3),
        Page("log", _get(administrator, reverse("criteria:log")), ratio=3),
        Page(
            "admin: wards",
            _get(administrator, reverse("admin:criteria_ward_changelist")),
            ratio=1.8,
        ),
    ]


def client_of(user: User) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user, "accounts.backends.RoleBackend")
    return client


def _get(client: Client, url: str) -> Callable[[], HttpResponse]:
    def ask() -> HttpResponse:
        return _answered(client.get(url, secure=True))

    return ask


def save_of(client: Client, city: City, ward: Ward) -> Callable[[], HttpResponse]:
    """Post as the page's script does, the fields of one row: yes to no and back again."""
    names = [city.open_round.pk, ward.pk]
    stored = Assessment.objects.select_related("ward", "round__criteria_set")
    sheet = read_sheet(stored.get(round=city.open_round, ward=ward))
    row = next(row for row in sheet.rows if _is_yes_or_no(row))
    criterion_id = row.criterion.pk
    answer = f"c{criterion_id}-choice{row.lines[0].requirement.pk}"
    choices = cycle([NO, YES] if row.lines[0].self_answer.value else [YES, NO])
    versions = count(row.version)
    page = reverse("criteria:sheet", args=names)
    _get(client, page)()
    token = client.cookies["csrftoken"].value
    mark = {"csrfmiddlewaretoken": token, "made_for": mark_of(city.city_officer)}
    posted = _posted(row, sheet.assessment.round.year) | mark
    url = reverse("criteria:sheet-row", args=[*names, criterion_id])
    headers = {"HX-Request": "true", "Referer": f"https://testserver{page}"}

    def ask() -> HttpResponse:
        said = {f"c{criterion_id}-version": next(versions), answer: next(choices)}
        body = urlencode(posted | {"sheet_version": 0} | said)
        sent = client.post(url, body, content_type=URL_ENCODED, headers=headers, secure=True)
        return _answered(sent)

    return ask


URL_ENCODED = "application/x-www-form-urlencoded"


def _is_yes_or_no(row: Row) -> bool:
    asked = row.lines[0].requirement
    return asked.measure == YES_NO.code and row.self_verdict != Verdict.NOT_APPLICABLE


def _posted(row: Row, year: int) -> dict[str, object]:
    """Return what a browser sends of an untouched row."""
    form = ResultForm(row, year)
    values = {form[name].html_name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in (None, False)}


def _answered(response: HttpResponse) -> HttpResponse:
    if response.status_code != 200:
        raise RuntimeError(f"answered {response.status_code}: {response.content[:300]!r}")
    return response
