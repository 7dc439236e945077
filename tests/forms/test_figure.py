from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from criteria.forms.fields import FigureField
from criteria.measures import figure


@pytest.mark.parametrize("text", ["1.250", "1,250", "12.345", "-1.000", "1.234.567", "1 250,000"])
def test_what_can_be_read_two_ways_is_refused(text):
    with pytest.raises(ValidationError):
        FigureField().clean(text)


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
