"""What holds whatever people do: no state without its act, no gap in the numbers, nothing lost in a transfer."""

import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine, func
from sqlmodel import Session, SQLModel, col, select

from inventory import acts, drafts, numbering, placing
from inventory.drafts import Piece
from inventory.equipment import Evidence
from inventory.errors import HouseError
from inventory.lifecycle import SERIES, ActKind, ActState, AssetState, may_enter
from inventory.tables import Act, ActLine, Asset, AssetSite, Device, Match, NumberSeries, Trace
from server import db
from tests import cast
from tests.inventory.papered import REASON, Desk, desk, signatures

A, S, T = ActKind, AssetState, ActState
BEGINNINGS = (S.DELIVERED, S.IN_STORE, S.INSTALLED)
WRITERS, ROUNDS = 8, 12
PIECES, ACTS = st.integers(0, len(BEGINNINGS) - 1), st.integers(0, 30)


class Life(RuleBasedStateMachine):
    """People press every button in any order, on four pieces; each press is a transaction of its own."""

    engine: Engine

    @initialize()
    def begin(self) -> None:
        self.session = Session(self.engine.execution_options(**db.WRITING))
        self.desk: Desk = desk(self.session)
        self.pieces = [self.desk.piece(self.session, state) for state in BEGINNINGS]
        self.acts: list[Act] = []

    def teardown(self) -> None:
        if hasattr(self, "session"):
            self.session.rollback()
            self.session.close()

    def press(self, button: Callable[[], object]) -> None:
        try:
            with self.session.begin_nested():
                button()
        except HouseError:
            self.session.expire_all()

    @rule(piece=PIECES, after=st.sampled_from([S.DELIVERED, S.IN_STORE, S.INSTALLED, S.IN_REPAIR, S.MISSING]))
    def somebody_says_it_is_elsewhere(self, piece: int, after: AssetState) -> None:
        self.press(lambda: placing.stepped(
            self.session, self.pieces[piece], after, act=None, by=self.desk.leyla, at=cast.NOW))  # fmt: skip

    @rule(kind=st.sampled_from(ActKind), chosen=st.lists(PIECES, min_size=2, max_size=3, unique=True))
    def draw_anything(self, kind: ActKind, chosen: list[int]) -> None:
        self.draw(kind, [self.pieces[place] for place in chosen])

    @rule(place=PIECES, dice=st.integers(0, 9), how_far=st.integers(0, 3))
    def draw_what_fits(self, place: int, dice: int, how_far: int) -> None:
        piece, others = self.pieces[place], [p for p in self.pieces if p is not self.pieces[place]]
        kinds = [kind for kind in ActKind if may_enter(kind, piece.state)]
        if kinds:
            kind = kinds[dice % len(kinds)]
            spare = [p for p in others if may_enter(kind, p.state, incoming=True)]
            pieces = [piece, *spare[:1]] if kind is A.REPLACEMENT else [piece]
            self.draw(kind, pieces, how_far)

    def draw(self, kind: ActKind, pieces: list[Asset], how_far: int = 0) -> None:
        if kind is not A.REPLACEMENT or len(pieces) > 1:
            draw = (self.desk.draft, self.desk.submitted, self.desk.approved, self.desk.executed)[how_far]
            self.press(lambda: self.acts.append(draw(self.session, kind, *pieces)))

    @rule()
    def somebody_tries_what_only_acts_do(self) -> None:
        for piece in range(len(self.pieces)):
            for after in (S.ACCEPTED, S.IN_TRANSIT, S.WRITEOFF_PROPOSED, S.WRITTEN_OFF, S.DISPOSED):
                self.somebody_says_it_is_elsewhere(piece, after)

    @rule(act=ACTS)
    def go_on(self, act: int) -> None:
        """As the paper goes."""
        if self.acts:
            chosen, by = self.acts[act % len(self.acts)], self.desk.leyla
            for line in drafts.lines_of(self.session, chosen):
                self.press(lambda one=line: acts.answered(  # type: ignore[misc]
                    self.session, chosen, one, "Təmirə yararsızdır", by=by, at=cast.NOW))  # fmt: skip
            following = {T.DRAFT: "submit", T.SUBMITTED: "approve", T.APPROVED: "sign", T.SIGNED: "execute"}
            self.push(chosen, following.get(chosen.state, "submit"), 3)

    @rule(act=ACTS, button=st.sampled_from(["submit", "approve", "execute", "reject", "void", "sign"]),
          some=st.integers(1, 3))  # fmt: skip
    def do_anything(self, act: int, button: str, some: int) -> None:
        if self.acts:
            self.push(self.acts[act % len(self.acts)], button, some)

    def push(self, act: Act, button: str, some: int) -> None:
        buttons: dict[str, Callable[..., object]] = {
            "submit": acts.submitted, "approve": acts.approved, "execute": acts.executed, "sign": acts.signed,
            "reject": acts.rejected, "void": acts.voided,
        }  # fmt: skip
        more: dict[str, list[Any]] = {"sign": [signatures(act.kind)[:some]], "reject": ["Belə qərar verildi"]}
        more["void"] = more["reject"]
        self.press(lambda: buttons[button](
            self.session, act, *more.get(button, []), by=self.desk.leyla, at=cast.NOW))  # fmt: skip

    @invariant()
    def no_state_without_its_act(self) -> None:
        if not hasattr(self, "pieces"):
            return
        statement = select(ActLine.asset_id, Act.kind, func.count()).join(Act, col(Act.id) == ActLine.act_id)
        done_by = statement.where(Act.state == T.EXECUTED).group_by(col(ActLine.asset_id), col(Act.kind))
        executed: dict[tuple[int | None, str], int] = {}
        for asset_id, kind, count in self.session.exec(done_by):
            executed[asset_id, kind] = count
        for piece, began in zip(self.pieces, BEGINNINGS, strict=True):
            done = {kind for asset_id, kind in executed if asset_id == piece.id}
            if began in (S.ORDERED, S.DELIVERED) and piece.state not in (S.ORDERED, S.DELIVERED):
                assert A.ACCEPTANCE in done
            if piece.state in (S.WRITTEN_OFF, S.DISPOSED):
                assert A.WRITE_OFF in done
            if piece.state is S.DISPOSED:
                assert A.DISPOSAL in done
            moves = select(func.count()).select_from(AssetSite).where(
                AssetSite.asset_id == piece.id, col(AssetSite.act_id).is_not(None))  # fmt: skip
            assert self.session.exec(moves).one() == executed.get((piece.id, A.TRANSFER), 0)
            if piece.school_id != self.desk.who.school.id:
                assert A.TRANSFER in done
        took = select(Trace.key).where(Trace.verb == "took the place")
        replaced = {asset_id for asset_id, kind in executed if kind is A.REPLACEMENT}
        assert {p.id for p in self.pieces if p.inventory_no in set(self.session.exec(took))} <= replaced

    @invariant()
    def an_open_act_alone_holds_a_piece(self) -> None:
        if hasattr(self, "pieces"):
            held = select(Act.state).join(ActLine, col(ActLine.act_id) == Act.id).where(col(ActLine.open))
            assert set(self.session.exec(held)) <= {T.DRAFT, T.SUBMITTED, T.APPROVED, T.SIGNED}


def test_no_path_reaches_a_state_without_its_executed_act(engine: Engine) -> None:
    class Here(Life):
        pass

    Here.engine = engine
    run_state_machine_as_test(
        Here, settings=settings(
            max_examples=20, stateful_step_count=40, deadline=None, phases=(Phase.generate,),
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        ),
    )  # fmt: skip


def at_once(engine: Engine, work: Callable[[Session, random.Random], None]) -> int:
    """Eight writers, each some transactions, of which about a third are rolled back; how many were committed."""
    committed, faults = [], []

    def write(seed: int) -> None:
        dice = random.Random(seed)
        for _ in range(ROUNDS):
            try:
                with db.writing(engine) as session:
                    work(session, dice)
                    if dice.random() < 0.35:
                        raise HouseError("Somebody thought better of it.")
                committed.append(1)
            except HouseError:
                continue

    def guarded(seed: int) -> None:
        try:
            write(seed)
        except BaseException as error:
            faults.append(error)
            raise

    threads = [threading.Thread(target=guarded, args=(seed,)) for seed in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    return len(committed)


def test_eight_writers_with_rollbacks_leave_no_gap_in_a_series(engine: Engine) -> None:
    given: list[str] = []

    def work(session: Session, dice: random.Random) -> None:
        number = numbering.taken(session, dice.choice(["SİL", "TƏH"]), 2026)
        session.info.setdefault("given", []).append(number)
        given.append(number)

    count = at_once(engine, work)
    with db.reading(engine) as session:
        rows = session.exec(select(NumberSeries)).all()
    assert sum(row.last for row in rows) == count
    assert given, "somebody was given a number"


def test_acts_of_eight_desks_are_numbered_without_a_gap(engine: Engine) -> None:
    with db.writing(engine) as session:
        at_desk = desk(session)
        for _ in range(WRITERS * ROUNDS):
            at_desk.piece(session, S.IN_REPAIR)
        session.expunge_all()
    free = iter(range(1, WRITERS * ROUNDS + 1))
    lock = threading.Lock()

    def work(session: Session, dice: random.Random) -> None:
        with lock:
            number = next(free)
        kind = dice.choice([A.WRITE_OFF, A.TRANSFER])
        elsewhere = at_desk.who.elsewhere if kind is A.TRANSFER else None
        act = drafts.drawn(
            session, kind, at_desk.who.school, [Piece(f"INV-{number:04}")], by=at_desk.leyla, at=cast.NOW,
            to_school=elsewhere, commission=at_desk.commission, reason=REASON[kind],
        )  # fmt: skip
        acts.submitted(session, act, by=at_desk.leyla, at=cast.NOW)

    count = at_once(engine, work)
    with db.reading(engine) as session:
        for kind in (A.WRITE_OFF, A.TRANSFER):
            numbers = session.exec(select(Act.number).where(Act.kind == kind).order_by(col(Act.number))).all()
            assert list(numbers) == [f"{SERIES[kind]}-2026-{place:06}" for place in range(1, len(numbers) + 1)]
            count -= len(numbers)
    assert count == 0


def related(session: Session, asset: Asset) -> dict[str, int]:
    """How many rows of each table point at this piece; of the trace and the history only those that were there."""
    found: dict[str, int] = {}
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            if any(key.target_fullname == "asset.id" for key in column.foreign_keys):
                rows = session.execute(select(func.count()).select_from(table).where(column == asset.id))
                found[f"{table.name}.{column.name}"] = rows.scalar_one()
    traced = session.exec(select(Trace.number).where(Trace.noun == "asset", Trace.key == asset.inventory_no)).all()
    found["trace"] = len(traced)
    return found


@pytest.mark.parametrize("pieces", [1, 7])
def test_a_transfer_keeps_every_related_row(session: Session, pieces: int) -> None:
    at_desk = desk(session)
    moved = [
        at_desk.piece(session, dice) for dice in random.Random(pieces).choices([S.INSTALLED, S.IN_REPAIR], k=pieces)
    ]
    voice = cast.voice_of(session, at_desk.who.school)
    for place, piece in enumerate(moved):
        at_desk.executed(session, A.TRANSFER, piece)
        back = drafts.drawn(
            session, A.TRANSFER, at_desk.who.elsewhere, [Piece(piece.inventory_no)], to_school=at_desk.who.school,
            by=at_desk.leyla, at=cast.NOW, reason="need",
        )  # fmt: skip
        acts.submitted(session, back, by=at_desk.leyla, at=cast.NOW)
        acts.approved(session, back, by=at_desk.leyla, at=cast.NOW)
        acts.signed(session, back, signatures(A.TRANSFER), by=at_desk.leyla, at=cast.NOW)
        device = Device(agent_id=voice.agent_id, school_id=1, key=f"d{place}", kind="computer")
        device.first_seen_at = cast.NOW
        session.add(device)
        session.flush()
        session.add(Match(device_id=device.id or 0, asset_id=piece.id or 0, evidence=Evidence.SERIAL, at=cast.NOW))
    session.flush()
    before = [related(session, piece) for piece in moved]
    assert all(rows["device_match.asset_id"] == 1 and rows["act_line.asset_id"] == 2 for rows in before)
    at_desk.executed(session, A.TRANSFER, *moved)
    more = {"act_line.asset_id": 1, "asset_site.asset_id": 1, "trace": 3}  # this act's own: in transit, moved, in store
    for piece, rows in zip(moved, before, strict=True):
        after: dict[str, Any] = related(session, piece)
        assert after == {name: count + more.get(name, 0) for name, count in rows.items()}
