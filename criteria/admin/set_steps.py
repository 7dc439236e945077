"""The steps of a criteria set in the administration: clone, publish, retire.

None of them takes what is stored from beside a form that says something else: a draft is saved
first, and what publishing locks is looked through on a page of its own.
"""

from collections.abc import Callable, Iterable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.unsent import keep_refused, unsent_on
from criteria.actions.catalogue import clone_set, problems_of_set, publish_set, retire_set
from criteria.forms.fields import DayField
from criteria.models import CriteriaSet
from criteria.overviews.publishing import read_publishing
from criteria.readiness.fingerprint import fingerprint_of
from criteria.views.base import user_of


class RetireForm(forms.Form):
    effective_to = DayField(
        label=gettext_lazy("No longer from"),
        help_text=gettext_lazy("The first day on which the set no longer applies."),
    )


class SetSteps(admin.ModelAdmin):
    actions = ["clone_selected"]

    @admin.action(description=gettext_lazy("Clone to a new draft"), permissions=["add"])
    def clone_selected(self, request: HttpRequest, sets: QuerySet[CriteriaSet]) -> None:
        for criteria_set in sets:
            self._clone(request, criteria_set)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/clone/", view(self.clone), name="criteria_criteriaset_clone"),
            path("<int:pk>/publish/", view(self.publish), name="criteria_criteriaset_publish"),
            path("<int:pk>/retire/", view(self.retire), name="criteria_criteriaset_retire"),
        ]
        return [*own, *super().get_urls()]

    @method_decorator(require_POST)
    def clone(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        made = self._clone(request, self._get_set(request, pk))
        return redirect("admin:criteria_criteriaset_change", made.pk)

    def response_change(self, request: HttpRequest, obj: CriteriaSet) -> HttpResponse:
        """What is typed is saved first, whichever button takes the set on."""
        if "_publish" in request.POST:
            return redirect("admin:criteria_criteriaset_publish", obj.pk)
        if "_clone" in request.POST and self.has_add_permission(request):
            made = self._clone(request, obj)
            return redirect("admin:criteria_criteriaset_change", made.pk)
        response: HttpResponse = super().response_change(request, obj)
        return response

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def publish(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what publishing locks, and publish what was seen there."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        criteria_set = self._get_set(request, pk)
        if request.method == "POST":
            seen, user = request.POST.get("seen", ""), user_of(request)
            done = _("“%(title)s” is published.") % {"title": criteria_set}
            self._step(
                request, done, lambda: publish_set(criteria_set, acting_user=user, seen=seen)
            )
            page = "publish" if criteria_set.is_draft else "change"
            return redirect(f"admin:criteria_criteriaset_{page}", pk)
        if not criteria_set.is_draft:
            return redirect("admin:criteria_criteriaset_change", pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Publish “%(title)s”?") % {"title": criteria_set},
            "opts": self.opts,
            "criteria_set": criteria_set,
            "publishing": read_publishing(criteria_set),
            "problems": problems_of_set(criteria_set),
            "seen": fingerprint_of(criteria_set),
        }
        return TemplateResponse(request, "admin/criteria/publish.html", context)

    @method_decorator(require_POST)
    def retire(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        criteria_set = self._get_set(request, pk)
        form = RetireForm(request.POST)
        if not form.is_valid():
            keep_refused(request)
            self._refuse(request, map(str, form.errors["effective_to"]))
            return redirect("admin:criteria_criteriaset_change", pk)
        day, user = form.cleaned_data["effective_to"], user_of(request)
        done = _("“%(title)s” is retired.") % {"title": criteria_set}
        self._step(
            request, done, lambda: retire_set(criteria_set, effective_to=day, acting_user=user)
        )
        return redirect("admin:criteria_criteriaset_change", pk)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        # Of any set: whether its state allows a step is the action's to say.
        may_step = self.has_change_permission(request)
        unsent = unsent_on(request, "admin:criteria_criteriaset_retire") if may_step else None
        retire_form = RetireForm(unsent.give_back() if unsent else None)
        context |= {"may_step": may_step, "retire_form": retire_form}
        return super().render_change_form(request, context, *args, **kwargs)

    def _get_set(self, request: HttpRequest, pk: int) -> CriteriaSet:
        criteria_set = self.get_object(request, str(pk))
        if criteria_set is None:
            raise Http404
        return cast(CriteriaSet, criteria_set)

    def _clone(self, request: HttpRequest, criteria_set: CriteriaSet) -> CriteriaSet:
        made = clone_set(criteria_set, code=criteria_set.code, acting_user=user_of(request))
        done = _("“%(title)s” is cloned to the draft %(code)s.")
        self.message_user(request, done % {"title": made, "code": made.code}, messages.SUCCESS)
        return made

    def _step(self, request: HttpRequest, done: str, take: Callable[[], None]) -> None:
        try:
            take()
        except ValidationError as refusal:
            keep_refused(request)
            self._refuse(request, refusal.messages)
        else:
            self.message_user(request, done, messages.SUCCESS)

    def _refuse(self, request: HttpRequest, problems: Iterable[str]) -> None:
        for problem in problems:
            self.message_user(request, problem, messages.ERROR)
