"""Documents from the outside: who gets a file and how, the panel of a row, the ward's list."""

from io import SEEK_END
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from criteria.actions import uploads
from criteria.actions.evidence import DocumentFacts, add_evidence
from criteria.files import inspect
from criteria.models import Evidence, EvidenceUse, Result
from criteria.templatetags.evidence_tags import file_size
from namdinh_wards.storage import MARK
from tests import hands
from tests.factories import (
    AssessmentFactory,
    EvidenceFactory,
    MembershipFactory,
    ResultFactory,
    RoundFactory,
    UserFactory,
    WardFactory,
    make_sheet,
)
from tests.files.samples import GOOD, pdf
from tests.reading import find, one

pytestmark = pytest.mark.django_db
MEGABYTE = 1024 * 1024
HTMX = {"HX-Request": "true"}
CLASSIFIED = "Không tải lên tài liệu mật"


@pytest.fixture
def assessment():
    """A begun sheet."""
    sheet = make_sheet(n_criteria=2)
    sheet.save()
    ResultFactory(assessment=sheet)
    return sheet


@pytest.fixture
def officer(assessment, make_user):
    return hands.join(make_user("ward"), assessment)


@pytest.fixture
def own(officer, client_of):
    return client_of(officer)


def file(kind="pdf", name=None):
    return SimpleUploadedFile(name or f"Kế hoạch.{kind}", GOOD[kind])


def store(ward, kind="pdf", **facts):
    said = DocumentFacts(**{"title": "Kế hoạch", "number": "54/KH-UBND"} | facts)
    return add_evidence(ward, said, file(kind), acting_user=UserFactory())[0]


def file_url(document):
    return reverse("criteria:evidence-file", args=[document.pk])


def row_url(assessment, number, name="row"):
    criterion = assessment.round.criteria_set.criteria.get(number=number)
    keys = [assessment.round_id, assessment.ward_id, criterion.pk]
    return reverse(f"criteria:evidence-{name}", args=keys)


def body(response):
    return b"".join(response) if response.streaming else response.content


def html(response):
    return response.content.decode()


# --- the file -------------------------------------------------------------------------------------


def test_the_file_is_for_whoever_may_see_the_sheet_and_nobody_else(assessment, own, client_of):
    document = store(assessment.ward)
    url = file_url(document)
    clients = {
        200: [own, *(client_of(role) for role in ("city", "verifier", "leader", "administrator"))],
        404: [client_of("ward")],
        403: [client_of(UserFactory())],
        302: [Client()],
    }
    for status, of_status in clients.items():
        for client in of_status:
            for address in (url, f"{url}?view=1"):
                response = client.get(address)
                assert response.status_code == status
                if status == 200:
                    assert body(response) == pdf()
                else:
                    assert b"%PDF" not in response.content
    assert "/login/" in Client().get(url)["Location"]
    assert own.get(reverse("criteria:evidence-file", args=[10**9])).status_code == 404


@pytest.mark.parametrize("kind", GOOD)
def test_a_file_is_sent_to_be_kept_unless_it_is_safe_to_look_at(kind, assessment, own):
    document = store(assessment.ward, kind)
    is_viewable = kind in ("pdf", "jpeg", "png")
    for query, disposition in [
        ("", "attachment"),
        ("?view=0", "attachment"),
        ("?view=1", "inline" if is_viewable else "attachment"),
    ]:
        response = own.get(file_url(document) + query)
        assert body(response) == GOOD[kind]
        assert response["Content-Disposition"].startswith(f"{disposition};")
        name = quote(f"Kế hoạch.{kind}")
        assert f"filename*=utf-8''{name}" in response["Content-Disposition"]
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cache-Control"] == "private, no-store"
        policy = response["Content-Security-Policy"]
        assert {"default-src 'none'", "sandbox"} <= set(policy.split("; "))
        assert "script" not in policy
        assert response["Content-Type"].startswith(("application/", "image/"))


def test_a_file_that_was_lost_is_said_to_be(assessment, own, evidence_root):
    document = store(assessment.ward)
    (evidence_root / document.file).unlink()
    response = own.get(file_url(document))
    assert response.status_code == 404
    assert document.file_name in html(response)
    assert document.file not in html(response)
    assert own.get(file_url(EvidenceFactory(ward=assessment.ward))).status_code == 404


# --- the panel of a row ---------------------------------------------------------------------------


def test_a_document_is_uploaded_and_attached_in_one_step(own, officer, assessment):
    url = row_url(assessment, 1)
    said = {"version": 1, "title": "Kế hoạch 54", "number": "54/KH-UBND", "issued_on": "1/5/2023"}
    response = own.post(url, {**said, "file": file()}, headers=HTMX)
    assert response.status_code == 200
    result = Result.objects.get()
    assert (result.version, result.entered_by) == (2, officer)
    (use,) = EvidenceUse.objects.all()
    assert (use.evidence.title, str(use.evidence.issued_on)) == ("Kế hoạch 54", "2023-05-01")
    # The sheet under the dialog learns the row's documents and version, and loses no input.
    key = result.criterion_id
    assert one(response, f"#e{key}[data-hx-swap-oob=innerHTML]") is not None
    assert one(response, f"[type=hidden][name=c{key}-version][data-hx-swap-oob]").value == "2"
    assert {field.type for field in find(response, "[data-hx-swap-oob] input")} == {"hidden"}


@pytest.mark.parametrize("day", ["21/4/2062", "21/11/2026", "21/4/0206", "21/4/206", "31/4/2026"])
def test_a_document_is_of_a_day_that_has_been(own, assessment, day):
    typed = {"version": 1, "title": "Kế hoạch 54", "number": "54", "issued_by": "UBND"}
    response = own.post(row_url(assessment, 1), typed | {"issued_on": day})
    assert response.status_code == 422
    assert one(response, "[name=issued_on]").get("value") == day
    assert not Evidence.objects.exists()


def test_without_htmx_the_same_is_a_page_and_a_redirect(own, assessment):
    url = row_url(assessment, 1)
    page = html(own.get(url))
    assert "<!DOCTYPE html>" in page
    assert CLASSIFIED in page
    response = own.post(url, {"version": 1, "file": file()}, follow=True)
    assert response.redirect_chain == [(url, 302)]
    assert Evidence.objects.get().title == "Kế hoạch"
    assert "Kế hoạch" in html(response)
    document = EvidenceFactory(ward=assessment.ward)
    said = {"version": 2, "evidence": document.pk}
    for name, n_attached in [("attach", 2), ("detach", 1)]:
        response = own.post(row_url(assessment, 1, name), said, follow=True)
        assert response.redirect_chain == [(url, 302)]
        assert EvidenceUse.objects.filter(detached_at=None).count() == n_attached
        said["version"] += 1


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<script>alert(1)</script>" + pdf(), "a.pdf"),
        (b"<!doctype html>", "a.pdf"),
        (b"MZ\x90", "a.docx"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "a.svg"),
        (b"", "a.pdf"),
        (GOOD["png"], "a.pdf"),
        (GOOD["jpeg"] + b"PK\x03\x04", "a.jpg"),
    ],
)
def test_a_refused_file_says_why_and_keeps_what_was_typed(
    content, name, own, assessment, evidence_root
):
    said = {"version": 1, "title": "Kế hoạch 54", "number": "54/KH-UBND"}
    upload = SimpleUploadedFile(name, content)
    response = own.post(row_url(assessment, 1), {**said, "file": upload}, headers=HTMX)
    assert response.status_code == 422
    assert response["HX-Retarget"] == "#evidence-refused"
    assert "<li>" in html(response)
    assert "<input" not in html(response)
    upload = SimpleUploadedFile(name, content)
    page = own.post(row_url(assessment, 1), {**said, "file": upload})
    assert page.status_code == 422
    assert 'value="54/KH-UBND"' in html(page)
    assert not Evidence.objects.exists()
    assert [path.name for path in evidence_root.rglob("*")] == [MARK]


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_a_number_that_is_there_already_is_offered_or_stored_when_asked_for(
    headers, own, assessment
):
    url = row_url(assessment, 1)
    known = EvidenceFactory(ward=assessment.ward, number="54/KH-UBND", issued_on=None)
    said = {"version": 1, "title": "Kế hoạch", "number": "Số 54/kh-ubnd", "issued_by": "UBND"}
    response = own.post(url, said, headers=headers)
    assert response.status_code == 422
    assert "đã có tài liệu mang số này" in html(response)
    assert find(response, f"a[href='{reverse('criteria:evidence-detail', args=[known.pk])}']")
    offered = "button[name=evidence]" if headers else "#evidence-offered [name=evidence]"
    assert one(response, offered).get("value") == str(known.pk)
    # Return presses the first button that submits: it must be the form's own.
    submits = find(response, "form[data-upload] [type=submit]")
    assert [button.get("name") for button in submits] == ([] if headers else [None])
    assert Evidence.objects.count() == 1
    anew = own.post(url, said | {"is_another": "on"}, headers=headers)
    assert anew.status_code == (200 if headers else 302)
    assert Evidence.objects.count() == 2


def test_the_ward_s_list_and_a_document_s_page_ask_the_same(own, assessment):
    known = EvidenceFactory(ward=assessment.ward, number="54/KH-UBND", issued_on=None)
    other = EvidenceFactory(ward=assessment.ward, number="9/BC", issued_on=None)
    said = {"title": "Kế hoạch", "number": "54/KH-UBND", "issued_by": "UBND"}
    for url in (
        reverse("criteria:ward-evidence", args=[assessment.ward_id]),
        reverse("criteria:evidence-detail", args=[other.pk]),
    ):
        response = own.post(url, said)
        assert response.status_code == 422
        assert find(response, f"a[href='{reverse('criteria:evidence-detail', args=[known.pk])}']")
        assert not find(response, "button[name=evidence]")
        assert one(response, "[name=number]").get("value") == "54/KH-UBND"
        box = one(response, "form [name=is_another]")
        assert own.post(url, said | {box.get("name"): "on"}).status_code == 302
    assert Evidence.objects.count() == 4


def test_a_file_over_the_limit_is_refused(own, assessment, settings):
    settings.EVIDENCE_MAX_BYTES = 100
    response = own.post(row_url(assessment, 1), {"version": 1, "file": file()}, headers=HTMX)
    assert response.status_code == 422
    assert "1 MB" in html(response)


@pytest.mark.parametrize("n_bytes", [MEGABYTE + 1, 8 * MEGABYTE])
def test_no_more_of_an_upload_is_kept_than_tells_that_it_is_too_large(
    n_bytes, own, assessment, settings, monkeypatch
):
    settings.EVIDENCE_MAX_BYTES = MEGABYTE
    sizes = []

    def look(stream, *rest):
        sizes.append(stream.seek(0, SEEK_END))
        return inspect(stream, *rest)

    monkeypatch.setattr(uploads, "inspect", look)
    upload = SimpleUploadedFile("a.pdf", pdf() + bytes(n_bytes))
    response = own.post(row_url(assessment, 1), {"version": 1, "file": upload}, headers=HTMX)
    assert response.status_code == 422
    assert sizes == [MEGABYTE + 1]


def test_a_path_in_a_name_leads_nowhere(own, assessment, evidence_root):
    """The browser's path is cut off by Django; what arrives is checked again by the inspection."""
    content = (
        b'--x\r\nContent-Disposition: form-data; name="version"\r\n\r\n1\r\n--x\r\n'
        b'Content-Disposition: form-data; name="file"; filename="../../../tmp/evil.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\n" + pdf() + b"\r\n--x--\r\n"
    )
    url = row_url(assessment, 1)
    own.generic("POST", url, content, "multipart/form-data; boundary=x")
    document = Evidence.objects.get()
    assert document.file_name == "evil.pdf"
    (path,) = (path for path in evidence_root.rglob("*/*") if path.is_file())
    assert str(path.relative_to(evidence_root)) == document.file


def test_an_upload_that_breaks_off_leaves_nothing(own, assessment, evidence_root):
    content = (
        b'--x\r\nContent-Disposition: form-data; name="version"\r\n\r\n1\r\n--x\r\n'
        b'Content-Disposition: form-data; name="file"; filename="a.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\n" + pdf()[:200]
    )
    url = row_url(assessment, 1)
    response = own.generic("POST", url, content, "multipart/form-data; boundary=x")
    assert response.status_code in (400, 422)
    assert not Evidence.objects.exists()
    assert [path.name for path in evidence_root.rglob("*")] == [MARK]


def test_the_page_s_own_version_decides_what_is_stale(own, assessment):
    document = EvidenceFactory(ward=assessment.ward)
    key = Result.objects.get().criterion_id
    Result.objects.update(version=4)
    stale = {"version": 4, f"c{key}-version": 3, "evidence": document.pk}
    response = own.post(row_url(assessment, 1, "attach"), stale, headers=HTMX)
    assert (response.status_code, response["HX-Retarget"]) == (409, "#evidence-told")
    response = own.post(row_url(assessment, 1), {**stale, "file": file()}, headers=HTMX)
    assert response.status_code == 409
    assert own.post(row_url(assessment, 1, "attach"), {"evidence": document.pk}).status_code == 409
    opened = html(own.get(row_url(assessment, 1), {f"c{key}-version": 3}, headers=HTMX))
    assert "data-upload" not in opened
    assert not EvidenceUse.objects.exists()
    assert "data-upload" in html(own.get(row_url(assessment, 1), {f"c{key}-version": 4}))


def test_only_documents_of_the_ward_are_offered_and_taken(own, assessment):
    there = EvidenceFactory(ward=assessment.ward, title="Nghị quyết Đảng ủy")
    elsewhere = EvidenceFactory(title="Nghị quyết của phường khác")
    old = EvidenceFactory(ward=assessment.ward, title="Nghị quyết cũ", superseded_by=there)
    found = html(own.get(row_url(assessment, 1), {"q": "nghi quyet"}, headers=HTMX))
    assert there.title in found
    assert elsewhere.title not in found
    assert old.title not in found
    assert there.title not in html(own.get(row_url(assessment, 1), {"q": "ke hoach"}, headers=HTMX))
    for document in ("", "x", elsewhere.pk, 10**9):
        said = {"version": 1, "evidence": document}
        assert own.post(row_url(assessment, 1, "attach"), said).status_code == 404
    refused = own.post(
        row_url(assessment, 1, "attach"), {"version": 1, "evidence": old.pk}, headers=HTMX
    )
    assert refused.status_code == 422
    assert not EvidenceUse.objects.exists()


def test_readers_see_what_is_attached_and_no_form(own, assessment, client_of):
    own.post(row_url(assessment, 1), {"version": 1, "file": file()})
    for role in ("verifier", "leader"):
        page = html(client_of(role).get(row_url(assessment, 1)))
        assert "Kế hoạch" in page
        assert "data-upload" not in page
        assert 'name="evidence"' not in page


def test_the_sheet_shows_what_is_attached_to_each_row(own, assessment, client_of):
    own.post(row_url(assessment, 1), {"version": 1, "file": file(), "title": "Kế hoạch 54"})
    url = reverse("criteria:sheet", args=[assessment.round_id, assessment.ward_id])
    page = html(own.get(url))
    assert page.count(">Kế hoạch 54</a>") == 1
    assert page.count("data-evidence-panel") == 2
    reader = html(client_of("leader").get(url))
    assert ">Kế hoạch 54</a>" in reader
    assert "data-evidence-panel" not in reader
    assert one(page, "#evidence-dialog").getparent().xpath("ancestor-or-self::form") == []


def test_a_row_that_is_not_in_the_round_has_no_panel(own, assessment):
    keys = [assessment.round_id, assessment.ward_id, 10**9]
    assert own.get(reverse("criteria:evidence-row", args=keys)).status_code == 404


# --- a document and the ward's list ---------------------------------------------------------------


def test_a_document_says_where_it_is_used_and_what_superseded_it(own, assessment, client_of):
    own.post(row_url(assessment, 1), {"version": 1, "file": file()})
    document = Evidence.objects.get()
    url = reverse("criteria:evidence-detail", args=[document.pk])
    page = html(own.get(url))
    assert str(assessment.round.criteria_set.criteria.get(number=1)) in page
    assert document.sha256 in page
    assert CLASSIFIED in page
    assert "data-upload" not in html(client_of("verifier").get(url))
    new = SimpleUploadedFile("mới.pdf", pdf("mới"))
    response = own.post(url, {"title": "Kế hoạch mới", "file": new}, follow=True)
    later = Evidence.objects.get(title="Kế hoạch mới")
    assert response.redirect_chain[-1][0] == reverse("criteria:evidence-detail", args=[later.pk])
    assert "Kế hoạch mới" in html(own.get(url))
    assert "data-upload" not in html(own.get(url))
    again = own.post(url, {"title": "Lần nữa", "file": SimpleUploadedFile("b.pdf", pdf("b"))})
    assert again.status_code == 422
    assert Evidence.objects.count() == 2


def test_the_ward_s_documents_are_listed_searched_and_added_to(own, assessment, client_of):
    url = reverse("criteria:ward-evidence", args=[assessment.ward_id])
    EvidenceFactory(ward=assessment.ward, title="Nghị quyết Đảng ủy")
    EvidenceFactory.create_batch(50, ward=assessment.ward)
    EvidenceFactory(title="Của phường khác")
    assert CLASSIFIED in html(own.get(url))
    assert "Nghị quyết Đảng ủy" not in html(own.get(url))
    assert "Nghị quyết Đảng ủy" in html(own.get(url, {"page": 2}))
    found = html(own.get(url, {"q": "dang uy"}))
    assert "Nghị quyết Đảng ủy" in found
    assert "Của phường khác" not in found
    response = own.post(url, {"file": file()}, follow=True)
    document = Evidence.objects.get(title="Kế hoạch")
    detail = reverse("criteria:evidence-detail", args=[document.pk])
    assert response.redirect_chain == [(detail, 302)]
    again = own.post(url, {"file": file(), "title": "Khác"}, follow=True)
    assert again.redirect_chain == [(detail, 302)]
    assert own.post(url, {"title": "Không tìm được"}).status_code == 422
    assert "data-upload" not in html(client_of("verifier").get(url))


def test_a_former_ward_keeps_its_documents(client_of, make_user):
    ward = WardFactory(valid_to="2024-09-01")
    user = make_user("ward")
    MembershipFactory(user=user, ward=ward)
    document = store(ward)
    assert body(client_of(user).get(file_url(document))) == pdf()


def test_the_list_says_behind_how_many_criteria_each_document_stands(own, officer, assessment):
    first, second = assessment.round.criteria_set.criteria.order_by("number")
    used, taken_off, unused = (EvidenceFactory(ward=assessment.ward) for _ in range(3))
    now = timezone.now()

    def attach(document, result, **said):
        facts = {"evidence": document, "result": result, "attached_by": officer, "attached_at": now}
        EvidenceUse.objects.create(**facts, **said)

    earlier = RoundFactory(year=2025, criteria_set=assessment.round.criteria_set)
    before = AssessmentFactory(ward=assessment.ward, round=earlier)
    one = Result.objects.get(assessment=assessment, criterion=first)
    two = ResultFactory(assessment=assessment, criterion=second)
    attach(used, one)
    attach(used, two)
    attach(used, ResultFactory(assessment=before, criterion=first))
    attach(taken_off, one, detached_by=officer, detached_at=now)
    page = own.get(reverse("criteria:ward-evidence", args=[assessment.ward_id]))
    shown = {document: document.n_criteria for document in page.context["page"]}
    assert shown == {used: 2, taken_off: 0, unused: 0}


@pytest.mark.parametrize(
    ("n_bytes", "written"),
    [
        (20 * 2**20, "20 MB"),
        (3 * 2**19, "1,5 MB"),
        (10 * 2**10, "10 KB"),
        (2**20 + 2**16, "1,1 MB"),
    ],
)
def test_a_size_has_no_fraction_of_nothing(n_bytes, written):
    with override("vi"):
        assert file_size(n_bytes).replace("\xa0", " ") == written
