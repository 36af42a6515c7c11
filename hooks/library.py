"""The hooks of the CDS Hooks library that services here answer (https://cds-hooks.hl7.org/hooks/).

Each says what its calls carry, who can be its user, and which context fields a prefetch template
may name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

CLINICIANS = frozenset({"Practitioner", "PractitionerRole"})


@dataclass(frozen=True, slots=True)
class Hook:
    """A hook of the library: which context its calls carry, and who can be its user."""

    name: str
    required: tuple[str, ...]
    """Context fields that are texts and must be there."""
    optional: tuple[str, ...]
    users: frozenset[str]
    """Resource types that ``userId`` can name."""
    bundles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Context fields that hold a Bundle and must be there, with the resource types in it."""

    @property
    def tokens(self) -> frozenset[str]:
        """What a prefetch template may name: fields of the first level that are texts (C-053)."""
        return frozenset(f"context.{name}" for name in (*self.required, *self.optional))


PATIENT_VIEW = Hook(
    "patient-view",
    required=("userId", "patientId"),
    optional=("encounterId",),
    users=CLINICIANS | {"Patient", "RelatedPerson"},
)
ENCOUNTER_START = Hook(
    "encounter-start",
    required=("userId", "patientId", "encounterId"),
    optional=(),
    users=CLINICIANS,
)
PROBLEM_LIST_ITEM_CREATE = Hook(
    "problem-list-item-create",
    required=("userId", "patientId"),
    optional=("encounterId",),
    users=CLINICIANS,
    bundles={"conditions": frozenset({"Condition"})},
)
