"""Forgetting: what is older than the site keeps it."""

from __future__ import annotations

from datetime import datetime

from service.store.batches import delete_batch
from service.store.database import Database
from service.store.tables import DECISION, FEEDBACK


def prune(database: Database, older_than: datetime) -> bool:
    """Delete a batch of decisions, with their cards, and of feedback from before ``older_than``;
    whether more may be left. Raises `StoreUnavailable`.
    """
    decisions = delete_batch(database, DECISION, DECISION.c.at < older_than)
    feedback = delete_batch(database, FEEDBACK, FEEDBACK.c.received_at < older_than)
    return decisions or feedback
