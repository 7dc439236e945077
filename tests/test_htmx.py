"""What htmx says is read, and its answers are kept apart, in one place."""

from pathlib import Path

from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxMiddleware

from namdinh_wards.htmx import htmx_of, vary_by_htmx

ROOT = Path(__file__).parents[1]


def _seen(**headers: str):
    request = RequestFactory().get(
        "/", headers={k.replace("_", "-"): v for k, v in headers.items()}
    )
    HtmxMiddleware(lambda request: HttpResponse())(request)
    return htmx_of(request)


def test_a_request_tells_whether_htmx_sent_it():
    assert not _seen()
    seen = _seen(HX_Request="true", HX_Target="search-panel")
    assert seen
    assert seen.target == "search-panel"


def test_an_answer_varies_by_htmx_beside_what_else_it_varies_by():
    response = HttpResponse()
    patch_vary_headers(response, ["Cookie"])
    vary_by_htmx(response)
    assert response["Vary"] == "Cookie, HX-Request"


def test_no_other_module_spells_a_header_of_htmx():
    spelled = [
        str(path.relative_to(ROOT))
        for folder in ("accounts", "criteria", "namdinh_wards")
        for path in (ROOT / folder).rglob("*.py")
        if "HX-" in path.read_text()
    ]
    assert spelled == ["namdinh_wards/htmx.py"]
