"""The token that every form sends, and with it for whom the form's page was made.

In the settings' `builtins`, in the place of Django's own tag: no form can be forgotten, those of
the administration included.
"""

from typing import Any

from django import template
from django.template.base import Parser, Token
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.made_for import FIELD, mark_of

register = template.Library()


class MarkedTokenNode(CsrfTokenNode):
    def render(self, context: Any) -> SafeString:
        token = super().render(context)
        request = getattr(context, "request", None)
        if not token or request is None:
            return SafeString(token)
        mark = format_html(
            '<input type="hidden" name="{}" value="{}">', FIELD, mark_of(request.user)
        )
        return SafeString(token + mark)


@register.tag
def csrf_token(parser: Parser, token: Token) -> MarkedTokenNode:
    return MarkedTokenNode()


@register.simple_tag(takes_context=True)
def person_mark(context: Any) -> str:
    """Say for whom the page is made, to the scripts that send for it."""
    return mark_of(context["request"].user)
