import os
import time
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from criteria.actions.evidence import DocumentFacts, add_evidence
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
    assert not evidence_root.exists()
    assert not check()[1]


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
