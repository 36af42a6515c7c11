"""Clients that take their time, against a real server: they end, and cost nobody else an answer."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import time
from collections.abc import Iterator

import pytest
import requests

from tests.server_process import free_port, start, wait_for

SECONDS = 1.5


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    port = free_port()
    process = start(
        port, tmp_path_factory.mktemp("empty"), RELAPSE_CDS_REQUEST_SECONDS=str(SECONDS)
    )
    try:
        wait_for(f"http://127.0.0.1:{port}")
        yield port, process
    finally:
        process.send_signal(signal.SIGTERM)
        _, logged = process.communicate(timeout=20)
        assert "Traceback" not in logged


def trickle(port: int, head: bytes, piece: bytes, pause: float = 0.2) -> tuple[bytes, float]:
    """Send ``head``, then ``piece`` again and again until the server ends it; what it said, and
    when.
    """
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(head)
        connection.settimeout(pause)
        answer = b""
        while time.monotonic() - began < 10:
            try:
                received = connection.recv(65536)
                if not received:
                    break
                answer += received
            except TimeoutError:
                try:
                    connection.sendall(piece)
                except OSError:
                    break
            except OSError:
                break
    return answer, time.monotonic() - began


HEAD = (
    b"POST /cds-services/relapsed-b-all HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
)


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (HEAD + b"Content-Length: 100000\r\n\r\n{", b" "),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", b"1\r\n \r\n"),
    ],
    ids=["with a length", "in chunks"],
)
def test_a_body_that_trickles_in_is_cut_off(
    server: tuple[int, subprocess.Popen[str]], head: bytes, piece: bytes
) -> None:
    answer, seconds = trickle(server[0], head, piece)
    assert answer.startswith(b"HTTP/1.1 408 ")
    outcome = json.loads(answer.split(b"\r\n\r\n", 1)[1])
    assert outcome["resourceType"] == "OperationOutcome"
    assert "RELAPSE_CDS_REQUEST_SECONDS" in outcome["issue"][0]["diagnostics"]
    assert SECONDS * 0.8 < seconds < SECONDS + 3


def test_headers_that_trickle_in_are_cut_off(server: tuple[int, subprocess.Popen[str]]) -> None:
    answer, seconds = trickle(server[0], b"POST /cds-services HTTP/1.1\r\n", b"X-A: b\r\n")
    assert answer == b""
    assert seconds < SECONDS + 3


def test_others_are_answered_meanwhile(server: tuple[int, subprocess.Popen[str]]) -> None:
    """As many slow clients as the worker has threads: the next one waits for them once, not for
    ever.
    """
    port = server[0]
    slow = [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(8)]
    try:
        for connection in slow:
            connection.sendall(HEAD + b"Content-Length: 100000\r\n\r\n{")
        began = time.monotonic()
        assert requests.get(f"http://127.0.0.1:{port}/cds-services", timeout=10).status_code == 200
        assert time.monotonic() - began < SECONDS + 3
    finally:
        for connection in slow:
            connection.close()


def test_a_kept_connection_has_the_whole_time_for_each_request(
    server: tuple[int, subprocess.Popen[str]],
) -> None:
    with requests.Session() as session:
        for _ in range(3):
            time.sleep(SECONDS * 0.6)
            answer = session.get(f"http://127.0.0.1:{server[0]}/healthz", timeout=5)
            assert answer.status_code == 200
