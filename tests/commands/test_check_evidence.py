import os
import time
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from criteria.actions.evidence import DocumentFacts, add_evidence
from namdinh_wards.storage import MARK
from tests.factories import EvidenceFactory, UserFactory, WardFactory
from tests.files.samples import pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def document():
    file = SimpleUploadedFile("a.pdf", pdf())
    return add_evidence(WardFactory(), DocumentFacts("Kế hoạch"), file, acting_user=UserFactory())[
        0
    ]


def check(**options):
    """Return what the command prints, and whether it found anything wrong."""
    out = StringIO()
    try:
        call_command("check_evidence", stdout=out, **options)
    except CommandError:
        return out.getvalue(), True
    return out.getvalue(), False


def test_all_in_order(document):
    EvidenceFactory()  # a reference has no file to miss
    said, is_wrong = check()
    assert not is_wrong
    assert document.file not in said


def test_nothing_was_ever_uploaded(evidence_root):
    (evidence_root / MARK).unlink()
    evidence_root.rmdir()
    assert not check()[1]


def test_a_disk_that_is_not_mounted_is_said_instead_of_every_document(document, evidence_root):
    evidence_root.rename(evidence_root.with_name("elsewhere"))
    evidence_root.mkdir()
    for command in ("check_evidence", "prepare_evidence"):
        with pytest.raises(CommandError, match="ổ đĩa"):
            call_command(command)
    assert not list(evidence_root.iterdir())


def test_a_folder_is_prepared_once_and_for_the_service_alone(evidence_root):
    (evidence_root / MARK).unlink()
    evidence_root.rmdir()
    for _time in range(2):
        call_command("prepare_evidence", stdout=StringIO())
    assert (evidence_root / MARK).is_file()
    assert evidence_root.stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_made_is_said(evidence_root):
    (evidence_root / MARK).unlink()
    evidence_root.rmdir()
    evidence_root.write_text("a file")
    with pytest.raises(CommandError, match="evidence"):
        call_command("prepare_evidence")


def test_a_missing_and_a_changed_file_are_named(document, evidence_root):
    path = evidence_root / document.file
    path.write_bytes(pdf("giả"))
    said, is_wrong = check()
    assert is_wrong
    assert document.file in said
    assert "Kế hoạch" in said
    path.unlink()
    said, is_wrong = check(move_orphans_to=evidence_root.parent / "orphans")
    assert is_wrong
    assert document.file in said


def test_a_file_without_a_row_is_named_and_moved_once_it_is_old(document, evidence_root):
    orphans = evidence_root.parent / "orphans"
    young, old = evidence_root / "ab" / "young", evidence_root / "old"
    young.parent.mkdir(exist_ok=True)
    for path in (young, old):
        path.write_bytes(b"x")
    now = time.time()
    os.utime(young, (now, now))
    os.utime(old, (now - 3700, now - 3700))
    said, is_wrong = check()
    assert is_wrong
    assert "ab/young" in said
    assert "old" in said
    said, is_wrong = check(move_orphans_to=orphans)
    assert is_wrong  # the young one may be an upload under way
    assert young.exists()
    assert not old.exists()
    assert (orphans / "old").read_bytes() == b"x"
    assert (evidence_root / document.file).exists()
    os.utime(young, (now - 3700, now - 3700))
    assert not check(move_orphans_to=orphans)[1]
    assert (orphans / "ab" / "young").read_bytes() == b"x"
    assert not check()[1]


def orphan(evidence_root):
    path = evidence_root / "old"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x")
    os.utime(path, (time.time() - 3700,) * 2)
    return path


def test_nothing_is_moved_where_the_database_knows_of_no_file(evidence_root):
    """An empty database, or the wrong one: every file would be too many."""
    EvidenceFactory()
    path, orphans = orphan(evidence_root), evidence_root.parent / "orphans"
    assert check(move_orphans_to=orphans)[1]
    assert path.exists()
    assert not orphans.exists()


def test_nothing_is_moved_within_the_storage(document, evidence_root):
    path = orphan(evidence_root)
    assert check(move_orphans_to=evidence_root / "orphans")[1]
    assert path.exists()


def test_what_was_moved_before_is_not_overwritten(document, evidence_root):
    path, orphans = orphan(evidence_root), evidence_root.parent / "orphans"
    orphans.mkdir()
    (orphans / "old").write_bytes(b"another")
    assert check(move_orphans_to=orphans)[1]
    assert path.exists()
    assert (orphans / "old").read_bytes() == b"another"
