"""/conflicts: what two people said of one thing without knowing of one another; somebody takes one of the two."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form
from sqlmodel import Session, col
from starlette.responses import RedirectResponse, Response

from inventory import conflicts, findings, syncing
from inventory.errors import Conflict, HouseError, Invalid
from inventory.roles import Permission
from inventory.tables import Room, Stocktake, StocktakeLine, SyncConflict
from server import auth, db
from server.auth import VisitorDep
from server.deps import EngineDep
from server.pages import words_stocktakes
from server.pages.typed import row_id
from server.pages.view import SignedView, View

router = APIRouter(include_in_schema=False)
MOST = 100


@router.get("/conflicts")
def waiting(view: SignedView, visitor: VisitorDep, engine: EngineDep) -> Response:
    return _page(view, visitor, engine)


@router.get("/conflicts/{number}/take")
def where_a_form_was(number: str, visitor: VisitorDep, engine: EngineDep) -> Response:
    with db.reading(engine) as session:
        try:
            conflicts.waiting(session, row_id(number) or 0, by=visitor.who)
        except Conflict:  # settled: the list says what is left
            return RedirectResponse("/conflicts", 303)
    return RedirectResponse("/conflicts", 303)


@router.post("/conflicts/{number}/take", dependencies=[auth.OwnForm])
def take(
    number: str, view: SignedView, visitor: VisitorDep, engine: EngineDep,
    uid: Annotated[str, Form(max_length=32)] = "",
) -> Response:  # fmt: skip
    try:
        with db.writing(engine) as session:
            syncing.version_taken(session, row_id(number) or 0, uid, by=visitor.who, at=view.now)
    except (Invalid, Conflict) as error:
        return _page(view, visitor, engine, error)
    return RedirectResponse("/conflicts", 303)


def _page(view: View, visitor: auth.Visitor, engine: EngineDep, error: HouseError | None = None) -> Response:
    with db.reading(engine) as session:
        asked = conflicts.waiting_in(visitor.scope).order_by(col(SyncConflict.id)).limit(MOST)
        rows = [(row, school, _versions(session, row), _where(session, row)) for row, school in session.execute(asked)]
    return view.page(
        "conflicts.html", 422 if error else 200, rows=rows, fault=view.told(error) if error else "",
        stock=words_stocktakes, may_take=visitor.who.may(Permission.COUNT),
    )  # fmt: skip


def _versions(session: Session, row: SyncConflict) -> list[dict[str, Any]]:
    """As they are shown: the room by its name, the time as a time."""
    shown = []
    for version in row.versions:
        says = version["says"]
        room = session.get(Room, says["room_id"]) if says.get("room_id") else None
        method = next((m for m in words_stocktakes.METHODS if m.value == says.get("method")), None)
        made_at = datetime.fromisoformat(version["made_at"])
        shown.append({**version, "made_at": made_at, "says": says, "room": room.name if room else "", "method": method})
    return shown


def _where(session: Session, row: SyncConflict) -> str:
    """Address of the page where the thing itself stands; "" for a thing that has none."""
    line = session.get(StocktakeLine, row_id(row.key) or 0) if row.noun == findings.NOUN else None
    stocktake = session.get(Stocktake, line.stocktake_id) if line else None
    return f"/stocktakes/{stocktake.uid}" if stocktake else ""
