"""A round: whose sheet has come how far; how administrators open, close and extend it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django.views.generic import TemplateView

from criteria import permissions
from criteria.actions.rounds import give_extension, step_problems, take_round_step
from criteria.forms.rounds import LABELS, ExtensionForm, RoundFilterForm
from criteria.models import Extension, Round, Ward
from criteria.sheets.progress import progress
from criteria.views.base import PageMixin, user_of
from criteria.workflow import ROUND_STEPS


class RoundDetailView(PageMixin, TemplateView):
    """The sheets of one round; where none is named, of the open one that ends first."""

    template_name = "criteria/rounds/detail.html"
    fragment_name = "criteria/rounds/_table.html"

    @cached_property
    def rounds(self) -> list[Round]:
        return list(Round.objects.select_related("criteria_set").order_by("-ends_on"))

    @cached_property
    def round(self) -> Round | None:
        if "round_id" in self.kwargs:
            return get_object_or_404(
                Round.objects.select_related("criteria_set"), pk=self.kwargs["round_id"]
            )
        opened = [round for round in self.rounds if round.is_open]
        return next(iter(opened[-1:] or self.rounds), None)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = user_of(self.request)
        sheets = progress(self.round, timezone.localdate()) if self.round else []
        form = RoundFilterForm(self.request.GET, sheets)
        return super().get_context_data(
            round=self.round,
            rounds=self.rounds,
            n_sheets=len(sheets),
            n_approved=sum(sheet.is_approved for sheet in sheets),
            n_begun=sum(bool(sheet.state) for sheet in sheets),
            counts=[(state, LABELS[state], n) for state, n in form.counts.items()],
            form=form,
            sheets=form.kept,
            may_see=permissions.sheet_scope(user),
            can_run=permissions.can_run_rounds(user),
            can_enter_any=permissions.can_enter_any(user),
            today=timezone.localdate(),
            **self._steps(),
            **kwargs,
        )

    def _steps(self) -> dict[str, Any]:
        """What the reader may do to the round now, and what keeps them from it."""
        round = self.round
        if round is None or not permissions.can_run_rounds(user_of(self.request)):
            return {"steps": set(), "problems": []}
        steps = [step for step in ROUND_STEPS.values() if round.status in step.sources]
        problems = [problem for step in steps for problem in step_problems(round, step)]
        return {"steps": {step.name for step in steps}, "problems": problems}


@require_POST
def take(request: HttpRequest, round_id: int, step: str) -> HttpResponse:
    """Open, close or reopen a round."""
    if step not in ROUND_STEPS:
        raise Http404
    user = user_of(request)
    round = permissions.round_to_run(user, round_id)
    reason = request.POST.get("reason", "")
    try:
        take_round_step(round, ROUND_STEPS[step], acting_user=user, reason=reason)
    except ValidationError as refusal:
        for message in refusal.messages:
            messages.error(request, message)
    else:
        messages.success(request, _done(step))
    return redirect("criteria:round-detail", round_id)


def _done(step: str) -> str:
    return {
        "open_round": _("The round is open: the units can fill in their sheets."),
        "close_round": _("The round is closed: its sheets can only be read now."),
        "reopen_round": _("The round is open again."),
    }[step]


@require_http_methods(["GET", "HEAD", "POST"])
def extend(request: HttpRequest, round_id: int, ward_id: int) -> HttpResponse:
    """Show what more time a ward has been given, and give it more."""
    user = user_of(request)
    round = permissions.round_to_run(user, round_id)
    ward = get_object_or_404(Ward.objects.in_scope(round.ends_on), pk=ward_id)
    given = Extension.objects.filter(round=round, ward=ward).select_related("given_by").first()
    is_sent = request.method == "POST"
    form = ExtensionForm(request.POST if is_sent else None, present=given)
    if is_sent and form.is_valid():
        try:
            give_extension(round, ward, **form.cleaned_data, acting_user=user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The extension is given, and the unit is told."))
            return redirect("criteria:round-detail", round_id)
    context = {"round": round, "ward": ward, "given": given, "form": form}
    status = 422 if is_sent else 200
    return render(request, "criteria/rounds/extension.html", context, status=status)
