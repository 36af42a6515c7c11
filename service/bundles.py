"""What a FHIR answer says about itself: failed, cut short, or continued on another page."""

from __future__ import annotations

from collections.abc import Iterator

_FINAL_CODES = frozenset(
    {"forbidden", "not-supported", "security", "login", "unknown", "expired", "suppressed"}
)
_FINAL_CODES |= {
    "invalid",
    "structure",
    "required",
    "value",
    "invariant",
    "business-rule",
    "processing",
}
_CUT_SHORT = frozenset(
    {
        "incomplete",
        "too-costly",
        "too-long",
        "timeout",
        "throttled",
        "transient",
        "exception",
        "lock-error",
        "no-store",
    }
)
_VENDOR_CUT_SHORT = frozenset({"4127", "59133"})
"""Codes by which Epic says that a search was capped."""


def is_outcome(value: object) -> bool:
    return isinstance(value, dict) and value.get("resourceType") == "OperationOutcome"


def next_link(bundle: object) -> str | None:
    """The address of the next page, as written; ``None`` where there is none."""
    if not isinstance(bundle, dict):
        return None
    links = bundle.get("link")
    for link in links if isinstance(links, list) else ():
        if (
            isinstance(link, dict)
            and link.get("relation") == "next"
            and isinstance(link.get("url"), str)
        ):
            return str(link["url"])
    return None


def cut_short(value: object) -> bool:
    """Whether a Bundle carries an outcome that says that it does not hold everything.

    Outcomes that only inform (no match found, parameters ignored, record seen by permission) do not
    count.
    """
    if not isinstance(value, dict) or value.get("resourceType") != "Bundle":
        return False
    entries = value.get("entry")
    return any(
        _says_incomplete(issue)
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, dict) and is_outcome(entry.get("resource"))
        for issue in _issues(entry["resource"])
    )


def repeat_is_pointless(outcome: object) -> bool:
    """Whether an OperationOutcome in place of data says that the same query would fail again
    (C-076).
    """
    return any(issue.get("code") in _FINAL_CODES for issue in _issues(outcome))


def _issues(outcome: object) -> Iterator[dict[str, object]]:
    issues = outcome.get("issue") if isinstance(outcome, dict) else None
    for issue in issues if isinstance(issues, list) else ():
        if isinstance(issue, dict):
            yield issue


def _says_incomplete(issue: dict[str, object]) -> bool:
    if issue.get("severity") in ("fatal", "error") or issue.get("code") in _CUT_SHORT:
        return True
    details = issue.get("details")
    codings = details.get("coding") if isinstance(details, dict) else None
    return any(
        isinstance(coding, dict) and coding.get("code") in _VENDOR_CUT_SHORT
        for coding in (codings if isinstance(codings, list) else ())
    )
