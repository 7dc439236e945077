"""The site: the domain's pages at the root, the account's under /accounts/, the admin."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from accounts.views import administration_door
from criteria.views.account import PasswordChangeView, SignInView

urlpatterns = [
    path("", include("criteria.urls")),
    path("accounts/", include("accounts.urls")),
    path("accounts/login/", SignInView.as_view(), name="login"),
    path("accounts/password/", PasswordChangeView.as_view(), name="password_change"),
    path("language/", login_not_required(set_language), name="set_language"),
    path("admin/login/", administration_door, name="administration_door"),
    path("admin/", admin.site.urls),
]
