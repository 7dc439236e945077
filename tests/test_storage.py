"""The folder of the documents: their own, there, and written to the disk; else in words why not."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.urls import reverse

from criteria.models import Evidence
from namdinh_wards import checks, storage
from namdinh_wards.storage import MARK, EvidenceStorage, NotPrepared, prepare
from tests.factories import MembershipFactory, WardFactory
from tests.files.samples import pdf


@pytest.fixture
def production(settings, evidence_root):
    settings.DEMO = False
    settings.EVIDENCE_ROOT = evidence_root
    return settings


def problem() -> str:
    return " ".join(f"{error.msg} {error.hint}" for error in checks.check_evidence_folder())


def test_a_prepared_folder_of_its_own_is_served_from(production):
    assert not problem()


@pytest.mark.django_db
def test_a_folder_that_is_not_there_or_not_prepared_is_refused(production, evidence_root):
    (evidence_root / MARK).unlink()
    assert "prepare_evidence" in problem()
    evidence_root.rmdir()
    assert "prepare_evidence" in problem()
    with pytest.raises(ImproperlyConfigured, match="prepare_evidence"):
        checks.refuse_to_serve()


@pytest.mark.parametrize(
    "folder",
    ["static/evidence", "staticfiles/x", "static", "media/evidence", ".", "/", "/var/www/evidence"],
)
def test_a_folder_that_a_web_server_hands_out_is_refused(production, folder):
    production.EVIDENCE_ROOT = django_settings.BASE_DIR / folder
    assert "web root" in problem()


def test_a_link_into_a_served_folder_is_refused(production, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(django_settings.BASE_DIR / "static")
    production.EVIDENCE_ROOT = link / "evidence"
    assert "web root" in problem()


def test_a_folder_that_everybody_can_read_is_refused(production, evidence_root):
    evidence_root.chmod(0o755)
    assert "chmod o=" in problem()
    evidence_root.chmod(0o750)
    assert not problem()


def test_the_demonstration_asks_for_nothing(settings, tmp_path):
    settings.EVIDENCE_ROOT = tmp_path / "none"
    assert not problem()


def test_the_deployment_s_check_names_the_folder(tmp_path):
    environment = {
        "DEMO": "off",
        "SECRET_KEY": "Rk3-9vQzL0pTnXc7bYdW" * 3,
        "ALLOWED_HOSTS": "namdinh.example",
        "DATABASE_URL": "sqlite://:memory:",
        "EVIDENCE_ROOT": str(tmp_path),
        "PATH": os.environ["PATH"],
    }
    run = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy"],
        cwd=django_settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode != 0
    assert "namdinh_wards.E010" in run.stderr


def test_a_stored_file_and_its_folders_are_written_to_the_disk(evidence_root, monkeypatch):
    flushed = []
    monkeypatch.setattr(
        os, "fsync", lambda descriptor: flushed.append(os.readlink(f"/proc/self/fd/{descriptor}"))
    )
    name = storages["evidence"].save("ab/cd", ContentFile(b"x"))
    root = str(evidence_root)
    assert flushed == [f"{root}/{name}", f"{root}/ab", root]


def test_nothing_is_stored_in_a_folder_without_its_mark(evidence_root):
    (evidence_root / MARK).unlink()
    with pytest.raises(NotPrepared):
        EvidenceStorage(evidence_root).save("ab/cd", ContentFile(b"x"))
    assert not list(evidence_root.iterdir())
    prepare(evidence_root)
    assert EvidenceStorage(evidence_root).listdir("") == ([], [])


def full(path: Path) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def broken(path: Path) -> None:
    raise OSError(errno.EIO, "Input/output error")


@pytest.mark.django_db
@pytest.mark.parametrize("step", ["new_file", "receive_data_chunk", "file_complete"])
def test_a_disk_that_is_full_on_the_way_loses_the_file_alone(
    step, monkeypatch, client_of, make_user
):
    def no_room(self, *args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    officer, ward = make_user("ward"), WardFactory()
    MembershipFactory(user=officer, ward=ward)
    monkeypatch.setattr(TemporaryFileUploadHandler, step, no_room)
    # Larger than what Django keeps in memory.
    file = SimpleUploadedFile("a.pdf", pdf("x" * 3 * 1024 * 1024))
    url = reverse("criteria:ward-evidence", args=[ward.pk])
    response = client_of(officer).post(url, {"number": "54/KH", "file": file})
    assert response.status_code == 422
    assert "đã đầy" in response.content.decode()
    assert 'value="54/KH"' in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda root, patch: (root / MARK).unlink(), "Không thấy kho lưu tài liệu"),
        (lambda root, patch: patch.setattr(storage, "_flush", full), "đã đầy"),
        (lambda root, patch: patch.setattr(storage, "_flush", broken), "Không lưu được tài liệu"),
    ],
)
def test_an_upload_that_the_disk_refuses_is_said_in_words_and_kept(
    spoil, words, evidence_root, monkeypatch, client_of, make_user
):
    officer, ward = make_user("ward"), WardFactory()
    MembershipFactory(user=officer, ward=ward)
    spoil(evidence_root, monkeypatch)
    typed = {"title": "Kế hoạch 54", "number": "54/KH", "issued_by": "UBND"}
    file = SimpleUploadedFile("a.pdf", pdf())
    url = reverse("criteria:ward-evidence", args=[ward.pk])
    response = client_of(officer).post(url, typed | {"file": file})
    assert response.status_code == 422
    assert words in response.content.decode()
    assert 'value="54/KH"' in response.content.decode()
    assert not Evidence.objects.exists()
    assert not [path for path in evidence_root.rglob("*") if path.is_file() and path.name != MARK]
