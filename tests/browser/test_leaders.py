"""The pages that leaders look at: without barriers, on every screen, soundly drawn."""

import pytest
from django.urls import reverse

from tests.browser.city import City
from tests.browser.inspection import Inspection, unfit_or_unsound
from tests.browser.test_every_page import by_reader
from tests.browser.window import Window
from tests.browser.years import AREA, Years

TOLD_IN_NUMBERS = {
    "dashboard",
    "wards",
    "own ward",
    "ward of two opinions",
    "criterion with norms",
    "criterion with two opinions",
    "matrix",
    "result",
    "two rounds",
    "two wards",
    "what if",
}


def places(city: City, years: Years) -> dict[str, str]:
    """Return the addresses of the pages, as of today and of the end of the earlier round."""

    def at(name: str, *args: int, **asked: object) -> str:
        query = "&".join(f"{key}={value}" for key, value in asked.items())
        return reverse(f"criteria:{name}", args=args) + (f"?{query}" if asked else "")

    then = city.earlier.ends_on
    own, second = city.own.pk, years.other_set.pk
    area, asked_anew = city.criteria[AREA].pk, city.criteria[2].pk
    return {
        "dashboard": at("dashboard"),
        "dashboard then": at("dashboard", on=then),
        "dashboard before all": at("dashboard", on="2020-01-31"),
        "dashboard of no day": at("dashboard", on="2026-02-31"),
        "wall": at("wall"),
        "wards": at("ward-list"),
        "wards then": at("ward-list", on=then),
        "wards that are far": at("ward-list", standing="far"),
        "own ward": at("ward-detail", own),
        "own ward then": at("ward-detail", own, on=then),
        "ward of two opinions": at("ward-detail", years.middling.pk),
        "merged ward": at("ward-detail", years.merged.pk),
        "merged ward before its time": at("ward-detail", years.merged.pk, on=then),
        "ward that is no more": at("ward-detail", years.former[0].pk),
        "criterion with norms": at("criterion-detail", area),
        "criterion then": at("criterion-detail", area, on=then),
        "criterion with two opinions": at("criterion-detail", asked_anew),
        "criterion of two requirements": at("criterion-detail", city.criteria[6].pk),
        "criterion of another set": at("criterion-detail", years.other_set.criteria.first().pk),
        "matrix": at("matrix"),
        "matrix then": at("matrix", on=then),
        "result": at("result-detail", city.round.pk, own, area),
        "roadmap": at("roadmap"),
        "roadmap then": at("roadmap", on=then),
        "two rounds": at("compare"),
        "two wards": at("compare", what="wards", first=own, second=years.far.pk),
        "one round twice": at("compare", first=city.round.pk, second=city.round.pk),
        "what if": at("what-if", set=second),
        "what if then": at("what-if", set=second, on=then),
    }


def beside_plainly(city: City, years: Years) -> dict[str, str]:
    """The places without those at which every page is looked at."""
    seen = {address for found in by_reader(city, years).values() for address in found}
    return {what: address for what, address in places(city, years).items() if address not in seen}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_pages_of_leaders_have_no_barriers(
    window: Window, city: City, years: Years, language: str
) -> None:
    window.sign_in(city.leader)
    window.speak(language)
    inspection = Inspection(window)
    inspection.tour(beside_plainly(city, years), is_open=True)
    assert not inspection.findings, "\n".join(inspection.findings)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_a_ward_officer_sees_of_them_has_no_barriers(
    window: Window, city: City, years: Years, language: str
) -> None:
    """Where wards of others are told in numbers only."""
    window.sign_in(city.officer)
    window.speak(language)
    found = {what: place for what, place in places(city, years).items() if what in TOLD_IN_NUMBERS}
    assert len(found) == len(TOLD_IN_NUMBERS)
    inspection = Inspection(window)
    inspection.tour(found, is_open=True)
    assert not inspection.findings, "\n".join(inspection.findings)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_pages_of_leaders_fit_every_screen_and_are_drawn_soundly(
    window: Window, city: City, years: Years, language: str
) -> None:
    window.sign_in(city.leader)
    window.speak(language)
    found = []
    for what, address in beside_plainly(city, years).items():
        window.page.goto(address)
        found += [f"{what} {problem}" for problem in unfit_or_unsound(window.page)]
    assert not found, "\n".join(found)
