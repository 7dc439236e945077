"""The example in CONTRIBUTING.md works, word for word."""

import re
import sys
from copy import deepcopy
from decimal import Decimal
from types import ModuleType

import pytest
from django.db import transaction
from django.test import RequestFactory
from django_htmx.middleware import HtmxMiddleware

from criteria import measures
from criteria.models import Requirement
from tests.conftest import make_person
from tests.documents import ROOT, files_made
from tests.factories import WardFactory

pytestmark = pytest.mark.django_db

TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
FILES = files_made(TEXT)


@pytest.fixture
def run(monkeypatch):
    """Make a module of a file in the document."""

    def make(name):
        module = ModuleType(name.removesuffix(".py").replace("/", "."))
        monkeypatch.setitem(sys.modules, module.__name__, module)
        exec(compile(FILES[name], name, "exec"), vars(module))  # noqa: S102
        return module

    return make


def test_the_pages_own_tests_pass(run):
    run("criteria/overviews/population.py")
    names = vars(run("tests/overviews/test_population.py"))
    tests = [test for name, test in names.items() if name.startswith("test_")]
    assert tests
    for test in tests:
        with transaction.atomic():
            test()
            transaction.set_rollback(True)


def test_the_page_is_drawn(run, settings, tmp_path):
    name = "templates/criteria/population/page.html"
    page = tmp_path / name
    page.parent.mkdir(parents=True)
    page.write_text(FILES[name], "utf-8")
    settings.TEMPLATES = deepcopy(settings.TEMPLATES)
    settings.TEMPLATES[0]["DIRS"].append(tmp_path / "templates")
    WardFactory(name="Trường Thi", population=12_000)
    run("criteria/overviews/population.py")
    request = RequestFactory().get("/population/")
    request.user, request.session = make_person("leader"), {}
    view = run("criteria/views/population.py").PopulationView.as_view()
    drawn = HtmxMiddleware(view)(request).render().content.decode()
    assert "Trường Thi" in drawn
    assert "12.000" in drawn


def test_the_measure_is_one():
    (entry,) = re.findall(r"^PER_MILLE = .*?^\)$", TEXT, re.MULTILINE | re.DOTALL)
    names = dict(vars(measures))
    exec(entry, names)  # noqa: S102
    added = names["PER_MILLE"]
    asked = Requirement(measure=added.code, comparator="<=", threshold=Decimal("0.5"), unit="‰")
    assert added.demand_in_words(asked) == "≤ 0,5 ‰"
    assert added.choices(asked) == []
