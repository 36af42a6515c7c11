"""One PostgreSQL server for the run; its database is empty when a test begins."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.integration.postgresql.server import Cluster, postgresql_server

pytest.register_assert_rewrite("tests.service.store.contract")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with postgresql_server() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def created(cluster: Cluster) -> str:
    return cluster.create("store")


@pytest.fixture
def address(created: str) -> str:
    with psycopg.connect(created, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return created
