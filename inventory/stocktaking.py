"""A stock-take from its plan to the signatures: begun, ended, decided line by line, signed by the commission."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import or_
from sqlmodel import Session, col, select

from inventory import counting, findings, placing, trace
from inventory.counting import Decision, Result, StocktakeState, What
from inventory.errors import Conflict, Invalid
from inventory.lifecycle import GONE, AssetState
from inventory.roles import Permission, Who
from inventory.tables import (
    Agent,
    Asset,
    Commission,
    CommissionMember,
    Device,
    Match,
    School,
    Stocktake,
    StocktakeLine,
)

NOT_THERE_YET: Final = (AssetState.ORDERED, AssetState.DELIVERED)
WRONG_TIME: Final = "This cannot be done while the stock-take is %(state)s."
NOUN: Final = "stocktake"


def planned(
    session: Session, schools: Sequence[School], *, commission_id: int | None = None, note: str = "", by: Who,
    at: datetime,
) -> list[Stocktake]:  # fmt: skip
    """One stock-take per school; the caller has found the schools within the scope.

    A school whose count is open already is left out where there are several, and a Conflict where it is the only one.
    """
    by.must(Permission.COUNT)
    trace.held(session)
    if commission_id is not None:
        _commission(session, commission_id, schools)
    ids = [school.id or 0 for school in schools]
    busy = set(session.exec(select(Stocktake.school_id).where(col(Stocktake.school_id).in_(ids), col(Stocktake.open))))
    if len(schools) == 1 and busy:
        raise Conflict("A stock-take of this school is open already; end and sign that one first.")
    rows = []
    for school in schools:
        if school.id in busy:
            continue
        row = Stocktake(school_id=school.id or 0, state=StocktakeState.PLANNED, note=note[:300], planned_by=by.name)
        row.commission_id, row.planned_at = commission_id, at
        rows.append(row)
    session.add_all(rows)
    session.flush()
    changes = [
        trace.Changed("planned", NOUN, row.uid, None, {"commission_id": commission_id, "note": row.note}, row.school_id)
        for row in rows
    ]
    trace.all_changed(session, changes, by=by, at=at)
    return rows


def begun(session: Session, stocktake: Stocktake, *, by: Who, at: datetime) -> int:
    """Counting begins: a line for every piece that the register has at the school now; how many."""
    _must_come_next(session, stocktake, StocktakeState.COUNTING, by=by)
    left_out = (*GONE, *NOT_THERE_YET)
    here = select(Asset).where(Asset.school_id == stocktake.school_id, col(Asset.state).not_in(left_out))
    seen = seen_here(session, stocktake.school_id)
    lines = []
    for asset in session.exec(here.order_by(col(Asset.id))):
        line = StocktakeLine(stocktake_id=stocktake.id or 0, key=f"a:{asset.uid}", what=What.ASSET, asset_id=asset.id)
        line.expected, line.expected_room_id, line.seen_at = True, asset.room_id, seen.get(asset.id or 0)
        lines.append(line)
    session.add_all(lines)
    stocktake.opened_at = at
    _stepped(session, stocktake, "begun", by=by, at=at, after={"lines": len(lines)})
    return len(lines)


def ended(session: Session, stocktake: Stocktake, *, by: Who, at: datetime) -> None:
    """Counting ends: the agents' evidence is kept as it is now, and what has none and was not found is missing."""
    _must_come_next(session, stocktake, StocktakeState.RECONCILING, by=by)
    stocktake.frozen_at = at
    seen = seen_here(session, stocktake.school_id)
    for line, asset in session.exec(_with_assets(stocktake)).all():
        line.seen_at = seen.get(line.asset_id or 0) if line.what is What.ASSET else None
        findings.judged(session, stocktake, line, asset, at=at)
        session.add(line)
    _stepped(session, stocktake, "ended", by=by, at=at)


def decided(
    session: Session, stocktake: Stocktake, key: str, decision: Decision, reason: str = "", *, by: Who, at: datetime
) -> StocktakeLine:
    """What becomes of a line that is no match. `reason`: needed to leave it as it is.

    Moving to another room happens at once; whatever needs an act waits for the act to be drafted (`act_drafted`).
    """
    by.must(Permission.COUNT)
    trace.held(session)
    if stocktake.state is not StocktakeState.RECONCILING:
        raise Conflict(WRONG_TIME, state=stocktake.state.value)
    line = line_of(session, stocktake, key)
    if line.disputed:
        raise Conflict("Two people disagree on this piece; settle the conflict first.")
    if line.result is None or decision not in counting.DECISIONS[line.result]:
        raise Invalid("decision", "This cannot be decided of such a result.")
    if decision is Decision.LEAVE and not reason.strip():
        raise Invalid("reason", "Say why it is left as it is.")
    before = {"decision": line.decision, "reason": line.reason}
    line.decision, line.decided_on, line.decided_by, line.reason = decision, line.result, by.name, reason.strip()[:300]
    asset = session.get(Asset, line.asset_id) if line.asset_id else None
    if decision is Decision.MOVE and asset is not None and asset.school_id == stocktake.school_id:
        room_changed(session, asset, line.room_id, by=by, at=at)
    session.add(line)
    session.flush()
    trace.changed(
        session, "decided", findings.NOUN, line.id or 0, by=by, at=at, school_id=stocktake.school_id, before=before,
        after={"decision": decision, "on": line.result}, reason=line.reason,
    )  # fmt: skip
    return line


def act_drafted(session: Session, line: StocktakeLine, act_id: int) -> None:
    """The act that carries the decision out."""
    line.act_id = act_id
    session.add(line)
    session.flush()


def room_changed(session: Session, asset: Asset, room_id: int | None, *, by: Who, at: datetime) -> None:
    """A piece stands in another room of its school: no act is needed, a trace is left."""
    if room_id is None or asset.room_id == room_id:
        return
    before = asset.room_id
    asset.room_id = room_id
    asset.version += 1
    session.add(asset)
    session.flush()
    trace.changed(
        session, "moved", "asset", asset.inventory_no, by=by, at=at, school_id=asset.school_id,
        before={"room_id": before}, after={"room_id": room_id}, reason="stock-take",
    )  # fmt: skip


def signed(session: Session, stocktake: Stocktake, signers: Sequence[str], *, by: Who, at: datetime) -> None:
    """The commission signs: what is to be found becomes missing in the register, and what was found is so no more.

    Conflict while a line is disputed or undecided, or where the chair or the quorum is absent.
    """
    _must_come_next(session, stocktake, StocktakeState.SIGNED, by=by)
    pairs = session.exec(_with_assets(stocktake)).all()
    if any(line.disputed for line, _ in pairs):
        raise Conflict("Two people disagree on a piece; settle the conflicts first.")
    open_lines = sum(1 for line, _ in pairs if undecided(line))
    if open_lines:
        raise Conflict("%(lines)s lines are not decided yet; decide each of them first.", lines=open_lines)
    names = [name.strip() for name in signers if name.strip()]
    if not names:
        raise Invalid("signers", "Nobody has signed; name those who did.")
    if stocktake.commission_id is not None:
        _quorum(session, stocktake.commission_id, names)
    for line, asset in pairs:
        if asset is None or asset.school_id != stocktake.school_id:
            continue
        if line.decision is Decision.FIND:
            placing.stepped(session, asset, AssetState.MISSING, act=None, by=by, at=at, reason="stock-take")
        if line.result in (Result.MATCH, Result.MISPLACED) and asset.state is AssetState.MISSING:
            placing.stepped(session, asset, AssetState.INSTALLED, act=None, by=by, at=at, reason="stock-take")
        if line.found and line.result is Result.MATCH and asset.room_id is None:
            room_changed(session, asset, line.room_id, by=by, at=at)
    stocktake.open, stocktake.signed_at, stocktake.signers = False, at, names[:20]
    _stepped(session, stocktake, "signed", by=by, at=at, after={"signers": names[:20]})


def undecided(line: StocktakeLine) -> bool:
    return line.result is not None and bool(counting.DECISIONS[line.result]) and line.decision is None


def line_of(session: Session, stocktake: Stocktake, key: str) -> StocktakeLine:
    there = select(StocktakeLine).where(StocktakeLine.stocktake_id == stocktake.id, StocktakeLine.key == key)
    line = session.exec(there).first()
    if line is None:
        raise Invalid("line", "There is no such line in this stock-take.")
    return line


def seen_here(session: Session, school_id: int) -> dict[int, datetime]:
    """When an agent saw each piece of the school, by the piece's id.

    A piece that only agents of other schools see is not evidence that it is here, and is left out.
    """
    matched = select(Match.device_id).where(Match.asset_id == Asset.id)
    by_ours = (
        select(Match.device_id)
        .join(Device, col(Device.id) == Match.device_id)
        .join(Agent, col(Agent.id) == Device.agent_id)
        .where(Match.asset_id == Asset.id, Agent.school_id == school_id)
    )
    asked = select(Asset.id, Asset.seen_at).where(
        Asset.school_id == school_id, col(Asset.seen_at).is_not(None), or_(~matched.exists(), by_ours.exists())
    )
    return {asset_id or 0: at for asset_id, at in session.exec(asked) if at is not None}


def _with_assets(stocktake: Stocktake) -> Any:
    asked = select(StocktakeLine, Asset).join(Asset, col(Asset.id) == StocktakeLine.asset_id, isouter=True)
    return asked.where(StocktakeLine.stocktake_id == stocktake.id).order_by(col(StocktakeLine.id))


def _must_come_next(session: Session, stocktake: Stocktake, after: StocktakeState, *, by: Who) -> None:
    by.must(Permission.COUNT)
    trace.held(session)
    session.refresh(stocktake)  # whoever held the chain before us may have taken the same step
    if counting.NEXT.get(stocktake.state) is not after:
        raise Conflict(WRONG_TIME, state=stocktake.state.value)


def _stepped(
    session: Session, stocktake: Stocktake, verb: str, *, by: Who, at: datetime, after: Mapping[str, Any] | None = None
) -> None:
    stocktake.state = counting.NEXT[stocktake.state]
    stocktake.version += 1
    session.add(stocktake)
    session.flush()
    trace.changed(
        session, verb, NOUN, stocktake.uid, by=by, at=at, school_id=stocktake.school_id,
        after={"state": stocktake.state, **(after or {})},
    )  # fmt: skip


def _commission(session: Session, commission_id: int, schools: Sequence[School]) -> None:
    row = session.get(Commission, commission_id)
    fits = row is not None and all(
        (row.school_id is None or row.school_id == school.id)
        and (row.district_code is None or row.district_code == school.district_code)
        for school in schools
    )
    if not fits:
        raise Invalid("commission", "This commission was not appointed for this school.")


def _quorum(session: Session, commission_id: int, names: Sequence[str]) -> None:
    """Members of the commission among those who signed: the chair, and as many as the order asks for."""
    commission = session.get_one(Commission, commission_id)
    members = session.exec(select(CommissionMember).where(CommissionMember.commission_id == commission_id)).all()
    present = [member for member in members if member.name in names]
    if not any(member.role == "chair" for member in present):
        raise Conflict("The chair of the commission has not signed.")
    if len(present) < commission.quorum:
        raise Conflict(
            "%(present)s of the commission have signed; %(quorum)s are needed.",
            present=len(present), quorum=commission.quorum,
        )  # fmt: skip
