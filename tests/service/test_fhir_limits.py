"""FHIR servers that are slow, endless, broken or hostile: time, volume and attempts have limits."""

from __future__ import annotations

import gzip
import json
import socket
import time
import tracemalloc
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest

from service.fhir.client import ATTEMPTS, EXPIRED, Answer, FhirClient
from service.network.allowance import Allowance
from tests.service.fakes import searchset
from tests.service.fhir_server import Reply, serving, talking

LIMIT = 1_000_000
EMPTY = Answer((searchset(),))
MIB = 1024 * 1024


@pytest.fixture
def fhir_client() -> Iterator[FhirClient]:
    client = FhirClient(max_bytes=LIMIT)
    yield client
    client.close()


def ask(client: FhirClient, base: str, seconds: float = 5) -> Answer:
    return client.query(base, "Observation?patient=p1", None, Allowance(seconds))


def timed(work: Callable[[], Answer]) -> tuple[Answer, float]:
    began = time.monotonic()
    return work(), time.monotonic() - began


def bomb(layers: int) -> bytes:
    """A hundred MiB of blanks, packed so often."""
    packed = gzip.compress(b" " * (100 * MIB), 6)
    for _ in range(layers - 1):
        packed = gzip.compress(packed, 6)
    return packed


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_compressed_answer_stops_at_the_limit(fhir_client: FhirClient, layers: int) -> None:
    """A hundred MiB that came as some KB are never in memory."""
    headers = {"Content-Encoding": ", ".join(["gzip"] * layers)}
    raw = bomb(layers)
    with serving(lambda path, _: Reply(raw=raw, headers=headers)) as base:
        ask(fhir_client, base)  # what is loaded once is not counted
        tracemalloc.start()
        answer, took = timed(lambda: ask(fhir_client, base))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert answer == Answer(reason="answer too large")
    assert peak < 8 * MIB
    assert took < 2


def test_compressed_answer_within_the_limit(fhir_client: FhirClient) -> None:
    raw = gzip.compress(json.dumps(searchset()).encode())
    with serving(lambda path, _: Reply(raw=raw, headers={"Content-Encoding": "gzip"})) as base:
        assert ask(fhir_client, base) == EMPTY


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "gzip, " * 9 + "gzip"])
def test_answer_that_cannot_be_unpacked(fhir_client: FhirClient, encoding: str) -> None:
    headers = {"Content-Encoding": encoding}
    with serving(lambda path, _: Reply(raw=b"no gzip at all", headers=headers)) as base:
        assert ask(fhir_client, base) == Answer(reason="failed transfer")


@pytest.mark.parametrize(("size", "reason"), [(LIMIT, ""), (LIMIT + 1, "answer too large")])
def test_size_of_one_answer(fhir_client: FhirClient, size: int, reason: str) -> None:
    bundle = json.dumps(searchset()).encode()
    raw = bundle + b" " * (size - len(bundle))
    with serving(lambda path, _: Reply(raw=raw)) as base:
        assert ask(fhir_client, base).reason == reason


def test_size_of_all_answers_of_a_call(fhir_client: FhirClient) -> None:
    """What a client could not send as prefetch, its server cannot send in pieces either."""
    raw = json.dumps(searchset()).encode() + b" " * (LIMIT // 3)
    with serving(lambda path, _: Reply(raw=raw)) as base:
        one_call = Allowance(5)
        answers = [fhir_client.query(base, f"Type{n}", None, one_call) for n in range(4)]
        assert [answer.reason for answer in answers] == ["", "", *["answer too large"] * 2]
        assert ask(fhir_client, base).reason == ""


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
    ],
    ids=["status line", "headers", "body", "chunks", "body without length"],
)
def test_byte_by_byte(fhir_client: FhirClient, start: bytes) -> None:
    """However little comes at a time, the thread that reads it is free at the deadline."""
    drips = {b"": b"H", b"HTTP/1.1 200 OK\r\n": b"X"}

    def talk(connection: socket.socket) -> None:
        connection.sendall(start)
        drip = drips.get(start, b" ")
        if b"chunked" in start:
            drip = b"1\r\n \r\n"
        for _ in range(200):
            connection.sendall(drip)
            time.sleep(0.02)

    with talking(talk) as base:
        answer, took = timed(lambda: ask(fhir_client, base, 0.5))
    assert answer.resources == ()
    assert answer.reason in {"timeout", "deadline"}
    assert took < 0.8


def test_silence(fhir_client: FhirClient) -> None:
    with talking(lambda connection: time.sleep(2)) as base:
        answer, took = timed(lambda: ask(fhir_client, base, 0.3))
    assert answer == Answer(reason="timeout")
    assert took < 0.5


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
    ],
    ids=["nothing", "body", "chunks"],
)
def test_server_that_closes_in_the_middle(fhir_client: FhirClient, start: bytes) -> None:
    """Tried again, for a server that restarts; part of a page is no page."""
    times = []

    def talk(connection: socket.socket) -> None:
        times.append(time.monotonic())
        connection.sendall(start)

    with talking(talk) as base:
        answer = ask(fhir_client, base)
    assert answer.resources == ()
    assert answer.reason in {"connection lost", "no connection"}
    assert len(times) == ATTEMPTS
    assert times[2] - times[1] > times[1] - times[0] > 0.09


def test_server_that_comes_back(fhir_client: FhirClient) -> None:
    replies = iter([b"", b"HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\n" + b"{" * 3])
    good = b'{"resourceType":"Bundle"}'
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\n" + good

    with talking(lambda connection: connection.sendall(next(replies, whole))) as base:
        assert ask(fhir_client, base) == Answer(({"resourceType": "Bundle"},))


def test_attempts_end_with_the_allowance(fhir_client: FhirClient) -> None:
    answer, took = timed(lambda: ask(fhir_client, "http://127.0.0.1:1/fhir", 0.15))
    assert answer == Answer(reason="no connection")
    assert took < 0.3


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: nine\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\n{}",
        b"HTTP/1.1 302 Found\r\nLocation: \xff\xfe\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://[\r\nContent-Length: 0\r\n\r\n",
    ],
    ids=[
        "headers",
        "long header",
        "no http",
        "cut header",
        "length",
        "lengths",
        "bytes",
        "address",
    ],
)
def test_nonsense(fhir_client: FhirClient, head: bytes) -> None:
    """A reason, never an exception."""
    with talking(lambda connection: connection.sendall(head)) as base:
        answer = ask(fhir_client, base)
    assert answer.resources == ()
    assert answer.reason


def test_call_that_has_ended_asks_for_nothing_more(fhir_client: FhirClient) -> None:
    """C-097: neither another page nor another attempt, after the answer has been given."""
    paths: list[str] = []
    call = Allowance(30)

    def answer(path: str, headers: dict[str, str]) -> Reply:
        paths.append(path)
        if len(paths) == 3:
            call.end()
        link = {"relation": "next", "url": f"?page={len(paths)}"}
        return Reply(searchset(link=[link]))

    with serving(answer) as base:
        result = fhir_client.query(base, "Observation", None, call)
    assert result.reason == "deadline"
    assert len(paths) == 3


def test_pause_ends_with_the_call() -> None:
    call = Allowance(30)
    paused: list[bool] = []
    thread = Thread(target=lambda: paused.append(call.pause(20)))
    thread.start()
    call.end()
    thread.join(2)
    assert paused == [False]


# --- Paging sessions -----------------------------------------------------------------------------


def expired(status: int) -> Reply:
    coding = {"system": "urn:oid:1.2.840.114350.1.13.0.1.7.2.657369", "code": "4113"}
    issue = {"severity": "error", "code": "expired", "details": {"coding": [coding]}}
    return Reply({"resourceType": "OperationOutcome", "issue": [issue]}, status)


def pages_of(forgets: Callable[[int], Reply | None]) -> Callable[[str, dict[str, str]], Reply]:
    """Two pages; ``forgets(n)`` says what the n-th request for the second gets instead."""
    asked = iter(range(1, 100))

    def answer(path: str, headers: dict[str, str]) -> Reply:
        if "page=2" not in path:
            return Reply(
                searchset({"id": "o1"}, link=[{"relation": "next", "url": "?page=2"}]), 200
            )
        return forgets(next(asked)) or Reply(searchset({"id": "o2"}))

    return answer


def resource_id(page: Any) -> str:
    found: str = page["entry"][0]["resource"]["id"]
    return found


@pytest.mark.parametrize("status", [200, 400, 404, 410])
def test_expired_paging_session(fhir_client: FhirClient, status: int) -> None:
    """The search is begun again, and nothing of the first attempt is counted twice."""
    with serving(pages_of(lambda number: expired(status) if number == 1 else None)) as base:
        answer = ask(fhir_client, base)
    assert answer.reason == ""
    assert [resource_id(page) for page in answer.resources] == ["o1", "o2"]


def test_expired_inside_a_bundle(fhir_client: FhirClient) -> None:
    outcome = searchset(expired(200).body)  # type: ignore[arg-type]
    with serving(pages_of(lambda number: Reply(outcome) if number == 1 else None)) as base:
        assert len(ask(fhir_client, base).resources) == 2


def test_session_that_expires_again(fhir_client: FhirClient) -> None:
    """Once more, not for ever; what came is kept, as a part."""
    with serving(pages_of(lambda number: expired(400))) as base:
        answer = ask(fhir_client, base)
    assert answer.reason == EXPIRED
    assert {resource_id(page) for page in answer.resources} == {"o1"}


def test_session_that_expires_and_a_server_that_then_fails(fhir_client: FhirClient) -> None:
    """What came before is kept, as a part."""
    asked = iter(range(1, 100))

    def answer(path: str, headers: dict[str, str]) -> Reply:
        if "page=2" in path:
            return expired(410)
        if next(asked) > 1:
            return Reply({}, 500)
        return Reply(searchset({"id": "o1"}, link=[{"relation": "next", "url": "?page=2"}]))

    with serving(answer) as base:
        found = ask(fhir_client, base)
    assert found.reason == "status 500"
    assert [resource_id(page) for page in found.resources] == ["o1"]


@pytest.mark.parametrize("status", [404, 410])
def test_first_page_does_not_expire(fhir_client: FhirClient, status: int) -> None:
    with serving(lambda path, headers: Reply({}, status)) as base:
        assert ask(fhir_client, base) == Answer(reason=f"status {status}")
        assert fhir_client.pages(base, f"{base}?page=2", None, Allowance(5)).reason == EXPIRED
