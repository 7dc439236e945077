"""The process in which a file is read: fast for good files, stopped where a file makes it work."""

import io
import os
import sys
import textwrap
import time

import pytest
from PIL import Image

from criteria.contents import limits, segments
from criteria.contents.kinds import KINDS
from criteria.contents.refused import Reason, Refused
from criteria.files import FileRefused, inspect, process
from criteria.files.refusal import WORDS
from namdinh_wards.checks import check_readers_can_be_limited
from tests.files.samples import GOOD, png_of_size, scans

MEGABYTE = 1024 * 1024


def in_process(tmp_path, content: bytes, **given) -> str:
    path = tmp_path / "upload"
    path.write_bytes(content)
    with path.open("rb") as file:
        return process.kind_of(file, **given)


@pytest.mark.parametrize("kind", KINDS)
def test_the_process_says_of_each_kind_what_it_is(tmp_path, kind):
    assert in_process(tmp_path, GOOD[kind]) == kind


def test_the_process_gives_the_reason_and_what_it_is_about(tmp_path):
    with pytest.raises(Refused) as refused:
        in_process(tmp_path, png_of_size(20_000, 20_000))
    assert (refused.value.reason, refused.value.params) == (Reason.PIXELS, {"n": 80})


def test_every_reason_has_its_words():
    assert set(WORDS) == set(Reason)


def test_a_progressive_picture_of_thousands_of_scans_is_refused_before_it_is_drawn():
    content = scans(3000, (2000, 2000))
    assert len(content) < MEGABYTE
    began = time.monotonic()
    with pytest.raises(FileRefused, match="nhiều lớp"):
        inspect(io.BytesIO(content), "ảnh.jpg", MEGABYTE)
    assert time.monotonic() - began < 2


def test_pictures_with_as_many_scans_as_programs_write_pass(tmp_path):
    made = io.BytesIO()
    Image.effect_noise((300, 200), 50).save(made, "JPEG", progressive=True)
    assert 2 < made.getvalue().count(b"\xff\xda") < segments.MAX_SCANS
    assert in_process(tmp_path, made.getvalue()) == "jpeg"


# What a reader does when a file has got the better of it.
WORKING = "while True: pass"
FILLING = "x = []\nwhile True: x.append(bytearray(2 ** 24))"
WAITING = "import time\ntime.sleep(60)"
WRITING = "open('/tmp/criteria-written', 'wb', 0).write(b'x')"
CRASHING = "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)"


@pytest.mark.parametrize("work", [WORKING, FILLING, WAITING, WRITING, CRASHING])
def test_a_reader_that_works_on_and_on_is_stopped(tmp_path, monkeypatch, work):
    monkeypatch.setattr(limits, "SECONDS", 3)
    code = f"""
        from criteria.contents import limits
        limits.CPU_SECONDS = 1
        limits.apply()
        {textwrap.indent(work, " " * 8).strip()}
        print('{{"kind": "pdf"}}')
    """
    began = time.monotonic()
    with pytest.raises(Refused) as refused:
        in_process(tmp_path, b"x", command=[sys.executable, "-c", textwrap.dedent(code)])
    assert refused.value.reason == Reason.LIMITS
    assert time.monotonic() - began < 10


def test_the_process_gets_no_secrets(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "of-the-server")
    assert "SECRET_KEY" in os.environ
    code = "import os, json; print(json.dumps({'kind': ','.join(sorted(os.environ))}))"
    given = in_process(tmp_path, b"x", command=[sys.executable, "-E", "-c", code])
    assert "SECRET_KEY" not in given
    assert "DATABASE_URL" not in given


def test_a_machine_that_cannot_check_says_so(monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("criteria.files.inspection.TemporaryFile", full)
    with pytest.raises(FileRefused, match="quản trị"):
        inspect(io.BytesIO(GOOD["pdf"]), "a.pdf", MEGABYTE)


def test_a_system_without_limits_is_told_at_the_deployment_s_check(monkeypatch):
    assert check_readers_can_be_limited() == []
    monkeypatch.setattr("namdinh_wards.checks.find_spec", lambda name: None)
    assert [warning.id for warning in check_readers_can_be_limited()] == ["namdinh_wards.W001"]
