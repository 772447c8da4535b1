"""A decision of a stock-take that needs an act gets its draft: a transfer for what is elsewhere, a write-off."""

from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from inventory import drafts, stocktaking, trace
from inventory.counting import Decision
from inventory.drafts import Piece
from inventory.errors import Conflict
from inventory.lifecycle import ActKind, ActState
from inventory.roles import Permission, Who
from inventory.tables import Act, Asset, Commission, School, Stocktake, StocktakeLine

REASONS: Final = {ActKind.TRANSFER: "other", ActKind.WRITE_OFF: "other"}


def decided(
    session: Session, stocktake: Stocktake, key: str, decision: Decision, reason: str = "", *, by: Who, at: datetime
) -> StocktakeLine:
    """The decision, and the act that carries it out, where one is needed and this person may draw it.

    Without that right, or where the piece is of a school that this person does not see, the line waits for somebody
    who may: `act_needed` tells.
    """
    trace.held(session)
    if stocktaking.line_of(session, stocktake, key).act_id is not None:
        raise Conflict("An act carries this decision out already; change or void that act.")
    line = stocktaking.decided(session, stocktake, key, decision, reason, by=by, at=at)
    if (kind := act_needed(session, stocktake, line)) and by.may(Permission.DRAW_ACTS):
        asset = session.get_one(Asset, line.asset_id)
        home = session.get_one(School, asset.school_id)
        if by.scope.covers(home.district_code, home.id):
            _drafted(session, stocktake, line, asset, home, kind, by=by, at=at)
    return line


def act_needed(session: Session, stocktake: Stocktake, line: StocktakeLine) -> ActKind | None:
    """The act that a decision still waits for."""
    asset = session.get(Asset, line.asset_id) if line.asset_id else None
    if asset is None or line.act_id is not None:
        return None
    if line.decision is Decision.WRITE_OFF:
        return ActKind.WRITE_OFF
    if line.decision is Decision.MOVE and asset.school_id != stocktake.school_id:
        return ActKind.TRANSFER
    return None


def _drafted(
    session: Session, stocktake: Stocktake, line: StocktakeLine, asset: Asset, home: School, kind: ActKind, *,
    by: Who, at: datetime,
) -> None:  # fmt: skip
    """Into the draft that this stock-take has for the same school already, else into a new one."""
    piece = Piece(asset.inventory_no, condition=line.note[:200])
    drawn = (
        select(Act)
        .join(StocktakeLine, col(StocktakeLine.act_id) == Act.id)
        .where(StocktakeLine.stocktake_id == stocktake.id, Act.state == ActState.DRAFT, Act.kind == kind)
        .where(Act.school_id == home.id, Act.drawn_by == by.name)
    )
    act = session.exec(drawn).first()
    if act is not None:
        drafts.pieces_added(session, act, [piece], by=by, at=at)
    else:
        to_school = session.get_one(School, stocktake.school_id) if kind is ActKind.TRANSFER else None
        commission = session.get(Commission, stocktake.commission_id) if stocktake.commission_id else None
        act = drafts.drawn(
            session, kind, home, [piece], by=by, at=at, to_school=to_school,
            commission=commission if kind is ActKind.WRITE_OFF else None, reason=REASONS[kind],
        )  # fmt: skip
    stocktaking.act_drafted(session, line, act.id or 0)
