"""What clinicians did with the cards: counts, rates and times, from decision records and feedback.

A card counts with its last outcome. Feedback of another client than the one that got the card, or
for another service, is flagged and does not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median
from typing import Any

from sqlalchemy import Row, Select, exists, select, tuple_

from service.settings import Settings
from service.store.addresses import sqlite_file
from service.store.database import Database, StoreUnavailable
from service.store.feedback import ACCEPTED
from service.store.tables import DECISION, DECISION_CARD, FEEDBACK

_PAGE = 500
_PATIENCE = 60.0
"""Seconds for one query: nobody waits for the answer at a bedside."""
NO_REASON = "no reason given"
COMMENT_ONLY = "comment only"


class NoRecords(Exception):
    """The records cannot be read; the message says what to change."""


@dataclass(frozen=True, slots=True, order=True)
class Reason:
    """Why a card was overridden: a code, or what a client gave instead."""

    code: str
    system: str = ""


@dataclass(frozen=True, slots=True)
class Times:
    """How long answers took, in seconds from the decision to the first outcome, by two clocks."""

    count: int
    median: float
    p90: float


@dataclass(slots=True)
class Tally:
    """Counts over some cards."""

    shown: int = 0
    accepted: int = 0
    overridden: int = 0
    reasons: Counter[Reason] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    @property
    def answered(self) -> int:
        return self.accepted + self.overridden

    def rate(self, count: int) -> float | None:
        """The part of the answered cards; None where there are none."""
        return count / self.answered if self.answered else None

    def times(self) -> Times | None:
        if not self.seconds:
            return None
        ordered = sorted(self.seconds)
        nearest_rank = -(-9 * len(ordered) // 10)  # nine tenths, rounded up: a time that was seen
        return Times(len(ordered), median(ordered), ordered[nearest_rank - 1])


@dataclass(frozen=True, slots=True)
class Comment:
    """The free text of one item. It may name the patient."""

    topic: str
    outcome: str
    text: str


@dataclass(slots=True)
class Report:
    """All of a period. Items are flagged: a card can have several."""

    since: datetime | None
    until: datetime | None
    total: Tally = field(default_factory=Tally)
    topics: dict[str, Tally] = field(default_factory=dict)
    displays: dict[Reason, str] = field(default_factory=dict)
    unknown_card: int = 0
    """Items on cards without a decision record. One may yet be written."""
    foreign: int = 0
    unknown_suggestion: int = 0
    changed_outcome: int = 0
    before_decision: int = 0
    """Cards answered before they were shown, by the two clocks; left out of the times."""
    comments: list[Comment] = field(default_factory=list)


def report_for(settings: Settings, since: datetime | None, until: datetime | None) -> Report:
    """The report from the database of ``settings``, for days without a time zone, taken as UTC.
    Raises `NoRecords`. An SQLite file that does not exist is not made.
    """
    database = Database(settings.database_url, patience=_PATIENCE)
    file = sqlite_file(database.url)
    if file is not None and not file.exists():
        raise NoRecords(
            f"there is no database {file}: RELAPSE_CDS_DATABASE_URL must be set as for the service"
        )
    try:
        return report(database, _utc(since), _utc(until))
    except StoreUnavailable as error:
        raise NoRecords(f"{error}; RELAPSE_CDS_DATABASE_URL names the database") from None
    finally:
        database.close()


def _utc(day: datetime | None) -> datetime | None:
    return day.replace(tzinfo=UTC) if day else None


def report(database: Database, since: datetime | None, until: datetime | None) -> Report:
    """The report on the cards of decisions from ``since`` to before ``until``, with all feedback on
    them, whenever it came. Raises `StoreUnavailable`.
    """
    result = Report(since, until)
    for cards, feedback in _pages(database, since, until):
        for card in cards:
            _count(result, card, feedback.get(card.card, []))
    for item in _unknown(database, since, until):
        result.unknown_card += 1
        result.changed_outcome += item.changed
        _keep_comment(result, "", item)
    return result


def _count(result: Report, card: Row[Any], items: Sequence[Row[Any]]) -> None:
    topic = result.topics.setdefault(card.topic, Tally())
    tallies = (result.total, topic)
    for tally in tallies:
        tally.shown += 1
    own = []
    known = {suggestion["uuid"] for suggestion in card.suggestions}
    for item in items:
        result.changed_outcome += item.changed
        _keep_comment(result, card.topic, item)
        if (item.client, item.service) != (card.client, card.service):
            result.foreign += 1
            continue
        result.unknown_suggestion += not known.issuperset(item.accepted)
        own.append(item)
    if not own:
        return
    last = max(own, key=lambda item: (item.outcome_at, item.id))
    took = (min(item.outcome_at for item in own) - card.at).total_seconds()
    result.before_decision += took < 0
    for tally in tallies:
        if last.outcome == ACCEPTED:
            tally.accepted += 1
        else:
            tally.overridden += 1
            tally.reasons[_reason(result, last)] += 1
        if took >= 0:
            tally.seconds.append(took)


def _reason(result: Report, item: Row[Any]) -> Reason:
    if item.reason_code is not None:
        reason = Reason(item.reason_code, item.reason_system or "")
        if item.reason_display is not None:
            result.displays.setdefault(reason, item.reason_display)
        return reason
    if item.reason_display is not None:
        return Reason(item.reason_display, item.reason_system or "")
    return Reason(COMMENT_ONLY if item.comment is not None else NO_REASON)


def _keep_comment(result: Report, topic: str, item: Row[Any]) -> None:
    if item.comment is not None:
        result.comments.append(Comment(topic, item.outcome, item.comment))


def _pages(
    database: Database, since: datetime | None, until: datetime | None
) -> Iterator[tuple[Sequence[Row[Any]], Mapping[str, list[Row[Any]]]]]:
    """Cards that were shown, page by page, and the feedback on those of the page."""
    query = (
        select(DECISION.c.at, DECISION_CARD)
        .join(DECISION_CARD, DECISION_CARD.c.decision_id == DECISION.c.id)
        .order_by(DECISION.c.at, DECISION_CARD.c.card)
        .limit(_PAGE)
    )
    query = _within(query, DECISION.c.at, since, until)
    page = query
    while True:
        with database.read() as connection:
            cards = connection.execute(page).all()
            feedback: dict[str, list[Row[Any]]] = {}
            for item in connection.execute(
                select(FEEDBACK).where(FEEDBACK.c.card.in_([card.card for card in cards]))
            ):
                feedback.setdefault(item.card, []).append(item)
        yield cards, feedback
        if len(cards) < _PAGE:
            return
        last = tuple_(DECISION.c.at, DECISION_CARD.c.card)
        page = query.where(last > tuple_(cards[-1].at, cards[-1].card))


def _unknown(
    database: Database, since: datetime | None, until: datetime | None
) -> Iterator[Row[Any]]:
    """Feedback that came in the period, on cards without a decision record."""
    recorded = exists().where(DECISION_CARD.c.card == FEEDBACK.c.card)
    query = select(FEEDBACK).where(~recorded).order_by(FEEDBACK.c.id).limit(_PAGE)
    query = _within(query, FEEDBACK.c.received_at, since, until)
    after = 0
    while True:
        with database.read() as connection:
            items = connection.execute(query.where(FEEDBACK.c.id > after)).all()
        yield from items
        if len(items) < _PAGE:
            return
        after = items[-1].id


def _within(
    query: Select[Any], moment: Any, since: datetime | None, until: datetime | None
) -> Select[Any]:
    if since is not None:
        query = query.where(moment >= since)
    return query if until is None else query.where(moment < until)
