"""What no HTTP library would send, against a real server: refused, and the next one is served."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from collections.abc import Iterator

import pytest
import requests

from tests.service.test_serve import free_port, start, wait_for

LIMIT = 2048
HEAD = (
    b"POST /cds-services/relapsed-b-all HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
)
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A server with a small limit for bodies; it must not have failed once in its life."""
    chosen = free_port()
    process = start(chosen, tmp_path_factory.mktemp("empty"), RELAPSE_CDS_MAX_BODY=str(LIMIT))
    try:
        wait_for(f"http://127.0.0.1:{chosen}")
        yield chosen
    finally:
        process.send_signal(signal.SIGTERM)
        logged = ""
        try:
            _, logged = process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
        assert '"event":"failure"' not in logged
        assert "Traceback" not in logged
        assert "Zzyzx" not in logged


def sent(port: int, raw: bytes) -> bytes:
    """The whole answer to ``raw``, after which the connection is closed for writing."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        answer = b""
        try:
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)
            while received := connection.recv(65536):
                answer += received
        except TimeoutError:
            raise AssertionError("the server hangs") from None
        except OSError:
            pass  # closed by the server while there was more to send
    return answer


def chunk(content: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(content), content)


@pytest.mark.parametrize(
    "raw",
    [
        CHUNKED + b"ZZ\r\n{}\r\n0\r\n\r\n",
        CHUNKED + b"-2\r\n{}\r\n0\r\n\r\n",
        CHUNKED + b"2\r\n{}0\r\n\r\n",
        CHUNKED + b"2;" + b"x" * 100_000 + b"\r\n{}\r\n0\r\n\r\n",
        CHUNKED + b"ffffffffffffffff\r\n{}\r\n0\r\n\r\n",
        CHUNKED + b"2\r\n{}\r\n",
        HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(b"{}"),
        HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        HEAD + b"Content-Length: -2\r\n\r\n{}",
        HEAD + b"Content-Length: 2x\r\n\r\n{}",
        HEAD + b"Transfer-Encoding: gzip\r\n\r\n{}",
        HEAD + b"X-Request-Id: abcdefgh\rX-Injected: 1\r\nContent-Length: 2\r\n\r\n{}",
        HEAD + b"X A: b\r\nContent-Length: 2\r\n\r\n{}",
        HEAD + b"X: " + b"y" * 100_000 + b"\r\n\r\n",
        b"POST /cds-services HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /cds-services/\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
    ids=lambda raw: repr(raw.removeprefix(HEAD)[:40]),
)
def test_malformed_http(port: int, raw: bytes) -> None:
    """A 4xx in JSON or a closed connection; nothing that came in goes back out as a header."""
    answer = sent(port, raw)
    if answer:
        assert answer.startswith(b"HTTP/1.1 4"), answer[:200]
        head, body = answer.split(b"\r\n\r\n", 1)
        assert b"X-Injected" not in head
        assert json.loads(body)["resourceType"] == "OperationOutcome"
    assert requests.get(f"http://127.0.0.1:{port}/cds-services", timeout=10).status_code == 200


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"GET /Zzyzxfamily HTTP/9.9\r\nHost: x\r\n\r\n", 400, "invalid"),
        (b"Zzyzxfamily\r\n\r\n", 400, "invalid"),
        (HEAD + b"Zzyzxfamily X: b\r\n\r\n", 400, "invalid"),
        (HEAD + b"Content-Length: Zzyzxfamily\r\n\r\n", 400, "invalid"),
        (HEAD + b"Transfer-Encoding: Zzyzxfamily\r\n\r\n", 400, "invalid"),
        (HEAD + b"Expect: Zzyzxfamily\r\n\r\n", 417, "not-supported"),
        (b"GET /" + b"Zzyzxfamily" * 1000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414, "too-long"),
        (HEAD + b"X: " + b"Zzyzxfamily" * 10_000 + b"\r\n\r\n", 431, "too-long"),
        (HEAD + b"X: Zzyzxfamily\r\n" * 200 + b"\r\n", 431, "too-long"),
    ],
    ids=["version", "line", "name", "length", "coding", "expect", "address", "header", "headers"],
)
def test_what_is_no_http_is_told_in_json_without_repeating_it(
    port: int, raw: bytes, status: int, code: str
) -> None:
    """C-113, C-114: no framework's page, and no piece of the request in it. The fixture sees that
    the log holds none either.
    """
    answer = sent(port, raw)
    assert answer.startswith(b"HTTP/1.1 %d " % status), answer[:300]
    head, body = answer.split(b"\r\n\r\n", 1)
    assert b"Content-Type: application/json" in head
    assert b"Zzyzx" not in answer
    [issue] = json.loads(body)["issue"]
    assert issue["code"] == code


@pytest.mark.parametrize(
    ("size", "status"), [(LIMIT - 1, 400), (LIMIT, 400), (LIMIT + 1, 413), (LIMIT * 2, 413)]
)
def test_limit_of_a_chunked_body(port: int, size: int, status: int) -> None:
    """C-112: what states no length has the same limit; it is never cut off and read as if it were
    whole.
    """
    body = b'{"a":"' + b"x" * (size - 8) + b'"}'
    pieces = b"".join(chunk(body[at : at + 700]) for at in range(0, size, 700))
    answer = sent(port, CHUNKED + pieces + b"0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 %d " % status), answer[:200]
    outcome = json.loads(answer.split(b"\r\n\r\n", 1)[1])
    assert outcome["issue"][0]["code"] == ("required" if status == 400 else "too-long")


@pytest.mark.parametrize("size", [LIMIT + 1, 3_000_000])
@pytest.mark.parametrize("chunked", [True, False])
def test_client_learns_that_a_body_is_too_large(port: int, size: int, chunked: bool) -> None:
    """An ordinary client that is still sending gets the 413, not a broken connection."""
    body = b"x" * size
    answer = requests.post(
        f"http://127.0.0.1:{port}/cds-services/relapsed-b-all",
        data=(body[at : at + 1000] for at in range(0, size, 1000)) if chunked else body,
        headers={"Content-Type": "application/json"},
        timeout=10,
    )
    assert answer.status_code == 413


def test_second_request_inside_a_malformed_one(port: int) -> None:
    """No smuggling: after a malformed chunk the rest of the connection is not read as a request."""
    hidden = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = sent(port, CHUNKED + b"ZZ\r\n" + hidden)
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b'"ok"' not in answer
