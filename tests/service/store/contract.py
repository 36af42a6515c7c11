"""What the store promises on every database. Run on SQLite here and on PostgreSQL by the
integration tests: both derive from these classes and give the fixture ``address``.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from service.store import decisions, retention
from service.store.database import Database, StoreUnavailable
from service.store.decisions import CardRecord, DecisionRecord, SuggestionRecord
from service.store.migrate import HEAD, MIGRATIONS
from service.store.nonces import Nonces
from service.store.tables import DECISION, DECISION_CARD, FEEDBACK, METADATA, NONCE

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def record(name: str, at: datetime = NOW, **members: Any) -> DecisionRecord:
    """A decision with one card; ``name`` makes its ids."""
    given: dict[str, Any] = {
        "id": f"decision-{name}",
        "at": at,
        "service": "relapsed-b-all",
        "hook": "patient-view",
        "hook_instance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "client": "general-hospital",
        "as_of": date(2026, 6, 15),
        "knowledge_version": "2026.1",
        "software_version": "0.1.0",
        "jurisdiction": "US",
        "input_hash": "ab" * 32,
        "status": 200,
        "cards": (CardRecord(f"card-{name}", "car-t", "info"),),
    }
    return DecisionRecord(**given | members)


def count(database: Database, table: Any) -> int:
    with database.read() as connection:
        return int(connection.scalar(select(func.count()).select_from(table)) or 0)


class StoreContract:
    @pytest.fixture
    def database(self, address: str) -> Iterator[Database]:
        database = Database(address)
        yield database
        database.close()


class SchemaContract(StoreContract):
    def test_a_new_database_is_brought_up_to_date(self, database: Database) -> None:
        for _ in range(2):
            database.upgrade()
            with database.read() as connection:
                found = connection.scalar(text("SELECT version_num FROM alembic_version"))
            assert found == HEAD

    def test_the_first_transaction_does_it_where_nobody_did(self, database: Database) -> None:
        assert count(database, DECISION) == 0

    def test_asking_whether_it_is_usable_is_such_a_transaction(self, database: Database) -> None:
        """A service that waits to be ready would else wait for ever; asked for years, it leaves
        nothing behind.
        """
        assert Nonces(database).works()
        assert count(database, DECISION) == count(database, NONCE) == 0

    def test_tables_and_migrations_agree(self, database: Database) -> None:
        database.upgrade()
        with database.read() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, METADATA) == []
        assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [HEAD]

    def test_an_older_database_keeps_what_it_holds(self, database: Database) -> None:
        """The first revision, whose decisions did not name the site's mapping."""
        decisions.write(database, [record("old", site_mapping="0123456789ab")])
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with database.begin() as connection:
            config.attributes["connection"] = connection
            command.downgrade(config, "0001")
        database.upgrade()
        decisions.write(database, [record("new", NOW + SECOND, site_mapping="0123456789ab")])
        assert [(found.id, found.site_mapping) for found in decisions.read(database)] == [
            ("decision-old", ""),
            ("decision-new", "0123456789ab"),
        ]

    def test_replicas_that_start_at_once(self, address: str, database: Database) -> None:
        """Each ends with the schema in place, and nobody fails."""
        with multiprocessing.get_context("spawn").Pool(4) as pool:
            assert pool.map(upgrade_and_claim, [address] * 8, chunksize=1).count(True) == 1
        assert Nonces(database).works()

    def test_a_database_of_a_newer_version(self, address: str, database: Database) -> None:
        """It is not touched."""
        database.upgrade()
        with database.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(StoreUnavailable, match="newer version"):
            database.upgrade()
        later = Database(address)
        assert not Nonces(later).works()
        with pytest.raises(StoreUnavailable, match="newer version"):
            count(later, DECISION)
        later.close()


class TransactionContract(StoreContract):
    def test_an_error_in_the_block_undoes_all_of_it(self, database: Database) -> None:
        class Ours(Exception):
            pass

        def insert_and_fail() -> None:
            with database.begin() as connection:
                connection.execute(NONCE.insert(), {"issuer": "a", "jti": "b", "expires_at": NOW})
                raise Ours

        with pytest.raises(Ours):
            insert_and_fail()
        assert count(database, NONCE) == 0

    def test_what_is_wrong_with_the_data_is_no_failure_of_the_database(
        self, database: Database
    ) -> None:
        row = {"issuer": "a", "jti": "b", "expires_at": NOW}
        with database.begin() as connection:
            connection.execute(NONCE.insert(), row)
        with pytest.raises(IntegrityError), database.begin() as connection:
            connection.execute(NONCE.insert(), row)

    def test_errors_hold_no_data(self, database: Database) -> None:
        row = {"issuer": "SECRET", "jti": "b", "expires_at": NOW}
        with database.begin() as connection:
            connection.execute(text("DROP TABLE nonce"))
        with pytest.raises(StoreUnavailable) as raised, database.begin() as connection:
            connection.execute(NONCE.insert(), row)
        assert "SECRET" not in str(raised.value)
        assert raised.value.__cause__ is None
        assert raised.value.__suppress_context__

    def test_a_database_that_is_replaced_by_an_empty_one(self, database: Database) -> None:
        """One call fails; then the schema is there again, without a restart."""
        nonces = Nonces(database)
        assert nonces.claim("a", "1", NOW)
        with database.begin() as connection:
            METADATA.drop_all(connection)
            connection.execute(text("DROP TABLE alembic_version"))
        with pytest.raises(StoreUnavailable):
            nonces.claim("a", "1", NOW)
        assert nonces.claim("a", "1", NOW)

    def test_moments_come_back_in_utc(self, database: Database) -> None:
        given = datetime(2026, 6, 15, 23, 30, 0, 123456, timezone(timedelta(hours=-9)))
        with database.begin() as connection:
            connection.execute(NONCE.insert(), {"issuer": "a", "jti": "b", "expires_at": given})
        with database.read() as connection:
            found = connection.scalar(select(NONCE.c.expires_at))
        assert found == given
        assert found.tzinfo is UTC

    def test_the_first_and_the_last_moment(self, database: Database) -> None:
        moments = [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
        with database.begin() as connection:
            connection.execute(
                NONCE.insert(),
                [
                    {"issuer": "a", "jti": str(index), "expires_at": moment}
                    for index, moment in enumerate(moments)
                ],
            )
        with database.read() as connection:
            found = connection.scalars(select(NONCE.c.expires_at).order_by(NONCE.c.jti)).all()
        assert found == moments

    def test_a_moment_without_zone_is_refused(self, database: Database) -> None:
        naive = NOW.replace(tzinfo=None)
        with pytest.raises(Exception, match="time zone"), database.begin() as connection:
            connection.execute(NONCE.insert(), {"issuer": "a", "jti": "b", "expires_at": naive})

    def test_a_fork_opens_its_own_connections(self, database: Database) -> None:
        """The child works, and what it does and its end leave the parent's connections alone."""
        nonces = Nonces(database)
        assert nonces.claim("a", "before", NOW)

        def work() -> None:
            claims = [nonces.claim("a", "child", NOW), nonces.claim("a", "before", NOW)]
            sys.exit(0 if claims == [True, False] else 3)

        child = multiprocessing.get_context("fork").Process(target=work)
        child.start()
        child.join(20)
        assert child.exitcode == 0
        assert not nonces.claim("a", "child", NOW)
        assert nonces.claim("a", "after", NOW)


class NonceContract(StoreContract):
    @pytest.fixture
    def nonces(self, database: Database) -> Nonces:
        return Nonces(database)

    def test_each_id_is_good_once(self, nonces: Nonces) -> None:
        assert nonces.claim("https://a.example", "1", NOW)
        assert not nonces.claim("https://a.example", "1", NOW)
        assert not nonces.claim("https://a.example", "1", NOW + timedelta(hours=1))
        assert nonces.claim("https://a.example", "2", NOW)
        assert nonces.claim("https://b.example", "1", NOW), "another issuer's own id"

    @pytest.mark.parametrize("jti", ["", "x" * 100_000, "a\x00b", "\ud800", "' OR 1=1 --", "é"])
    def test_any_text_is_an_id(self, nonces: Nonces, jti: str) -> None:
        assert nonces.claim("https://a.example", jti, NOW)
        assert not nonces.claim("https://a.example", jti, NOW)

    def test_a_race_has_one_winner(self, address: str) -> None:
        """Sixteen threads over two connection pools, as two workers have."""
        workers = [Nonces(Database(address)) for _ in range(2)]
        for round_ in range(5):
            with ThreadPoolExecutor(16) as pool:
                claims = [
                    pool.submit(workers[index % 2].claim, "a", str(round_), NOW)
                    for index in range(16)
                ]
            assert [claim.result() for claim in claims].count(True) == 1
        for worker in workers:
            worker.database.close()

    def test_pruning_forgets_what_has_expired(self, nonces: Nonces) -> None:
        nonces.claim("a", "before", NOW - SECOND)
        nonces.claim("a", "at", NOW)
        nonces.claim("a", "after", NOW + SECOND)
        assert not nonces.prune(NOW)
        assert not nonces.claim("a", "at", NOW)
        assert not nonces.claim("a", "after", NOW)
        assert nonces.claim("a", "before", NOW)

    def test_pruning_goes_in_batches(self, nonces: Nonces) -> None:
        with nonces.database.begin() as connection:
            rows = [
                {"issuer": issuer, "jti": f"{number:064}", "expires_at": NOW - SECOND}
                for issuer in ("a", "b")
                for number in range(300)
            ]
            connection.execute(NONCE.insert(), rows)
        nonces.claim("a", "after", NOW + SECOND)
        assert nonces.prune(NOW)
        assert count(nonces.database, NONCE) == 101
        assert not nonces.prune(NOW)
        assert count(nonces.database, NONCE) == 1


class DecisionContract(StoreContract):
    def test_a_record_comes_back_as_it_was(self, database: Database) -> None:
        given = record(
            "full",
            at=datetime(2026, 6, 15, 14, 0, 0, 1, timezone(timedelta(hours=2))),
            tenant="north",
            subject_key="0f" * 32,
            policies={"POL-27": "18 months"},
            considerations=[{"option": "car-t", "strength": "EVAL"}],
            rules=[{"id": "BLI-01", "state": "met"}],
            unavailable=["observations"],
            unread=3,
            timings={"total": 12.5},
            facts={"text": "NUL \x00 and ½"},
            cards=(
                CardRecord(
                    "z", "car-t", "info", (SuggestionRecord("s1", "refer"), SuggestionRecord("s2"))
                ),
                CardRecord("a", "mrd", "warning"),
            ),
        )
        decisions.write(database, [given])
        assert list(decisions.read(database)) == [given], "the order of its cards too"

    def test_writing_again_changes_nothing(self, database: Database) -> None:
        decisions.write(database, [record("1")])
        decisions.write(database, [record("1", unread=9), record("2")])
        assert [(found.id, found.unread) for found in decisions.read(database)] == [
            ("decision-1", 0),
            ("decision-2", 0),
        ]
        assert count(database, DECISION_CARD) == 2

    def test_nothing_to_write(self, database: Database) -> None:
        decisions.write(database, [])
        decisions.write(database, [record("bare", cards=())])
        assert [found.cards for found in decisions.read(database)] == [()]

    def test_a_batch_is_written_whole_or_not(self, database: Database) -> None:
        wrong = replace(record("2"), service=None)  # type: ignore[arg-type]
        with pytest.raises(IntegrityError):
            decisions.write(database, [record("1"), wrong])
        assert count(database, DECISION) == 0

    def test_pages_lose_none(self, database: Database) -> None:
        """Also among records of one moment, where a page ends between two of them."""
        names = [f"{index:04}" for index in range(501)]
        decisions.write(database, [record(name) for name in reversed(names)])
        found = list(decisions.read(database))
        assert [item.id for item in found] == [f"decision-{name}" for name in names]
        assert all(len(item.cards) == 1 for item in found)

    def test_a_period_has_its_beginning_and_not_its_end(self, database: Database) -> None:
        times = {
            "before": NOW - SECOND,
            "first": NOW,
            "last": NOW + SECOND,
            "end": NOW + 2 * SECOND,
        }
        decisions.write(database, [record(name, at) for name, at in times.items()])
        found = decisions.read(database, since=NOW, until=NOW + 2 * SECOND)
        assert [item.id for item in found] == ["decision-first", "decision-last"]

    def test_only_those_with_facts(self, database: Database) -> None:
        decisions.write(database, [record("1"), record("2", facts={})])
        found = decisions.read(database, with_facts=True)
        assert [item.id for item in found] == ["decision-2"]


class RetentionContract(StoreContract):
    def test_what_is_older_goes(self, database: Database) -> None:
        times = {"old": NOW - SECOND, "limit": NOW, "new": NOW + SECOND}
        decisions.write(database, [record(name, at) for name, at in times.items()])
        for name, at in times.items():
            self._feedback(database, name, at)
        assert not retention.prune(database, NOW)
        with database.read() as connection:
            cards = set(connection.scalars(select(DECISION_CARD.c.card)))
            answered = set(connection.scalars(select(FEEDBACK.c.card)))
        assert cards == answered == {"card-limit", "card-new"}

    def test_more_than_one_batch(self, database: Database) -> None:
        decisions.write(database, [record(str(index)) for index in range(1001)])
        assert retention.prune(database, NOW + SECOND)
        assert count(database, DECISION_CARD) == 501
        assert retention.prune(database, NOW + SECOND)
        assert not retention.prune(database, NOW + SECOND)
        assert count(database, DECISION_CARD) == 0

    @staticmethod
    def _feedback(database: Database, name: str, at: datetime) -> None:
        with database.begin() as connection:
            connection.execute(
                FEEDBACK.insert(),
                {
                    "service": "relapsed-b-all",
                    "card": f"card-{name}",
                    "client": "",
                    "outcome": "overridden",
                    "outcome_at": NOW + timedelta(days=9),
                    "received_at": at,
                    "accepted": [],
                    "changed": False,
                    "digest": name,
                },
            )


def upgrade_and_claim(address: str) -> bool:
    """In a process of its own: the schema, then one claim that one process wins."""
    database = Database(address)
    database.upgrade()
    won = Nonces(database).claim("a", "the one", NOW)
    database.close()
    return won
