"""What is timed: each page as a signed-in person asks for it."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count, cycle

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User
from bench.data import City
from criteria.forms.sheet import NO, YES, ResultForm
from criteria.models import Assessment, Requirement, Ward
from criteria.readiness.rules import Verdict
from criteria.readiness.sheet import Row, Sheet, read_sheet


@dataclass(frozen=True)
class Page:
    name: str
    ask: Callable[[], HttpResponse]
    budget: tuple[int, int] | None = None  # p95 in milliseconds, queries


def pages(city: City) -> list[Page]:
    """Return the pages; the first is the measure of the others."""
    officer, administrator = client_of(city.city_officer), client_of(city.administrator)
    verifier = client_of(city.verifier)
    round_id, ward_id = city.open_round.pk, city.ward.pk
    criterion = city.open_round.criteria_set.criteria.order_by("number")[0].pk
    return [
        Page("nothing", _get(officer, reverse("nothing"))),
        Page("dashboard", _get(officer, reverse("criteria:dashboard")), budget=(150, 12)),
        Page("ward list", _get(officer, reverse("criteria:ward-list"))),
        Page("ward", _get(officer, reverse("criteria:ward-detail", args=[ward_id]))),
        Page("round", _get(officer, reverse("criteria:round-detail", args=[round_id]))),
        Page(
            "sheet",
            _get(officer, reverse("criteria:sheet", args=[round_id, ward_id])),
            budget=(100, 12),
        ),
        Page("save of a row", save_of(officer, city, city.ward), budget=(40, 12)),
        Page(
            "sheet, verifying",
            _get(verifier, reverse("criteria:sheet", args=[round_id, city.verified.pk])),
            budget=(100, 14),
        ),
        Page("my work, verifier", _get(verifier, reverse("criteria:work"))),
        Page("my work, officer", _get(officer, reverse("criteria:work"))),
        Page(
            "grid", _get(officer, reverse("criteria:round-criterion", args=[round_id, criterion]))
        ),
        Page("log", _get(administrator, reverse("criteria:log"))),
        Page("admin: wards", _get(administrator, reverse("admin:criteria_ward_changelist"))),
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
    """Post as htmx does, the whole form for one changed row: yes to no and back again."""
    names = [city.open_round.pk, ward.pk]
    stored = Assessment.objects.select_related("ward", "round__criteria_set")
    sheet = read_sheet(stored.get(round=city.open_round, ward=ward))
    row = next(row for row in sheet.rows if _is_yes_or_no(row))
    criterion_id = row.criterion.pk
    answer = f"c{criterion_id}-choice{row.lines[0].requirement.pk}"
    choices = cycle([NO, YES] if row.lines[0].answer.value else [YES, NO])
    versions = count(row.version)
    _get(client, reverse("criteria:sheet", args=names))()
    posted = _posted(sheet) | {"csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    url = reverse("criteria:sheet-row", args=[*names, criterion_id])
    headers = {"HX-Request": "true", "Referer": "https://testserver/"}

    def ask() -> HttpResponse:
        said = {f"c{criterion_id}-version": next(versions), answer: next(choices)}
        return _answered(client.post(url, posted | said, headers=headers, secure=True))

    return ask


def _is_yes_or_no(row: Row) -> bool:
    asked = row.lines[0].requirement
    return asked.measure == Requirement.Measure.YES_NO and row.verdict != Verdict.NOT_APPLICABLE


def _posted(sheet: Sheet) -> dict[str, object]:
    """Return what a browser sends of an untouched sheet."""
    posted: dict[str, object] = {}
    for row in sheet.rows:
        form = ResultForm(row, sheet.assessment.round.year)
        for name in form.fields:
            value = form[name].value()
            if value not in (None, False):
                posted[form[name].html_name] = value
    return posted


def _answered(response: HttpResponse) -> HttpResponse:
    if response.status_code != 200:
        raise RuntimeError(f"answered {response.status_code}: {response.content[:300]!r}")
    return response
