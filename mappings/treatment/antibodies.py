"""Antibodies that words on the problem list tell of, and no drug record."""

from __future__ import annotations

from mappings.context import Context
from relapse.facts import DrugUse


def list_antibodies(context: Context) -> None:
    """List the entries whose antibody no dose, statement or order records: words alone name neither
    day nor cycle.
    """
    recorded = {fact.agent for fact in context.facts if isinstance(fact, DrugUse)}
    for item, name, agent in context.antibody_mentions:
        if agent not in recorded:
            context.list_unread(item, f"words on {agent.value}, no dose recorded", name)
