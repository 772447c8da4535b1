"""The trace takes new rows only, and whatever is done to it behind its back is found."""

import dataclasses
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from inventory import reads, trace
from inventory.roles import Role, Scope, Who
from inventory.tables import Trace
from tests import cast

LEYLA = Who("leyla", Role.KEEPER, Scope(None), 5, "call-146")
BAD_WAYS = {
    "update": "UPDATE {table} SET by = 'nobody'",
    "update of no row": "UPDATE {table} SET by = 'nobody' WHERE noun = 'x' AND 1 = 1",
    "delete": "DELETE FROM {table}",
    "truncate": "TRUNCATE {table}",
    "replace": "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
    "upsert": "INSERT INTO {table} SELECT * FROM {table} ON CONFLICT ({key}) DO UPDATE SET by = 'nobody'",
}
ONLY = {"truncate": "postgresql", "replace": "sqlite", "update of no row": "postgresql", "upsert": "postgresql"}


@pytest.mark.parametrize("way", BAD_WAYS)
@pytest.mark.parametrize(("table", "key"), [("trace", "number"), ("personal_read", "id")])
def test_the_database_itself_refuses_to_change_what_was_written(
    session: Session, way: str, table: str, key: str
) -> None:
    here = session.get_bind().dialect.name
    trace.changed(session, "opened", "school", "190", by=LEYLA, at=cast.NOW, after={"name": "190"})
    reads.seen_personal(session, "contact", 17, by=LEYLA, at=cast.NOW)
    session.flush()
    if ONLY.get(way, here) != here:
        return  # the other database has no such statement
    with pytest.raises(IntegrityError, match="takes new rows only"):
        session.execute(text(BAD_WAYS[way].format(table=table, key=key)))


def _written(session: Session, count: int) -> trace.Chain:
    trace.all_changed(
        session,
        [
            trace.Changed("renamed", "school", str(n), {"name": f"{n}", "share": 0.1}, {"name": f"{n}a"}, n, "why")
            for n in range(1, count + 1)
        ],
        by=LEYLA,
        at=cast.NOW,
    )
    return trace.standing(session)


def test_an_untouched_chain_has_no_faults_and_its_end_is_known(session: Session) -> None:
    assert trace.verified(session).anchor == f"0:{trace.GENESIS.hex()}"
    end = _written(session, 7)
    walked = trace.verified(session, expect=(end.number, end.hash), most=3)
    assert (walked.number, walked.hash, walked.faults) == (7, end.hash, [])
    assert trace.verified(session, expect=(0, trace.GENESIS)).faults == []


def _unguarded(session: Session) -> None:
    """What a superuser can do: the triggers sleep for the rest of the transaction."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL session_replication_role = replica"))
        return
    for name in ("update", "delete", "insert"):
        session.execute(text(f"DROP TRIGGER trace_no_{name}"))


@dataclasses.dataclass(frozen=True)
class Deed:
    """One deed behind the back of the trace; `hides`: the deed writes the hashes anew from there on."""

    kind: str
    row: int
    column: str
    hides: bool


COLUMNS = {
    "at": "'2020-01-01 00:00:00.000000+00:00'", "by": "'nobody'", "person_id": "99", "request": "'x'", "verb": "'x'",
    "noun": "'x'", "key": "'x'", "school_id": "99", "before": "'{\"name\": \"z\"}'", "after": "'{}'", "reason": "'x'",
}  # fmt: skip
DEEDS = st.builds(
    Deed,
    st.sampled_from(["update", "empty", "delete", "swap", "insert", "cut"]),
    st.integers(1, 8),
    st.sampled_from(sorted(COLUMNS)),
    st.booleans(),
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(deed=DEEDS)
def test_whatever_a_superuser_does_to_the_trace_is_found(engine: Engine, deed: Deed) -> None:
    with Session(engine.execution_options(sqlite_begin="IMMEDIATE")) as session:
        end = _written(session, 8)
        _unguarded(session)
        _done(session, deed)
        session.flush()
        if deed.hides:
            _hashed_anew(session)
        alone = trace.verified(session)
        session.expire_all()
        anchored = trace.verified(session, expect=(end.number, end.hash))
        session.rollback()
    assert anchored.faults
    if not deed.hides and not (deed.kind == "cut" or (deed.kind == "delete" and deed.row == 8)):
        assert alone.faults, "the chain finds it without an anchor"


def _done(session: Session, deed: Deed) -> None:
    row, other = deed.row, deed.row % 8 + 1
    match deed.kind:
        case "update":
            session.execute(text(f"UPDATE trace SET {deed.column} = {COLUMNS[deed.column]} WHERE number = {row}"))
        case "empty":
            session.execute(text(f"UPDATE trace SET before = NULL, reason = '' WHERE number = {row}"))
        case "delete":
            session.execute(text(f"DELETE FROM trace WHERE number = {row}"))
        case "cut":
            session.execute(text(f"DELETE FROM trace WHERE number >= {row}"))
        case "swap":
            for before, after in ((row, 99), (other, row), (99, other)):
                session.execute(text(f"UPDATE trace SET number = {after} WHERE number = {before}"))
        case "insert":
            session.execute(text(f"UPDATE trace SET number = number + 100 WHERE number >= {row}"))
            session.execute(text("UPDATE trace SET number = number - 99 WHERE number > 100"))
            columns = ", ".join(name for name in (*trace.HASHED, "hash") if name != "number")
            session.execute(
                text(f"INSERT INTO trace (number, {columns}) SELECT {row}, {columns} FROM trace WHERE number = {other}")
            )


def _hashed_anew(session: Session) -> None:
    """As somebody would who knows how the chain is made: numbers without a gap, every hash right."""
    session.expire_all()
    link = trace.GENESIS
    rows = session.exec(select(Trace).order_by(col(Trace.number))).all()
    for number, row in enumerate(rows, 1):
        cells: dict[str, Any] = {name: getattr(row, name) for name in trace.HASHED} | {"number": number}
        link = trace.hash_of(link, cells)
        session.execute(
            text("UPDATE trace SET number = :number, hash = :hash WHERE number = :old"),
            {"number": number, "hash": link, "old": row.number},
        )
    session.expire_all()
