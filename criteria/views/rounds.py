"""A round: whose sheet has come how far; how administrators open, close and extend it."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django.views.generic import TemplateView

from accounts.unsent import keep_refused, unsent_on
from criteria import permissions
from criteria.actions.rounds import give_extension, step_problems, take_round_step
from criteria.forms.rounds import LABELS, ExtensionForm, RoundFilterForm
from criteria.forms.steps import ReasonForm
from criteria.models import Assessment, Extension, Round, Ward
from criteria.overviews.closing import read_closing
from criteria.readiness.rounds import Rounds, read_rounds
from criteria.sheets.current import count_states, late, with_sheet
from criteria.sheets.progress import NOT_BEGUN, read_sheets
from criteria.views.base import PageMixin, user_of
from criteria.views.paging import page_of
from criteria.views.posted import tell_refusal
from criteria.views.remembered import RememberedFilter
from criteria.views.unheard import warn_of_unheard
from criteria.workflow import CLOSE_ROUND, ROUND_STEPS, Hand


class RoundDetailView(PageMixin, RememberedFilter, TemplateView):
    """The sheets of one round; where none is named, of the newest open one, else the next one."""

    template_name = "criteria/rounds/detail.html"
    fragment_name = "criteria/rounds/_table.html"
    filter_names = ("q", "state")

    @property
    def place(self) -> str:
        return reverse("criteria:round-detail", args=[self.round.pk]) if self.round else ""

    @cached_property
    def begun(self) -> Rounds:
        return read_rounds()

    @cached_property
    def rounds(self) -> list[Round]:
        """Those that have begun, the newest first, and then those planned, the next one first."""
        return [*self.begun, *reversed(self.begun.planned)]

    @cached_property
    def round(self) -> Round | None:
        if "round_id" in self.kwargs:
            asked = [round for round in self.rounds if round.pk == self.kwargs["round_id"]]
            if not asked:
                raise Http404
            return asked[0]
        following = self.begun.planned[-1:]
        return next(iter(self.begun.opened or following or self.begun), None)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, on = user_of(self.request), timezone.localdate()
        counts, n_late = count_states(self.round, on) if self.round else ({}, 0)
        form = RoundFilterForm(self.request.GET, counts, n_late)
        n_sheets = sum(counts.values())
        return super().get_context_data(
            round=self.round,
            rounds=self.rounds,
            n_sheets=n_sheets,
            n_approved=counts.get(Assessment.State.APPROVED, 0),
            n_unverified=sum(counts.get(state, 0) for state in Assessment.WITH_VERIFIER),
            n_begun=n_sheets - counts.get(NOT_BEGUN, 0),
            counts=[(state, LABELS[state], n) for state, n in counts.items()],
            form=form,
            is_filtered=any(form.cleaned_data.values()),
            **self._page(form, on),
            can_run=permissions.can_run_rounds(user),
            can_enter_any=permissions.can_enter_any(user),
            today=on,
            **self._steps(),
            **kwargs,
        )

    def _page(self, form: RoundFilterForm, on: date) -> dict[str, Any]:
        """The sheets that match the filter, a page at a time."""
        round = self.round
        if round is None:
            return {"page": None, "sheets": []}
        wards = with_sheet(Ward.objects.in_scope(round.ends_on), round)
        registry = permissions.wards_with_sight(user_of(self.request))
        matching = form.filter_qs(wards, late(round, on)).values_list("pk", flat=True)
        page = page_of(self.request, list(matching))
        sheets = read_sheets([round], registry.filter(pk__in=list(page)), on)
        return {"page": page, "sheets": sheets}

    def _steps(self) -> dict[str, Any]:
        """What the reader may do to the round now, and what keeps them from it."""
        round = self.round
        if round is None or not permissions.can_run_rounds(user_of(self.request)):
            return {"steps": set(), "problems": []}
        steps = [step for step in ROUND_STEPS.values() if round.status in step.sources]
        problems = [problem for step in steps for problem in step_problems(round, step)]
        unsent = unsent_on(self.request, "criteria:round-step")
        asked = next((step for step in steps if unsent and step.name == unsent.step), None)
        is_typed = unsent and asked and asked.needs_reason and not problems
        reason_form = ReasonForm(unsent.give_back() if unsent and is_typed else None)
        is_settling = CLOSE_ROUND in steps and not round.is_settled
        closing = read_closing(round, self.begun) if is_settling else None
        return {
            "steps": {step.name for step in steps},
            "problems": problems,
            "closing": closing,
            "asked": asked.name if asked else "",
            "reason_form": reason_form,
        }


@require_POST
def take(request: HttpRequest, round_id: int, step: str) -> HttpResponse:
    """Open, close or reopen a round."""
    if step not in ROUND_STEPS:
        raise Http404
    user = user_of(request)
    round = permissions.round_to_run(user, round_id)
    form = ReasonForm(request.POST)
    try:
        if ROUND_STEPS[step].needs_reason and not form.is_valid():
            raise ValidationError(form.errors["reason"].as_data())
        reason = form.cleaned_data["reason"] if form.is_valid() else ""
        take_round_step(round, ROUND_STEPS[step], acting_user=user, reason=reason)
    except ValidationError as refusal:
        keep_refused(request)
        tell_refusal(request, refusal)
    else:
        messages.success(request, _done(step))
        warn_of_unheard(request, ROUND_STEPS[step].tells, Ward.objects.in_scope(round.ends_on))
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
    unsent = None if is_sent else unsent_on(request, "criteria:round-extend")
    typed = request.POST if is_sent else unsent and unsent.give_back()
    form = ExtensionForm(typed, present=given)
    if is_sent and form.is_valid():
        try:
            give_extension(round, ward, **form.cleaned_data, acting_user=user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(
                request, _("The extension is given; it stands among the unit's notices.")
            )
            warn_of_unheard(request, Hand.UNIT, Ward.objects.filter(pk=ward.pk))
            return redirect("criteria:round-detail", round_id)
    context = {"round": round, "ward": ward, "given": given, "form": form}
    status = 422 if is_sent else 200
    return render(request, "criteria/rounds/extension.html", context, status=status)
