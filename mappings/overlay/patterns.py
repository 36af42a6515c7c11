"""Text patterns: a whole text, or parts of one joined by ``*``.

Case does not count, and any run of blanks is one blank. There are no regular expressions: a
pattern is compared in one pass, however it is written.
"""

from __future__ import annotations

from dataclasses import dataclass

STAR = "*"
LONGEST = 400
_FEWEST_LETTERS = 4
_MOST_STARS = 4


def plain(text: str) -> str:
    """A text as texts are compared."""
    return " ".join(text.casefold().split())


@dataclass(frozen=True, slots=True)
class Pattern:
    """A text with at least one ``*``, each of which stands for any characters or none."""

    text: str

    def matches(self, words: str) -> bool:
        """Whether the whole of ``words`` (as `plain` writes them) is what the pattern says."""
        first, *middle, last = self.text.split(STAR)
        if len(words) < len(first) + len(last) or len(words) > LONGEST:
            return False
        if not words.startswith(first) or not words.endswith(last):
            return False
        at, end = len(first), len(words) - len(last)
        for part in middle:
            found = words.find(part, at, end)
            if found < 0:
                return False
            at = found + len(part)
        return True


def problem_of(text: str) -> str:
    """Why a pattern cannot be used; empty where it can."""
    if len(text) > LONGEST:
        return f"the text is longer than {LONGEST} characters: map a shorter part of it with *"
    if STAR not in text:
        return ""
    if text.count(STAR) > _MOST_STARS:
        return f"the pattern has more than {_MOST_STARS} *: use fewer"
    letters = max(sum(c.isalnum() for c in part) for part in text.split(STAR))
    if letters < _FEWEST_LETTERS:
        return (
            f"the pattern is too wide: give at least {_FEWEST_LETTERS} letters or digits in a row "
            "beside a *"
        )
    return ""
