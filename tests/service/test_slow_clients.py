"""Clients that take their time, against a real server: they end, and cost nobody else an answer."""

from __future__ import annotations

import json
import resource
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
import requests

from service.server.serve import THREADS
from tests.server_process import running

SECONDS = 1.5


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where the server listens."""
    folder = tmp_path_factory.mktemp("empty")
    with running(folder, RELAPSE_CDS_REQUEST_SECONDS=str(SECONDS)) as service:
        yield service.port
    assert not any("Traceback" in line for line in service.logged)


WHOLE = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


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


@contextmanager
def connected(port: int, number: int) -> Iterator[list[socket.socket]]:
    """That many connections, closed at the end."""
    with ExitStack() as opened:
        yield [
            opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
            for _ in range(number)
        ]


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (HEAD + b"Content-Length: 100000\r\n\r\n{", b" "),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", b"1\r\n \r\n"),
    ],
    ids=["with a length", "in chunks"],
)
def test_a_body_that_trickles_in_is_cut_off(port: int, head: bytes, piece: bytes) -> None:
    answer, seconds = trickle(port, head, piece)
    assert answer.startswith(b"HTTP/1.1 408 ")
    outcome = json.loads(answer.split(b"\r\n\r\n", 1)[1])
    assert outcome["resourceType"] == "OperationOutcome"
    assert "RELAPSE_CDS_REQUEST_SECONDS" in outcome["issue"][0]["diagnostics"]
    assert SECONDS * 0.8 < seconds < SECONDS + 3


def test_headers_that_trickle_in_are_cut_off(port: int) -> None:
    answer, seconds = trickle(port, b"POST /cds-services HTTP/1.1\r\n", b"X-A: b\r\n")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert SECONDS * 0.8 < seconds < SECONDS + 3


def test_headers_without_an_end_are_refused_at_once(port: int) -> None:
    answer, seconds = answer_to(port, WHOLE[:-2] + b"X-A: b\r\n" * 12_000)
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert seconds < SECONDS


def test_silence_is_ended_without_a_word(port: int) -> None:
    """A browser would take an answer for that to the request that it sends at this moment."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        assert connection.recv(1000) == b""


@pytest.mark.parametrize("begun", [b"G", WHOLE[:-1], HEAD + b"Content-Length: 100000\r\n\r\n{"])
def test_half_a_request_behind_a_whole_one_is_told_so(port: int, begun: bytes) -> None:
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS + 3) as connection:
        connection.sendall(WHOLE + begun)
        with connection.makefile("rb") as answer:
            said = answer.read()
    assert said.startswith(b"HTTP/1.1 200 ")
    assert said.count(b"HTTP/1.1 408 ") == 1
    assert SECONDS * 0.8 < time.monotonic() - began < SECONDS + 3


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"POST /cds-services/relapsed-b-all HTTP/1.1\r\nHost: x\r\n",
        HEAD + b"Content-Length: 100000\r\n\r\n{",
        WHOLE + b"G",
    ],
    ids=["nothing sent", "half the headers", "half the body", "half a request behind a whole one"],
)
def test_others_are_answered_meanwhile(port: int, begun: bytes) -> None:
    """Many times as many slow clients as the worker has threads keep none of them."""
    with connected(port, 150) as slow:
        for connection in slow:
            connection.sendall(begun)
        began = time.monotonic()
        assert requests.get(f"http://127.0.0.1:{port}/healthz", timeout=10).status_code == 200
        assert time.monotonic() - began < SECONDS


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /healthz HTTP/1.0\r\n\r\n",
        b"hello\r\n",
    ],
    ids=["asked to be closed", "HTTP/1.0", "no HTTP"],
)
def test_answered_clients_that_do_not_close(port: int, sent: bytes) -> None:
    """The server closes for them, and serves others meanwhile."""
    with connected(port, 20) as answered:
        for connection in answered:
            connection.sendall(sent)
        began = time.monotonic()
        assert requests.get(f"http://127.0.0.1:{port}/healthz", timeout=10).status_code == 200
        for connection in answered:
            answer = b""
            while received := connection.recv(65536):
                answer += received
            assert answer.startswith(b"HTTP/1.")
        assert time.monotonic() - began < SECONDS


def test_answers_that_nobody_takes(port: int) -> None:
    """Who asks for many pages and reads none keeps a few threads; the others serve."""
    with connected(port, 2 * THREADS) as greedy:
        for connection in greedy:
            connection.sendall(b"GET /knowledge HTTP/1.1\r\nHost: x\r\n\r\n" * 400)
        end = time.monotonic() + 10
        while time.monotonic() < end:
            answer = requests.get(f"http://127.0.0.1:{port}/cds-services", timeout=8)
            assert answer.status_code == 200
            time.sleep(0.5)


def test_a_refusal_reaches_a_client_that_still_sends(port: int) -> None:
    """The connection is not reset before the answer could be read."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(HEAD + b"Content-Length: 90000000\r\n\r\n")
        for _ in range(20):
            connection.sendall(b" " * 100_000)
            time.sleep(0.02)
        assert connection.recv(65536).startswith(b"HTTP/1.1 413 ")


@pytest.fixture
def more_files() -> Iterator[None]:
    """Of two ends of a thousand connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize(
    ("begun", "of_these"),
    [
        (WHOLE, 300),
        (b"POST /x HTTP/1.1\r\nHost", 1050),
        (HEAD + b"Content-Length: 9\r\n\r\n{", 1050),
    ],
    ids=["silent, some of them kept", "half the headers", "half the body"],
)
@pytest.mark.usefixtures("more_files")
def test_more_connections_than_a_worker_accepts(
    tmp_path: Path, begun: bytes, of_these: int
) -> None:
    """Those that were never used, those that are kept, and in the end those whose request is on its
    way for the longest make room.
    """
    with (
        running(tmp_path, "--workers", "1") as service,
        connected(service.port, 1050) as opened,
    ):
        for connection in opened[:of_these]:
            connection.sendall(begun)
        for _ in range(5):
            began = time.monotonic()
            answer = requests.get(f"{service.address}/healthz", timeout=30)
            assert answer.status_code == 200
            assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "begun",
    [
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
        HEAD + b"Content-Length: 3000000\r\n\r\n{",
        HEAD + b"Content-Length: 5\r\nExpect: 100-continue\r\n\r\n",
    ],
    ids=["in chunks", "a large one", "one that waits to be asked for"],
)
def test_bodies_that_stall_take_no_thread_from_others(port: int, begun: bytes) -> None:
    """A thread waits for them, since their end is not known or too far away: not one of those that
    answer what is there.
    """
    with connected(port, 2 * THREADS) as slow:
        for connection in slow:
            connection.sendall(begun)
        began = time.monotonic()
        assert requests.get(f"http://127.0.0.1:{port}/cds-services", timeout=10).status_code == 200
        assert time.monotonic() - began < SECONDS / 2


def answer_to(port: int, *pieces: bytes, pause: float = 0.0) -> tuple[bytes, float]:
    """What the server says to ``pieces``, and when, until it ends or falls silent."""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause)
        answer, seconds = b"", 0.0
        connection.settimeout(SECONDS + 3)
        with suppress(TimeoutError):
            while received := connection.recv(65536):
                answer += received
                seconds = time.monotonic() - began
                connection.settimeout(0.5)
    return answer, seconds


def test_a_body_that_stalls_is_told_so(port: int) -> None:
    answer, seconds = answer_to(port, HEAD + b"Content-Length: 100000\r\n\r\n{")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert SECONDS * 0.8 < seconds < SECONDS + 3


@pytest.mark.parametrize(
    "pieces",
    [[WHOLE[at : at + 1] for at in range(len(WHOLE))], [WHOLE[:20], WHOLE[20:]]],
    ids=["byte by byte", "in two"],
)
def test_a_request_in_pieces_is_answered(port: int, pieces: list[bytes]) -> None:
    answer, _ = answer_to(port, *pieces, pause=0.025)
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_requests_sent_at_once_are_answered_in_turn(
    port: int,
) -> None:
    """The first of them with a body, the last of them in two pieces."""
    body = HEAD + b"Content-Length: 2\r\n\r\n{}"
    answer, _ = answer_to(port, body + WHOLE + WHOLE[:20], WHOLE[20:], pause=0.1)
    assert answer.count(b"HTTP/1.1 ") == 3
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 200 ") == 2


def test_a_body_that_waits_to_be_asked_for_is_asked_for(
    port: int,
) -> None:
    head = HEAD + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    answer, seconds = answer_to(port, head)
    assert answer.startswith(b"HTTP/1.1 100 Continue")
    assert seconds < SECONDS + 3


@pytest.mark.parametrize(
    "sent", [b"\x16\x03\x01\x02\x00\r\n", b"GET / HTTP/1.1\nHost: x\n\n\r\n", b"hello\r\n"]
)
def test_what_is_no_http_is_told_at_once(port: int, sent: bytes) -> None:
    answer, seconds = answer_to(port, sent)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert seconds < SECONDS


def test_a_kept_connection_has_the_whole_time_for_each_request(
    port: int,
) -> None:
    with requests.Session() as session:
        for _ in range(3):
            time.sleep(SECONDS * 0.6)
            answer = session.get(f"http://127.0.0.1:{port}/healthz", timeout=5)
            assert answer.status_code == 200


def test_a_server_that_stops_does_not_wait_for_silent_connections(tmp_path: Path) -> None:
    with (
        running(tmp_path) as service,
        socket.create_connection(("127.0.0.1", service.port), timeout=5),
    ):
        time.sleep(0.3)
        began = time.monotonic()
        service.process.send_signal(signal.SIGTERM)
        service.process.wait(20)
        assert time.monotonic() - began < 6
