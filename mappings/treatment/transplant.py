"""Transplants: donor type by code or words, several records of one event (mapping rule 30)."""

from __future__ import annotations

import re

from mappings.context import Context
from relapse.dates import add_days
from relapse.facts import Donor, Transplant

DONORS = {
    "proc-allo-hsct": Donor.ALLOGENEIC,
    "proc-auto-hsct": Donor.AUTOLOGOUS,
    "proc-gene-modified-auto-hsct": Donor.AUTOLOGOUS,
    "proc-hsct-unspecified": Donor.UNKNOWN,
}
SILENT = frozenset(
    {
        "proc-car-t-collection",
        "proc-hpc-boost",
        "proc-leukapheresis",
        "proc-hla-typing",
        "proc-donor-search",
    }
)
_TRANSPLANT = re.compile(
    r"(?:stem cell|bone marrow|marrow|hematopoietic|haematopoietic|progenitor cell|"
    r"cord blood)[^|]{0,40}(?:transplant|infusion of graft)|"
    r"transplant\w*[^|]{0,20}(?:of (?:hematopoietic )?stem cells?|of bone marrow)|\bhsct\b|\bhct\b|"
    r"\ballo-?sct\b|\bbmt\b"
)
_NO_TRANSPLANT = re.compile(
    r"evaluat|work-?up|consult|referral|donor search|typing|harvest|collection|mobili[sz]ation|"
    r"planning|education|biops|aspirat|counsel|"
    r"follow[- ]?up|monitor|complication|clinic|visit|status|conditioning|discussion"
)
_ALLOGENEIC = re.compile(
    r"allogen|\ballo\b|\ballo-|unrelated|sibling|haplo-?identical|\bmud\b|\bmrd hsct\b|"
    r"matched related|cord blood|syngeneic"
)
_AUTOLOGOUS = re.compile(r"autolog|\bauto\b|\bauto-")
_SAME_TRANSPLANT_DAYS = 14


def is_transplant(concepts: frozenset[str], words: str) -> bool:
    if any(name in concepts for name in DONORS):
        return True
    return (
        not concepts & SILENT
        and bool(_TRANSPLANT.search(words))
        and not _NO_TRANSPLANT.search(words)
    )


def donor_of(concepts: frozenset[str], words: str) -> Donor:
    """By code; words only where no code says it; both kinds at once say neither."""
    coded = {donor for name, donor in DONORS.items() if name in concepts} - {Donor.UNKNOWN}
    if len(coded) == 1:
        return coded.pop()
    if coded:
        return Donor.UNKNOWN
    allogeneic, autologous = bool(_ALLOGENEIC.search(words)), bool(_AUTOLOGOUS.search(words))
    if allogeneic == autologous:
        return Donor.UNKNOWN
    return Donor.ALLOGENEIC if allogeneic else Donor.AUTOLOGOUS


def add_transplants(context: Context, transplants: list[Transplant]) -> None:
    """One fact for all records within days of each other; a stated donor type wins, two different
    ones are two.
    """

    def rank(one: Transplant) -> tuple[bool, bool, int, str]:
        when = one.when
        return (
            one.donor is Donor.UNKNOWN,
            when is None,
            0 if when is None else when.earliest.toordinal(),
            one.source.reference,
        )

    kept: list[Transplant] = []
    for one in sorted(transplants, key=rank):
        if not any(_same(one, other) for other in kept):
            kept.append(one)
    if not any(one.when is not None for one in kept):
        states = sorted(context.transplant_states, key=rank)
        if states and not kept:
            kept.append(states[0])
    context.facts.extend(kept)


def _same(one: Transplant, other: Transplant) -> bool:
    if Donor.UNKNOWN not in (one.donor, other.donor) and one.donor is not other.donor:
        return False
    if one.when is None or other.when is None:
        # An undated record is taken for the transplant that is known, rather than for a second one.
        return True
    days = _SAME_TRANSPLANT_DAYS
    return one.when.earliest <= add_days(
        other.when.latest, days
    ) and other.when.earliest <= add_days(one.when.latest, days)
