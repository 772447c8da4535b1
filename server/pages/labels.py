"""Labels with a QR code for a sheet of the printer, and /e/NUMBER, the short address that the code holds."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Final
from urllib.parse import quote

import segno
from fastapi import APIRouter, Query, Request
from markupsafe import Markup
from sqlmodel import Session, col, select
from starlette.responses import RedirectResponse, Response

from inventory import scoping
from inventory.errors import NotFound
from inventory.lifecycle import GONE
from inventory.tables import Asset, Maker, Model, Room, School
from server import db
from server.auth import VisitorDep
from server.deps import EngineDep
from server.pages.typed import row_id
from server.pages.view import SignedView

router = APIRouter(include_in_schema=False)
MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Label:
    number: str
    name: str
    room: str
    code: Markup


@router.get("/labels")
def sheet(
    request: Request, view: SignedView, visitor: VisitorDep, engine: EngineDep,
    school: Annotated[str, Query(max_length=32)] = "", room: Annotated[str, Query(max_length=12)] = "",
    numbers: Annotated[str, Query(max_length=4000)] = "",
) -> Response:  # fmt: skip
    """Of a school, of one of its rooms, or of the numbers given (with commas or blanks between them)."""
    labels: list[Label] = []
    chosen, rooms = None, []
    wanted = [number for number in numbers.replace(",", " ").split() if number][:MOST]
    with db.reading(engine) as session:
        if school:
            chosen = scoping.school_seen(session, school, visitor.scope)
            asked = select(Room).where(Room.school_id == chosen.id, col(Room.closed_on).is_(None))
            rooms = list(session.exec(asked.order_by(col(Room.name))))
        if chosen or wanted:
            pieces = _pieces(session, visitor, chosen, row_id(room), wanted)
            base = f"{request.url.scheme}://{request.url.netloc}"
            labels = [_label(base, *piece) for piece in pieces]
    return view.page(
        "labels.html", labels=labels, school=chosen, rooms=rooms, room=row_id(room), numbers=" ".join(wanted), most=MOST
    )


def _pieces(
    session: Session, visitor: VisitorDep, school: School | None, room: int | None, numbers: list[str]
) -> list[tuple[Asset, str, str]]:
    asked = (
        select(Asset, Maker.name, Model.name, Room.name)
        .join(School, col(School.id) == Asset.school_id)
        .join(Model, col(Model.id) == Asset.model_id)
        .join(Maker, col(Maker.id) == Model.maker_id)
        .join(Room, col(Room.id) == Asset.room_id, isouter=True)
        .where(col(Asset.state).not_in(GONE))
    )
    if school is not None:
        asked = asked.where(Asset.school_id == school.id)
    if room is not None:
        asked = asked.where(Asset.room_id == room)
    if numbers:
        asked = asked.where(col(Asset.inventory_no).in_(numbers))
    asked = scoping.within(asked, visitor.scope).order_by(col(Room.name), col(Asset.inventory_no)).limit(MOST)
    return [(asset, f"{maker} {model}", place or "") for asset, maker, model, place in session.exec(asked)]


def _label(base: str, asset: Asset, name: str, room: str) -> Label:
    return Label(asset.inventory_no, name, room, _code(f"{base}/e/{quote(asset.inventory_no, safe='')}"))


@lru_cache(maxsize=2_000)
def _code(text: str) -> Markup:
    """Inline SVG that takes its size from the style sheet. Level M: a scratched label is still read."""
    drawn = segno.make(text, error="m", micro=False)
    return Markup(drawn.svg_inline(border=2, omitsize=True, svgclass="qr", lineclass=None))


@router.get("/e/{number:path}")
def piece(number: str, visitor: VisitorDep, engine: EngineDep) -> Response:
    """The thing itself, for whoever may see it."""
    with db.reading(engine) as session:
        asset = session.exec(select(Asset).where(Asset.inventory_no == number)).first()
        if asset is None:
            raise NotFound(scoping.NO_SUCH_PAGE)
        scoping.school_with_id(session, asset.school_id, visitor.scope)
    return RedirectResponse(f"/equipment/{quote(number, safe='')}", 303)
