"""The database itself: durable commits and a schema that the tables agree with."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine
from sqlmodel import SQLModel


def test_the_migrations_build_exactly_what_the_tables_say(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []


def test_commits_survive_a_power_cut(engine: Engine) -> None:
    question = {"sqlite": "PRAGMA synchronous", "postgresql": "SHOW synchronous_commit"}[engine.dialect.name]
    with engine.connect() as connection:
        assert connection.exec_driver_sql(question).scalar_one() in (2, "on")
