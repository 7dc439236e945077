"""`manage.py readiness`: what a script reads, and what a person reads."""

import json
from datetime import date, datetime
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import translation

from criteria.models import Ward
from tests.factories import (
    RecognitionFactory,
    RoadmapTargetFactory,
    RoundFactory,
    WardFactory,
    approve_with,
    make_set,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> None:
    """Three wards and a commune at the end of 2025: ready, one criterion short, without a sheet."""
    round = RoundFactory(year=2025, name="Đợt 2025", criteria_set=make_set(n_criteria=4))
    ready = WardFactory(code="13660", name="Vị Xuyên")
    short = WardFactory(code="13633", name="Trần Hưng Đạo")
    WardFactory(code="13639", name="Đông Mạc")
    WardFactory(code="13702", name="Nam Phong", kind=Ward.Kind.COMMUNE)
    approve_with(ready, round, {1: "met", 2: "met", 3: "not_applicable", 4: "met"})
    approve_with(short, round, {1: "not_met", 2: "met", 3: "not_met"})
    RecognitionFactory(ward=ready, year=2024, decided_on=date(2025, 3, 1))
    RoadmapTargetFactory(due_on=date(2025, 12, 31), percent=30)
    RoadmapTargetFactory(due_on=date(2030, 12, 31), percent=100)


def printed(*arguments: str) -> str:
    out, err = StringIO(), StringIO()
    with translation.override("en"):
        call_command("readiness", *arguments, stdout=out, stderr=err)
    assert err.getvalue() == ""
    return out.getvalue()


@pytest.mark.usefixtures("city")
def test_json_has_this_shape_and_nothing_else() -> None:
    assert json.loads(printed("--json", "--on", "2026-01-15")) == {
        "on": "2026-01-15",
        "known": None,
        "in_scope": 3,
        "ready": 1,
        "recognised": 1,
        "founded_since": 0,
        "round": "Đợt 2025",
        "settled_on": "2025-12-15",
        "provisional": None,
        "targets": [
            {
                "due_on": "2025-12-31",
                "percent": 30,
                "required": 1,
                "achieved": 1,
                "short": 0,
                "outcome": "reached",
                "provisional": None,
            },
            {
                "due_on": "2030-12-31",
                "percent": 100,
                "required": 3,
                "achieved": 1,
                "short": 2,
                "outcome": "short",
                "provisional": None,
            },
        ],
        "wards": [
            {
                "code": "13639",
                "name": "Đông Mạc",
                "round": None,
                "met": 0,
                "not_met": 0,
                "not_applicable": 0,
                "pending": 4,
                "applicable": 4,
                "ready": False,
                "unmet": [],
            },
            {
                "code": "13633",
                "name": "Trần Hưng Đạo",
                "round": "Đợt 2025",
                "met": 1,
                "not_met": 2,
                "not_applicable": 0,
                "pending": 1,
                "applicable": 4,
                "ready": False,
                "unmet": [1, 3],
            },
            {
                "code": "13660",
                "name": "Vị Xuyên",
                "round": "Đợt 2025",
                "met": 3,
                "not_met": 0,
                "not_applicable": 1,
                "pending": 0,
                "applicable": 3,
                "ready": True,
                "unmet": [],
            },
        ],
    }


@pytest.mark.usefixtures("city")
def test_json_is_alone_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("readiness", "--json", "--on", "2026-01-15")
    captured = capsys.readouterr()
    assert json.loads(captured.out)["ready"] == 1
    assert captured.err == ""
    assert "Đông Mạc" in captured.out


@pytest.mark.usefixtures("city")
def test_before_any_round_has_ended_every_number_is_zero() -> None:
    found = json.loads(printed("--json", "--on", "2024-05-01"))
    assert found["ready"] == found["recognised"] == 0
    assert [target["required"] for target in found["targets"]] == [1, 3]
    for ward in found["wards"]:
        assert ward["round"] is None
        assert ward["pending"] == ward["applicable"] == ward["met"] == 0


def test_an_empty_city_has_an_answer_too() -> None:
    nobody = {"in_scope": 0, "ready": 0, "recognised": 0, "founded_since": 0}
    nothing = {"round": None, "settled_on": None, "provisional": None}
    expected = {"on": "2026-01-15", "known": None, **nobody, **nothing}
    assert json.loads(printed("--json", "--on", "2026-01-15")) == {
        **expected,
        "targets": [],
        "wards": [],
    }
    assert printed("--on", "2026-01-15") == (
        "15/01/2026: 0 of 0 wards meet every criterion; 0 recognised.\n"
    )


@pytest.mark.usefixtures("city")
def test_the_text_is_an_aligned_table() -> None:
    headline, targets, wards = printed("--on", "2026-01-15").strip().split("\n\n")
    assert headline == "15/01/2026: 1 of 3 wards meet every criterion; 1 recognised."
    assert [line.split() for line in targets.splitlines()[2:]] == [
        ["31/12/2025", "30", "%", "31/12/2025", "1", "1", "0", "reached"],
        ["31/12/2030", "100", "%", "15/01/2026", "3", "1", "2", "–"],
    ]
    head, rule, *rows = wards.splitlines()
    starts = [place for place, char in enumerate(rule) if f" {rule}"[place : place + 2] == " ─"]
    assert starts[0] == 0
    cells = [
        [row[start:end].strip() for start, end in zip(starts, [*starts[1:], None], strict=True)]
        for row in (head, *rows)
    ]
    assert cells[1:] == [
        ["13639", "Đông Mạc", "no approved sheet", "–", "0", "0", "4", "–", "–"],
        ["13633", "Trần Hưng Đạo", "Đợt 2025", "1/4", "2", "0", "1", "no", "1, 3"],
        ["13660", "Vị Xuyên", "Đợt 2025", "3/3", "0", "1", "0", "yes", "–"],
    ]
    assert len(cells[0]) == 9
    assert all(cells[0])


@pytest.mark.usefixtures("city")
def test_a_decomposed_name_keeps_the_table_aligned() -> None:
    composed = printed("--on", "2026-01-15")
    Ward.objects.filter(code="13639").update(name="Đo\u0302ng Ma\u0323c")
    assert printed("--on", "2026-01-15") == composed


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("on", ["2025-12-31", "31/12/2025", " 31/12/2025 "])
def test_a_date_has_two_forms(on: str) -> None:
    assert json.loads(printed("--json", "--on", on))["on"] == "2025-12-31"


@pytest.mark.usefixtures("city")
def test_the_day_comes_before_the_month() -> None:
    assert json.loads(printed("--json", "--on", "05/09/2026"))["on"] == "2026-09-05"


@pytest.mark.parametrize(
    "on", ["12/31/2025", "2025-02-30", "31.12.2025", "31/12/25", "today", "20251231", ""]
)
def test_a_bad_date_says_which_forms_are_accepted(on: str) -> None:
    with pytest.raises(CommandError, match="2025-12-31 or 31/12/2025"):
        printed("--on", on)


def test_today_is_today_in_vietnam() -> None:
    just_past_midnight = datetime(2026, 1, 1, 0, 30, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    with time_machine.travel(just_past_midnight, tick=False):
        assert json.loads(printed("--json"))["on"] == "2026-01-01"
