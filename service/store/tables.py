"""The tables. What is in them, and what never is: names, birth dates, patient ids, cards' wording.

The one free text is the comment of a feedback item. A client that is not known is the empty text,
never null: nulls are never equal, so a unique key could not hold across them.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects import postgresql, sqlite

from service.store.columns import SERIAL, UtcTime

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

# Not JSONB: it refuses the character NUL, which text in a record can hold.
_JSON = JSON(none_as_null=True)

DECISION = Table(
    "decision",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("service", Text, nullable=False),
    Column("hook", Text, nullable=False),
    Column("hook_instance", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("subject_key", Text),  # keyed hash of the patient id
    Column("as_of", Date, nullable=False),
    Column("knowledge_version", Text, nullable=False),
    Column("software_version", Text, nullable=False),
    Column("jurisdiction", Text, nullable=False),
    Column("policies", _JSON, nullable=False),  # those that differ from the default
    Column("site_mapping", Text, nullable=False, server_default=""),  # its version
    Column("input_hash", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("considerations", _JSON, nullable=False),
    Column("rules", _JSON, nullable=False),
    Column("unavailable", _JSON, nullable=False),
    Column("unread", Integer, nullable=False),
    Column("timings", _JSON, nullable=False),
    Column("facts", _JSON),  # the minimal record, where the site keeps it for replay
    Index(None, "at", "id"),
)

DECISION_CARD = Table(
    "decision_card",
    METADATA,
    Column("card", String(36), primary_key=True),
    Column(
        "decision_id",
        String(36),
        ForeignKey("decision.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("position", Integer, nullable=False),  # among the cards of its answer, from 0
    Column("service", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("indicator", Text, nullable=False),
    Column("suggestions", _JSON, nullable=False),
)

FEEDBACK = Table(
    "feedback",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    Column("service", Text, nullable=False),
    Column("card", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("outcome_at", UtcTime, nullable=False),  # by the client's clock
    Column("received_at", UtcTime, nullable=False, index=True),  # by ours
    Column("accepted", _JSON, nullable=False),  # ids of the suggestions taken
    Column("reason_system", Text),
    Column("reason_code", Text),
    Column("reason_display", Text),
    Column("comment", Text),  # free text from a chart: never logged, shown on request only
    Column("changed", Boolean, nullable=False),  # an earlier item of this card says otherwise
    Column("digest", String(64), nullable=False),
    UniqueConstraint("service", "client", "card", "digest"),
    Index(None, "card"),
)

NONCE = Table(
    "nonce",
    METADATA,
    Column("issuer", Text, primary_key=True),
    Column("jti", String(64), primary_key=True),  # SHA-256 of the token's id
    Column("expires_at", UtcTime, nullable=False, index=True),
)


def insert_new(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that leaves rows alone which are there already, without an error."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()
