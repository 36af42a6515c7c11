"""How much of a request has to come, and how much of half requests is kept."""

from __future__ import annotations

import pytest

from service.server import arrival
from service.server.arrival import Arriving, HeadTooLong, NoRoom, size

HEAD = b"POST /cds-services/relapsed-b-all HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    ("begun", "expected"),
    [
        (b"", None),
        (b"POST", None),
        (HEAD, None),
        (HEAD + b"\r\n", len(HEAD) + 2),
        (HEAD + b"Content-Length: 5\r\n\r\n{", len(HEAD) + 21 + 5),
        (HEAD + b"content-length:\t5 \r\n\r\n{", len(HEAD) + 22 + 5),
        (HEAD + b"Content-Length: 1048576\r\n\r\n{", len(HEAD) + 27),
        (HEAD + b"Content-Length: 5\r\nExpect: 100-continue\r\n\r\n", len(HEAD) + 43),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n", len(HEAD) + 30),
        (b"hello\r\n", 0),
        (b"x" * (64 * 1024 - 1), None),
    ],
)
def test_what_has_to_come(begun: bytes, expected: int | None) -> None:
    assert size(begun) == expected


@pytest.mark.parametrize("begun", [b"x" * 64 * 1024, HEAD + b"A: b\r\n" * 12_000])
def test_headers_without_an_end(begun: bytes) -> None:
    with pytest.raises(HeadTooLong):
        size(begun)


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(arrival, "MOST_HELD", 1000)
    return 1000


def half(length: int) -> Arriving:
    request = Arriving()
    assert not request.add(HEAD + b"Content-Length: 5000\r\n\r\n")
    assert not request.add(b" " * (length - len(HEAD) - 24))
    return request


def test_half_requests_are_held_up_to_a_limit_together(limit: int) -> None:
    first, second = half(600), half(400)
    first.hold()
    second.hold()
    with pytest.raises(NoRoom):
        half(100).hold()
    first.forget()
    third = half(600)
    third.hold()
    second.take()
    third.take()


def test_what_is_held_counts_once(limit: int) -> None:
    request = half(600)
    request.hold()
    request.hold()
    request.add(b" " * 400)
    request.hold()
    request.add(b" ")
    with pytest.raises(NoRoom):
        request.hold()
    assert len(request.take()) == 1001
    assert not request
    other = half(1000)
    other.hold()
    other.forget()
