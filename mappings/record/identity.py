"""Whose data it is: which references lead to the one patient, and to nobody else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from mappings.errors import WrongPatient
from mappings.record.addresses import address, normal_base
from mappings.record.resources import Item
from mappings.values.shapes import objects, string


@dataclass(frozen=True)
class Identity:
    """All names by which a record may point at its patient.

    A display name alone never identifies anybody, nor does an id on another server.
    """

    id: str
    full_url: str = ""
    bases: frozenset[str] = frozenset()
    """Addresses of the servers on which ``id`` is this patient's."""
    entry_base: str = ""
    """The server that the Patient's own Bundle entry names, where it does."""
    identifiers: frozenset[tuple[str, str]] = frozenset()
    _decided: dict[tuple[str, str], bool] = field(default_factory=dict, compare=False, repr=False)
    """By reference and server: the resources of a record name their patient in the same words."""

    def is_meant_by(self, reference: object, seen_from: Item) -> bool:
        """Whether a Reference element, standing in ``seen_from``, leads to this patient."""
        if not isinstance(reference, dict):
            return False
        text = string(reference.get("reference"))
        if text:
            own = (seen_from.container or seen_from).base
            known = self._decided.get((text, own))
            if known is None:
                known = self._decided[text, own] = self._literal(text, own)
            return known
        identifier = reference.get("identifier")
        if isinstance(identifier, dict) and string(reference.get("type")) in ("", "Patient"):
            return (
                string(identifier.get("system")),
                string(identifier.get("value")),
            ) in self.identifiers
        return False

    def _literal(self, text: str, own: str) -> bool:
        """Whether a literal reference in a resource of the server ``own`` leads to this patient."""
        if self.full_url and text == self.full_url:
            return True
        if text.startswith("Patient?"):
            return self._conditional(text.removeprefix("Patient?"))
        target = address(text)
        if target is None or target.kind != "Patient" or not self.id or target.id != self.id:
            return False
        if not target.base:
            # Relative: the server is that of the entry; only a stated difference speaks against
            # this patient.
            return not (own and self.entry_base and own != self.entry_base)
        return target.base in self.bases if self.bases else target.base == own

    def _conditional(self, query: str) -> bool:
        """``Patient?identifier=system|value``, as transactions may write it."""
        values = parse_qs(query, max_num_fields=4).get("identifier", [])
        system, bar, value = values[0].partition("|") if len(values) == 1 else ("", "", "")
        return bool(bar) and (system, value) in self.identifiers


def identify(
    patients: Iterable[Item], patient_id: str | None, server_base: str | None
) -> tuple[Identity, Item | None]:
    """The one patient and the Patient resource, if it was sent.

    With ``patient_id`` (a call) the resource may be missing, but nobody else's may be there.
    Without (a file) exactly one must be there. Raises WrongPatient with a sentence that says what
    to change.
    """
    found = list(patients)
    bases = {normal_base(server_base)} if server_base else set()
    if len(found) > 1:
        raise WrongPatient(
            f"The record holds {len(found)} different Patient resources: "
            "send the resources of one patient only."
        )
    if not found:
        if patient_id is None:
            raise WrongPatient(
                "The record holds no Patient resource: add the one that its resources belong to."
            )
        return Identity(patient_id, bases=frozenset(bases)), None
    item = found[0]
    if patient_id is not None and item.id != patient_id:
        raise WrongPatient(
            "The Patient resource is not the patient of the call: "
            "send the Patient whose id is in the context."
        )
    identifiers = {
        (string(own.get("system")), string(own.get("value")))
        for own in objects(item.resource.get("identifier"))
    }
    return (
        Identity(
            item.id,
            item.full_url,
            frozenset(bases | ({item.base} if item.base else set())),
            item.base,
            frozenset((system, value) for system, value in identifiers if system and value),
        ),
        item,
    )
