"""Numbers as the roadmap and the comparisons write them."""

from decimal import Decimal

from django import template
from django.utils.translation import get_language

from criteria.measures import figure
from criteria.readiness.roadmap import TargetStanding

register = template.Library()


@register.filter
def before_rounding(seen: TargetStanding) -> str:
    """Write the wards that a target requires before they are rounded up, exactly: “6,6”."""
    return figure(Decimal(seen.hundredths) / 100)


@register.filter
def official(n: int) -> str:
    """Write a number of wards as Vietnamese official papers do: “07”."""
    return f"{n:02}" if get_language() == "vi" else str(n)


@register.filter
def signed(n: int) -> str:
    """Write a change: “+3”, “−2”, “0”."""
    return f"{n:+}".replace("-", "−") if n else "0"
