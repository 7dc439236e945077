"""The pages that change the registry ask first where something hangs on the change."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.made_for import FIELD
from criteria.actions.registry import Decision, Undecided, registry_change
from criteria.admin.base import RecordAdmin
from criteria.forms.registry import PREFIX, DecisionForm
from criteria.sheets.registry import Hanging
from criteria.views.base import user_of


class RegistryAdmin(RecordAdmin):
    """Saves as every page does, sees what that did, and takes it back where somebody must decide.

    The page that asks sends all that was typed once more, with the decision.
    """

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method != "POST":
            return super().changeform_view(request, *args, **kwargs)

        def decide(hanging: Hanging) -> Decision | None:
            return DecisionForm(hanging, request.POST).decision

        held = cast(Any, request).held_messages = []
        try:
            with registry_change(acting_user=user_of(request), decide=decide):
                answer = super().changeform_view(request, *args, **kwargs)
        except Undecided as undecided:
            return self._ask(request, undecided.hanging)
        for words, options in held:
            super().message_user(request, *words, **options)
        return answer

    def message_user(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Hold back that something is saved until it is."""
        held = getattr(request, "held_messages", None)
        if held is None:
            super().message_user(request, *args, **kwargs)
        else:
            held.append((args, kwargs))

    def _ask(self, request: HttpRequest, hanging: Hanging) -> HttpResponse:
        digest = request.POST.get(f"{PREFIX}-digest")
        has_changed = digest is not None and digest != hanging.digest
        form = DecisionForm(hanging, request.POST if digest == hanging.digest else None)
        form.initial["reason"] = request.POST.get(f"{PREFIX}-reason", "")
        context = {
            **self.admin_site.each_context(request),
            "title": _("What hangs on this change"),
            "opts": self.opts,
            "hanging": hanging,
            "has_changed": has_changed,
            "decision": form,
            "sent": _sent(request),
        }
        status = 422 if form.is_bound else 409 if has_changed else 200
        return TemplateResponse(
            request, "admin/criteria/registry_change.html", context, status=status
        )


_OF_THE_PAGE = ("csrfmiddlewaretoken", FIELD)  # each page has its own


def _sent(request: HttpRequest) -> list[tuple[str, str]]:
    """All that the page sent, to be sent once more."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in _OF_THE_PAGE and not name.startswith(f"{PREFIX}-")
        for value in values
    ]
