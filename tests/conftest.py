"""Databases for the tests: every test that asks for `engine` runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine
from sqlmodel import Session, SQLModel

from server import db
from tests import postgresql


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A migrated database of this run; tests empty its tables, so one migration serves them all."""
    with postgresql.cluster() as maintenance:
        url = maintenance.replace("postgresql://", "postgresql+psycopg://").removesuffix("/postgres") + "/zeng"
        with create_engine(maintenance.replace("postgresql://", "postgresql+psycopg://")).connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("CREATE DATABASE zeng")
        engine = db.open_engine(url)
        db.migrate(engine)
        engine.dispose()
        yield url


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy from."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.db"
    engine = db.open_engine(f"sqlite:///{path}")
    db.migrate(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a migrated database without rows."""
    if request.param == "sqlite":
        empty: Path = request.getfixturevalue("migrated_sqlite")
        (tmp_path / "zeng.db").write_bytes(empty.read_bytes())
        return f"sqlite:///{tmp_path / 'zeng.db'}"
    url: str = request.getfixturevalue("postgresql_url")
    engine = db.open_engine(url)
    emptied(engine)
    engine.dispose()
    return url


def emptied(engine: Engine) -> None:
    """Of all rows, on PostgreSQL."""
    names = ", ".join(f'"{table.name}"' for table in SQLModel.metadata.sorted_tables)
    with engine.begin() as connection:
        # As a replica: the triggers that keep the trace from being emptied do not fire for the tests' broom.
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY CASCADE")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = db.open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A writing session; what a test leaves uncommitted is rolled back."""
    with Session(engine.execution_options(**db.WRITING)) as session:
        yield session
        session.rollback()
