"""PostgreSQL connections on which no call hangs.

The timeouts that PostgreSQL enforces do not help where the server itself stands still: a machine
that is suspended keeps its connections open and answers nothing.
"""

from __future__ import annotations

from typing import TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

_Value = TypeVar("_Value")
_INTERVAL = 0.1


class BoundedConnection(psycopg.Connection[TupleRow]):
    """Waits at most `limit` seconds for each answer of the server. A connection that still owes one
    is closed: its state is unknown.
    """

    limit = 10.0

    def wait(
        self, gen: PQGen[_Value], interval: float = _INTERVAL, timeout: float | None = None
    ) -> _Value:
        try:
            return super().wait(gen, interval, self.limit if timeout is None else timeout)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()
            raise
