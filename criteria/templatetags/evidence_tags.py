"""What a document's file is, in words."""

from django import template

from criteria.files import KINDS
from criteria.models import Evidence

register = template.Library()


@register.filter
def is_viewable(document: Evidence) -> bool:
    """Tell whether browsers show the file, and may."""
    return document.kind in KINDS and KINDS[document.kind].is_viewable


@register.filter
def kind_label(document: Evidence) -> str:
    return KINDS[document.kind].label if document.kind in KINDS else document.kind


@register.simple_tag
def accepted_kinds() -> str:
    """Name the kinds of file that may be stored."""
    return ", ".join(kind.label for kind in KINDS.values())
