"""How much of an HTTP request has to come before it is worth a thread, and what keeps it till then.

What a request asks is gunicorn's to say; here only where it ends, and only where that is certain.
"""

from __future__ import annotations

import math
import re
import threading
from typing import NamedTuple

GATHERED = 1024 * 1024
"""Bytes of a request that are gathered before it gets a thread; longer ones get it with their
headers.
"""
MOST_HELD = 256 * 1024 * 1024
"""Bytes of half requests that a worker holds in memory. As many half headers as a worker has
connections stay far below.
"""
LONGEST_HEAD = 64 * 1024
"""Bytes of headers that are read; gunicorn by itself would wait for 1.6 MB of them in a thread."""
_END_OF_HEAD = b"\r\n\r\n"
_REQUEST_LINE = re.compile(rb"[!-~]+ [!-~]+ HTTP/1\.[01]\r\n")
_BODY = re.compile(rb"\r\n(?:content-length|transfer-encoding|expect)[ \t]*:", re.IGNORECASE)
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,7})[ \t]*\r\n", re.IGNORECASE)


class HeadTooLong(Exception):
    """The headers are longer than `LONGEST_HEAD`."""


class NoRoom(Exception):
    """Half requests take as much memory as they may (`MOST_HELD`)."""


class Extent(NamedTuple):
    """How much of a request has to come, in bytes from its beginning."""

    enough: int
    """To deserve a thread: the headers and a body of stated length; the headers alone, where the
    body comes in chunks, waits to be asked for, or is larger than `GATHERED`.
    """
    whole: float
    """For the thread to wait for nothing; infinite where the headers do not say it for certain."""


def extent(begun: bytes | bytearray) -> Extent | None:
    """What the headers say; ``None`` while they are not complete, and nothing where it does not
    begin as HTTP. Raises `HeadTooLong`.
    """
    end = begun.find(_END_OF_HEAD, 0, LONGEST_HEAD)
    if end < 0:
        if b"\r\n" in begun and not _REQUEST_LINE.match(begun):
            return Extent(0, 0)
        if len(begun) >= LONGEST_HEAD:
            raise HeadTooLong
        return None
    end += len(_END_OF_HEAD)
    about_the_body = len(_BODY.findall(begun, 0, end))
    if not about_the_body:
        return Extent(end, end)
    length = _LENGTH.search(begun, 0, end)
    if length is None or about_the_body > 1:
        return Extent(end, math.inf)
    whole = end + int(length[1])
    return Extent(whole if whole <= GATHERED else end, whole)


class _Held:
    """Bytes of half requests in the memory of this process, of all connections together."""

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._bytes = 0

    def add(self, more: int) -> None:
        with self._changing:
            if self._bytes + more > MOST_HELD:
                raise NoRoom
            self._bytes += more

    def give_back(self, less: int) -> None:
        with self._changing:
            self._bytes -= less


_HELD = _Held()


class Arriving:
    """What has come of a request and has not been read yet."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._extent: Extent | None = None
        self._held = 0

    def __bool__(self) -> bool:
        return bool(self._bytes)

    @property
    def half_a_head(self) -> bool:
        """Whether something has come, but not all headers."""
        return bool(self._bytes) and self._extent is None

    @property
    def is_whole(self) -> bool:
        """Whether a thread would not wait for more."""
        return self._extent is not None and len(self._bytes) >= self._extent.whole

    def add(self, piece: bytes) -> bool:
        """Keep ``piece``; whether enough has come. Raises `HeadTooLong`."""
        self._bytes += piece
        if self._extent is None:
            self._extent = extent(self._bytes)
        return self._extent is not None and len(self._bytes) >= self._extent.enough

    def hold(self) -> None:
        """Wait for the rest in memory. Raises `NoRoom`."""
        more = len(self._bytes) - self._held
        _HELD.add(more)
        self._held += more

    def take(self) -> bytes:
        """All of it; nothing is kept."""
        taken = bytes(self._bytes)
        self.forget()
        return taken

    def forget(self) -> None:
        """Keep nothing."""
        self._bytes.clear()
        self._extent = None
        if self._held:
            _HELD.give_back(self._held)
            self._held = 0
