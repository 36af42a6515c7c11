"""Words for what the rules need in languages that are not read: German, French, Spanish, Italian,
Dutch, Portuguese.

They are recognised to be listed as unread, never to be interpreted: only English words give facts
(`docs/mapping.md`), but a relapse written in another language is not to vanish without a word.
"""

from __future__ import annotations

import re

REASON = "words of a language that is not read"
_BLASTS = r"(?:\b|mark|l[iy]m[fp]h?o)blast(?:en|es|os|i)\b"
_RESIDUAL_DISEASE = (
    r"maladie r[ée]siduelle|enfermedad (?:m[ií]nima )?residual|malattia (?:minima )?residua|"
    r"doen[çc]a residual|rest(?:erkrankung|ziekte)\b"
)
_STEM_CELLS = (
    r"stammzell|knochenmark|stamcel|beenmerg|moelle|\bcsh\b|h[ée]matopo[iï][ée]ti|"
    r"hematopoy[ée]ti|m[ée]dula|midollo|staminali|progenitores"
)
_GRAFT = r"transplant|trasplant|trapianto|greffe"
_RESULT = re.compile(f"{_BLASTS}|{_RESIDUAL_DISEASE}")
_TRANSPLANT = re.compile(
    rf"(?:{_STEM_CELLS})[^|]*(?:{_GRAFT})|(?:{_GRAFT})[^|]*(?:{_STEM_CELLS})|\ballogreffe|"
    r"\btrasplante alog|\ballogene\w* (?:transplant|szt\b)"
)


def names_result(words: str) -> bool:
    """Whether lower-case words name blasts or residual disease in another language."""
    return bool(_RESULT.search(words))


def names_transplant(words: str) -> bool:
    """Whether lower-case words name a transplant of blood stem cells in another language."""
    return bool(_TRANSPLANT.search(words))
