"""Notices: what others did that one must know of; and whether it also comes by e-mail."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.unsent import unsent_on
from criteria import permissions
from criteria.actions.notices import choose_digest, mark_notices_read
from criteria.forms.notices import DigestForm
from criteria.log.notices import SHOWN, read_notices
from criteria.models import Inbox
from criteria.views.base import user_of
from namdinh_wards.text import number


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """List what is new and what was; looking at it marks nothing."""
    user = user_of(request)
    permissions.require_counts(user)
    if unsent := unsent_on(request, "criteria:notices-digest"):
        return _page(request, DigestForm(unsent.give_back()))
    wanted = Inbox.objects.filter(user=user, wants_digest=True).exists()
    return _page(request, DigestForm(initial={"wanted": wanted, "email": user.email}))


@require_POST
def mark_read(request: HttpRequest) -> HttpResponse:
    """Mark as read what the page had shown: up to the newest entry on it."""
    user = user_of(request)
    permissions.require_counts(user)
    up_to = number(request.POST.get("up_to", ""))
    if up_to is not None:
        mark_notices_read(up_to, acting_user=user)
    return redirect("criteria:notices")


@require_POST
def digest(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    permissions.require_counts(user)
    form = DigestForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    cleaned = form.cleaned_data
    choose_digest(wanted=cleaned["wanted"], email=cleaned["email"], acting_user=user)
    messages.success(
        request,
        _("You will get one e-mail a day when something is new or due.")
        if cleaned["wanted"]
        else _("You will get no e-mail."),
    )
    return redirect("criteria:notices")


def _page(request: HttpRequest, form: DigestForm, *, status: int = 200) -> HttpResponse:
    user = user_of(request)
    latest = read_notices(permissions.visible_notices(user), user)
    context: dict[str, Any] = {
        "notices": latest,
        "n_unread": sum(notice.is_unread for notice in latest),
        "newest": latest[0].entry.seq if latest else 0,
        "n_shown": SHOWN,
        "gets_notices": permissions.is_told(user),
        "form": form,
    }
    return render(request, "criteria/notices/page.html", context, status=status)
