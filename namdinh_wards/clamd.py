"""Asks the virus scanner clamd about a file, in its own protocol (INSTREAM), over a socket."""

import socket
from contextlib import closing
from typing import BinaryIO

_CHUNK = 64 * 1024
_LONGEST_ANSWER = 4096
# clamd reads 20 MB within a few seconds.
_SECONDS = 30
_SECONDS_TO_GREET = 2


class NoAnswer(Exception):
    """The scanner is not there, or did not understand."""


def scan(address: str, stream: BinaryIO) -> str:
    """Return the name of the virus in the file; empty: none. Raises NoAnswer.

    address: the path of a socket, or host:port.
    """
    stream.seek(0)
    try:
        with closing(_connect(address, _SECONDS)) as scanner:
            scanner.sendall(b"zINSTREAM\0")
            while chunk := stream.read(_CHUNK):
                scanner.sendall(len(chunk).to_bytes(4) + chunk)
            scanner.sendall(bytes(4))
            answer = _answer(scanner)
    except (OSError, ValueError) as error:
        raise NoAnswer(str(error)) from error
    finally:
        stream.seek(0)
    if answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    if answer != "stream: OK":
        raise NoAnswer(answer)
    return ""


def is_there(address: str) -> bool:
    try:
        with closing(_connect(address, _SECONDS_TO_GREET)) as scanner:
            scanner.sendall(b"zPING\0")
            return _answer(scanner) == "PONG"
    except (OSError, ValueError):
        return False


def _connect(address: str, seconds: float) -> socket.socket:
    if "/" in address:
        scanner = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        scanner.settimeout(seconds)
        try:
            scanner.connect(address)
        except OSError:
            scanner.close()
            raise
        return scanner
    host, _colon, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=seconds)


def _answer(scanner: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER:
        piece = scanner.recv(_LONGEST_ANSWER)
        if not piece:
            break
        answer += piece
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")
