"""Forgetting, once an hour and in small pieces, so that nothing else waits for it."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime, timedelta

from service.logs import log, where
from service.store.database import Database, StoreUnavailable
from service.store.nonces import Nonces
from service.store.retention import prune

_HOUR = 3600.0


class Pruning:
    """What is older than ``retention``, and the ids of tokens that have expired. Without
    ``retention`` decisions and feedback are kept for ever.
    """

    def __init__(self, database: Database, retention: timedelta | None) -> None:
        self._database = database
        self._retention = retention
        self._next = 0.0

    def step(self) -> bool:
        """Delete a piece if the hour has come; whether more is left to delete now. Without a
        database, or after a failure, the next hour tries again.
        """
        if time.monotonic() < self._next:
            return False
        more = self._delete()
        if not more:
            self._next = time.monotonic() + _HOUR
        return more

    def _delete(self) -> bool:
        now = datetime.now(UTC)
        try:
            tokens = Nonces(self._database).prune(now)
            records = self._retention is not None and prune(self._database, now - self._retention)
        except StoreUnavailable as error:
            log("retention", level=logging.WARNING, error=str(error))
        except Exception as error:  # the records that come after must still be written
            log("retention", level=logging.ERROR, **where(error))
        else:
            return tokens or records
        return False
