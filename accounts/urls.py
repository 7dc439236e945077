"""The account's own pages."""

from django.contrib.auth import views as auth
from django.urls import path

from accounts.views import SignOutView, same_person

urlpatterns = [
    path("logout/", SignOutView.as_view(), name="logout"),
    path("same-person/", same_person, name="same_person"),
    path("password/done/", auth.PasswordChangeDoneView.as_view(), name="password_change_done"),
]
