import re
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from criteria.forms.fields import FigureField, WholeNumberField
from criteria.measures import figure


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *((text, "two_ways") for text in ("1.250", "1,250", "12.345", "-1.000", "1.234.567")),
        *((text, "two_ways") for text in ("1.250,5", "1,250.5")),
        *((text, "several") for text in ("1 250,000", "85 5", "419\t200", "419\r\n200")),
        *((text, "several") for text in ("85\u00a05", "1\u202f250", "85, 5", "85 -5")),
        *(
            (text, "invalid")
            for text in ("1e3", "8_5", "85,", ",5", "\uff18\uff15", "\u0668\u0665")
        ),
        *((text, "invalid") for text in ("85%", "NaN", "1/2", "85,5,5", "khoảng 85", "85-90")),
        *((text, "invalid") for text in ("\u22125", "1'250", "0x10")),
        ("0,125", "max_decimal_places"),
    ],
)
def test_what_is_no_plain_number_is_refused(text, code):
    with pytest.raises(ValidationError) as refusal:
        FigureField().clean(text)
    assert [error.code for error in refusal.value.error_list] == [code]


@pytest.mark.parametrize("text", ["85,5", " 85.5 ", "85,5%", "85,5 %", "+85,50\u00a0%", "85,5\r\n"])
def test_white_space_around_a_figure_and_its_unit_say_nothing(text):
    assert FigureField(suffixes=["%", ""]).clean(text) == Decimal("85.5")


@given(st.text(st.sampled_from("0123456789.,+- \t%"), max_size=9))
def test_no_digit_of_a_figure_is_joined_to_another_s(text):
    """What is read writes the same digits, with nothing between them but one decimal mark."""
    try:
        value = FigureField(suffixes=["%"]).clean(text)
    except ValidationError:
        return
    inside = text.strip().removesuffix("%").strip()
    assert inside == "" if value is None else Decimal(inside.replace(",", ".")) == value
    assert not re.search(r"[0-9][^0-9]+[0-9]+[^0-9]+[0-9]", inside)


@pytest.mark.parametrize(
    ("text", "code"),
    [("12.000", "two_ways"), ("12,000", "two_ways"), ("12 000", "several"), ("12.0", "invalid")]
    + [(text, "invalid") for text in ("2_024", "\uff12\uff10", "12,5", "1e3")],
)
def test_what_is_no_plain_whole_number_is_refused(text, code):
    with pytest.raises(ValidationError) as refusal:
        WholeNumberField().clean(text)
    assert [error.code for error in refusal.value.error_list] == [code]


def test_a_whole_number_is_read():
    assert WholeNumberField().clean(" 12000 ") == 12000


@pytest.mark.parametrize("text", ["", None, "  "])
def test_nothing_is_no_figure(text):
    assert FigureField().clean(text) is None


@given(
    value=st.decimals(-9_999_999, 9_999_999, places=2, allow_nan=False),
    language=st.sampled_from(["vi", "en"]),
)
def test_what_is_written_is_read_again(value, language):
    with override(language):
        assert FigureField().clean(figure(value)) == value


@pytest.mark.parametrize(
    ("value", "shown"), [("85.00", "85"), ("85.50", "85,5"), ("0", "0"), ("1250", "1250")]
)
def test_a_figure_is_written_without_useless_zeros(value, shown):
    with override("vi"):
        assert figure(Decimal(value)) == shown
