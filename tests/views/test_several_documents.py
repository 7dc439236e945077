"""Several documents at once: each is stored or refused on its own, and told by its name."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from criteria.models import Activity, Evidence, EvidenceUse, Result
from namdinh_wards.storage import MARK
from tests import hands
from tests.factories import EvidenceFactory, ResultFactory, make_sheet
from tests.files.samples import GOOD, pdf
from tests.reading import find, one, text
from tests.views.test_evidence import HTMX, row_url

pytestmark = pytest.mark.django_db
BOTH = pytest.mark.parametrize("headers", [HTMX, {}], ids=["dialog", "page"])


@pytest.fixture
def assessment():
    """A begun sheet."""
    sheet = make_sheet(n_criteria=2)
    sheet.save()
    ResultFactory(assessment=sheet)
    return sheet


@pytest.fixture
def own(assessment, client_of, make_user):
    """The officer's own client."""
    return client_of(hands.join(make_user("ward"), assessment))


def paper(name: str, content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf(name) if content is None else content)


def titles() -> list[str]:
    return list(Evidence.objects.order_by("pk").values_list("title", flat=True))


@BOTH
def test_what_is_accepted_is_attached_and_what_is_refused_says_why(
    headers,
    own,
    assessment,
    evidence_root,
):
    known = EvidenceFactory(ward=assessment.ward)
    own.post(row_url(assessment, 2), {"version": 0, "file": paper("Có rồi.pdf")}, headers=HTMX)
    files = [
        paper("Một.pdf"),
        paper("Trang web.pdf", b"<!doctype html>"),
        paper("Hai.pdf"),
        paper("Tên khác.pdf", pdf("Có rồi.pdf")),
        paper("Trống.docx", b""),
    ]
    sent = {"version": 1, "issued_by": "UBND phường", "file": files}
    response = own.post(row_url(assessment, 1), sent, headers=headers, follow=True)
    assert response.status_code == 200
    assert titles() == [known.title, "Có rồi", "Một", "Hai"]
    assert {it.issued_by for it in Evidence.objects.filter(title__in=["Một", "Hai"])} == {
        "UBND phường"
    }
    attached = EvidenceUse.objects.filter(result__criterion__number=1).order_by("pk")
    assert [use.evidence.title for use in attached] == ["Một", "Hai", "Có rồi"]
    told = text(response)
    for name in ("Trang web.pdf: ", "Trống.docx: ", "“Một", "“Hai", "Phường đã có tệp này"):
        assert name in told
    stored_files = [path for path in evidence_root.rglob("*") if path.is_file()]
    assert len([path for path in stored_files if path.name != MARK]) == 3
    assert Result.objects.get(criterion__number=1).version == 4
    if headers:  # the sheet under the dialog goes on from the last of them
        key = one(response, "[name$=-version][data-hx-swap-oob]")
        assert key.get("value") == "4"
        assert one(response, "[name=issued_by]").get("value") == "UBND phường"


@BOTH
def test_where_none_is_accepted_the_form_says_so_of_each(
    headers,
    own,
    assessment,
):
    files = [paper("Một.pdf", b"<!doctype html>"), paper("Hai.docx", b"MZ")]
    sent = {"version": 1, "number": "5/BC", "file": files}
    response = own.post(row_url(assessment, 1), sent, headers=headers)
    assert response.status_code == 422
    problem = text(find(response, ".upload-problem")[0])
    assert "Một.pdf: " in problem
    assert "Hai.docx: " in problem
    assert not Evidence.objects.exists()
    assert not Activity.objects.filter(verb=Activity.Verb.CREATE).exists()


def test_papers_of_one_number_come_together_and_the_question_is_asked_once(
    own,
    assessment,
):
    url = row_url(assessment, 1)
    said = {"title": "Kế hoạch", "number": "54/KH-UBND"}
    files = [paper("Trang 1.pdf"), paper("Trang 2.pdf")]
    response = own.post(url, said | {"version": 1, "file": files}, headers=HTMX)
    assert response.status_code == 200
    assert titles() == ["Kế hoạch (1/2)", "Kế hoạch (2/2)"]
    more = [paper("Trang 3.pdf"), paper("Trang 4.pdf")]
    asked = own.post(url, said | {"version": 3, "file": more}, headers=HTMX)
    assert asked.status_code == 422
    assert text(asked).count("đã có tài liệu mang số này") == 1
    assert Evidence.objects.count() == 2
    more = [paper("Trang 3.pdf"), paper("Trang 4.pdf")]
    anew = own.post(url, said | {"version": 3, "is_another": "on", "file": more}, headers=HTMX)
    assert anew.status_code == 200
    assert Evidence.objects.count() == 4


def test_more_files_than_may_be_sent_are_refused_whole(own, assessment, settings):
    url = row_url(assessment, 1)
    settings.EVIDENCE_MAX_FILES = 2
    assert "tối đa 2 tệp" in text(own.get(url))
    files = [paper(f"{n}.pdf") for n in range(3)]
    response = own.post(url, {"version": 1, "file": files}, headers=HTMX)
    assert response.status_code == 422
    assert "tối đa 2 tệp" in text(one(response, ".upload-problem"))
    assert not Evidence.objects.exists()


def test_a_colleague_s_change_stops_all_of_them(own, assessment):
    Result.objects.update(version=7)
    files = [paper("Một.pdf"), paper("Hai.pdf")]
    response = own.post(row_url(assessment, 1), {"version": 1, "file": files}, headers=HTMX)
    assert response.status_code == 409
    assert not Evidence.objects.exists()


def test_the_ward_s_list_takes_several_and_leads_back_to_itself(own, assessment):
    url = reverse("criteria:ward-evidence", args=[assessment.ward_id])
    files = [paper("Một.pdf"), paper("Hai.pdf"), paper("Ba.exe", b"MZ")]
    response = own.post(url, {"file": files}, follow=True)
    assert response.redirect_chain == [(url, 302)]
    assert titles() == ["Một", "Hai"]
    assert "Ba.exe: " in text(one(response, ".message-error"))


def test_a_later_document_is_one_file_and_has_no_camera(own, assessment):
    document = EvidenceFactory(ward=assessment.ward)
    later = own.get(reverse("criteria:evidence-detail", args=[document.pk]))
    (one_file,) = find(later, "[type=file]")
    assert one_file.get("multiple") is None
    files, camera = find(own.get(row_url(assessment, 1)), "[type=file]")
    assert files.get("multiple") is not None
    assert (camera.get("capture"), camera.get("name")) == ("environment", files.get("name"))


def test_a_picture_of_the_camera_comes_with_the_files(own, assessment):
    """Both fields have one name: without scripts, too, all of it is taken."""
    files = [paper("Một.pdf"), SimpleUploadedFile("IMG_1.jpg", GOOD["jpeg"])]
    own.post(row_url(assessment, 1), {"version": 1, "file": files})
    assert titles() == ["Một", "IMG_1"]
