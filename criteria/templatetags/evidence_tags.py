"""What a document's file is, in words."""

import re

from django import template
from django.conf import settings
from django.template.defaultfilters import filesizeformat

from criteria.files import KINDS
from criteria.models import Evidence
from namdinh_wards import clamd

register = template.Library()


@register.filter
def is_viewable(document: Evidence) -> bool:
    """Tell whether browsers show the file, and may."""
    return document.kind in KINDS and KINDS[document.kind].is_viewable


@register.filter
def kind_label(document: Evidence) -> str:
    return KINDS[document.kind].label if document.kind in KINDS else document.kind


@register.filter
def file_size(n_bytes: int) -> str:
    """As Django writes it, but for a fraction of nothing: 20 MB, 1,5 MB."""
    return re.sub(r"[.,]0(?!\d)", "", filesizeformat(n_bytes))


@register.simple_tag
def accepted_kinds() -> str:
    """Name the kinds of file that may be stored."""
    return ", ".join(kind.label for kind in KINDS.values())


@register.simple_tag
def virus_scanner() -> str:
    """Tell whether uploads are scanned: on, off, or down where the scanner does not answer."""
    if not settings.CLAMD:
        return "off"
    return "on" if clamd.is_there(settings.CLAMD) else "down"
