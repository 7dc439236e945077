"""Small good files for every command, and a way to load them with something else in them."""

from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import translation

FILES = {
    "wards": """\
code,name,kind,valid_from,valid_to,population,area_km2,source
13636,Trần Tế Xương,ward,2023-01-01,2024-09-01,11702,0.73,
13702,Lộc An,commune,2023-01-01,2024-09-01,,,
13636,Vị Xuyên,ward,2024-09-01,,,,
""",
    "successions": """\
predecessor_code,predecessor_valid_from,outside_name,successor_code,successor_valid_from,effective_on,relation,legal_basis,source
13636,2023-01-01,,13636,2024-09-01,2024-09-01,merged_into,Nghị quyết 1104,
13702,2023-01-01,,13636,2024-09-01,2024-09-01,merged_into,Nghị quyết 1104,
,,xã Mỹ Hưng (Huyện Mỹ Lộc),13636,2024-09-01,2024-09-01,merged_into,Nghị quyết 1104,
""",
    "tiles": """\
code,valid_from,column,row
13636,2023-01-01,1,1
13702,2023-01-01,2,1
13636,2024-09-01,1,1
""",
    "sets": """\
code,title,legal_basis,is_official,effective_from,effective_to,status
bo-1,Bộ một,,no,2021-07-13,,published
""",
    "criteria": """\
criteria_set,number,code,group_code,group_name,group_name_en,name,name_en,lead_agency,guidance,requirement,measure,comparator,threshold,unit,norm_per_ward,evidence,origin,source
bo-1,1,TC01,A,Lãnh đạo,Leadership,Nghị quyết,Resolution,,,Đã ban hành,yes_no,,,,no,,seed,
bo-1,1,TC01,A,Lãnh đạo,Leadership,Nghị quyết,Resolution,,,Số kỷ luật,number,<=,0,người,no,,public,
bo-1,2,TC02,B,Trụ sở,Headquarters,Diện tích,Area,,,Diện tích,number,>=,,m²,yes,,working,
""",
    "targets": """\
due_on,percent,legal_basis,source
2025-12-31,30,Kế hoạch 54,
""",
    "pledges": """\
code,valid_from,year,legal_basis,source
13636,2023-01-01,2023,,
""",
    "rounds": """\
name,year,starts_on,ends_on,submit_by,verify_by,criteria_set,status
Đợt 2023,2023,2022-11-16,2023-11-15,2023-11-30,2023-12-15,bo-1,closed
""",
}
OPTIONS = {
    "load_wards": ("wards", "successions", "tiles"),
    "load_criteria": ("sets", "criteria"),
    "load_roadmap": ("targets", "pledges", "rounds"),
}

Load = Callable[..., str]


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def load(db: None, tmp_path: Path) -> Load:
    """Run a command on the small files, or on those given as text or bytes; return its output."""

    def run(command: str, **contents: str | bytes) -> str:
        paths = {}
        for option in OPTIONS[command]:
            content = contents.get(option, FILES[option])
            paths[option] = tmp_path / f"{option}.csv"
            paths[option].write_bytes(content.encode() if isinstance(content, str) else content)
        output = StringIO()
        call_command(command, stdout=output, **paths)
        return output.getvalue()

    return run


@pytest.fixture
def load_seeds(db: None) -> Load:
    """Run commands on the files that the program brings; return what they say."""

    def run(*commands: str) -> str:
        output = StringIO()
        for command in commands:
            call_command(command, stdout=output)
        return output.getvalue()

    return run


def with_line(option: str, line: int, text: str) -> str:
    """Return a small file with one line replaced; a line past the end is added."""
    lines = FILES[option].splitlines()
    lines[line - 1 : line] = [text]
    return "\n".join(lines)
