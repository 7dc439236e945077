"""The log as a file: what is in it, and what a spreadsheet makes of that."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from criteria.actions.records import save_record
from criteria.reports.spreadsheet import guard
from tests.factories import UserFactory, WardFactory
from tests.views.logs import EXPORT, lines, log, log_many

pytestmark = pytest.mark.django_db


@pytest.fixture
def leader(client_of):
    return client_of("leader")


def test_the_file_has_headings_first_and_its_length_last(leader):
    ward = WardFactory(name="Trường Thi")
    row = log(
        ward,
        by=UserFactory(full_name="Trần Thị Bình", username="binh"),
        at=datetime(2026, 11, 20, 2, 5, tzinfo=UTC),
        before={"population": 1, "area_km2": "2.50"},
        after={"population": 2, "area_km2": "3.50"},
        reason="Số liệu mới;\nđã kiểm tra",
    )
    head, line, last = lines(leader)
    assert len(head) == len(line) == 11
    assert line[:3] == ["1", "09:05 20/11/2026", "Trần Thị Bình (binh)"]
    assert "Trường Thi" in line[5]
    before, after = line[7].split("\n"), line[8].split("\n")
    assert [each.split(": ")[1] for each in before] == ["1", "2,5"]
    assert [each.split(": ")[1] for each in after] == ["2", "3,5"]
    assert line[9] == "Số liệu mới;\nđã kiểm tra"
    assert line[10] == row.hash
    assert last[1] == "1"
    response = leader.get(EXPORT)
    assert "attachment" in response["Content-Disposition"]
    assert ".csv" in response["Content-Disposition"]
    assert response["Content-Type"] == "text/csv; charset=utf-8"


def test_no_cell_of_the_file_is_a_formula(leader, make_user):
    evil = "=cmd|' /C calc'!A0"
    ward = WardFactory(name="Trường Thi")
    user = make_user("ward", full_name="@SUM(A1)", username="evil")
    log(ward, by=user, about=["+1+1"], reason=evil, after={"-2+3": "x"})
    save_record(ward, acting_user=user, reason="\t=1")
    cells = [cell for line in lines(leader) for cell in line]
    assert f"'{evil}" in cells
    assert "'@SUM(A1) (evil)" in cells
    assert "'+1+1" in cells
    assert "'-2+3: x" in cells
    assert not [cell for cell in cells if cell.startswith(tuple("=+-@\t\r"))]


@pytest.mark.parametrize("start", list("=+-@\t\r\n＝＋－＠"))
def test_text_that_a_spreadsheet_would_run_is_guarded(start):
    assert guard(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("cell", ["", "1-1", "–", "Trường Thi", 0, -5, None])
def test_other_cells_are_left_as_they_are(cell):
    assert guard(cell) == cell


def test_the_file_speaks_the_readers_language(client_of):
    client = client_of("leader")
    log(WardFactory())
    client.cookies["django_language"] = "en"
    head, row, last = lines(client)
    assert head[1] == "Time"
    assert row[3] == "Record changed"
    assert last[0] == "Number of rows"


def test_the_file_is_read_in_batches(client_of):
    client = client_of("leader")
    ward = WardFactory()
    log_many(1100, ward)
    with CaptureQueriesContext(connection) as queries:
        assert len(lines(client)) == 1102
    assert len(queries) <= 10
