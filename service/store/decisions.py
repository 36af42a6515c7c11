"""Decision records: what was advised, by which rules, on which input. Written in batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select, tuple_

from service.store.database import Database
from service.store.tables import DECISION, DECISION_CARD, insert_new

_PAGE = 200


@dataclass(frozen=True, slots=True)
class SuggestionRecord:
    """A suggestion of a card: its uuid, and what it offered as a code (never its label)."""

    uuid: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class CardRecord:
    """A card that was shown."""

    uuid: str
    topic: str
    indicator: str
    suggestions: tuple[SuggestionRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """One answered call. Members that hold JSON take what `json` writes, without names, birth
    dates or free text.
    """

    id: str
    """A new uuid. Writing the same id again changes nothing."""
    at: datetime
    service: str
    hook: str
    hook_instance: str
    as_of: date
    knowledge_version: str
    software_version: str
    jurisdiction: str
    input_hash: str
    status: int
    client: str = ""
    tenant: str = ""
    subject_key: str | None = None
    """Keyed hash of the patient id."""
    policies: Mapping[str, Any] | Sequence[Any] = field(default_factory=dict)
    """Those that differ from the default."""
    site_mapping: str = ""
    """The version of the site's mapping of codes; empty where there is none."""
    considerations: Sequence[Any] = field(default_factory=list)
    rules: Mapping[str, Any] | Sequence[Any] = field(default_factory=list)
    unavailable: Sequence[str] = field(default_factory=list)
    unread: int = 0
    timings: Mapping[str, float] = field(default_factory=dict)
    facts: Mapping[str, Any] | Sequence[Any] | None = None
    """The minimal record for replay; None where the site does not keep it."""
    cards: tuple[CardRecord, ...] = ()


def write(database: Database, records: Sequence[DecisionRecord]) -> None:
    """Write all of ``records`` in one transaction. Raises `StoreUnavailable`."""
    decisions = [_decision_row(record) for record in records]
    if not decisions:
        return
    cards = [
        _card_row(record, position, card)
        for record in records
        for position, card in enumerate(record.cards)
    ]
    with database.begin() as connection:
        connection.execute(insert_new(connection, DECISION), decisions)
        if cards:
            connection.execute(insert_new(connection, DECISION_CARD), cards)


def read(
    database: Database,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    with_facts: bool = False,
) -> Iterator[DecisionRecord]:
    """Records from ``since`` to before ``until``, oldest first; only those with facts if asked so.

    They are read in pages, each in a transaction of its own: a long run blocks nobody.
    """
    query = select(DECISION).order_by(DECISION.c.at, DECISION.c.id).limit(_PAGE)
    if since is not None:
        query = query.where(DECISION.c.at >= since)
    if until is not None:
        query = query.where(DECISION.c.at < until)
    if with_facts:
        query = query.where(DECISION.c.facts.is_not(None))
    page = query
    while True:
        with database.read() as connection:
            rows = connection.execute(page).all()
            cards: dict[str, list[CardRecord]] = {row.id: [] for row in rows}
            for card in connection.execute(
                select(DECISION_CARD)
                .where(DECISION_CARD.c.decision_id.in_(cards))
                .order_by(DECISION_CARD.c.position)
            ):
                cards[card.decision_id].append(_card(card))
        for row in rows:
            yield _decision(row, tuple(cards[row.id]))
        if len(rows) < _PAGE:
            return
        last = tuple_(DECISION.c.at, DECISION.c.id)
        page = query.where(last > tuple_(rows[-1].at, rows[-1].id))


def _decision_row(record: DecisionRecord) -> dict[str, Any]:
    return {column.name: _plain(getattr(record, column.name)) for column in DECISION.columns} | {
        "timings": dict(record.timings or {})
    }


def _plain(value: object) -> object:
    """Mappings and sequences as the JSON column takes them."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return list(value)
    return value


def _card_row(record: DecisionRecord, position: int, card: CardRecord) -> dict[str, Any]:
    return {
        "card": card.uuid,
        "decision_id": record.id,
        "position": position,
        "service": record.service,
        "client": record.client,
        "topic": card.topic,
        "indicator": card.indicator,
        "suggestions": [{"uuid": item.uuid, "code": item.code} for item in card.suggestions],
    }


def _decision(row: Row[Any], cards: tuple[CardRecord, ...]) -> DecisionRecord:
    return DecisionRecord(**row._mapping, cards=cards)


def _card(row: Row[Any]) -> CardRecord:
    return CardRecord(
        uuid=row.card,
        topic=row.topic,
        indicator=row.indicator,
        suggestions=tuple(SuggestionRecord(**item) for item in row.suggestions),
    )
