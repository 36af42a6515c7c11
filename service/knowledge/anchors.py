"""Which ids of the page can be linked to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def anchors(known: Mapping[str, Any]) -> dict[str, str]:
    """Id to anchor: rules, sources, families, terms; a policy id leads to its first row."""
    found = {item["id"]: item["id"] for item in (*known["sources"], *known["terms"])}
    for family in known["ruleFamilies"]:
        found.setdefault(family["family"], f"family-{family['family']}")
        found.update({rule["id"]: rule["id"] for rule in family["rules"]})
    for policy in known["policies"]:
        found.setdefault(policy["id"], f"policy-{policy['name']}")
    for policy in known["fixedPolicies"]:
        found.setdefault(policy["id"], f"fixed-{policy['id']}")
    return found
