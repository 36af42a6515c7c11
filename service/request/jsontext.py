"""Reading JSON that comes from outside."""

from __future__ import annotations

import orjson

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class NotJson(ValueError):
    """The text is not JSON; the message says why without repeating any of it."""


def parse_json(text: bytes) -> object:
    """The value that ``text`` holds.

    Refused: another encoding than UTF-8, NaN and infinite numbers, text that is cut off, and
    nesting of more than 1,024 levels, which the parser counts before it builds anything. A byte
    order mark is read over.
    """
    try:
        parsed: object = orjson.loads(text.removeprefix(_BYTE_ORDER_MARK))
    except orjson.JSONDecodeError as error:
        if not text.strip():
            raise NotJson("it is empty") from None
        raise NotJson(
            f"{_reason(error.msg)} at line {error.lineno}, column {error.colno}"
        ) from None
    return parsed


def _reason(message: str) -> str:
    """The parser's reason without its position; its messages hold no text of the input."""
    return message.split(":")[0]
