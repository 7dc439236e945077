"""My work: what waits for whom, by deadline; and the steps of verification over many sheets."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods
from django.views.generic import TemplateView

from accounts.models import User
from accounts.unsent import unsent_on
from criteria import permissions
from criteria.actions.steps import (
    ManyRefused,
    approve_many,
    problems_of_many,
    return_many,
)
from criteria.actions.verification import own_entries
from criteria.forms.steps import ReasonForm
from criteria.forms.work import ChosenForm, WorkFilterForm
from criteria.models import Assessment, Ward
from criteria.overviews.work import Work, n_unseen, read_chosen, read_work
from criteria.sheets.progress import SheetOnDay
from criteria.views.base import PageMixin, user_of
from criteria.views.paging import fold_of
from criteria.views.posted import tell_refusal
from criteria.views.remembered import RememberedFilter
from criteria.views.unheard import warn_of_unheard
from criteria.workflow import APPROVE, RETURN, Hand, Step


@dataclass(frozen=True)
class WorkQuery:
    """A person's work as narrowed by the filter. own: sheets that they may not verify."""

    form: WorkFilterForm
    work: Work
    own: frozenset[int]

    @property
    def open_to_steps(self) -> list[SheetOnDay]:
        return [item for item in self.work.to_verify if item.sheet.pk not in self.own]


def _read(user: User, form: WorkFilterForm) -> WorkQuery:
    duties = permissions.duties_of(user)
    work = read_work(duties, timezone.localdate(), form.search(duties.sees))
    form.offer(work.rounds)
    work = work.where(form.keeps)
    sheets = [item.sheet.pk for item in work.to_verify]
    return WorkQuery(form, work, frozenset(own_entries(sheets, user) if sheets else ()))


class WorkView(PageMixin, RememberedFilter, TemplateView):
    template_name = "criteria/work/page.html"
    fragment_name = "criteria/work/_work.html"
    filter_names = ("q", "state", "due")
    filter_options = ("round",)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = user_of(self.request)
        asked = _read(user, WorkFilterForm(self.request.GET))
        hands, oversees = permissions.hands_of(user), permissions.oversees(user)
        return super().get_context_data(
            today=timezone.localdate(),
            form=asked.form,
            work=asked.work,
            fold=fold_of(self.request),
            own=asked.own,
            n_open_to_steps=len(asked.open_to_steps),
            n_waiting=asked.work.n_waiting,
            can_have_sheets=asked.work.entered or permissions.can_see_any_sheet(user),
            enters=Hand.UNIT in hands,
            verifies=Hand.VERIFIER in hands,
            runs_rounds=Hand.ADMINISTRATOR in hands,
            oversees=oversees,
            **kwargs,
        )


# --- over many sheets ---------------------------------------------------------------------------


@dataclass
class Choice:
    """What one step is about to be taken on. left_out: why some of what was chosen is not in it.

    versions: of all that was chosen and may be seen, as the person has read it, by the sheet's pk.
    """

    step: Step
    sheets: list[Assessment]
    versions: dict[int, int] = field(default_factory=dict)
    left_out: dict[Assessment, list[str]] = field(default_factory=dict)

    def leave_out(self, problems: dict[Assessment, list[str]]) -> None:
        self.left_out |= problems
        self.sheets = [sheet for sheet in self.sheets if sheet not in self.left_out]


@require_http_methods(["GET", "HEAD", "POST"])
def approve(request: HttpRequest) -> HttpResponse:
    return _take(request, APPROVE, "criteria:work-approve")


@require_http_methods(["GET", "HEAD", "POST"])
def send_back(request: HttpRequest) -> HttpResponse:
    return _take(request, RETURN, "criteria:work-return")


def _take(request: HttpRequest, step: Step, name: str) -> HttpResponse:
    """Say exactly what would be done; once that is confirmed, do all of it or nothing.

    On GET, ask again for what could not be sent, with what was typed; or lead to where one chooses.
    """
    user, unsent = user_of(request), unsent_on(request, name)
    if request.method != "POST" and unsent is None:
        return redirect("criteria:work")
    permissions.require_verifier(user)
    if request.method != "POST" and unsent:
        typed = unsent.give_back()
        filter_form = WorkFilterForm(typed)
        choice = _choice(user, step, filter_form, ChosenForm(typed))
        return _confirm(request, choice, filter_form, ReasonForm(typed))
    filter_form, chosen = WorkFilterForm(request.POST), ChosenForm(request.POST)
    choice = _choice(user, step, filter_form, chosen)
    if not choice.sheets and not choice.left_out:
        messages.warning(request, _("Choose at least one sheet first."))
        return redirect(_back(filter_form))
    if not chosen.is_confirmed:
        return _confirm(request, choice, filter_form)
    reason = ReasonForm(request.POST)
    is_given = reason.is_valid()
    if not is_given and (step.needs_reason or n_unseen(read_chosen(choice.sheets))):
        return _confirm(request, choice, filter_form, reason, status=422)
    act = approve_many if step is APPROVE else return_many
    text = reason.cleaned_data["reason"] if is_given else ""
    try:
        done = act(choice.versions, reason=text, acting_user=user)
    except ManyRefused as refused:
        choice.leave_out(refused.problems)
        return _confirm(request, choice, filter_form, reason, status=409)
    except ValidationError as refusal:
        tell_refusal(request, refusal)
        return _confirm(request, choice, filter_form, reason, status=422)
    messages.success(request, _done(step, len(done)))
    wards = Ward.objects.filter(pk__in=[sheet.ward_id for sheet in choice.sheets])
    warn_of_unheard(request, step.tells, wards)
    return redirect(_back(filter_form))


def _choice(user: User, step: Step, filter_form: WorkFilterForm, chosen: ChosenForm) -> Choice:
    if chosen.wants_all:
        return Choice(step, [item.sheet for item in _read(user, filter_form).open_to_steps])
    visible = permissions.visible_sheets(user).filter(pk__in=chosen.versions)
    sheets = list(visible.select_related("ward", "round").order_by("ward__sort_key", "round"))
    choice = Choice(step, sheets, {sheet.pk: chosen.versions[sheet.pk] for sheet in sheets})
    if choice.versions != chosen.versions:  # out of sight, or of thin air
        raise Http404
    choice.leave_out(problems_of_many(sheets, choice.versions, user))
    return choice


def _confirm(
    request: HttpRequest,
    choice: Choice,
    filter_form: WorkFilterForm,
    reason: ReasonForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Ask for the yes to exactly these; with status 409, say that nothing was changed."""
    chosen = read_chosen(choice.sheets)
    context = {
        "choice": choice,
        "chosen": chosen,
        "n_unseen": n_unseen(chosen),
        "n_sheets_unseen": sum(item.n_unseen > 0 for item in chosen),
        "is_approval": choice.step is APPROVE,
        "is_refused": status == 409,
        "reason": reason or ReasonForm(),
        "filter_form": filter_form,
        "back": _back(filter_form),
    }
    return render(request, "criteria/work/confirm.html", context, status=status)


def _back(filter_form: WorkFilterForm) -> str:
    url = reverse("criteria:work")
    return f"{url}?{filter_form.query}" if filter_form.is_filtered else url


def _done(step: Step, n: int) -> str:
    if step is APPROVE:
        text = ngettext("%(n)d sheet approved.", "%(n)d sheets approved.", n)
    else:
        text = ngettext("%(n)d sheet returned.", "%(n)d sheets returned.", n)
    return text % {"n": n}
