"""Documents attached from the sheet: from anywhere, refused, cut off, and read again."""

import re
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.files.storage import storages
from django.urls import reverse
from playwright.sync_api import Locator, expect
from pytest_django.fixtures import Settings

from criteria.models import Assessment, Evidence, EvidenceUse
from namdinh_wards.storage import MARK
from tests.browser.city import City, fill_in
from tests.browser.window import Panel, Row, Window, vi
from tests.factories import EvidenceFactory
from tests.files.samples import ooxml, pdf, picture

NAME = "Biên bản 12"
BROKEN = re.compile(r"net::ERR_CONNECTION_RESET|htmx:(sendError|afterRequest)")
BRING = """(element, [how, names, type, bytes]) => {
    const files = new DataTransfer();
    for (const name of names) {
        files.items.add(new File([new Uint8Array(bytes)], name, {type}));
    }
    const event = {bubbles: true, cancelable: true};
    if (how === "paste") {
        element.dispatchEvent(new ClipboardEvent("paste", {...event, clipboardData: files}));
        return;
    }
    for (const what of ["dragover", "drop"]) {
        element.dispatchEvent(new DragEvent(what, {...event, dataTransfer: files}));
    }
}"""


@pytest.fixture
def row(window: Window, city: City) -> Row:
    """A row of the officer's own sheet, which is filled in but for it."""
    sheet = fill_in(city.own, city)
    sheet.results.filter(criterion=city.criteria[2]).update(explanation="")
    window.sign_in(city.officer)
    window.open("criteria:sheet", city.round.pk, city.own.pk)
    return window.row(city.criteria[2])


def _pick(panel: Panel, content: bytes, name: str = f"{NAME}.pdf") -> None:
    panel.file.set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )


def _bring(
    element: Locator, how: str, content: bytes, names: Sequence[str] = (f"{NAME}.pdf",)
) -> None:
    """Drop or paste files that are made in the page, as no test can make one on a real desk."""
    element.evaluate(BRING, [how, list(names), "application/pdf", list(content)])


def _expect_nothing_stored(evidence_root: Path) -> None:
    assert not Evidence.objects.exists()
    assert not EvidenceUse.objects.exists()
    assert [path.name for path in evidence_root.rglob("*") if path.is_file()] == [MARK]


def _expect_stored(content: bytes) -> Evidence:
    document = Evidence.objects.get()
    with storages["evidence"].open(document.file) as file:
        assert file.read() == content
    return document


@pytest.mark.parametrize("way", ["picker", "drop on the row", "drop on the panel", "paste"])
def test_a_file_is_attached_from_anywhere(window: Window, city: City, row: Row, way: str) -> None:
    content = pdf(way)
    if way == "drop on the row":
        _bring(row.element.locator("h3"), "drop", content)
        panel = Panel(window.page.locator("#evidence-dialog"))
    else:
        panel = row.open_evidence()
    if way == "picker":
        _pick(panel, content)
    elif way == "drop on the panel":
        _bring(panel.form.locator("[data-drop]"), "drop", content)
    elif way == "paste":
        _bring(panel.field("number"), "paste", content)
    expect(panel.field("title")).to_have_value(NAME)
    panel.say(title="Biên bản kiểm tra", issued_on="15/03/2026")
    panel.store()
    expect(panel.done).to_contain_text("Biên bản kiểm tra")
    expect(panel.field("title")).to_have_value("")
    panel.close()
    expect(row.attached).to_contain_text(["Biên bản kiểm tra"])
    _expect_stored(content)
    window.page.reload()
    expect(row.attached).to_contain_text(["Biên bản kiểm tra"])


@pytest.mark.parametrize("way", ["drop on the row", "drop on the panel", "paste"])
def test_several_files_are_taken_listed_and_left_out_again(
    window: Window, row: Row, way: str
) -> None:
    names = ["Một.pdf", "Hai.pdf"]
    if way == "drop on the row":
        _bring(row.element.locator("h3"), "drop", pdf(), names)
        panel = Panel(window.page.locator("#evidence-dialog"))
    else:
        panel = row.open_evidence()
        place = panel.field("number") if way == "paste" else panel.form.locator("[data-drop]")
        _bring(place, way.split()[0], pdf(), names)
    chosen = panel.form.locator("[data-chosen] li")
    expect(chosen).to_have_text([re.compile(name) for name in names])
    expect(panel.field("title")).to_have_value("")
    chosen.first.get_by_role("button").click()
    expect(chosen).to_have_count(1)
    expect(panel.field("title")).to_have_value("Hai")
    _bring(panel.form.locator("[data-drop]"), "drop", pdf("khác"), ["Ba.pdf"])
    expect(chosen).to_have_count(2)
    expect(panel.field("title")).to_have_value("")
    panel.store()
    expect(panel.done).to_contain_text("Hai")
    expect(panel.done).to_contain_text("Ba")
    panel.close()
    expect(row.attached).to_contain_text(["Hai", "Ba"])


def test_pictures_are_taken_one_by_one_and_sent_together(window: Window, row: Row) -> None:
    panel = row.open_evidence()
    camera = panel.form.locator("[data-camera]")
    for n in (1, 2):
        content = picture("jpeg", (10 + n, 10))
        camera.set_input_files(
            {"name": f"IMG_{n}.jpg", "mimeType": "image/jpeg", "buffer": content}
        )
    expect(panel.form.locator("[data-chosen] li")).to_have_count(2)
    assert camera.evaluate("field => field.files.length") == 0
    panel.store()
    expect(panel.done).to_contain_text("IMG_1")
    assert sorted(Evidence.objects.values_list("title", flat=True)) == ["IMG_1", "IMG_2"]


def test_of_several_files_none_is_taken_in_the_place_of_one(
    window: Window, city: City, row: Row, evidence_root: Path
) -> None:
    document = EvidenceFactory(ward=city.own)
    window.open("criteria:evidence-detail", document.pk)
    window.page.locator(".supersede summary").click()
    form = window.page.locator("form[data-upload]")
    _bring(form.locator("[data-drop]"), "drop", pdf(), ["Một.pdf", "Hai.pdf"])
    refusal = vi("One file at a time: none of these was taken.")
    expect(form.locator("#evidence-refused")).to_contain_text(refusal)
    assert form.locator("[type=file]").evaluate("field => field.files.length") == 0


def test_what_the_ward_has_is_in_sight_beside_the_form(
    window: Window, city: City, row: Row
) -> None:
    EvidenceFactory(ward=city.own, title="Sơ đồ khu dân cư")
    panel = row.open_evidence()
    window.page.set_viewport_size({"width": 1366, "height": 768})
    expect(panel.element.locator("#evidence-offered .btn").first).to_be_in_viewport()
    expect(panel.form.locator("[type=submit]")).to_be_in_viewport(ratio=0.9)


@pytest.mark.parametrize("begun", ["typed", "chosen"])
def test_a_document_that_is_begun_is_not_discarded_by_a_slip(
    window: Window, row: Row, begun: str
) -> None:
    page = window.page
    page.evaluate("() => { asked = []; confirm = (question) => asked.push(question) > 3; }")
    panel = row.open_evidence()
    page.keyboard.press("Escape")
    expect(panel.element).to_be_hidden()
    assert page.evaluate("asked") == []  # there was nothing to lose
    panel = row.open_evidence()
    if begun == "typed":
        panel.say(number="7/KH")
    else:
        _pick(panel, pdf())
    for _ in range(2):  # a browser closes a dialog at the second Escape, whatever it is told
        page.keyboard.press("Escape")
        expect(panel.element).to_be_visible()
    panel.element.locator(".evidence-close").click()
    expect(panel.element).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel.element).to_be_hidden()
    question = vi("The document is not stored yet. Discard what you typed and chose?")
    assert page.evaluate("asked") == [question] * 4


def test_a_document_that_is_there_already_is_picked_and_taken_off(
    window: Window, city: City, row: Row
) -> None:
    EvidenceFactory(ward=city.own, title="Nghị quyết Đảng ủy")
    EvidenceFactory(ward=city.own, title="Sổ trực ban")
    EvidenceFactory(ward=city.other, title="Nghị quyết của phường khác")
    panel = row.open_evidence()
    offered = panel.element.locator("#evidence-offered li")
    expect(offered).to_have_count(2)
    panel.element.locator("#evidence_q").press_sequentially("nghi quyet")
    expect(offered).to_have_count(1)
    offered.get_by_role("button").click()
    expect(panel.done).to_contain_text("Nghị quyết Đảng ủy")
    expect(row.attached).to_contain_text(["Nghị quyết Đảng ủy"])
    attached = panel.element.locator("[aria-labelledby=evidence-attached-title] li")
    attached.get_by_role("button").click()
    expect(attached).to_have_count(0)
    panel.close()
    expect(row.attached).to_have_count(0)
    window.page.reload()
    expect(row.attached).to_have_count(0)


def test_a_refused_file_says_why_and_what_was_typed_stays(
    window: Window, city: City, row: Row, settings: Settings, evidence_root: Path
) -> None:
    settings.EVIDENCE_MAX_BYTES = 20_000
    window.page.reload()
    window.allow(422)
    panel = row.open_evidence()
    for content, name, why in (
        (b"MZ\x90\x00 not a document", "virus.pdf", None),
        (pdf()[:400], "cut.pdf", vi("The PDF is damaged: its end is missing.")),
        (ooxml(), "letter.pdf", None),
    ):
        _pick(panel, content, name)
        panel.say(title="Tên tự đặt", number="7/KH")
        panel.store()
        expect(panel.refusal.locator(".upload-problem li")).to_have_count(1)
        if why:
            expect(panel.refusal).to_contain_text(why)
        expect(panel.field("title")).to_have_value("Tên tự đặt")
        expect(panel.field("number")).to_have_value("7/KH")
        assert panel.file.evaluate("field => field.files[0]?.name") == name
    _pick(panel, bytes(20_001), "large.pdf")  # is not even sent
    expect(panel.refusal.locator(".upload-problem")).to_be_visible()
    assert panel.file.evaluate("field => field.files.length") == 0
    _expect_nothing_stored(evidence_root)

    _pick(panel, pdf())
    expect(panel.refusal.locator(".upload-problem")).to_have_count(0)
    panel.store()
    expect(panel.done).to_contain_text("Tên tự đặt")


def test_a_number_that_is_there_already_is_attached_instead(
    window: Window, city: City, row: Row
) -> None:
    known = EvidenceFactory(ward=city.own, number="54/KH-UBND", issued_on=None, title="Kế hoạch 54")
    window.allow(422)
    panel = row.open_evidence()
    panel.say(title="Kế hoạch", number="54/KH-UBND", issued_by="UBND")
    panel.store()
    expect(panel.refusal).to_contain_text(vi("The ward already has a document with this number."))
    expect(panel.field("title")).to_have_value("Kế hoạch")
    panel.refusal.locator("button[name=evidence]").click()
    expect(panel.done).to_contain_text("Kế hoạch 54")
    assert EvidenceUse.objects.get().evidence == known
    assert Evidence.objects.get() == known

    panel.say(title="Kế hoạch khác", number="54/KH-UBND", issued_by="UBND")
    panel.store()
    panel.refusal.locator("[name=is_another]").check()
    panel.store()
    expect(panel.done).to_contain_text("Kế hoạch khác")
    assert Evidence.objects.count() == 2


def test_a_document_needs_a_name_or_a_file(window: Window, row: Row, evidence_root: Path) -> None:
    window.allow(422)
    panel = row.open_evidence()
    panel.say(number="7/KH")
    panel.store()
    expect(panel.refusal).to_contain_text(vi("Give the title, or choose a file."))
    expect(panel.field("number")).to_have_value("7/KH")
    _expect_nothing_stored(evidence_root)


def test_an_upload_that_breaks_off_can_be_tried_again(
    window: Window, row: Row, evidence_root: Path
) -> None:
    page, content = window.page, pdf()
    panel = row.open_evidence()
    _pick(panel, content)
    panel.say(number="7/KH")
    window.allow(BROKEN)
    page.route("**/evidence/", lambda route: route.abort("connectionreset"))
    panel.store()
    expect(panel.refusal).to_contain_text(vi("Not stored: the server does not answer."))
    expect(panel.field("number")).to_have_value("7/KH")
    _expect_nothing_stored(evidence_root)
    page.unroute("**/evidence/")
    panel.store()
    expect(panel.done).to_contain_text(NAME)
    _expect_stored(content)


@pytest.mark.parametrize("what", ["pdf", "docx", "png", "jpeg"])
def test_half_an_upload_leaves_nothing(
    window: Window, city: City, row: Row, evidence_root: Path, what: str
) -> None:
    """The line is cut in the middle of the body, which had announced its whole length."""
    content = {
        "pdf": pdf() + b"\n" * 900 + b"%%EOF",
        "docx": ooxml(),
        "png": picture("PNG"),
        "jpeg": picture("JPEG"),
    }[what]
    criterion = city.criteria[2]
    url = reverse("criteria:evidence-row", args=[city.round.pk, city.own.pk, criterion.pk])
    answer = _send_half(window, url, f"half.{what}", content)
    assert not answer.startswith(b"HTTP/1.1 2")
    _expect_nothing_stored(evidence_root)
    panel = row.open_evidence()
    _pick(panel, content, f"whole.{what}")
    panel.store()
    expect(panel.done).to_contain_text("whole")
    _expect_stored(content)


def _send_half(window: Window, path: str, name: str, content: bytes) -> bytes:
    """Post a document as the page does, but stop sending half-way; return what is answered."""
    cookies = {cookie["name"]: cookie["value"] for cookie in window.context.cookies()}
    version = window.page.locator(f"[name$='{path.split('/')[-3]}-version']").input_value()
    fields = {
        "csrfmiddlewaretoken": cookies["csrftoken"],
        "version": version,
        "title": "Nửa chừng",
    }
    part = '--half\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n'
    body = b"".join(
        part.format(field, "").encode() + value.encode() + b"\r\n"
        for field, value in fields.items()
    )
    body += part.format("file", f'; filename="{name}"').encode() + content + b"\r\n--half--\r\n"
    place = urlsplit(window.origin)
    head = [
        f"POST {path} HTTP/1.1",
        f"Host: {place.netloc}",
        "Cookie: " + "; ".join(f"{key}={value}" for key, value in cookies.items()),
        f"Origin: {window.origin}",
        "HX-Request: true",
        "Connection: close",
        "Content-Type: multipart/form-data; boundary=half",
        f"Content-Length: {len(body)}",
    ]
    with socket.create_connection((place.hostname, place.port), timeout=10) as line:
        sent = len(body) - len(content) // 2
        line.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body[:sent])
        line.shutdown(socket.SHUT_WR)
        return line.makefile("rb").read()


def test_a_document_is_viewed_and_downloaded(window: Window, row: Row) -> None:
    page, content = window.page, picture("PNG")
    panel = row.open_evidence()
    _pick(panel, content, "Ảnh chụp sổ.png")
    panel.store()
    panel.close()
    with page.expect_download() as download:
        row.attached.get_by_role("link", name=vi("Download")).click()
    assert download.value.suggested_filename == "Ảnh chụp sổ.png"
    assert Path(download.value.path()).read_bytes() == content
    with window.context.expect_page() as opened:
        row.attached.get_by_role("link", name=vi("View")).click()
    picture_shown = opened.value.locator("img")
    expect(picture_shown).to_be_visible()
    assert picture_shown.evaluate("image => image.naturalWidth") == 40
    opened.value.close()
    with window.context.expect_page() as opened:
        row.attached.get_by_role("link", name="Ảnh chụp sổ").first.click()
    expect(opened.value.locator("h1")).to_have_text("Ảnh chụp sổ")


def test_what_is_attached_does_not_make_the_page_stale(
    window: Window, city: City, row: Row
) -> None:
    """The next save of the row, the next document and submitting all start from what is there."""
    row.type("130")
    expect(row.saved).to_be_visible()
    for number, name in enumerate(("Một", "Hai"), start=8):
        panel = row.open_evidence()
        panel.say(title=name, number=f"{number}/KH", issued_by="UBND phường")
        panel.store()
        expect(panel.done).to_contain_text(name)
        panel.close()
    row.type("140")
    expect(row.saved).to_be_visible()
    other = window.row(city.criteria[3])
    panel = other.open_evidence()
    panel.say(title="Ba", number="7/KH", issued_by="UBND phường")
    panel.store()
    expect(panel.done).to_contain_text("Ba")
    panel.close()
    window.take("submit")
    window.expect_told("The sheet is submitted.")
    assert Assessment.objects.get(ward=city.own, round=city.round).state == "submitted"


def test_a_row_that_a_colleague_changed_is_looked_at_before_a_document_is_attached(
    window: Window, city: City, row: Row, evidence_root: Path
) -> None:
    panel = row.open_evidence()
    _pick(panel, pdf())
    sheet = Assessment.objects.get(ward=city.own, round=city.round)
    sheet.results.filter(criterion=city.criteria[2]).update(version=9)
    window.allow(409)
    panel.store()
    told = vi("Somebody else has changed this criterion meanwhile. Look at it first, then attach.")
    expect(panel.element.locator("#evidence-told")).to_contain_text(told)
    _expect_nothing_stored(evidence_root)
    panel.element.locator("#evidence-told").get_by_role("link").click()
    expect(panel.element).to_be_hidden()
    expect(row.element.locator("[name$='-version']")).to_have_value("9")
    panel = row.open_evidence()
    panel.say(title="Nghị quyết", number="7/KH", issued_by="UBND phường")
    panel.store()
    expect(panel.done).to_contain_text("Nghị quyết")


def test_the_panel_is_a_page_without_javascript(
    open_window: Callable[..., Window], city: City
) -> None:
    fill_in(city.own, city)
    window = open_window(javascript=False)
    page = window.page
    window.sign_in(city.officer)
    window.open("criteria:sheet", city.round.pk, city.own.pk)
    row = window.row(city.criteria[2])
    row.element.locator("[data-evidence-panel]").click()
    panel = Panel(page.locator("#evidence-panel"))
    window.allow(422)
    _pick(panel, b"nothing", "note.pdf")
    panel.say(title="Biên bản", number="7/KH")
    panel.store()
    expect(panel.refusal.locator(".upload-problem")).to_be_visible()
    expect(panel.field("number")).to_have_value("7/KH")
    _pick(panel, pdf())
    panel.store()
    expect(page.locator(".messages .message-success")).to_contain_text("Biên bản")
    page.locator("#evidence-panel a[data-close-dialog]").click()
    expect(row.attached).to_contain_text(["Biên bản"])
