"""What an upload may be: good files of every kind pass, every trick is refused with its reason."""

import gzip
import hashlib
from io import BytesIO

import pytest
from django.utils.translation import override
from PIL import Image

from criteria.contents import reading
from criteria.contents.images import MAX_PIXELS
from criteria.files import KINDS, FileRefused, inspect, process
from tests.files import samples
from tests.files.samples import GOOD, archive, content_types, odf, ooxml, pdf, picture

LIMIT = 20 * 1024 * 1024
MEGABYTE = 1024 * 1024
SCRIPT = b"<script>alert(1)</script>"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
EXE = b"MZ\x90\0" + bytes(60)
VBA = COMPOUND + bytes(100) + "_VBA_PROJECT".encode("utf-16-le")


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


@pytest.fixture(autouse=True)
def read_here(monkeypatch):
    """Spare the process of each file's own, which test_process.py is about."""
    monkeypatch.setattr(process, "kind_of", reading.kind_of)


def look(content: bytes, name: str = "", max_bytes: int = LIMIT):
    return inspect(BytesIO(content), name, max_bytes)


def why(content: bytes, name: str = "", max_bytes: int = LIMIT) -> str:
    with pytest.raises(FileRefused) as refused:
        look(content, name, max_bytes)
    return " ".join(refused.value.messages)


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_file_of_every_kind_is_known_by_its_content(kind):
    content = GOOD[kind]
    for name in ["", f"Kế hoạch.{KINDS[kind].extensions[-1].upper()}"]:
        facts = look(content, name)
        assert (facts.kind, facts.content_type) == (kind, KINDS[kind].content_type)
        assert facts.size == len(content)
        assert facts.sha256 == hashlib.sha256(content).hexdigest()
        assert facts.extension in KINDS[kind].extensions


def test_the_stream_is_left_at_its_beginning():
    stream = BytesIO(GOOD["docx"])
    inspect(stream, "a.docx", LIMIT)
    assert stream.tell() == 0


def test_size_is_counted_not_believed():
    assert "empty" in why(b"", "a.pdf")
    content = pdf()
    assert look(content, max_bytes=len(content)).size == len(content)
    assert "larger than 1 MB" in why(content, max_bytes=len(content) - 1)
    assert "larger than 2 MB" in why(pdf("x" * 3 * MEGABYTE), max_bytes=2 * MEGABYTE)


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (SCRIPT + pdf(), "a.pdf", "before the beginning"),
        (b"#!/bin/sh\n" + pdf(), "a.pdf", "before the beginning"),
        (b"{\\rtf1 " + pdf(), "a.pdf", "before the beginning"),
        (b" " * 1025 + pdf(), "a.pdf", "not PDF"),
        (b"<!doctype html><title>x</title>", "a.pdf", "not PDF"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "a.svg", "not accepted"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "a.png", "not PNG"),
        (EXE, "a.docx", "not DOCX"),
        (EXE, "a.exe", "not accepted"),
        (b"plain text", "", "not accepted"),
        (COMPOUND + bytes(600), "a.doc", "old Office"),
        (COMPOUND + bytes(600), "a.docx", "old Office"),
        (pdf(), "a.docx", "its content is PDF"),
        (pdf(), "a.pdf.exe", "its content is PDF"),
        (GOOD["png"], "a.jpg", "its content is PNG"),
        (ooxml("xlsx"), "a.docx", "its content is XLSX"),
        (odf("odt"), "a.docx", "its content is ODT"),
        (archive({"a.txt": "a"}), "a.zip", "Archives are not accepted"),
        (archive({"a.txt": "a"}), "a.docx", "Archives are not accepted"),
        (archive({"AndroidManifest.xml": "a"}), "a.odt", "Archives are not accepted"),
    ],
)
def test_wrong_and_disguised_kinds_are_refused(content, name, reason):
    assert reason in why(content, name)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (pdf().removesuffix(b"%%EOF\n"), "end is missing"),
        (pdf() + SCRIPT, "Something else follows"),
        (pdf() + archive({"a": "a"}), "end is missing|Something else"),
        # An archive ends with a comment, in which the PDF's end may hide.
        (pdf()[:-6] + archive({"a": "a"})[:-2] + b"\x06\0%%EOF\n", "an archive at the same time"),
        (GOOD["jpeg"] + archive({"a": "a"}), "appended"),
        (GOOD["jpeg"] + SCRIPT, "appended"),
        (GOOD["jpeg"] + GOOD["png"], "appended"),
        (GOOD["jpeg"] + archive({"a": "a"}) + b"SEFT", "appended"),
        (GOOD["jpeg"] + SCRIPT + b"SEFT", "appended"),
        (GOOD["jpeg"] + EXE + samples.samsung({}), "appended"),
        (GOOD["jpeg"] + samples.samsung({"MotionPhoto_Data": EXE}), "appended"),
        (GOOD["jpeg"] + samples.samsung({"MotionPhoto_Data": archive({"a": "a"})}), "appended"),
        (GOOD["jpeg"] + samples.samsung({"../a": b"1"}), "appended"),
        (GOOD["jpeg"] + samples.film() + EXE, "appended"),
        (GOOD["jpeg"] + samples.film()[:-2], "damaged"),
        (GOOD["jpeg"] + b"\r\n" + EXE, "appended"),
        (GOOD["jpeg"] + pdf(), "appended"),
        (GOOD["jpeg"] + b"powershell -enc AAAA", "appended"),
        (GOOD["jpeg"] + b"\xff\xd8\xff\xd9" * 100, "appended"),
        (GOOD["jpeg"] + b"\xff\xd8\xff" + SCRIPT, "damaged"),
        (GOOD["jpeg"][:-2], "damaged"),
        (GOOD["jpeg"][:200], "damaged"),
        (b"\xff\xd8\xff\xe0\0\0", "damaged"),
        (b"\xff\xd8\xff\xd9", "damaged"),
        (GOOD["png"] + SCRIPT, "appended"),
        (GOOD["png"] + archive({"a": "a"}), "appended"),
        (GOOD["png"][:-12], "damaged"),
        (GOOD["png"][:200] + GOOD["png"][220:], "damaged"),
        (samples.png_of_size(100, 100), "damaged"),
        (samples.png_of_size(20_000, 20_000), "million pixels"),
        (samples.png_of_size(10_000, MAX_PIXELS // 10_000 + 1), "million pixels"),
    ],
)
def test_polyglots_and_damaged_files_are_refused(content, reason):
    assert any(part in why(content) for part in reason.split("|"))


def test_a_script_in_a_note_of_a_picture_is_refused():
    made = BytesIO()
    Image.new("RGB", (8, 8)).save(made, "JPEG", comment=SCRIPT)
    assert "contains a script" in why(made.getvalue())


def test_what_telephones_append_to_a_photograph_passes():
    plain = picture("JPEG", (200, 200))
    for photograph in [
        plain + picture("JPEG"),
        plain + bytes(500) + picture("JPEG") + bytes(3),
        plain + b"\r\n",
        plain + bytes(5000),
        plain + samples.film(),
        plain + picture("JPEG") + samples.film(),
        plain + samples.samsung({"Image_UTC_Data": b"1732000000000"}),
        plain + samples.samsung({"MotionPhoto_Data": samples.film(), "DualShot_1": b"\x07" * 99}),
        plain + samples.film() + b"v2_f35    0:0       LIVE_1234567        ",
        plain + b'vivo{"com.vivo.gallery": 1}',
    ]:
        assert look(photograph, "IMG_2041.jpg").kind == "jpeg"
    progressive = BytesIO()
    Image.effect_noise((300, 200), 50).save(progressive, "JPEG", progressive=True)
    assert look(progressive.getvalue()).kind == "jpeg"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (ooxml(entries={"word/vbaProject.bin": b"x"}), "macros"),
        (ooxml(entries={"word/VBAPROJECT.BIN": b"x"}), "macros"),
        (ooxml(entries={"word/renamed.bin": VBA}), "macros"),
        (ooxml("xlsx", {"xl/macrosheets/sheet1.xml": b"<x/>"}), "macros"),
        (ooxml(entries={"word/activeX/activeX1.bin": b"x"}), "macros"),
        (
            ooxml(
                types=content_types(
                    "docx", "application/vnd.ms-word.document.macroEnabled.main+xml"
                )
            ),
            "macros",
        ),
        (ooxml(types=content_types("docx", "application/vnd.ms-office.vba&#80;roject")), "macros"),
        (odf(entries={"Basic/Standard/Module1.xml": b"<x/>"}), "macros"),
        (odf(entries={"Scripts/python/a.py": b"x"}), "macros"),
        (
            odf(manifest="<manifest><encryption-data/></manifest>"),
            "protected by a password",
        ),
        (samples.encrypted(ooxml()), "protected by a password"),
        (ooxml(entries={"word/embeddings/a.bin": EXE}), "contains a program"),
        (ooxml(entries={"word/a.bin": b"Rar!\x1a\x07\x01\0"}), "contains an archive"),
        (ooxml(entries={"word/a.gz": gzip.compress(b"x")}), "contains an archive"),
        (
            ooxml(entries={"word/a.bin": COMPOUND + "Ole10Native".encode("utf-16-le")}),
            "wrapped in it",
        ),
        (ooxml(types="<Types"), "cannot be read"),
        (ooxml(types="<Types/>"), "not a document"),
        (ooxml(types='<!DOCTYPE x [<!ENTITY a "b">]><Types/>'), "DTD"),
        (ooxml(types=content_types().encode("utf-16").decode("latin-1")), "cannot be read"),
        (archive({"[Content_Types].xml": content_types()}), "not a document"),
        (archive({"mimetype": "application/epub+zip"}, stored=("mimetype",)), "not a document"),
    ],
)
def test_macros_programs_and_passwords_are_refused(content, reason):
    assert reason in why(content)


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "word/../../x", "/etc/passwd", "C:/x", "..\\x", "word\\..\\x", "a/.."],
)
def test_an_entry_whose_name_leads_out_is_refused(name):
    assert "leads out" in why(ooxml(entries={name: b"x"}))


def test_an_entry_that_no_office_program_writes_is_refused():
    assert "no Office program" in why(ooxml(entries={"word/\u202egnp.exe": b"x"}))
    link = samples.zipfile.ZipInfo("word/link")
    link.external_attr = 0o120777 << 16
    made = BytesIO(ooxml())
    with samples.zipfile.ZipFile(made, "a") as target:
        target.writestr(link, "/etc/passwd")
    assert "no Office program" in why(made.getvalue())


# Made where they are looked at: it takes a second to pack them.
EXPANDING = {
    "declared": lambda: samples.zeros(250 * MEGABYTE),
    "ratio": lambda: samples.zeros(11 * MEGABYTE),
    "lying": lambda: samples.lying(real=60 * MEGABYTE, said=100),
    "overlapping": lambda: samples.overlapping(n_entries=30, n_bytes=MEGABYTE),
    "nested": lambda: ooxml(entries={"word/a.docx": samples.zeros(11 * MEGABYTE)}),
    "nested twice": lambda: ooxml(entries={"word/a.docx": ooxml(entries={"word/b.docx": ooxml()})}),
    "entries": lambda: ooxml(entries={f"word/{n}": b"" for n in range(5_001)}),
}


@pytest.mark.parametrize("make", EXPANDING.values(), ids=EXPANDING)
def test_archives_that_expand_are_refused(make):
    content = make()
    assert len(content) < MEGABYTE
    reason = why(content)
    assert "unpacks to far more" in reason or "damaged" in reason


@pytest.mark.parametrize(
    "content",
    [
        ooxml()[:-30],
        ooxml() + b"x",
        ooxml()[:-2] + b"\x03\0abc",
        ooxml()[:40] + b"!" + ooxml()[41:],
        b"PK\x03\x04" + bytes(100),
        samples.LOCAL + SCRIPT + ooxml(),
        ooxml()[: ooxml().index(samples.CENTRAL)]
        + SCRIPT
        + ooxml()[ooxml().index(b"PK\x01\x02") :],
    ],
)
def test_a_damaged_archive_is_refused(content):
    assert why(content)


def test_a_document_with_charts_and_pictures_passes():
    entries = {
        "word/embeddings/Microsoft_Excel_Sheet.xlsx": ooxml("xlsx"),
        "word/embeddings/oleObject1.bin": COMPOUND + bytes(600),
        "word/media/image1.png": GOOD["png"],
        "word/long.xml": f"<body>{'<p>Nam Định</p>' * 200_000}</body>",
        "word/": "",
    }
    assert look(ooxml(entries=entries), "a.docx").kind == "docx"
    assert look(odf("ods", {"Pictures/1.jpg": GOOD["jpeg"], "Configurations2/": ""})).kind == "ods"


@pytest.mark.parametrize(
    "name",
    [
        "../a.pdf",
        "a/b.pdf",
        "C:\\fakepath\\a.pdf",
        "..",
        "a\0.pdf",
        "a\r\nX: y.pdf",
        "a\tb.pdf",
        "fdp\u202efdp.exe.pdf",
        "\u2067a.pdf",
        "a\u200e.pdf",
        "a\u2028.pdf",
        "a\ud800.pdf",
    ],
)
def test_a_name_with_a_path_or_a_trick_is_refused(name):
    assert "Rename the file" in why(pdf(), name)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("Kế hoạch số 54.pdf", "Kế hoạch số 54.pdf"),
        ("Ke\u0302\u0301 hoa\u0323ch.PDF", "Kế hoạch.pdf"),
        ("  hai   khoảng\u00a0trống .pdf", "hai khoảng trống.pdf"),
        ("Báo cáo ngày 12.5", "Báo cáo ngày 12.5.pdf"),
        ("Số 54. Kế hoạch", "Số 54. Kế hoạch.pdf"),
        ("vô\u200bhình\ufeff.pdf", "vôhình.pdf"),
        ("đ" * 300 + ".pdf", "đ" * 196 + ".pdf"),
        (".pdf", ".pdf.pdf"),
        ("", "document.pdf"),
        ("\u200b", "document.pdf"),
    ],
)
def test_a_name_keeps_its_letters_and_gets_its_kind_s_extension(name, clean):
    assert look(pdf(), name).clean_name == clean
