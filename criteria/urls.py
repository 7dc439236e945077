"""The pages of the domain."""

from django.urls import path, register_converter

from criteria.views import (
    access,
    attachments,
    evidence,
    grid,
    notices,
    offers,
    revisions,
    rounds,
    sheet,
    verification,
    work,
)
from criteria.views.columns import ColumnsView
from criteria.views.compare import CompareView
from criteria.views.criteria import CriterionDetailView
from criteria.views.dashboard import DashboardView, WallView
from criteria.views.help import HelpView, KeysView
from criteria.views.log import LogView
from criteria.views.log import export as export_log
from criteria.views.matrix import MatrixView, ResultDetailView
from criteria.views.roadmap import RoadmapView
from criteria.views.search import SearchView
from criteria.views.wards import WardDetailView, WardListView
from criteria.views.what_if import WhatIfView
from namdinh_wards.converters import KeyConverter

register_converter(KeyConverter, "key")

app_name = "criteria"

SHEET = "rounds/<key:round_id>/wards/<key:ward_id>/"
ROW = f"{SHEET}criteria/<key:criterion_id>/"
COLUMN = "rounds/<key:round_id>/criteria/<key:criterion_id>/"

urlpatterns = [
    path("", DashboardView.as_view(), name="dashboard"),
    path("help/", HelpView.as_view(), name="help"),
    path("help/keys/", KeysView.as_view(), name="keys"),
    path("wall/", WallView.as_view(), name="wall"),
    path("work/", work.WorkView.as_view(), name="work"),
    path("work/approve/", work.approve, name="work-approve"),
    path("work/return/", work.send_back, name="work-return"),
    path("notices/", notices.notices, name="notices"),
    path("notices/read/", notices.mark_read, name="notices-read"),
    path("notices/digest/", notices.digest, name="notices-digest"),
    path("wards/", WardListView.as_view(), name="ward-list"),
    path("wards/<key:ward_id>/", WardDetailView.as_view(), name="ward-detail"),
    path("wards/<key:ward_id>/evidence/", evidence.ward_evidence, name="ward-evidence"),
    path("evidence/<key:evidence_id>/", evidence.evidence_detail, name="evidence-detail"),
    path("evidence/<key:evidence_id>/file/", evidence.evidence_file, name="evidence-file"),
    path("matrix/", MatrixView.as_view(), name="matrix"),
    path(
        "matrix/<key:round_id>/<key:ward_id>/<key:criterion_id>/",
        ResultDetailView.as_view(),
        name="result-detail",
    ),
    path("roadmap/", RoadmapView.as_view(), name="roadmap"),
    path("compare/", CompareView.as_view(), name="compare"),
    path("what-if/", WhatIfView.as_view(), name="what-if"),
    path("criteria/<key:criterion_id>/", CriterionDetailView.as_view(), name="criterion-detail"),
    path("search/", SearchView.as_view(), name="search"),
    path("log/", LogView.as_view(), name="log"),
    path("log/export/", export_log, name="log-export"),
    path("log/access/", access.AccessView.as_view(), name="access"),
    path("log/access/export/", access.export, name="access-export"),
    path("rounds/", rounds.RoundDetailView.as_view(), name="round-current"),
    path("rounds/<key:round_id>/", rounds.RoundDetailView.as_view(), name="round-detail"),
    path("rounds/<key:round_id>/steps/<str:step>/", rounds.take, name="round-step"),
    path(f"{SHEET}extension/", rounds.extend, name="round-extend"),
    path(SHEET, sheet.sheet, name="sheet"),
    path(f"{SHEET}revisions/", revisions.revisions, name="sheet-revisions"),
    path(ROW, sheet.sheet_row, name="sheet-row"),
    path(f"{ROW}take-over/", offers.take_over_row, name="sheet-take-over"),
    path(
        f"{SHEET}groups/<key:group_id>/take-over/",
        offers.take_over_group,
        name="sheet-take-over-group",
    ),
    path(f"{ROW}verify/", verification.verify_row, name="sheet-verify-row"),
    path(f"{SHEET}verify/", verification.verify_all, name="sheet-verify"),
    path(f"{SHEET}steps/<str:step>/", verification.take, name="sheet-step"),
    path(f"{ROW}evidence/", attachments.evidence_row, name="evidence-row"),
    path(f"{ROW}evidence/attach/", attachments.evidence_attach, name="evidence-attach"),
    path(f"{ROW}evidence/detach/", attachments.evidence_detach, name="evidence-detach"),
    path("rounds/criteria/", ColumnsView.as_view(), name="columns-current"),
    path("rounds/<key:round_id>/criteria/", ColumnsView.as_view(), name="columns"),
    path(COLUMN, grid.grid, name="round-criterion"),
    path(f"{COLUMN}wards/<key:ward_id>/", grid.grid_row, name="grid-row"),
]
