"""Text from a patient's record, made safe for a card.

Everything that may have been typed into a chart passes through `plain` (one line, no control or
direction-changing characters, cut to a sane length) and, inside Markdown, through `escape`. A card
is shown in the middle of a clinician's screen by a program that we do not know; a laboratory
comment must not become a link or a heading there.
"""

from __future__ import annotations

import re

RECORD_TEXT_LIMIT = 160
"""Characters of a text of the record that a card repeats."""

_SPECIAL = re.compile(r"[\\`*_{}\[\]|~#@&<>]")
_INLINE = re.compile(r"[\\`*_{}\[\]|~#@]|(?<=\])\(")
_LINK_STARTS = re.compile(r"(:)(?=//)|(?i:(?<=www)(\.))")
_BLOCK_STARTS = re.compile(r"^(\d{1,9})([.)])|^([-+=])")
_CUT_MARK = "…"


def plain(text: str, limit: int = RECORD_TEXT_LIMIT) -> str:
    """``text`` on one line, without control, format and direction-override characters, at most
    ``limit`` long.
    """
    if text.isprintable():
        if len(text) <= limit and "  " not in text and text.strip() == text:
            return text
    else:
        text = "".join(" " if char.isspace() else char for char in text if not _hidden(char))
    return cut(" ".join(text.split()), limit)


def escape(text: str, limit: int = RECORD_TEXT_LIMIT) -> str:
    """``text`` as it may stand inside a line of Markdown: no markup, HTML, link or block begins in
    it.
    """
    safe = plain(text, limit)
    if not (
        _SPECIAL.search(safe)
        or "://" in safe
        or "www." in safe.lower()
        or _BLOCK_STARTS.match(safe)
    ):
        return safe
    safe = _INLINE.sub(lambda found: "\\" + found.group(), safe)
    safe = _LINK_STARTS.sub(lambda found: "\\" + found.group(), safe)
    safe = _BLOCK_STARTS.sub(_escape_block_start, safe)
    return safe.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str, limit: int) -> str:
    """``text`` shortened to ``limit`` characters, between words where that loses little, with an
    ellipsis.
    """
    if len(text) <= limit:
        return text
    head = text[: limit - len(_CUT_MARK)]
    at_word = head.rsplit(" ", 1)[0]
    if len(at_word) > len(head) * 2 // 3:
        head = at_word
    return head.rstrip(" ,;:-") + _CUT_MARK


def _hidden(char: str) -> bool:
    """Control, format (zero width, change of direction), surrogate, private and unassigned
    characters.
    """
    return not char.isprintable() and not char.isspace()


def _escape_block_start(found: re.Match[str]) -> str:
    number, mark, sign = found.groups()
    return f"{number}\\{mark}" if number else f"\\{sign}"
