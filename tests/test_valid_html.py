"""The judge of the pages keeps what is answered, and says what is wrong with it."""

import os
import shutil

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from tests.valid_html import FOLDER, JAR, findings, kept

PAGE = '<!DOCTYPE html><html lang="vi"><head><title>Trang</title></head><body>{}</body></html>'


@pytest.fixture
def keep(tmp_path, monkeypatch):
    monkeypatch.setenv(FOLDER, str(tmp_path))

    def answer(text, **headers):
        return kept(lambda request: HttpResponse(text, headers=headers))(RequestFactory().get("/"))

    return answer


def test_pages_are_kept_once_a_kind_and_files_never(keep, tmp_path):
    for text in ("<p>Phường 1</p>", "<p>Phường 22</p>", "<p><b>Phường</b></p>"):
        keep(text)
    keep("<p>", **{"Content-Type": "text/csv"})
    assert len(list(tmp_path.glob("*.html"))) == 2


@pytest.mark.skipif(
    not (os.environ.get(JAR) and shutil.which("java")), reason=f"takes Java, and {JAR}"
)
def test_what_is_invalid_is_found_and_said_whoever_asked(keep, tmp_path):
    for text in (PAGE.format("<p>Đủ</p>"), "<p>Đủ</p>", "<tr><td>Đủ</td></tr>"):
        keep(text)
    assert findings(os.environ[JAR], tmp_path) == []
    keep(PAGE.format("<p hx-get='/'>Thiếu</p>"))
    keep("<tr><td><time datetime='2026-11-20T09:00:00.123456+07:00'>20/11</time></td></tr>")
    first, second = sorted(findings(os.environ[JAR], tmp_path), key=len)
    assert "hx-get" in first
    assert "A fraction of a second" in second
    assert "GET /" in first
