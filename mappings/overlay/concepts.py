"""What a local code or text can be mapped to: everything that the readers of a record tell apart.

Most concepts are value sets of this project under their own name. The others have no published
code (CD19 on blasts, MRD by flow, CNS status …): the readers know them by their words, which a
mapped code therefore brings along.
"""

from __future__ import annotations

from mappings.overlay.catalogue.conditions import diagnoses, other_conditions
from mappings.overlay.catalogue.results import results
from mappings.overlay.catalogue.treatment import procedures_and_drugs
from mappings.overlay.catalogue.values import materials_and_methods, values
from mappings.overlay.concept import Concept

VALUE_SET_URL = "https://relapse-cds.org/fhir/ValueSet/"
IGNORE = "ignore"

CONCEPTS: dict[str, Concept] = {
    concept.name: concept
    for group in (
        diagnoses,
        other_conditions,
        results,
        procedures_and_drugs,
        values,
        materials_and_methods,
    )
    for concept in group()
}
"""By name. A test holds each to a reader that does something with it."""


def named(text: str) -> Concept | None:
    """The concept of a name or of the url of its value set."""
    return CONCEPTS.get(text.strip().split("|", 1)[0].removeprefix(VALUE_SET_URL))
