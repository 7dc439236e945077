"""How Django draws the fields of forms."""

from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest


class UncutRenderer(DjangoTemplates):
    """Lets a field say how much may be written in it, in the place of cutting what is pasted.

    By `maxlength` a browser takes the beginning of a text, and says nothing of the rest. What is
    too long is counted by `static/js/lengths.js` and refused by the field, with both numbers.
    """

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> str:
        attrs = context.get("widget", {}).get("attrs", {})
        if "maxlength" in attrs:
            attrs["data-max-length"] = attrs.pop("maxlength")
        drawn: str = super().render(template_name, context, request)
        return drawn
