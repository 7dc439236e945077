"""Documents: added once, attached like an entry of the unit, superseded and never lost."""

import errno
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import IntegrityError, InterfaceError, OperationalError

from criteria.actions import evidence as actions
from criteria.actions.evidence import (
    DocumentFacts,
    add_and_attach,
    add_evidence,
    attach,
    detach,
    supersede,
)
from criteria.actions.results import Stale
from criteria.actions.uploads import inspected, stored
from criteria.files import FileRefused
from criteria.models import Activity, Assessment, Evidence, EvidenceUse, Result
from criteria.sheets.duplicates import SameNumber
from criteria.sheets.evidence import documents_to_attach, evidence_of, uses_of
from namdinh_wards.storage import MARK
from tests import hands
from tests.factories import EvidenceFactory, UserFactory, WardFactory, make_sheet
from tests.files.samples import pdf

pytestmark = pytest.mark.django_db

PLAN = DocumentFacts("Kế hoạch 54", "54/KH-UBND", date(2023, 5, 1), "UBND thành phố")
ANOTHER = replace(PLAN, is_another=True)


@pytest.fixture
def officer():
    return UserFactory()


@pytest.fixture
def assessment():
    return make_sheet(n_criteria=2)


def upload(content=None, name="Kế hoạch.pdf"):
    return SimpleUploadedFile(name, pdf() if content is None else content)


def put(assessment, number, document, by, **facts):
    """Attach as whoever has just read the sheet."""
    sheet = hands.open_sheet(assessment)
    row = hands.row_of(sheet, number)
    facts.setdefault("version", row.version)
    return attach(sheet, row, document, acting_user=by, **facts)


def take_off(assessment, number, document, by, **facts):
    sheet = hands.open_sheet(assessment)
    row = hands.row_of(sheet, number)
    facts.setdefault("version", row.version)
    return detach(sheet, row, document, acting_user=by, **facts)


def add_to(assessment, number, by, file=None, said=PLAN):
    sheet = hands.open_sheet(assessment)
    row = hands.row_of(sheet, number)
    return add_and_attach(sheet, row, said, file, version=row.version, acting_user=by)


def files_in(root):
    return [path for path in root.rglob("*") if path.is_file() and path.name != MARK]


# --- adding ---------------------------------------------------------------------------------------


def test_a_document_is_stored_with_its_file_under_a_name_of_our_own(officer, evidence_root):
    ward, content = WardFactory(), pdf()
    document, is_new = add_evidence(ward, PLAN, upload(content), acting_user=officer)
    stored = Evidence.objects.get()
    assert is_new
    assert (document, stored.title, stored.issued_on) == (stored, PLAN.title, PLAN.issued_on)
    assert (stored.kind, stored.size, stored.file_name) == ("pdf", len(content), "Kế hoạch.pdf")
    (path,) = files_in(evidence_root)
    assert path.read_bytes() == content
    assert str(path.relative_to(evidence_root)) == stored.file
    assert "hoạch" not in stored.file
    assert path.stat().st_mode & 0o077 == 0
    entry = Activity.objects.get()
    assert (entry.verb, entry.ward, entry.actor) == ("create", ward, officer)
    assert entry.after["sha256"] == stored.sha256
    assert "file" not in entry.after


def test_a_large_upload_that_waits_on_the_disk_is_stored_too(officer, evidence_root):
    file = TemporaryUploadedFile("a.pdf", "application/pdf", len(pdf()), None)
    file.write(pdf())
    add_evidence(WardFactory(), PLAN, file, acting_user=officer)
    file.close()
    (path,) = files_in(evidence_root)
    assert path.read_bytes() == pdf()
    assert path.stat().st_mode & 0o077 == 0


def test_a_reference_needs_what_the_document_can_be_found_by(officer):
    document, _ = add_evidence(WardFactory(), PLAN, None, acting_user=officer)
    assert (document.file, document.sha256, document.size) == ("", "", None)
    for said in [
        DocumentFacts("Kế hoạch", "54/KH-UBND"),
        DocumentFacts("Kế hoạch", issued_by="UBND thành phố"),
        DocumentFacts(" ", "54/KH-UBND", None, "UBND thành phố"),
    ]:
        with pytest.raises(ValidationError):
            add_evidence(WardFactory(), said, None, acting_user=officer)
    assert Evidence.objects.count() == 1


def test_the_same_file_twice_in_a_ward_is_the_document_that_is_there(officer, evidence_root):
    ward = WardFactory()
    first, _ = add_evidence(ward, PLAN, upload(), acting_user=officer)
    again, is_new = add_evidence(
        ward, DocumentFacts("Tên khác"), upload(name="khác.pdf"), acting_user=officer
    )
    assert (again, is_new, again.title) == (first, False, PLAN.title)
    elsewhere, is_new = add_evidence(WardFactory(), PLAN, upload(), acting_user=officer)
    assert is_new
    assert elsewhere != first
    assert len(files_in(evidence_root)) == 2


def test_the_same_file_at_the_same_time_is_one_document(
    officer, evidence_root, monkeypatch, assessment
):
    """Both looked before either had stored it: the constraint tells the second."""
    first, _ = add_evidence(assessment.ward, PLAN, upload(), acting_user=officer)
    monkeypatch.setattr(actions, "check_file", lambda ward, sha256: None)
    again = add_evidence(assessment.ward, ANOTHER, upload(), acting_user=officer)
    assert again == (first, False)
    assert add_to(assessment, 1, officer, upload(), said=ANOTHER) == (first, False)
    assert EvidenceUse.objects.get().evidence == first
    with pytest.raises(FileRefused):
        supersede(first, ANOTHER, upload(), acting_user=officer)
    assert len(files_in(evidence_root)) == 1


@pytest.mark.parametrize(
    ("number", "issued_on"),
    [
        ("54/KH-UBND", date(2023, 5, 1)),
        ("Số 54/KH-UBND", None),
        ("54 / kh – ubnd", date(2023, 7, 9)),
        ("054/KH-UBND", date(2023, 5, 1)),
    ],
)
def test_a_number_that_the_ward_has_already_is_asked_about(officer, assessment, number, issued_on):
    known, _ = add_evidence(assessment.ward, PLAN, None, acting_user=officer)
    again = replace(PLAN, number=number, issued_on=issued_on, title="Kế hoạch")
    for file in (None, upload()):
        with pytest.raises(SameNumber) as asked:
            add_evidence(assessment.ward, again, file, acting_user=officer)
        assert asked.value.documents == [known]
        with pytest.raises(SameNumber):
            add_to(assessment, 1, officer, file, said=again)
    assert Evidence.objects.get() == known
    assert not Assessment.objects.exists()
    stored_now, is_new = add_evidence(
        assessment.ward, replace(again, is_another=True), None, acting_user=officer
    )
    assert is_new
    assert stored_now != known


def test_another_number_year_or_ward_is_another_document(officer, assessment):
    add_evidence(assessment.ward, PLAN, None, acting_user=officer)
    for other in (
        replace(PLAN, number="540/KH-UBND"),
        replace(PLAN, number="54/BC-UBND"),
        replace(PLAN, issued_on=date(2024, 5, 1)),
    ):
        assert add_evidence(assessment.ward, other, None, acting_user=officer)[1]
    assert add_evidence(WardFactory(), PLAN, None, acting_user=officer)[1]
    for _time in range(2):  # without a number there is nothing to compare
        unnumbered = replace(PLAN, number="", issued_by="")
        assert add_evidence(
            assessment.ward, unnumbered, upload(pdf(str(_time))), acting_user=officer
        )[1]


def test_a_later_document_may_have_the_number_whose_place_it_takes(officer, assessment):
    first, _ = add_evidence(assessment.ward, PLAN, None, acting_user=officer)
    later = supersede(first, PLAN, upload(), acting_user=officer)
    with pytest.raises(SameNumber) as asked:
        add_evidence(assessment.ward, PLAN, None, acting_user=officer)
    assert asked.value.documents == [later]
    other, _ = add_evidence(
        assessment.ward, replace(PLAN, number="9/BC"), None, acting_user=officer
    )
    with pytest.raises(SameNumber):
        supersede(other, PLAN, None, acting_user=officer)


def test_a_refused_file_leaves_nothing(officer, evidence_root, settings, assessment):
    settings.EVIDENCE_MAX_BYTES = 100
    for content in (b"", b"<script>", pdf()):
        with pytest.raises(FileRefused):
            add_evidence(assessment.ward, PLAN, upload(content), acting_user=officer)
        with pytest.raises(FileRefused):
            add_to(assessment, 1, officer, upload(content))
    assert not Evidence.objects.exists()
    assert not Assessment.objects.exists()
    assert not files_in(evidence_root)


def break_storage(monkeypatch):
    """The disk is full after the first bytes."""

    def save(self, name, content, max_length=None):
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "disk full")

    monkeypatch.setattr(FileSystemStorage, "save", save)
    return FileRefused


def break_row(monkeypatch):
    def save(self, *args, **kwargs):
        raise RuntimeError("the database went away")

    monkeypatch.setattr(Evidence, "save", save)
    return RuntimeError


def break_log(monkeypatch):
    def append(self, entries):
        raise IntegrityError("the log")

    monkeypatch.setattr(type(Activity.objects), "append", append)
    return IntegrityError


def interrupt(monkeypatch):
    def append(self, entries):
        raise KeyboardInterrupt

    monkeypatch.setattr(type(Activity.objects), "append", append)
    return KeyboardInterrupt


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_where_the_database_has_gone_away_the_file_stays(error, officer, evidence_root, assessment):
    """The commit may have come through: a row without its file would be a document lost."""
    with pytest.raises(error), stored(inspected(upload())) as name:
        raise error("server closed the connection unexpectedly")
    assert (evidence_root / name).exists()


@pytest.mark.parametrize("fail", [break_storage, break_row, break_log, interrupt])
def test_a_failure_in_the_middle_leaves_neither_row_nor_file(
    fail, officer, evidence_root, monkeypatch, assessment
):
    earlier = EvidenceFactory(ward=assessment.ward)
    hands.fill(assessment, officer)
    error = fail(monkeypatch)
    with pytest.raises(error):
        add_evidence(assessment.ward, ANOTHER, upload(), acting_user=officer)
    with pytest.raises(error):
        add_to(assessment, 1, officer, upload(), said=ANOTHER)
    with pytest.raises(error):
        supersede(earlier, ANOTHER, upload(), acting_user=officer)
    assert Evidence.objects.get() == earlier
    assert not EvidenceUse.objects.exists()
    assert set(Result.objects.values_list("version", flat=True)) == {1}
    assert not files_in(evidence_root)


# --- attaching ------------------------------------------------------------------------------------


def test_attaching_is_an_entry_of_the_unit(officer, assessment):
    hands.fill(assessment, UserFactory())
    document = EvidenceFactory(ward=assessment.ward)
    before = hands.open_sheet(assessment)
    after = put(assessment, 1, document, officer)
    row = hands.row_of(after, 1)
    assert row.version == hands.row_of(before, 1).version + 1
    assert after.assessment.version == before.assessment.version + 1
    assert (row.result.entered_by, row.self_verdict) == (
        officer,
        hands.row_of(before, 1).self_verdict,
    )
    (use,) = evidence_of(after.assessment)[row.result.pk]
    assert (use.evidence, use.attached_by) == (document, officer)
    entry = Activity.objects.first()
    assert (entry.verb, entry.object_type, entry.object_id) == (
        "attach",
        "criteria.result",
        row.result.pk,
    )
    assert (entry.ward, entry.before) == (assessment.ward, {})
    assert entry.after == {"evidence": str(document)}
    assert str(row.criterion) in entry.object_name


def test_attaching_begins_a_sheet_and_a_row(officer, assessment):
    document, is_new = add_to(assessment, 2, officer, upload())
    assert is_new
    row = hands.row_of(hands.open_sheet(assessment), 2)
    assert (row.version, row.self_verdict) == (1, "pending")
    assert [entry.verb for entry in Activity.objects.all()] == ["attach", "create"]
    assert documents_to_attach(assessment.ward, "ke hoach", row.result.pk).get().is_attached
    assert uses_of(document)[0].result == row.result


def test_one_document_serves_many_criteria_and_a_criterion_has_several(officer, assessment):
    documents = EvidenceFactory.create_batch(2, ward=assessment.ward)
    for number in (1, 2):
        for document in documents:
            put(assessment, number, document, officer)
    found = evidence_of(hands.open_sheet(assessment).assessment)
    assert [[use.evidence for use in uses] for uses in found.values()] == [documents, documents]


def test_attaching_twice_changes_nothing_and_is_never_stale(officer, assessment):
    document = EvidenceFactory(ward=assessment.ward)
    after = put(assessment, 1, document, officer)
    again = put(assessment, 1, document, officer, version=0)
    assert hands.row_of(again, 1).version == hands.row_of(after, 1).version
    assert EvidenceUse.objects.count() == 1


def test_a_row_that_somebody_saved_meanwhile_is_stale(officer, assessment, evidence_root):
    document = EvidenceFactory(ward=assessment.ward)
    early = hands.open_sheet(assessment)
    row = hands.row_of(early, 1)
    hands.save(assessment, 1, hands.YES, UserFactory())
    facts = {"version": 0, "acting_user": officer}
    with pytest.raises(Stale):
        put(assessment, 1, document, officer, version=0)
    for act in (
        lambda: attach(early, row, document, **facts),
        lambda: add_and_attach(early, row, PLAN, upload(), **facts),
    ):
        with pytest.raises(Stale) as stale:
            act()
        assert hands.row_of(stale.value.sheet, 1).version == 1
    assert not EvidenceUse.objects.exists()
    assert not files_in(evidence_root)
    put(assessment, 1, document, officer)
    with pytest.raises(Stale):
        take_off(assessment, 1, document, officer, version=1)


def test_a_document_of_another_ward_is_refused(officer, assessment):
    with pytest.raises(ValidationError, match=r"phường khác|another ward"):
        put(assessment, 1, EvidenceFactory(), officer)
    assert not Assessment.objects.exists()


def test_taken_off_it_stays_on_record(officer, assessment):
    document = EvidenceFactory(ward=assessment.ward)
    put(assessment, 1, document, officer)
    other = UserFactory()
    after = take_off(assessment, 1, document, other)
    assert hands.row_of(after, 1).version == 2
    use = EvidenceUse.objects.get()
    assert (use.attached_by, use.detached_by) == (officer, other)
    assert not evidence_of(after.assessment)
    entry = Activity.objects.first()
    assert (entry.verb, entry.before, entry.after) == (
        "detach",
        {"evidence": str(document)},
        {},
    )
    assert take_off(assessment, 1, document, other, version=0)  # again: nothing to do
    put(assessment, 1, document, officer)
    assert EvidenceUse.objects.count() == 2


@pytest.mark.parametrize("state", ["submitted", "verifying", "approved"])
def test_what_has_left_the_unit_keeps_its_evidence(state, officer, assessment, evidence_root):
    document = EvidenceFactory(ward=assessment.ward)
    put(assessment, 1, document, officer)
    hands.bring_to(state, assessment, officer=officer, verifier=UserFactory())
    with pytest.raises(ValidationError):
        take_off(assessment, 1, document, officer)
    with pytest.raises(ValidationError):
        put(assessment, 2, document, officer)
    with pytest.raises(ValidationError):
        add_to(assessment, 2, officer, upload())
    assert EvidenceUse.objects.get().detached_at is None
    assert not files_in(evidence_root)
    later = supersede(document, PLAN, upload(), acting_user=officer)
    assert EvidenceUse.objects.get().evidence.superseded_by == later


def test_after_the_deadline_nothing_is_attached_or_taken_off(officer, assessment):
    document = EvidenceFactory(ward=assessment.ward)
    put(assessment, 1, document, officer)
    late = {"today": date(2026, 12, 1)}
    with pytest.raises(ValidationError):
        put(assessment, 2, document, officer, **late)
    with pytest.raises(ValidationError):
        take_off(assessment, 1, document, officer, **late)


def test_what_was_verified_before_is_to_be_verified_anew(officer, assessment):
    verifier = UserFactory()
    hands.begin(assessment, officer, verifier)
    hands.agree(assessment, verifier)
    hands.return_sheet(assessment, verifier)
    put(assessment, 1, EvidenceFactory(ward=assessment.ward), officer)
    sheet = hands.open_sheet(assessment)
    assert [row.verified_verdict for row in sheet.rows] == ["pending", "met"]


# --- superseding ----------------------------------------------------------------------------------


def test_a_superseded_document_stays_where_it_is_and_goes_nowhere_new(officer, assessment):
    document = EvidenceFactory(ward=assessment.ward)
    put(assessment, 1, document, officer)
    later = supersede(document, PLAN, upload(), acting_user=officer)
    assert Evidence.objects.get(pk=document.pk).superseded_by == later
    assert EvidenceUse.objects.get().evidence == document
    assert list(documents_to_attach(assessment.ward, "", None)) == [later]
    with pytest.raises(ValidationError):
        put(assessment, 2, document, officer)
    put(assessment, 2, later, officer)
    verbs = [entry.verb for entry in Activity.objects.all()]
    assert verbs == ["attach", "supersede", "create", "attach"]
    entry = Activity.objects.get(verb="supersede")
    assert (entry.object_id, entry.ward) == (document.pk, assessment.ward)
    assert entry.after == {"superseded_by": str(later)}


def test_a_document_is_superseded_once_and_by_another_file(officer, evidence_root):
    ward = WardFactory()
    document, _ = add_evidence(ward, PLAN, upload(), acting_user=officer)
    with pytest.raises(FileRefused):
        supersede(document, PLAN, upload(), acting_user=officer)
    later = supersede(document, PLAN, upload(pdf("mới")), acting_user=officer)
    with pytest.raises(ValidationError):
        supersede(document, PLAN, upload(pdf("mới hơn")), acting_user=officer)
    assert set(Evidence.objects.all()) == {document, later}
    assert len(files_in(evidence_root)) == 2
