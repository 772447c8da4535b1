"""What telephones send later: applied once, in whatever order and however often it comes."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from inventory import syncing
from inventory.roles import Who
from inventory.syncing import Operation, Outcome
from inventory.tables import StocktakeFinding, StocktakeLine, SyncConflict, SyncOperation
from server import db
from tests import cast
from tests.inventory.counted import Counted, counted_school, uid

LATER = cast.NOW + timedelta(hours=2)


def count(
    it: Counted, number: int, code: str, room: str = "11", *, after: list[int] | None = None, **more: Any
) -> Operation:
    body = {"stocktake": it.stocktake.uid, "code": code, "room": it.rooms[room].uid, **more}
    return Operation(uid(number), "count", LATER, [uid(n) for n in after or []], body)


def came(session: Session, operation: Operation, by: Who) -> syncing.Told:
    return syncing.operation_came(session, operation, by=by, at=LATER)


def test_a_repeat_gets_the_same_answer_and_changes_nothing(session: Session) -> None:
    it = counted_school(session)
    first = came(session, count(it, 1, "INV-002"), it.aynur)
    again = came(session, count(it, 1, "INV-002"), it.aynur)
    assert (first.outcome, first.repeated, again.repeated) == (Outcome.APPLIED, False, True)
    assert again.now == first.now
    assert len(session.exec(select(StocktakeFinding)).all()) == 1


def test_the_same_id_with_another_body_is_refused(session: Session) -> None:
    it = counted_school(session)
    came(session, count(it, 1, "INV-002"), it.aynur)
    told = came(session, count(it, 1, "INV-003"), it.aynur)
    assert (told.outcome, told.sentence) == (Outcome.REFUSED, syncing.OTHER_BODY)
    assert came(session, count(it, 1, "INV-002"), it.aynur).outcome is Outcome.APPLIED


def test_the_id_of_somebody_else_gives_no_look_at_theirs(session: Session) -> None:
    it = counted_school(session)
    came(session, count(it, 1, "INV-002"), it.aynur)
    told = came(session, count(it, 1, "INV-002"), cast.who(session, it.who.leyla))
    assert (told.outcome, told.now) == (Outcome.REFUSED, {})


def test_what_is_refused_says_why_and_leaves_the_others_alone(session: Session) -> None:
    it = counted_school(session)
    wrong = Operation(uid(1), "count", LATER, [], {"stocktake": it.stocktake.uid, "code": ""})
    assert "No number was read" in came(session, wrong, it.aynur).sentence
    told = came(session, Operation(uid(2), "visit", LATER, [], {}), it.aynur)
    assert (told.outcome, told.words) == (Outcome.REFUSED, {"kind": "visit"})
    assert came(session, count(it, 3, "INV-002"), it.aynur).outcome is Outcome.APPLIED
    assert came(session, Operation(uid(4), "count", LATER, [], {"found": 3}), it.aynur).outcome is Outcome.REFUSED


def test_what_a_refused_one_had_begun_is_taken_back(session: Session) -> None:
    it = counted_school(session)
    other = count(it, 1, "BRAND-NEW", line="")
    other.body["room"] = "f" * 32
    came(session, other, it.aynur)
    assert not session.exec(select(StocktakeLine).where(StocktakeLine.code == "BRAND-NEW")).all()


def test_the_stranger_is_told_that_there_is_no_such_count(session: Session) -> None:
    it = counted_school(session)
    told = came(session, count(it, 1, "INV-002"), cast.who(session, it.who.kamran))
    assert (told.outcome, told.now) == (Outcome.REFUSED, {})


def test_two_telephones_that_agree_do_not_dispute_and_that_disagree_do(session: Session) -> None:
    it = counted_school(session)
    leyla = cast.who(session, it.who.leyla)
    came(session, count(it, 1, "INV-002", "11"), it.aynur)
    assert came(session, count(it, 2, "INV-002", "11"), leyla).outcome is Outcome.APPLIED
    assert came(session, count(it, 3, "INV-002", "12"), leyla).outcome is Outcome.CONFLICT


CODES = ("INV-002", "INV-003", "INV-900", "XYZ-1")
operations_strategy = st.lists(
    st.tuples(
        st.sampled_from(CODES), st.sampled_from(("11", "12")), st.booleans(), st.booleans(), st.integers(0, 3)
    ),
    min_size=1, max_size=7,
)  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations_strategy, st.integers(0, 2**31))
def test_any_order_and_repetition_ends_in_the_same_count(engine: Engine, plan: list[Any], seed: int) -> None:
    """Two people count; each operation answers some of those made before it on the same piece."""

    def run(shuffle: bool) -> Any:
        with db.writing(engine) as session:
            nested = session.begin_nested()
            it = counted_school(session)
            leyla = cast.who(session, it.who.leyla)
            operations = []
            for n, (code, room, is_found, by_leyla, known) in enumerate(plan, 1):
                after = [k for k, earlier in enumerate(plan[: n - 1], 1) if earlier[0] == code][:known]
                operation = count(it, 1000 + n, code, room, after=[1000 + k for k in after], found=is_found)
                operations.append((operation, leyla if by_leyla else it.aynur))
            order = list(operations)
            if shuffle:
                chance = random.Random(seed)
                order += chance.sample(operations, len(operations) // 2)
                chance.shuffle(order)
            for operation, by in order:
                came(session, operation, by)
            names = {room.id: name for name, room in it.rooms.items()}
            lines = session.exec(select(StocktakeLine).where(StocktakeLine.stocktake_id == it.stocktake.id)).all()
            titles = {f"a:{asset.uid}": number for number, asset in it.pieces.items()}
            state = {
                titles.get(line.key, line.key): (
                    line.found, names.get(line.room_id), line.result, line.disputed, tuple(line.heads), line.found_by
                )
                for line in lines
            }  # fmt: skip
            open_conflicts = sorted(
                (row.title, sorted(version["uid"] for version in row.versions))
                for row in session.exec(select(SyncConflict).where(col(SyncConflict.open)))
            )
            kept = len(session.exec(select(SyncOperation)).all())
            nested.rollback()
        return state, open_conflicts, kept

    assert run(shuffle=True) == run(shuffle=False)


def test_the_same_operation_at_the_same_time_is_applied_once(engine: Engine) -> None:
    """A telephone that asks again while the first request is still under way."""
    with db.writing(engine) as session:
        it = counted_school(session)
        operation = count(it, 1, "INV-002")
        session.expunge_all()

    def send(_: int) -> bool:
        with db.writing(engine) as session:
            return came(session, operation, it.aynur).repeated

    with ThreadPoolExecutor(8) as pool:
        repeated = list(pool.map(send, range(8)))
    assert sorted(repeated) == [False] + [True] * 7
    with Session(engine) as session:
        assert len(session.exec(select(StocktakeFinding)).all()) == 1


def test_telephones_at_the_same_time_lose_nothing_of_one_line(engine: Engine) -> None:
    with db.writing(engine) as session:
        it = counted_school(session)
        operations = [count(it, n, "INV-002", ("11", "12")[n % 2]) for n in range(1, 9)]
        session.expunge_all()

    def send(operation: Operation) -> None:
        with db.writing(engine) as session:
            came(session, operation, it.aynur)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, operations))
    with Session(engine) as session:
        line = session.exec(select(StocktakeLine).where(StocktakeLine.key == it.line("INV-002"))).one()
        assert (set(line.heads), line.disputed) == ({uid(n) for n in range(1, 9)}, True)
        (conflict,) = session.exec(select(SyncConflict)).all()
        assert len(conflict.versions) == 8
