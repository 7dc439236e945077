"""The benchmark goes on working as the program changes. What it measures is for people to read."""

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from bench import data
from bench.lean import sql_costs
from bench.nation import multiply
from bench.pages import pages, pages_of_nation
from criteria.models import Result, Ward

N_WARDS, N_ROUNDS = 24, 3


@pytest.fixture
def city(db: None, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> data.City:
    settings.ROOT_URLCONF = "bench.urls"
    monkeypatch.setattr(data, "N_WARDS", N_WARDS)
    monkeypatch.setattr(data, "N_ROUNDS", N_ROUNDS)
    return data.build_city()


def test_every_page_opens_and_the_lean_statements_give_its_numbers(city: data.City) -> None:
    for page in pages(city):
        page.ask()  # fails where the answer is not the page
    ours, lean = sql_costs(timezone.localdate(), 1)  # fails where the numbers are others
    assert len(ours) == len(lean) == 1


def test_a_nation_is_the_province_many_times_over(city: data.City) -> None:
    n_results = Result.objects.count()
    multiply(2 * N_WARDS)
    assert Ward.objects.count() == 2 * N_WARDS
    assert Result.objects.count() == 2 * n_results
    dashboard = next(page for page in pages_of_nation(city) if page.name == "dashboard")
    dashboard.ask()
