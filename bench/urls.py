"""The site, and a signed-in page that does nothing: what the frame around every page costs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from namdinh_wards.urls import urlpatterns as site


def nothing(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html")


urlpatterns = [*site, path("bench/nothing/", nothing, name="nothing")]
