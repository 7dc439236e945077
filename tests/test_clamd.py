"""The virus scanner, played by a socket of our own: asked about every upload, and missed."""

import socket
import threading
from contextlib import contextmanager
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from criteria.models import Evidence
from namdinh_wards import clamd
from tests.factories import MembershipFactory, WardFactory
from tests.files.samples import pdf


@contextmanager
def scanner(answer: bytes, path=None):
    """Speak clamd's protocol once for each connection; yields its address and what it was sent."""
    if path:
        server = socket.socket(socket.AF_UNIX)
        server.bind(str(path))
    else:
        server = socket.socket()
        server.bind(("127.0.0.1", 0))
    server.listen()
    received: list[bytes] = []

    def exactly(peer, n):
        read = b""
        while len(read) < n and (piece := peer.recv(n - len(read))):
            read += piece
        return read

    def serve():
        while True:
            try:
                peer, _address = server.accept()
            except OSError:
                return
            with peer:
                command = b""
                while not command.endswith(b"\0") and (byte := peer.recv(1)):
                    command += byte
                content = b""
                if command == b"zINSTREAM\0":
                    while length := int.from_bytes(exactly(peer, 4)):
                        content += exactly(peer, length)
                received.append(command + content)
                peer.sendall(b"PONG\0" if command == b"zPING\0" else answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield str(path) if path else f"127.0.0.1:{server.getsockname()[1]}", received
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)


def test_a_clean_file_and_one_with_a_virus(tmp_path):
    content = bytes(200_000) + b"x"
    for path in (None, tmp_path / "clamd.ctl"):
        with scanner(b"stream: OK\0", path) as (address, received):
            stream = BytesIO(content)
            assert clamd.scan(address, stream) == ""
            assert stream.tell() == 0
            assert received == [b"zINSTREAM\0" + content]
            assert clamd.is_there(address)
    with scanner(b"stream: Eicar-Test-Signature FOUND\0") as (address, _received):
        assert clamd.scan(address, BytesIO(content)) == "Eicar-Test-Signature"


@pytest.mark.parametrize(
    "answer", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: what\0"]
)
def test_anything_but_a_clear_answer_is_none(answer):
    with scanner(answer) as (address, _received), pytest.raises(clamd.NoAnswer):
        clamd.scan(address, BytesIO(b"x"))


@pytest.mark.parametrize("address", ["127.0.0.1:1", "/nowhere/clamd.ctl", "nonsense", "a:b"])
def test_a_scanner_that_is_not_there_gives_no_answer(address):
    with pytest.raises(clamd.NoAnswer):
        clamd.scan(address, BytesIO(b"x"))
    assert not clamd.is_there(address)


def upload(client, ward):
    typed = {"title": "Kế hoạch", "number": "54/KH"}
    url = reverse("criteria:ward-evidence", args=[ward.pk])
    return client.post(url, typed | {"file": SimpleUploadedFile("a.pdf", pdf())})


@pytest.mark.django_db
def test_an_upload_is_stored_when_the_scanner_says_so_alone(client_of, make_user, settings):
    officer, ward = make_user("ward"), WardFactory()
    MembershipFactory(user=officer, ward=ward)
    client = client_of(officer)
    settings.CLAMD = "127.0.0.1:1"
    refused = upload(client, ward)
    assert refused.status_code == 422
    assert "Phần mềm quét vi-rút không trả lời" in refused.content.decode()
    assert 'value="54/KH"' in refused.content.decode()
    with scanner(b"stream: Eicar FOUND\0") as (settings.CLAMD, _received):
        refused = upload(client, ward)
        assert refused.status_code == 422
        assert "Eicar" in refused.content.decode()
    assert not Evidence.objects.exists()
    with scanner(b"stream: OK\0") as (settings.CLAMD, received):
        assert upload(client, ward).status_code == 302
    assert received == [b"zINSTREAM\0" + pdf()]
    assert Evidence.objects.get().size == len(pdf())


@pytest.mark.django_db
def test_the_administration_says_whether_files_are_scanned(client_of, settings):
    client = client_of("administrator")

    def page():
        return client.get(reverse("admin:index")).content.decode()

    assert "chưa được quét vi-rút" in page()
    settings.CLAMD = "127.0.0.1:1"
    assert "Phần mềm quét vi-rút không trả lời" in page()
    with scanner(b"") as (settings.CLAMD, _received):
        assert "Tệp tải lên được quét vi-rút" in page()
