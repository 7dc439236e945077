"""The place where a photograph was taken goes on request; the picture stays as it is."""

import hashlib
import io

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from criteria.actions.evidence import DocumentFacts, add_evidence
from criteria.contents.reading import kind_of
from criteria.files.places import without_places
from tests.factories import UserFactory, WardFactory
from tests.files.samples import GOOD, samsung

LATITUDE, LONGITUDE = (20.0, 25.0, 12.34), (106.0, 9.0, 45.67)
XMP = (
    b'<rdf:Description exif:GPSLatitude="20,25.2N" dc:x="y">'
    b"<exif:GPSLongitude>106,9.7E</exif:GPSLongitude></rdf:Description>"
)


def exif(order: str) -> Image.Exif:
    made = Image.Exif()
    made.endian = order
    made[0x0112] = 6  # the way it was held
    made[0x010F] = "Máy ảnh".encode().decode("latin-1")
    made.get_ifd(0x8825).update({1: "N", 2: LATITUDE, 3: "E", 4: LONGITUDE, 29: "2026:11:20"})
    return made


def photograph(format: str, order: str = "<", **saving) -> bytes:
    made = io.BytesIO()
    Image.effect_noise((60, 40), 50).save(made, format, exif=exif(order).tobytes(), **saving)
    return made.getvalue()


def place(content: bytes) -> dict:
    with Image.open(io.BytesIO(content)) as image:
        return dict(image.getexif().get_ifd(0x8825))


def pixels(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as image:
        return image.tobytes()


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_the_place_goes_and_the_picture_stays(format, order):
    content = photograph(format, order)
    assert place(content)[2] == LATITUDE
    wiped = without_places(content)
    assert not place(wiped)
    assert len(wiped) == len(content)
    assert pixels(wiped) == pixels(content)
    assert kind_of(io.BytesIO(wiped)) == format.lower()
    with Image.open(io.BytesIO(wiped)) as image:
        assert image.getexif()[0x0112] == 6
    assert b"2026:11:20" not in wiped
    assert without_places(wiped) == wiped


def test_the_place_goes_from_what_a_telephone_appends_too():
    film = b"\0\0\0\x20moov\xa9xyz\0\x12\x15\xc7+20.4200+106.1600/"
    content = photograph("JPEG") + photograph("JPEG", ">") + samsung({"MotionPhoto_Data": film})
    wiped = without_places(content)
    assert len(wiped) == len(content)
    assert b"+20.4200" not in wiped
    second = wiped.index(b"\xff\xd8\xff", 10)
    assert not place(wiped)
    assert not place(wiped[second:])


def test_the_place_goes_from_xmp():
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    for content in (photograph("JPEG", xmp=XMP), photograph("PNG", pnginfo=info)):
        assert b"20,25.2N" in content
        wiped = without_places(content)
        assert b"20,25.2N" not in wiped
        assert b"106,9.7E" not in wiped
        assert b'dc:x="y"' in wiped
        assert pixels(wiped) == pixels(content)
    packed = PngInfo()
    packed.add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=True)
    packed.add_text("Raw profile type exif", "exif 00", zip=True)
    content = photograph("PNG", pnginfo=packed)
    wiped = without_places(content)
    assert b"XML:com" not in wiped
    assert b"Raw profile" not in wiped
    assert pixels(wiped) == pixels(content)


def test_a_picture_without_a_place_stays_byte_for_byte():
    for kind in ("jpeg", "png"):
        assert without_places(GOOD[kind]) == GOOD[kind]


@hypothesis_settings(max_examples=300)
@given(st.sampled_from(["JPEG", "PNG"]), st.data())
def test_whatever_the_notes_say_nothing_breaks(format, data):
    content = bytearray(photograph(format))
    start = content.index(b"II*\0")
    for _change in range(data.draw(st.integers(1, 8))):
        at = start + data.draw(st.integers(4, 180))
        content[at : at + 2] = data.draw(st.binary(min_size=2, max_size=2))
    assert len(without_places(bytes(content))) <= len(content)


@pytest.mark.django_db
@pytest.mark.parametrize("is_asked_for", [True, False])
def test_a_setting_has_the_places_removed_from_what_is_stored(is_asked_for, settings):
    settings.PHOTO_PLACES = not is_asked_for
    content, ward = photograph("JPEG"), WardFactory()
    for is_first in (True, False):
        file = SimpleUploadedFile("IMG_1.jpg", content)
        document, is_new = add_evidence(ward, DocumentFacts("Ảnh"), file, acting_user=UserFactory())
        assert is_new == is_first
    with storages["evidence"].open(document.file) as stored:
        kept = stored.read()
    assert (kept != content) == is_asked_for
    assert bool(place(kept)) != is_asked_for
    assert document.sha256 == hashlib.sha256(kept).hexdigest()
    assert document.size == len(kept)
