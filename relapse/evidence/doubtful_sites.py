"""Findings in remission that may be leukaemia outside the marrow (E-17, E-18)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from relapse.assessment import DataRequest
from relapse.course.disease import DiseaseCourse
from relapse.course.extramedullary import SiteFinding
from relapse.dates import add_days
from relapse.facts import Site
from relapse.logic import Tri
from relapse.policy import Policy
from relapse.requests import merged, request

_REQUESTS = {
    Site.CNS: ("D-CNS", "Spinal fluid again (cells and cytology)"),
    Site.TESTIS: ("D-TEST", "Testicular examination again, and a biopsy where it stays abnormal"),
}
"""What settles a doubt; at other sites a biopsy, for which the model has no request."""


def doubtful_sites(course: DiseaseCourse, as_of: date, policy: Policy) -> tuple[SiteFinding, ...]:
    """CNS2, an enlarged testis, a diagnosis at a site that nothing proves: since the remission, no
    older than POL-07, and no clear examination of that site since. No relapse (REL-06), and not
    free of it either.
    """
    remission = course.remission
    if remission is None or remission.when is None:
        return ()
    start = remission.when
    return tuple(
        finding
        for finding in course.findings
        if finding.suspicious
        and finding.when is not None
        and finding.when.after(start) is Tri.MET
        and add_days(finding.when.latest, policy.status_max_age) >= as_of
        and finding.when.earliest <= as_of
        and not any(_settles(other, finding) for other in course.findings)
    )


def requests_of(doubts: Iterable[SiteFinding]) -> tuple[DataRequest, ...]:
    """What would settle them."""
    found = []
    for doubt in doubts:
        if doubt.site in _REQUESTS:
            id, text = _REQUESTS[doubt.site]
            text = f"{text}: {doubt.used.text} on {doubt.used.when}"
            found.append(replace(request(id), text=text))
    return merged(found)


def sentences(course: DiseaseCourse, as_of: date, policy: Policy) -> tuple[str, ...]:
    """Each doubt in words, for the cards of a remission."""
    return tuple(
        f"May be leukaemia outside the marrow, neither proven nor excluded: {finding.used.text} "
        f"on {finding.used.when} ({finding.used.reference})."
        for finding in doubtful_sites(course, as_of, policy)
    )


def _settles(other: SiteFinding, doubt: SiteFinding) -> bool:
    if other.site is not doubt.site or other.leukaemia is not Tri.NOT_MET or other.when is None:
        return False
    assert doubt.when is not None
    return other.when.earliest > doubt.when.latest
