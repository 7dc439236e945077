"""The account's own pages."""

from django.contrib.auth import views as auth
from django.urls import path

from accounts.views import SignInView

urlpatterns = [
    path("login/", SignInView.as_view(), name="login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("password/done/", auth.PasswordChangeDoneView.as_view(), name="password_change_done"),
]
