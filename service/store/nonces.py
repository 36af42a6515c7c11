"""Token ids that were used: each is accepted once (C-218), by all workers and replicas together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from uuid import uuid4

from sqlalchemy import Connection, delete

from service.store.batches import delete_batch
from service.store.database import Database, StoreUnavailable
from service.store.tables import NONCE, insert_new


@dataclass(frozen=True, slots=True)
class Nonces:
    """The ids of tokens that were accepted, each kept until its token has expired."""

    database: Database

    def claim(self, issuer: str, jti: str, expires_at: datetime) -> bool:
        """True for the first caller with this id of this issuer, False for every other: a replay.
        Raises `StoreUnavailable`.
        """
        with self.database.begin() as connection:
            return _claim(connection, issuer, jti, expires_at)

    def works(self) -> bool:
        """Whether an id can be claimed now. One of ours is, so that a database that can only be
        read is told from one that works; nothing of it stays.
        """
        jti = uuid4().hex
        try:
            with self.database.begin() as connection:
                claimed = _claim(connection, "", jti, datetime.now(UTC))
                connection.execute(
                    delete(NONCE).where(NONCE.c.issuer == "", NONCE.c.jti == _fixed_size(jti))
                )
        except StoreUnavailable:
            return False
        return claimed

    def prune(self, now: datetime) -> bool:
        """Forget a batch of the ids of tokens that have expired before ``now``; whether more may be
        left.
        """
        return delete_batch(self.database, NONCE, NONCE.c.expires_at < now)


def _claim(connection: Connection, issuer: str, jti: str, expires_at: datetime) -> bool:
    row = {"issuer": issuer, "jti": _fixed_size(jti), "expires_at": expires_at}
    # What was inserted comes back: not every driver counts the rows of an insert.
    inserted = insert_new(connection, NONCE).returning(NONCE.c.jti)
    return connection.execute(inserted, row).first() is not None


def _fixed_size(jti: str) -> str:
    # A token's id may be any text, also one that no database column holds.
    return sha256(jti.encode("utf-8", "surrogatepass")).hexdigest()
