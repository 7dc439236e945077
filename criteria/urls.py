"""The pages of the domain."""

from django.urls import path

from criteria.views import sheet
from criteria.views.dashboard import DashboardView
from criteria.views.rounds import RoundDetailView
from criteria.views.wards import WardDetailView, WardListView

app_name = "criteria"

SHEET = "rounds/<int:round_id>/wards/<int:ward_id>/"

urlpatterns = [
    path("", DashboardView.as_view(), name="dashboard"),
    path("wards/", WardListView.as_view(), name="ward-list"),
    path("wards/<int:ward_id>/", WardDetailView.as_view(), name="ward-detail"),
    path("rounds/", RoundDetailView.as_view(), name="round-current"),
    path("rounds/<int:round_id>/", RoundDetailView.as_view(), name="round-detail"),
    path(SHEET, sheet.sheet, name="sheet"),
    path(f"{SHEET}criteria/<int:criterion_id>/", sheet.sheet_row, name="sheet-row"),
    path(f"{SHEET}approve/", sheet.approve, name="sheet-approve"),
]
