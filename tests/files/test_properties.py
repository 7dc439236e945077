"""Whatever the bytes and the name: a kind, or a refusal in words; never an error."""

import gzip
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from criteria.contents.kinds import KINDS
from criteria.contents.markup import Reader
from criteria.contents.reading import kind_of
from criteria.contents.refused import Reason, Refused
from criteria.files import FileRefused, inspect, process
from criteria.files.refusal import WORDS, in_words
from criteria.forms.evidence import EvidenceForm
from tests.factories import MembershipFactory, WardFactory
from tests.files import samples
from tests.files.samples import GOOD, archive, odf, ooxml

WHOLE = {
    **GOOD,
    "phone": GOOD["jpeg"] + samples.samsung({"MotionPhoto_Data": samples.film()}),
    "film": GOOD["jpeg"] + samples.film(),
    "emz": ooxml(entries={"word/media/a.emz": gzip.compress(bytes(60))}),
    "nested": ooxml(entries={"word/a.xlsx": ooxml("xlsx")}),
    "compound": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "heic": b"\0\0\0\x18ftypheic" + bytes(40),
}
STARTS = [content[:12] for content in WHOLE.values()] + [
    b"",
    b"\xef\xbb\xbf%PDF-1.7\n",
    b"PK\x05\x06",
]


def answer(content: bytes) -> str:
    """Return the kind, or the reason in words; anything else is what must not be."""
    try:
        kind = kind_of(BytesIO(content))
    except Refused as refused:
        (words,) = in_words(refused if refused.params else Refused(refused.reason, **ANY)).messages
        return words
    assert kind in KINDS
    return kind


ANY = {"kinds": "PDF", "name": "a", "n": 1, "target": "b"}


@settings(max_examples=300)
@given(st.sampled_from(STARTS), st.binary(max_size=2000), st.sampled_from([b"", b"%%EOF", b"SEFT"]))
def test_any_bytes_get_an_answer(start, content, end):
    assert answer(start + content + end)


@settings(max_examples=400)
@given(st.sampled_from(sorted(WHOLE)), st.data())
def test_a_file_with_bytes_exchanged_gets_an_answer(kind, data):
    content = bytearray(WHOLE[kind])
    for _change in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 8))
        content[at : at + length] = data.draw(st.binary(max_size=8))
    assert answer(bytes(content))


@settings(max_examples=200)
@given(st.sampled_from(sorted(WHOLE)), st.floats(0, 1), st.floats(0, 1))
def test_a_file_that_is_cut_gets_an_answer(kind, start, end):
    content = WHOLE[kind]
    assert answer(content[int(len(content) * start * 0.2) : int(len(content) * end)])


@settings(max_examples=200)
@given(
    st.sampled_from(["word/document.xml", "word/_rels/document.xml.rels", "a.vml", "customXml/a"]),
    st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)),
    st.sampled_from(["utf-8", "utf-16", "utf-7", "shift_jis", "gb18030", "idna", "x", "\x85"]),
)
def test_any_part_of_an_office_file_gets_an_answer(name, content, encoding):
    declared = f'<?xml version="1.0" encoding="{encoding}"?>'.encode()
    for part in (content, declared + content, declared + b"<a>" + content + b"</a>"):
        assert answer(ooxml(entries={name: part}))
        assert answer(odf(entries={"content.xml": part}))
        assert answer(ooxml(entries={"[Content_Types].xml": part}))


@settings(max_examples=200)
@given(st.dictionaries(st.text(min_size=1, max_size=30), st.binary(max_size=50), max_size=5))
def test_any_archive_gets_an_answer(entries):
    encodable = {
        name: text for name, text in entries.items() if "\0" not in name and _is_text(name)
    }
    assert answer(archive(encodable) if encodable else b"PK\x05\x06" + bytes(18))


def _is_text(name: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in name)


@settings(max_examples=200)
@given(st.binary(max_size=400))
def test_markup_fails_in_one_way_alone(content):
    reason = None
    try:
        Reader({}, {}).feed(content, is_last=True)
    except Refused as refused:
        reason = refused.reason
    assert reason in (None, Reason.DAMAGED_XML, Reason.DTD)


def test_every_reason_can_be_said():
    for reason in WORDS:
        assert in_words(Refused(reason, **ANY)).messages


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(max_size=300), content=st.sampled_from(sorted(WHOLE)))
def test_any_name_gets_an_answer(name, content):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process, "kind_of", kind_of)
        try:
            answer = inspect(BytesIO(WHOLE[content]), name, 10**6).clean_name
        except FileRefused as refused:
            answer = " ".join(refused.messages)
    assert 0 < len(answer) <= 400


TEXT = st.text(max_size=60) | st.text(max_size=20).map(lambda text: text * 40)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.fixed_dictionaries(
        dict.fromkeys(("title", "number", "issued_on", "issued_by", "is_another"), TEXT)
    ),
    st.binary(max_size=200) | st.sampled_from(sorted(WHOLE.values())),
    st.text(max_size=40),
)
@pytest.mark.django_db
def test_the_upload_form_answers_whatever_it_is_sent(client_of, make_user, typed, content, name):
    officer, ward = make_user("ward"), WardFactory()
    MembershipFactory(user=officer, ward=ward)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process, "kind_of", kind_of)
        url = reverse("criteria:ward-evidence", args=[ward.pk])
        client = client_of(officer)
        file = SimpleUploadedFile("a", content)
        file._name = name  # type: ignore[attr-defined]
        response = client.post(url, typed | {"file": file})
        assert response.status_code in (302, 400, 422)
        assert client.post(url, typed).status_code in (302, 422)


@given(typed=st.dictionaries(st.sampled_from(["title", "number", "issued_on", "issued_by"]), TEXT))
def test_the_form_reads_whatever_is_typed(typed):
    form = EvidenceForm(MultiValueDict({name: [text] for name, text in typed.items()}), {})
    assert form.is_valid() in (True, False)
