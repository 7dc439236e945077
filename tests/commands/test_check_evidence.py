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
    said, is_wrong = check(delete_orphans=True)
    assert is_wrong
    assert document.file in said


def test_a_file_without_a_row_is_named_and_deleted_once_it_is_old(document, evidence_root):
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
    said, is_wrong = check(delete_orphans=True)
    assert is_wrong  # the young one may be an upload under way
    assert young.exists()
    assert not old.exists()
    assert (evidence_root / document.file).exists()
    os.utime(young, (now - 3700, now - 3700))
    assert not check(delete_orphans=True)[1]
    assert not check()[1]
