"""What a FHIR answer is, and says about itself: failed, cut short, or continued on another page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeGuard

_REFUSED_CALLER = frozenset({"forbidden", "security", "login", "unknown", "expired", "suppressed"})
"""The caller may not see it: another query would fail as well."""
_REFUSED_QUERY = frozenset(
    {
        "not-supported",
        "invalid",
        "structure",
        "required",
        "value",
        "invariant",
        "business-rule",
        "processing",
    }
)
"""The server does not answer this query; it may answer another one."""
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
_WITHHELD = frozenset({"forbidden", "security", "login"})
"""As a warning beside results: some were kept back. Not ``suppressed``, with which Epic says on
every answer that there may be more than this user can see (4119).
"""
_VENDOR_CUT_SHORT = frozenset({"4127", "59133"})
"""Codes by which Epic says that a search was capped."""


_VENDOR_EXPIRED = "4113"
"""Code by which Epic says that the pages of a search are no longer kept."""


def is_outcome(value: object) -> bool:
    return isinstance(value, dict) and value.get("resourceType") == "OperationOutcome"


def is_resource(value: object) -> TypeGuard[dict[str, object]]:
    """Whether ``value`` has the form of a resource; a Bundle, that of a list of entries."""
    if not isinstance(value, dict) or not isinstance(value.get("resourceType"), str):
        return False
    return value["resourceType"] != "Bundle" or isinstance(value.get("entry"), list | None)


def is_answer(value: object, kind: str) -> bool:
    """Whether ``value`` is what a query for resources of ``kind`` brings (C-070): one of them, or a
    Bundle. Anything else shows nothing, and least of all that there is nothing.
    """
    return is_resource(value) and value["resourceType"] in (kind, "Bundle")


def holds(value: object, kind: str, resource_id: str | None = None) -> bool:
    """Whether ``value`` is a resource of ``kind``, or a Bundle with one; with the id, if given."""
    if not is_resource(value):
        return False
    found: list[object] = [value]
    if value["resourceType"] == "Bundle":
        found = [entry.get("resource") for entry in _entries(value)]
    return any(
        isinstance(item, dict)
        and item.get("resourceType") == kind
        and resource_id in (None, item.get("id"))
        for item in found
    )


def lacks_resources(value: object) -> bool:
    """Whether a Bundle has entries without a resource, or no entry at all where its ``total`` says
    that there are some, as after ``_summary=count``.
    """
    if not isinstance(value, dict) or value.get("resourceType") != "Bundle":
        return False
    entries = value.get("entry") or ()
    if not entries:
        return falls_short(value)
    for entry in entries:
        # Every entry of every call is looked at here: no function of ours is called for it.
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
            return True
    return False


def falls_short(value: object) -> bool:
    """Whether a Bundle has fewer matches than its ``total``, and no link to a page with the others:
    a client may have passed on the first page without its links (C-078). Outcomes and included
    resources stand among the entries, and the total does not count them.

    Of a server's own answer this proves nothing: there the missing link says that all is there, and
    servers estimate the total, or count what the caller may not see.
    """
    if not isinstance(value, dict) or next_link(value) is not None:
        return False
    total = value.get("total")
    if not isinstance(total, int):
        return False
    matches = 0
    for entry in _entries(value):
        # Every entry of every call is looked at here: no function of ours is called for it.
        search, resource = entry.get("search"), entry.get("resource")
        is_extra = isinstance(search, dict) and search.get("mode") in ("include", "outcome")
        is_told = isinstance(resource, dict) and resource.get("resourceType") == "OperationOutcome"
        matches += not (is_extra or is_told)
    return total > matches


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
    return any(_says_incomplete(issue) for issue in _issues_inside(value))


def session_expired(value: object) -> bool:
    """Whether an answer, an outcome or a Bundle with one, says that the search has to begin
    again.
    """
    issues = _issues(value) if is_outcome(value) else _issues_inside(value)
    return any(_VENDOR_EXPIRED in _detail_codes(issue) for issue in issues)


def repeat_is_pointless(outcome: object) -> bool:
    """Whether an OperationOutcome in place of data says that the same query would fail again
    (C-076).
    """
    return any(
        issue.get("code") in _REFUSED_CALLER or issue.get("code") in _REFUSED_QUERY
        for issue in _issues(outcome)
    )


def another_query_may_do(outcome: object) -> bool:
    """Whether an OperationOutcome in place of data refuses the query, and not the caller."""
    codes = [issue.get("code") for issue in _issues(outcome)]
    return not any(code in _REFUSED_CALLER for code in codes) and any(
        code in _REFUSED_QUERY for code in codes
    )


def _entries(bundle: dict[str, object]) -> list[dict[str, object]]:
    """The entries that are objects, as all should be."""
    entries = bundle.get("entry")
    if not isinstance(entries, list):
        return []
    return [entry for entry in entries if isinstance(entry, dict)]


def _issues(outcome: object) -> Iterator[dict[str, object]]:
    issues = outcome.get("issue") if isinstance(outcome, dict) else None
    for issue in issues if isinstance(issues, list) else ():
        if isinstance(issue, dict):
            yield issue


def _issues_inside(bundle: object) -> Iterator[dict[str, object]]:
    """The issues of all outcomes among the entries of a Bundle."""
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        return
    for entry in _entries(bundle):
        # Every entry of every call is looked at here: no function is called for it.
        resource = entry.get("resource")
        if isinstance(resource, dict) and resource.get("resourceType") == "OperationOutcome":
            yield from _issues(resource)


def _says_incomplete(issue: dict[str, object]) -> bool:
    severity, code = issue.get("severity"), issue.get("code")
    if severity in ("fatal", "error") or code in _CUT_SHORT:
        return True
    if severity == "warning" and code in _WITHHELD:
        return True
    return not _VENDOR_CUT_SHORT.isdisjoint(_detail_codes(issue))


def _detail_codes(issue: dict[str, object]) -> set[str]:
    details = issue.get("details")
    found = details.get("coding") if isinstance(details, dict) else None
    codes = [
        coding.get("code")
        for coding in (found if isinstance(found, list) else ())
        if isinstance(coding, dict)
    ]
    return {code for code in codes if isinstance(code, str)}
