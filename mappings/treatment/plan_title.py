"""Titles of plans: which parts of one name treatment, and which only look at it.

An evaluation, a referral, a follow-up or the collection of cells is no block of therapy, also where
it names the therapy that it is for. A title may hold both: "Reinduction; transplant evaluation".
"""

from __future__ import annotations

import re

_NO_TREATMENT = (
    r"(?:evaluat\w*|assess\w*|work[- ]?ups?|referrals?|referred|consult\w*|follow(?:ing)?[- ]?ups?|"
    r"follow[- ]through|monitor\w*|surveillance|screen\w*|planning|counsel\w*|discussion|"
    r"education|visits?|appointments?|eligibility|candidacy|second opinion|survivorship|"
    r"watchful waiting|observation|donor search|typing|off[- ](?:therapy|treatment)|collection|"
    r"apheresis|leu[ck]apheresis|harvest\w*|staging|fertility)"
)
_LOOKS_ONLY = re.compile(rf"\b{_NO_TREATMENT}\b")
# "Evaluation for blinatumomab, inotuzumab": all that follows is what is evaluated.
_GOVERNS = re.compile(
    rf"\b{_NO_TREATMENT}(?:\s+\w+){{0,2}}?\s+(?:for|of|after|before|prior to|during|following|"
    rf"regarding|about|on|post|pre)\b|\b{_NO_TREATMENT}\s*:"
)
_PARTS = re.compile(r"([,;:+&|()]|\s[-–—]\s|\band\b|\bwith\b|\bthen\b|\bfollowed by\b|\bplus\b)")
_NEW = frozenset({";", "+", "&", "|", "and", "then", "followed by", "plus"})
"""What begins something new; after any other separator a mere looking at treatment goes on."""
_LONGEST = 400


def treatment_in(title: str) -> tuple[str, bool]:
    """The parts of a title, in small letters, that are no mere looking at treatment, and whether
    there were others.
    """
    title = title.lower()[:_LONGEST]
    governed = _GOVERNS.search(title)
    if governed is not None:
        # The part in which the word stands goes as a whole: "transplant evaluation after FLAG".
        before = [part.end() for part in _PARTS.finditer(title, 0, governed.start())]
        title = title[: before[-1] if before else 0]
    treating: list[str] = []
    looks, ever = False, governed is not None
    pieces = ["", *_PARTS.split(title)]
    for separator, part in zip(pieces[::2], pieces[1::2], strict=True):
        looks = bool(_LOOKS_ONLY.search(part)) or (looks and separator.strip() not in _NEW)
        ever |= looks
        if not looks and part.strip():
            treating.append(part.strip())
    return ", ".join(treating), ever
