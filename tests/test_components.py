"""The small components: drawn once for the same values, and never for others."""

from datetime import date
from decimal import Decimal

import pytest
from django.template import Context, Engine, Template
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy, override

from criteria.forms.filters import WardFilterForm
from criteria.readiness.rules import Tally
from criteria.readiness.standing import Standing
from criteria.templatetags import components
from criteria.templatetags.city_tags import worth_of_a_ward
from criteria.templatetags.components import component
from tests.factories import RoundFactory, WardFactory


@pytest.fixture
def draws(monkeypatch):
    """Count how often a template is drawn, with nothing drawn before."""
    drawn = []
    draw = components._drawn

    def counted(drawn_by, values):
        drawn.append(drawn_by.name)
        return draw(drawn_by, values)

    monkeypatch.setattr(components, "_drawn", counted)
    components._drawn_once.cache_clear()
    return drawn


def text(html):
    return " ".join(html.split())


def test_a_component_is_drawn_once_for_the_same_values(draws):
    first = component("meter", tally=Tally(3, 1, 2, 4))
    assert component("meter", tally=Tally(3, 1, 2, 4)) == first
    assert draws.count("components/meter.html") == 1
    assert component("meter", tally=Tally(4, 0, 2, 4)) != first


def test_a_component_speaks_the_language_of_its_page():
    with override("vi"):
        assert "Đạt" in component("verdict", verdict="met")
    with override("en"):
        assert "Met" in component("verdict", verdict="met")


def test_words_that_wait_for_a_language_are_kept_apart():
    words = gettext_lazy("Ready")
    said = []
    for language in ("vi", "en"):
        with override(language):
            said.append(component("mark", kind="met", icon="check-lg", text=words))
    assert said[0] != said[1]


def test_values_that_are_equal_and_not_alike_are_kept_apart():
    unsafe = component("mark", kind="met", icon="check-lg", text="<b>a</b>")
    safe = component("mark", kind="met", icon="check-lg", text=mark_safe("<b>a</b>"))
    assert "&lt;b&gt;" in unsafe
    assert "<b>" in safe
    assert component("badge", n=1, text="x") != component("badge", n=True, text="x")


@pytest.mark.django_db
def test_what_a_row_of_the_database_says_is_never_drawn_from_memory(draws):
    """Two readings of one ward are equal, whatever they are called."""
    ward = WardFactory(name="Vị Hoàng")
    assert "Vị Hoàng" in component("mark", kind="met", icon="check-lg", text=ward)
    ward.name = "Trường Thi"
    assert "Trường Thi" in component("mark", kind="met", icon="check-lg", text=ward)


def test_decimals_with_other_zeros_are_kept_apart():
    drawn = {component("mark", kind="met", text=Decimal(text)) for text in ("1.0", "1.00")}
    assert len(drawn) == 2


def test_a_template_that_changed_is_drawn_anew(draws):
    component("icon", name="lock")
    for loader in Engine.get_default().template_loaders:  # as the development server does
        loader.reset()
    component("icon", name="lock")
    assert draws.count("components/icon.html") == 2


def test_a_component_sees_its_values_and_nothing_else():
    page = Template('{% component "mark" kind="met" text="a" %}')
    assert "is-supposed" not in page.render(Context({"is_supposed": True}))


@pytest.mark.parametrize(
    ("verdict", "is_found", "words"),
    [
        ("met", False, "Met"),
        ("not_met", False, "Not met"),
        ("not_applicable", True, "Not applicable"),
        ("pending", False, "Not assessed yet"),
        ("pending", True, "Not verified yet"),
    ],
)
def test_a_verdict_is_colour_icon_and_word(verdict, is_found, words):
    with override("en"):
        drawn = component("verdict", verdict=verdict, is_found=is_found).strip()
    assert drawn.startswith(f'<span class="mark mark-{verdict}">')
    assert '<svg class="icon"' in drawn
    assert drawn.endswith(f"<span>{words}</span></span>")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("tally", "words"),
    [
        (Tally(met=2), "Ready"),
        (Tally(met=1, not_met=1), "Not ready"),
        (Tally(not_applicable=2), "No criterion applies"),
        (None, "No approved sheet"),
    ],
)
def test_a_standing_says_where_the_ward_stands(tally, words):
    round = RoundFactory() if tally else None
    standing = Standing(WardFactory(), round, tally or Tally(pending=2))
    with override("en"):
        assert f"<span>{words}</span>" in component("standing", reach=standing.reach)
        assert "<span>Out of scope</span>" in component("standing", reach="")


@pytest.mark.parametrize(
    ("n_wards", "words"),
    [
        (8, "1 ward = 12.5 percentage points"),
        (22, "1 ward ≈ 4.5 percentage points"),
        (99, "1 ward ≈ 1 percentage points"),
        (0, ""),
        (100, ""),
    ],
)
def test_beside_a_share_stands_what_one_ward_is_worth(n_wards, words):
    with override("en"):
        assert worth_of_a_ward(n_wards) == words
    with override("vi"):
        assert worth_of_a_ward(8) == "1 phường = 12,5 điểm phần trăm"


@pytest.mark.parametrize(
    ("urgency", "days_left", "words"),
    [
        ("late", -2, "Late, was due 05/09/2026"),
        ("soon", 1, "by 05/09/2026 <strong>1 day left</strong>"),
        ("later", 30, "by 05/09/2026 </span>"),
    ],
)
def test_a_deadline_says_its_day_and_how_near_it_is(urgency, days_left, words):
    with override("en"):
        drawn = component("due", urgency=urgency, day=date(2026, 9, 5), days_left=days_left)
    assert words in text(drawn)
    assert f"due-{urgency}" in drawn


def test_a_drop_down_has_its_label_and_what_is_asked_for():
    page = Template('{% include "components/filter_select.html" with field=field only %}')
    for asked, selected in [({"standing": "near"}, "near"), ({"standing": ""}, ""), ({}, None)]:
        drawn = page.render(Context({"field": WardFilterForm(asked)["standing"]}))
        assert f'<option value="{selected}" selected>' in drawn or selected is None
        assert drawn.count(" selected") == (selected is not None)
        assert '<label for="id_standing">' in drawn


def test_a_search_box_keeps_what_was_typed():
    page = Template(
        '{% include "components/filter_search.html" with id="x" value=typed is_main=True %}'
    )
    typed, empty = (text(page.render(Context({"typed": typed}))) for typed in ('a"b', ""))
    assert 'value="a&quot;b"' in typed
    assert "autofocus" not in typed
    assert "autofocus" in empty
    assert "maxlength" not in empty


def test_an_icon_and_the_word_behind_it_stand_apart() -> None:
    drawn = Template('{% icon "lock" %}Khóa').render(Context())
    assert drawn.endswith("</svg>\nKhóa")
