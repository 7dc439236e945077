"""Files made in code: a good one of every kind, and what hostile ones are put together from."""

import struct
import zipfile
import zlib
from io import BytesIO

from PIL import Image

OOXML = "application/vnd.openxmlformats-officedocument"
TYPES = {
    "docx": (f"{OOXML}.wordprocessingml.document.main+xml", "word/document.xml"),
    "xlsx": (f"{OOXML}.spreadsheetml.sheet.main+xml", "xl/workbook.xml"),
    "pptx": (f"{OOXML}.presentationml.presentation.main+xml", "ppt/presentation.xml"),
}
ODF = {"odt": "text", "ods": "spreadsheet", "odp": "presentation"}
END = b"PK\x05\x06"
CENTRAL = b"PK\x01\x02"
LOCAL = b"PK\x03\x04"


def pdf(text: str = "Kế hoạch") -> bytes:
    """A page that a viewer opens; its stream says `text`, so that no two are the same file."""
    said = f"% {text}\nBT /F1 24 Tf 72 720 Td (Nam Dinh) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources 6 0 R>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(said), said),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Font<</F1 5 0 R>>>>",
    ]
    made, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    n, start = len(objects) + 1, len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n%s" % (n, table)
    return made + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (n, start)


def archive(entries: dict[str, bytes | str], stored: tuple[str, ...] = ()) -> bytes:
    """A zip archive of the entries, deflated but for `stored`."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in entries.items():
            how = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            target.writestr(zipfile.ZipInfo(name), content, compress_type=how)
    return made.getvalue()


def content_types(kind: str = "docx", *more: str) -> str:
    """The list of parts; more: content types of further ones."""
    main, place = TYPES[kind]
    parts = [f'<Override PartName="/{place}" ContentType="{main}"/>']
    parts += [f'<Override PartName="/x{n}" ContentType="{it}"/>' for n, it in enumerate(more)]
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/'
        f'package/2006/content-types">{"".join(parts)}</Types>'
    )


def ooxml(kind: str = "docx", entries: dict[str, bytes | str] | None = None, **given: str) -> bytes:
    """A document of Office; entries: put into it besides; given: `types` in place of its own."""
    base = {"[Content_Types].xml": given.get("types", content_types(kind))}
    return archive({**base, TYPES[kind][1]: "<document/>", **(entries or {})})


def odf(kind: str = "odt", entries: dict[str, bytes | str] | None = None, **given: str) -> bytes:
    manifest = given.get("manifest", "<manifest/>")
    return archive(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{ODF[kind]}",
            "content.xml": "<content/>",
            "META-INF/manifest.xml": manifest,
            **(entries or {}),
        },
        stored=("mimetype",),
    )


def picture(format: str, size: tuple[int, int] = (40, 30)) -> bytes:
    made = BytesIO()
    Image.effect_noise(size, 40).save(made, format)
    return made.getvalue()


def png_of_size(width: int, height: int) -> bytes:
    """A picture of these measurements in a few bytes."""

    def chunk(name: bytes, content: bytes) -> bytes:
        body = name + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def zeros(n_bytes: int) -> bytes:
    """A document that unpacks to `n_bytes` more than it says anything."""
    return ooxml(entries={"word/media/image1.bmp": bytes(n_bytes)})


def lying(real: int, said: int) -> bytes:
    """A document whose directory admits to `said` bytes of an entry that unpacks to `real`."""
    made = bytearray(zeros(real))
    checksum = struct.pack("<I", zlib.crc32(bytes(said)))
    for mark, at in ((LOCAL, 14), (CENTRAL, 16)):
        place = made.rindex(mark) + at
        made[place : place + 4] = checksum
        made[place + 8 : place + 12] = struct.pack("<I", said)
    return bytes(made)


def overlapping(n_entries: int, n_bytes: int) -> bytes:
    """A document whose directory names one packed entry again and again."""
    made = zeros(n_bytes)
    start, first = made.rindex(CENTRAL), made.index(CENTRAL)
    entry, end = made[start : made.rindex(END)], made[made.rindex(END) :]
    directory = made[first:start] + entry * n_entries
    counts = struct.pack("<HHI", n_entries + 2, n_entries + 2, len(directory))
    return made[:first] + directory + end[:8] + counts + end[16:]


def encrypted(content: bytes) -> bytes:
    """The archive, whose entries all say that a password protects them."""
    made = bytearray(content)
    for mark, at in ((LOCAL, 6), (CENTRAL, 8)):
        place = made.find(mark)
        while place >= 0:
            made[place + at] |= 1
            place = made.find(mark, place + 4)
    return bytes(made)


def film() -> bytes:
    """The boxes of a film as telephones append it."""
    boxes = [(b"ftyp", b"mp42\0\0\0\0isom"), (b"moov", bytes(90)), (b"mdat", b"\x07" * 500)]
    return b"".join(struct.pack(">I4s", 8 + len(body), name) + body for name, body in boxes)


def samsung(blocks: dict[str, bytes]) -> bytes:
    """What Samsung's telephones append: blocks, and a directory of them."""
    made = [
        struct.pack("<HHI", 0, 0x0A01, len(name)) + name.encode() + data
        for name, data in blocks.items()
    ]
    offset, entries = sum(map(len, made)), b""
    for block in made:
        entries += struct.pack("<HHII", 0, 0x0A01, offset, len(block))
        offset -= len(block)
    directory = b"SEFH" + struct.pack("<II", 107, len(made)) + entries
    return b"".join(made) + directory + struct.pack("<I", len(directory)) + b"SEFT"


def scans(n: int, size: tuple[int, int]) -> bytes:
    """A progressive picture whose last scan, of a few bytes, stands in it `n` times."""
    made = BytesIO()
    Image.new("L", size, 128).save(made, "JPEG", progressive=True)
    content = made.getvalue()
    last = content.rindex(b"\xff\xda")
    return content[:last] + content[last:-2] * n + content[-2:]


GOOD = {
    "pdf": pdf(),
    **{kind: ooxml(kind) for kind in TYPES},
    **{kind: odf(kind) for kind in ODF},
    "jpeg": picture("JPEG"),
    "png": picture("PNG"),
}
