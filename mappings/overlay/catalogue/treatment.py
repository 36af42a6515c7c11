"""Procedures and drugs."""

from __future__ import annotations

from collections.abc import Iterator

from mappings.overlay.concept import Concept, Where, concept
from mappings.treatment.drug_names import AGENTS, PRODUCTS


def procedures_and_drugs() -> Iterator[Concept]:
    """Transplants, infusions and other procedures; every agent and CAR-T product."""
    donors = frozenset({"proc-hsct-unspecified"})
    fields = frozenset({"proc-radiotherapy-any"})
    for name, title, refines in (
        ("proc-allo-hsct", "allogeneic stem cell transplant", donors),
        ("proc-auto-hsct", "autologous stem cell transplant", donors),
        ("proc-hsct-unspecified", "stem cell transplant, donor not stated", frozenset()),
        ("proc-dli", "donor lymphocyte infusion", frozenset()),
        ("proc-intrathecal-chemo", "intrathecal chemotherapy", frozenset()),
        ("proc-cranial-irradiation", "cranial irradiation", fields),
        ("proc-testicular-irradiation", "testicular irradiation", fields),
        ("proc-radiotherapy-any", "irradiation, site from body site or text", frozenset()),
        ("proc-lumbar-puncture", "lumbar puncture", frozenset()),
        ("proc-bone-marrow", "marrow aspiration or biopsy", frozenset()),
        ("proc-car-t-collection", "collection of cells for CAR-T: no infusion", frozenset()),
    ):
        yield concept(name, title, Where.PROCEDURE, refines=refines)
    for name in sorted({*AGENTS, *PRODUCTS}):
        title = name.removeprefix("med-").removeprefix("proc-car-t-").replace("-", " ")
        if name.startswith("proc-"):
            title = f"infusion of CAR-T cells: {title}"
        yield Concept(
            name,
            title,
            frozenset({Where.DRUG, Where.PROCEDURE}),
            frozenset({name}),
            refines=frozenset({"proc-car-t-unspecified"}) if name in PRODUCTS else frozenset(),
        )
