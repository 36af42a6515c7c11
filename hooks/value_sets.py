"""Codes of the value sets that cards and the first look at a record need."""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import quote

from mappings.overlay.concept import Where
from mappings.overlay.site import SiteMap
from mappings.terminology import standard

_LOINC = "http://loinc.org"
_LEUKAEMIAS = re.compile(
    r"cond-.*(\ball\b|aml|leuk|lymphoma|burkitt|phenotype)|history-of-leukemia"
)
_SERIES = frozenset(
    {
        "obs-alt",
        "obs-anc",
        "obs-ast",
        "obs-bilirubin-direct",
        "obs-bilirubin-total",
        "obs-creatinine",
        "obs-creatinine-clearance-egfr",
        "obs-platelets",
        "obs-wbc",
    }
)


def coding(value_set: str, system: str, code: str) -> dict[str, str]:
    """The Coding of ``code`` with our own display; KeyError where the value set does not hold
    it.
    """
    found = {"system": system, "code": code}
    if value_set not in standard().concepts(found):
        raise KeyError(f"{value_set} holds no {system}|{code}")
    return {**found, "display": standard().display(found)}


def names_leukaemia(value_set: str) -> bool:
    """Whether a value set is one of leukaemias and lymphomas."""
    return _LEUKAEMIAS.match(value_set) is not None


@cache
def leukaemia_codes() -> frozenset[str]:
    """Every code, of any system, that a value set of leukaemias and lymphomas holds; without dots,
    upper case.
    """
    known = standard()
    return frozenset(
        bare(code)
        for value_set in known.names
        if names_leukaemia(value_set)
        for _, code in known.codes(value_set)
    )


@cache
def observation_codes() -> tuple[tuple[str, ...], ...]:
    """The LOINC codes that are looked for in Observations: findings, and apart from them the values
    that are measured every few days, which would crowd the findings out of a capped answer.

    What a laboratory files under codes of its own or as text is not among them.
    """
    known = standard()
    findings: set[str] = set()
    series: set[str] = set()
    for value_set in known.names:
        if value_set.startswith("obs-"):
            codes = {code for system, code in known.codes(value_set) if system == _LOINC}
            (series if value_set in _SERIES else findings).update(codes)
    return tuple(sorted(findings)), tuple(sorted(series - findings))


def site_observation_codes(site: SiteMap) -> tuple[str, ...]:
    """The site's own codes of results, as a search by code names them (``system|code``)."""
    return tuple(
        sorted(
            quote(f"{row.system}|{_escaped(row.code)}", safe="")
            for row in site.rows
            if row.code and row.concept is not None and Where.RESULT in row.concept.where
        )
    )


def _escaped(code: str) -> str:
    """A code in a search parameter of FHIR, where comma, dollar sign and bar have meanings."""
    return re.sub(r"([\\,$|])", r"\\\1", code)


def bare(code: str) -> str:
    """A code as it is compared where the system does not matter."""
    return code.strip().upper().replace(".", "")
