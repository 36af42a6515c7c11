"""How much of an HTTP request has to come before it is worth a thread.

What a request asks is gunicorn's to say; here only where it ends, and only where that is certain.
"""

from __future__ import annotations

import re

GATHERED = 1024 * 1024
"""Bytes of a request that are gathered before it gets a thread; longer ones get it with their
headers.
"""
_LONGEST_HEAD = 64 * 1024
"""Bytes of headers that are waited for; gunicorn says what is wrong with more."""
_END_OF_HEAD = b"\r\n\r\n"
_REQUEST_LINE = re.compile(rb"[!-~]+ [!-~]+ HTTP/1\.[01]\r\n")
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,7})[ \t]*\r\n", re.IGNORECASE)
_TO_BE_ASKED_FOR = re.compile(rb"\r\n(?:transfer-encoding|expect)[ \t]*:", re.IGNORECASE)


def size(begun: bytes | bytearray) -> int | None:
    """Bytes that have to be there: the headers and a body of stated length. ``None`` while the
    headers are not complete.

    The headers alone, where the body comes in chunks, waits to be asked for, or is larger than
    `GATHERED`; what is there already, where it does not begin as HTTP.
    """
    end = begun.find(_END_OF_HEAD, 0, _LONGEST_HEAD)
    if end < 0:
        no_http = b"\r\n" in begun and not _REQUEST_LINE.match(begun)
        return 0 if no_http or len(begun) >= _LONGEST_HEAD else None
    end += len(_END_OF_HEAD)
    length = _LENGTH.search(begun, 0, end)
    if length is None or _TO_BE_ASKED_FOR.search(begun, 0, end):
        return end
    whole = end + int(length[1])
    return whole if whole <= GATHERED else end
