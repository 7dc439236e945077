"""What leaders do: from a figure to what is behind it, and to any other day, by clicking alone."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from playwright.sync_api import Locator, Page, expect

from tests.browser.city import City
from tests.browser.window import Window, vi
from tests.browser.years import AREA, Years


def at(name: str, *args: int, on: date | None = None, query: str = "") -> re.Pattern[str]:
    """Return what the address of a page ends in, with its day."""
    asked = "&".join(part for part in (query, f"on={on}" if on else "") if part)
    address = reverse(f"criteria:{name}", args=args)
    return re.compile(re.escape(address) + (rf"\?{re.escape(asked)}$" if asked else r"\??$"))


def spot(page: Page, name: str) -> Locator:
    """Find a ward on the map."""
    return page.locator(f".ward-spot[aria-label^='{name}:']")


def headline(page: Page) -> Locator:
    return page.locator("main .headline-figure").first.locator(".headline-number")


class Picker:
    """Another day, chosen under the button that says which one the page is of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.button = page.locator(".day-menu summary")
        self.panel = page.locator(".day-panel")
        self.field = self.panel.locator("[name=on]")

    def open(self) -> None:
        self.button.click()
        expect(self.panel).to_be_visible()

    def choose_end(self, on: date) -> None:
        self.open()
        self.panel.get_by_role("link").filter(has_text=told(on)).click()

    def choose(self, on: date) -> None:
        self.open()
        self.field.fill(told(on))
        self.panel.get_by_role("button").click()

    def expect_day(self, on: date) -> None:
        expect(self.button).to_contain_text(told(on))
        expect(self.page.locator(".day-past")).to_contain_text(told(on))

    def expect_today(self) -> None:
        expect(self.button).to_contain_text(vi("(today)"))
        expect(self.page.locator(".day-past")).to_have_count(0)


def told(on: date) -> str:
    return date_format(on, "d/m/Y")


def test_a_leader_goes_from_each_figure_to_what_is_behind_it(
    window: Window, city: City, years: Years
) -> None:
    window.sign_in(city.leader)
    page = window.page
    expect(headline(page)).to_have_text("1/6")
    headline(page).click()
    expect(page).to_have_url(at("ward-list", query="standing=ready"))
    expect(page.locator("#wards tbody th")).to_have_text([city.other.name])

    page.locator(".site-brand").click()
    page.locator(".map-key a[href*='standing=far']").click()
    expect(page.locator("#wards tbody th")).to_have_text([years.far.name])

    page.locator(".site-brand").click()
    page.locator(".headline-figure[href*='#recognitions']").click()
    expect(page).to_have_url(re.compile(r"/roadmap/#recognitions$"))
    expect(page.locator("#recognitions")).to_be_in_viewport()
    expect(page.locator("#recognitions")).to_contain_text(city.other.name)


def test_a_leader_goes_from_the_map_to_the_sheet_behind_a_gap(
    window: Window, city: City, years: Years
) -> None:
    window.sign_in(city.leader)
    page, area = window.page, city.criteria[AREA]
    spot(page, city.own.name).click()
    expect(page).to_have_url(at("ward-detail", city.own.pk))
    gap = page.locator(".gap")
    expect(gap).to_have_count(1)
    expect(gap).to_contain_text("149 m²")
    gap.get_by_role("heading").get_by_role("link").click()

    expect(page).to_have_url(at("criterion-detail", area.pk))
    lacking = page.locator("#lacking tbody")
    expect(lacking.locator("tr")).to_have_count(2)
    lacking.get_by_role("link", name=city.own.name).click()

    expect(page).to_have_url(at("result-detail", city.round.pk, city.own.pk, area.pk))
    expect(page.locator("main")).to_contain_text(years.document.title)
    page.locator(f"main a[href$='#c{area.pk}']").click()
    expect(page).to_have_url(re.compile(rf"/rounds/\d+/wards/{city.own.pk}/#c{area.pk}$"))
    expect(window.row(area).element).to_be_in_viewport()


def test_another_day_is_kept_from_page_to_page(window: Window, city: City, years: Years) -> None:
    window.sign_in(city.leader)
    page, then = window.page, city.earlier.ends_on
    picker, (ready, _) = Picker(page), years.former
    picker.expect_today()
    picker.choose_end(then)
    expect(page).to_have_url(at("dashboard", on=then))
    picker.expect_day(then)
    expect(headline(page)).to_have_text("2/7")
    expect(spot(page, ready.name)).to_be_visible()
    expect(spot(page, years.merged.name)).to_have_count(0)

    headline(page).click()
    expect(page).to_have_url(at("ward-list", query="standing=ready", on=then))
    expect(page.locator("#wards tbody th")).to_have_text([years.middling.name, ready.name])
    page.locator("main .filters [name=q]").press_sequentially("vi")
    expect(page.locator("#wards tbody th")).to_have_text([ready.name])
    picker.expect_day(then)
    page.locator("#wards tbody th").get_by_role("link").click()
    expect(page).to_have_url(at("ward-detail", ready.pk, on=then))
    picker.expect_day(then)
    for name in ("ward-list", "dashboard"):
        page.locator(f".trail a[href^='{reverse(f'criteria:{name}')}?']").last.click()
        expect(page).to_have_url(at(name, on=then))
        picker.expect_day(then)
        page.go_back()

    page.locator(".day-past a").click()
    expect(page).to_have_url(at("ward-detail", ready.pk))
    picker.expect_today()
    expect(page.get_by_role("link", name=years.merged.name).first).to_be_visible()


def test_the_day_and_the_filter_keep_each_other(window: Window, city: City, years: Years) -> None:
    window.sign_in(city.leader)
    page, then = window.page, city.earlier.ends_on
    window.follow("criteria:ward-list")
    names, picker = page.locator("#wards tbody th"), Picker(page)
    page.locator("main .filters select").select_option("not_ready")
    expect(names).to_have_text([years.middling.name, years.far.name, city.own.name])
    picker.choose(then)
    picker.expect_day(then)
    expect(page.locator("main .filters select")).to_have_value("not_ready")
    expect(names).to_have_text([city.other.name, years.former[1].name, city.own.name])
    picker.open()
    picker.panel.get_by_role("link", name=vi("Today"), exact=True).click()
    picker.expect_today()
    expect(page.locator("main .filters select")).to_have_value("not_ready")
    expect(names).to_have_text([years.middling.name, years.far.name, city.own.name])


@pytest.mark.parametrize("typed", ["2026-02-31", "hom-qua", "9999-12-31"])
def test_a_day_that_is_none_is_told(window: Window, city: City, years: Years, typed: str) -> None:
    window.sign_in(city.leader)
    page = window.page
    for name in ("dashboard", "ward-list", "matrix", "roadmap"):
        page.goto(f"{reverse(f'criteria:{name}')}?on={typed}")
        expect(page.get_by_role("alert")).to_contain_text(vi("The figures are of today."))
        Picker(page).expect_today()


def test_the_pages_of_leaders_work_without_scripts(
    open_window: Callable[..., Window], city: City, years: Years
) -> None:
    window = open_window(javascript=False)
    window.sign_in(city.leader)
    page, then = window.page, city.earlier.ends_on
    picker = Picker(page)
    picker.choose_end(then)
    picker.expect_day(then)
    expect(headline(page)).to_have_text("2/7")
    picker.choose(years.merged_on)
    picker.expect_day(years.merged_on)
    expect(headline(page)).to_have_text("1/6")
    spot(page, city.own.name).click()
    expect(page).to_have_url(at("ward-detail", city.own.pk, on=years.merged_on))
    page.locator(".day-past a").click()
    picker.expect_today()
    window.follow("criteria:ward-list")
    page.locator("main .filters select").select_option("ready")
    page.locator("main .filters [type=submit]").click()
    expect(page.locator("#wards tbody th")).to_have_text([city.other.name])
    page.goto(reverse("criteria:compare"))
    page.locator(".tabs a").last.click()
    page.locator("main [name=first]").select_option(label=city.own.name)
    page.locator("main [name=second]").select_option(label=years.far.name)
    page.locator("main .filters [type=submit]").click()
    expect(page.locator(".table-sides")).to_contain_text(years.far.name)


def test_a_leader_compares_two_rounds_and_two_wards(
    window: Window, city: City, years: Years
) -> None:
    window.sign_in(city.leader)
    page = window.page
    page.locator(f".page-tools a[href='{reverse('criteria:compare')}']").click()
    expect(headline(page)).to_have_text("2/7 → 1/6")
    changes = page.locator("[aria-labelledby=by-ward-title] tbody tr")
    rose = changes.filter(has_text=city.other.name)
    expect(rose).to_contain_text(vi("Became ready"))
    expect(rose.locator(".rose")).to_have_count(1)
    fell = changes.filter(has_text=years.middling.name)
    expect(fell).to_contain_text(vi("No longer ready"))
    expect(fell.locator(".fell")).to_have_count(3)
    gone = page.locator("[aria-labelledby=gone-title]")
    for ward in years.former:
        expect(gone).to_contain_text(ward.name)
    expect(page.locator("[aria-labelledby=new-title]")).to_contain_text(years.merged.name)
    page.locator("main [name=first]").select_option(str(city.round.pk))
    page.locator("main .filters [type=submit]").click()
    expect(page.get_by_role("alert")).to_be_visible()

    page.locator(".tabs a").last.click()
    page.locator("main [name=first]").select_option(label=city.own.name)
    page.locator("main [name=second]").select_option(label=years.far.name)
    page.locator("main .filters [type=submit]").click()
    met = page.locator("[aria-labelledby=only-first-title] li")
    expect(met).to_have_count(5)
    met.first.get_by_role("link").click()
    expect(page.locator(f"#c{city.criteria[1].pk}")).to_be_in_viewport()


def test_a_leader_asks_what_if(window: Window, city: City, years: Years) -> None:
    """Without the area the officer's ward would be ready; the ready one falls to a threshold."""
    window.sign_in(city.leader)
    page = window.page
    page.locator(f".page-tools a[href='{reverse('criteria:what-if')}']").click()
    expect(page.locator(".supposition")).to_be_visible()
    figures = page.locator("main .headline-number")
    expect(figures).to_have_text(["1/6", "1/6", "0/6"])
    turned = page.locator("[aria-labelledby=turn-title] dd")
    expect(turned).to_have_text([city.own.name, city.other.name])
    page.locator("main .headline-figure").first.click()
    expect(page.locator("#wards tbody th")).to_have_text([city.other.name])


def test_a_day_is_written_alike_whatever_the_browser_speaks(
    window: Window, city: City, years: Years
) -> None:
    """A browser's own control for dates would show mm/dd/yyyy on an English Windows."""
    window.sign_in(city.administrator)
    for name in ("dashboard", "log", "access"):
        window.open(f"criteria:{name}")
        assert window.page.locator("input[type=date], input[type=datetime-local]").count() == 0
        assert window.page.locator("input[inputmode=numeric][placeholder]").count()
    window.open("criteria:dashboard")
    picker = Picker(window.page)
    expect(picker.field).to_have_value(told(timezone.localdate()))
    picker.open()
    picker.field.fill("31/02/2026")
    picker.panel.get_by_role("button").click()
    expect(window.page.get_by_role("alert").first).to_be_visible()
    expect(picker.field).to_have_value("31/02/2026")
