"""The site, and two signed-in pages that do nothing: what the frame costs now, and what it did."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from bench.yardstick import yardstick
from namdinh_wards.urls import urlpatterns as site


def nothing(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html")


urlpatterns = [
    *site,
    path("bench/yardstick/", yardstick, name="yardstick"),
    path("bench/nothing/", nothing, name="nothing"),
]
