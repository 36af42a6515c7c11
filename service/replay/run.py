"""A replay of what the database holds."""

from __future__ import annotations

from datetime import UTC, datetime

from relapse.policy import Policy
from service.replay.compare import Replayed, Skipped, replay
from service.settings import Settings
from service.store import decisions
from service.store.database import Database


def run(
    settings: Settings, policy: Policy | None, since: datetime | None, until: datetime | None
) -> list[Replayed | Skipped]:
    """Replay what the database of ``settings`` holds of the days from ``since`` to before
    ``until`` (UTC). Raises `StoreUnavailable`.
    """
    records = decisions.read(
        Database(settings.database_url), since=_utc(since), until=_utc(until), with_facts=True
    )
    return list(replay(records, policy))


def _utc(moment: datetime | None) -> datetime | None:
    return moment and moment.replace(tzinfo=UTC)
