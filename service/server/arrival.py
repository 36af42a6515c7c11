"""How much of an HTTP request has to come before it is worth a thread, and what keeps it till then.

What a request asks is gunicorn's to say; here only where it ends, and only where that is certain.
"""

from __future__ import annotations

import re
import threading

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
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,7})[ \t]*\r\n", re.IGNORECASE)
_TO_BE_ASKED_FOR = re.compile(rb"\r\n(?:transfer-encoding|expect)[ \t]*:", re.IGNORECASE)


class HeadTooLong(Exception):
    """The headers are longer than `LONGEST_HEAD`."""


class NoRoom(Exception):
    """Half requests take as much memory as they may (`MOST_HELD`)."""


def size(begun: bytes | bytearray) -> int | None:
    """Bytes that have to be there: the headers and a body of stated length. ``None`` while the
    headers are not complete. Raises `HeadTooLong`.

    The headers alone, where the body comes in chunks, waits to be asked for, or is larger than
    `GATHERED`; what is there already, where it does not begin as HTTP.
    """
    end = begun.find(_END_OF_HEAD, 0, LONGEST_HEAD)
    if end < 0:
        if b"\r\n" in begun and not _REQUEST_LINE.match(begun):
            return 0
        if len(begun) >= LONGEST_HEAD:
            raise HeadTooLong
        return None
    end += len(_END_OF_HEAD)
    length = _LENGTH.search(begun, 0, end)
    if length is None or _TO_BE_ASKED_FOR.search(begun, 0, end):
        return end
    whole = end + int(length[1])
    return whole if whole <= GATHERED else end


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
        self._size: int | None = None
        self._held = 0

    def __bool__(self) -> bool:
        return bool(self._bytes)

    @property
    def half_a_head(self) -> bool:
        """Whether something has come, but not all headers."""
        return bool(self._bytes) and self._size is None

    def add(self, piece: bytes) -> bool:
        """Keep ``piece``; whether enough has come. Raises `HeadTooLong`."""
        self._bytes += piece
        if self._size is None:
            self._size = size(self._bytes)
        return self._size is not None and len(self._bytes) >= self._size

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
        self._size = None
        if self._held:
            _HELD.give_back(self._held)
            self._held = 0
