"""OperationOutcomes among the data: a server's word that something is missing (mapping rule 35)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mappings.context import Context
from mappings.record.resources import Item
from mappings.values.shapes import all_words, objects, string

_INCOMPLETE_CODES = frozenset(
    "incomplete too-costly throttled timeout transient exception no-store lock-error security "
    "forbidden suppressed login expired unknown".split()
)
_INCOMPLETE_WORDS = re.compile(
    r"incomplete|truncat|partial|not all|omitted|missing|withheld|suppress|limit(?:ed)? (?:of|to)|"
    r"unavailable|could not|cannot|failed|not authori[sz]ed",
    re.IGNORECASE,
)


def list_outcomes(context: Context, items: Iterable[Item]) -> None:
    """List every outcome that reports an error, or says in a code or in words that data are left
    out.
    """
    for item in items:
        for issue in objects(item.resource.get("issue")):
            severity = string(issue.get("severity")).lower()
            words = f"{all_words(issue.get('details'))} {string(issue.get('diagnostics'))}"
            code = string(issue.get("code")).lower()
            if (
                severity in ("error", "fatal")
                or code in _INCOMPLETE_CODES
                or _INCOMPLETE_WORDS.search(words)
            ):
                context.list_unread(item, "the server reports that data are incomplete")
                break
