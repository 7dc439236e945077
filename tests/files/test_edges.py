"""Good files with odd edges pass, what nobody could read is refused, each with what to do."""

import gzip
import zipfile
from io import BytesIO

import pikepdf
import pytest

from criteria.contents.reading import kind_of
from criteria.contents.refused import Reason, Refused
from tests.files import samples
from tests.files.samples import GOOD, archive, odf, ooxml, pdf, picture

COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
EMF = b"\x01\0\0\0" + bytes(36) + b" EMF" + bytes(100)
WMF = b"\xd7\xcd\xc6\x9a" + bytes(100)


def read(content: bytes) -> str:
    return kind_of(BytesIO(content))


def reason(content: bytes) -> Reason:
    with pytest.raises(Refused) as refused:
        read(content)
    return refused.value.reason


@pytest.mark.parametrize(
    "before",
    [
        b"\xef\xbb\xbf",
        b"\r\n",
        b"\0\0\n",
        b"\xef\xbb\xbf\r\n\r\n",
        b"\x1b%-12345X@PJL JOB\r\n@PJL ENTER LANGUAGE=PDF\r\n",
        b"Content-Type: application/pdf\r\n\r\n",
        b" " * 1024,
    ],
)
def test_a_pdf_may_have_harmless_text_before_its_beginning(before):
    assert read(before + pdf()) == "pdf"


@pytest.mark.parametrize("after", [b"", b"\n", b"\r\n\r\n", bytes(5000), b" " * 2000])
def test_files_may_have_padding_behind_their_end(after):
    for kind in ("pdf", "docx", "odt", "jpeg", "png"):
        assert read(GOOD[kind] + after) == kind


def test_a_workbook_whose_archive_has_the_slashes_of_windows_passes():
    made = BytesIO(ooxml("xlsx"))
    with zipfile.ZipFile(made) as source:
        entries = {name.replace("/", "\\"): source.read(name) for name in source.namelist()}
    assert "xl\\workbook.xml" in entries
    assert read(archive(entries)) == "xlsx"
    assert reason(archive(entries | {"xl\\..\\..\\evil": b"x"})) == Reason.LEADS_OUT
    assert reason(archive(entries | {"xl\\vbaProject.bin": b"x"})) == Reason.MACROS
    # One entry under two names.
    assert reason(archive(entries | {"xl/workbook.xml": b"<workbook/>"})) == Reason.DAMAGED


def test_packed_pictures_of_windows_pass_and_nothing_else_packed_so():
    name = "word/media/image1.emz"
    for drawing in (EMF, WMF):
        assert read(ooxml(entries={name: gzip.compress(drawing)})) == "docx"
    assert read(ooxml("pptx", {"ppt/media/a.WMZ": gzip.compress(WMF)})) == "pptx"
    assert reason(ooxml(entries={name: gzip.compress(b"MZ\x90\0")})) == Reason.ARCHIVE_INSIDE
    hidden = gzip.compress(EMF) + b"MZ\x90\0"
    assert reason(ooxml(entries={name: hidden})) == Reason.ARCHIVE_INSIDE
    assert reason(ooxml(entries={name: gzip.compress(EMF)[:-9]})) == Reason.ARCHIVE_INSIDE
    bomb = gzip.compress(EMF + bytes(60 * 1024 * 1024))
    assert reason(ooxml(entries={name: bomb})) == Reason.EXPANDS


def test_old_drawings_of_excel_need_not_be_well_formed():
    name = "xl/drawings/vmlDrawing1.vml"
    assert read(ooxml("xlsx", {name: b"<xml><v:shape><br></v:shape></xml>"})) == "xlsx"
    assert reason(ooxml("xlsx", {name: b"<!DOCTYPE x [<!ENTITY a 'b'>]><xml/>"})) == Reason.DTD
    for address in ("http://evil/a.png", "\\\\evil\\a.png"):
        loose = f'<xml><v:imagedata src="{address}"><br></xml>'
        assert reason(ooxml("xlsx", {name: loose})) == Reason.FETCHES


def protected(**given) -> bytes:
    with pikepdf.open(BytesIO(pdf())) as document:
        made = BytesIO()
        document.save(made, encryption=pikepdf.Encryption(**given))
        return made.getvalue()


@pytest.mark.parametrize("level", [4, 6])
def test_a_pdf_that_needs_a_password_is_refused_one_that_opens_without_passes(level):
    assert reason(protected(user="mat", owner="chu", R=level)) == Reason.PASSWORD
    assert read(protected(user="", owner="chu", R=level)) == "pdf"


def test_documents_with_a_password_are_refused_as_that():
    locked = COMPOUND + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    assert reason(locked) == Reason.PASSWORD
    assert reason(COMPOUND + bytes(600)) == Reason.OLD_OFFICE
    assert reason(samples.encrypted(ooxml())) == Reason.PASSWORD
    manifest = (
        "<m:manifest xmlns:m='x'><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>"
    )
    assert reason(odf(manifest=manifest)) == Reason.PASSWORD
    assert reason(odf(manifest=manifest.encode("utf-16"))) == Reason.PASSWORD


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"hevc", b"mif1", b"avif"])
def test_heic_is_told_apart_so_that_the_message_can_say_what_to_do(brand):
    assert reason(b"\0\0\0\x18ftyp" + brand + bytes(40)) == Reason.HEIC


def test_other_pictures_are_told_apart():
    for kind in ("GIF", "BMP", "TIFF", "WEBP"):
        assert reason(picture(kind)) == Reason.OTHER_PICTURE
