"""Feedback on cards: what clinicians did with them, kept until it is too old."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Connection, select, text

from service.store.database import Database
from service.store.tables import FEEDBACK, insert_new

ACCEPTED = "accepted"
OVERRIDDEN = "overridden"

_LOCK = 7_240_531_119
"""Key of the lock under which feedback is written on PostgreSQL: two batches at once neither wait
for each other's rows in a circle nor miss that the other one changes an outcome.
"""
_PAGE = 500


@dataclass(frozen=True, slots=True)
class FeedbackItem:
    """What became of one card, as its client reports it."""

    card: str
    outcome: str
    outcome_at: datetime
    """By the client's clock, in UTC."""
    accepted: tuple[str, ...] = ()
    """Ids of the suggestions that were taken."""
    reason_system: str | None = None
    reason_code: str | None = None
    reason_display: str | None = None
    comment: str | None = None
    """Free text from a chart: it may name the patient."""

    def __repr__(self) -> str:
        return f"FeedbackItem({self.outcome})"


@dataclass(frozen=True, slots=True)
class Stored:
    """The items that were new, and how many of those say otherwise than an earlier one did."""

    new: tuple[FeedbackItem, ...]
    changed: int


def store(
    database: Database,
    service: str,
    client: str,
    items: Sequence[FeedbackItem],
    received_at: datetime,
) -> Stored:
    """Write ``items`` in one transaction: when this returns, they stay. An item that is there
    already is left alone. Raises `StoreUnavailable`; then none of them was written, or, where the
    database was lost while it committed, all.
    """
    if not items:
        return Stored((), 0)
    with database.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        known = _known(connection, service, client, {item.card for item in items})
        rows: list[dict[str, Any]] = []
        new: list[FeedbackItem] = []
        for item in items:
            earlier = known.setdefault(item.card, {})
            digest = _digest(item)
            if digest in earlier:
                continue
            rows.append(
                asdict(item)
                | {
                    "service": service,
                    "client": client,
                    "received_at": received_at,
                    "changed": any(outcome != item.outcome for outcome in earlier.values()),
                    "digest": digest,
                }
            )
            new.append(item)
            earlier[digest] = item.outcome
        if rows:
            connection.execute(insert_new(connection, FEEDBACK), rows)
    return Stored(tuple(new), sum(row["changed"] for row in rows))


def _known(
    connection: Connection, service: str, client: str, cards: set[str]
) -> dict[str, dict[str, str]]:
    """By card, the outcome of each item that is stored, by its digest."""
    known: dict[str, dict[str, str]] = {}
    ordered = sorted(cards)
    for start in range(0, len(ordered), _PAGE):
        for row in connection.execute(
            select(FEEDBACK.c.card, FEEDBACK.c.digest, FEEDBACK.c.outcome).where(
                FEEDBACK.c.service == service,
                FEEDBACK.c.client == client,
                FEEDBACK.c.card.in_(ordered[start : start + _PAGE]),
            )
        ):
            known.setdefault(row.card, {})[row.digest] = row.outcome
    return known


def _digest(item: FeedbackItem) -> str:
    """The same for two items that say the same."""
    said = asdict(item) | {
        "outcome_at": item.outcome_at.astimezone(UTC).isoformat(),
        "accepted": sorted(item.accepted),
    }
    return sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()
