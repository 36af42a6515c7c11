"""How much of a request has to come, and how much of half requests is kept."""

from __future__ import annotations

import pytest

from service.server import arrival
from service.server.arrival import Arriving, HeadTooLong, NoRoom, extent

HEAD = b"POST /cds-services/relapsed-b-all HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    ("headers", "body", "whole"),
    [
        (b"", 0, True),
        (b"Content-Length: 5\r\n", 5, True),
        (b"content-length:\t5 \r\n", 5, True),
        (b"Content-Length: 1048577\r\n", 0, False),
        (b"Content-Length: 99999999999\r\n", 0, False),
        (b"Content-Length: many\r\n", 0, False),
        (b"Content-Length: 5\r\nExpect: 100-continue\r\n", 0, False),
        (b"Content-Length: 5\r\nContent-Length: 6\r\n", 0, False),
        (b"Transfer-Encoding: chunked\r\n", 0, False),
        (b"content-length: 5\r\nTRANSFER-ENCODING : chunked\r\n", 0, False),
    ],
)
def test_what_has_to_come(headers: bytes, body: int, whole: bool) -> None:
    """``body`` bytes of a body before it gets a thread, which then has the ``whole`` of it."""
    begun = HEAD + headers + b"\r\n"
    request = Arriving()
    assert not request.add(begun[:-1])
    assert request.half_a_head
    assert not request.is_whole
    enough = request.add(begun[-1:])
    for _ in range(body):
        assert not enough
        assert not request.is_whole
        enough = request.add(b" ")
    assert enough
    assert request.is_whole is whole
    assert not request.half_a_head


def test_a_large_body_that_is_there() -> None:
    request = Arriving()
    assert request.add(HEAD + b"Content-Length: 2000000\r\n\r\n")
    request.add(b" " * 1_999_999)
    assert not request.is_whole
    request.add(b" ")
    assert request.is_whole


def test_what_does_not_begin_as_http() -> None:
    """It can be refused at once."""
    request = Arriving()
    assert request.add(b"hello\r\n")
    assert request.is_whole


@pytest.mark.parametrize("begun", [b"", b"POST", HEAD, b"x" * (64 * 1024 - 1)])
def test_headers_that_are_not_complete(begun: bytes) -> None:
    assert extent(begun) is None


@pytest.mark.parametrize("begun", [b"x" * 64 * 1024, HEAD + b"A: b\r\n" * 12_000])
def test_headers_without_an_end(begun: bytes) -> None:
    with pytest.raises(HeadTooLong):
        extent(begun)


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
