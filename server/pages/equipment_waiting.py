"""Devices that the register does not know, to be adopted several at once; and pieces that look like one."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Query, Request
from sqlmodel import Session, col, select
from starlette.responses import RedirectResponse, Response

from inventory import adoption, assets, catalogue
from inventory.equipment import Kind
from inventory.errors import Conflict, Invalid
from inventory.matching import Outcome
from inventory.roles import Permission
from inventory.tables import Room, Sighting
from server import auth, db, waiting
from server.auth import Visitor, VisitorDep
from server.deps import EngineDep
from server.pages import words_equipment
from server.pages.equipment import bits
from server.pages.typed import line, row_id
from server.pages.view import SignedView, View
from server.waiting import WAITING, Adoption

ROWS_ON_A_PAGE: Final = 50
Word = Annotated[str, Query(max_length=80)]
Cell = Annotated[str, Form(max_length=300)]

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A device that waits. `maker`, `model`: as the catalogue spells them, where it knows them."""

    sighting: Sighting
    device: Any
    emis: str
    school: str
    kinds: list[Kind]
    maker: str
    model: str
    known_model: bool
    rivals: list[str]
    rooms: list[tuple[int, str]]


@router.get("/equipment/unknown")
def unknown(
    view: SignedView, visitor: VisitorDep, engine: EngineDep, outcome: Word = "", after: Word = ""
) -> Response:  # fmt: skip
    with db.reading(engine) as session:
        return view.page("equipment_unknown.html", fault="", **_parts(session, view, visitor, outcome, row_id(after)))


async def form_of(request: Request) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in (await request.form()).multi_items()]


FormDep = Annotated[list[tuple[str, str]], Depends(form_of)]


@router.post("/equipment/unknown", dependencies=[auth.OwnForm])
def decided(given: FormDep, view: SignedView, visitor: VisitorDep, engine: EngineDep) -> Response:
    """`do`: adopt or set_aside every ticked device, tie one to the inventory number written beside it.

    All ticked devices or none: one bad line, and nothing is done.
    """
    form = {name: value for name, value in given if name != "device"}
    devices = [row_id(value) for name, value in given if name == "device"]
    try:
        with db.writing(engine) as session:
            _done(session, visitor, view, form, [number for number in devices if number is not None][:200])
    except (Invalid, Conflict) as error:
        with db.reading(engine) as session:
            parts = _parts(session, view, visitor, form.get("outcome", ""), None)
            return view.page("equipment_unknown.html", 422, fault=view.told(error), **parts)
    return RedirectResponse("/equipment/unknown", 303)


def _done(session: Session, visitor: Visitor, view: View, form: dict[str, str], devices: list[int]) -> None:
    who, at, todo = visitor.who, view.now, form.get("do", "")
    who.must(Permission.KEEP_EQUIPMENT)
    if todo.startswith("tie-"):
        devices = [number for number in [row_id(todo.removeprefix("tie-"))] if number is not None]
    if not devices:
        raise Invalid("device", "Tick at least one device.")
    for number in devices:
        look, school = waiting.look_seen(session, number, who)
        if todo == "adopt":
            given = _given(form, number)
            adoption.adopted(session, look, waiting.as_new(session, look, school, given, who, at), by=who, at=at)
        elif todo == "set_aside":
            adoption.set_aside(session, look, by=who, at=at)
        elif todo == "take_back":
            adoption.set_aside(session, look, by=who, at=at, back=True)
        else:
            written = line(form.get(f"number-{number}", ""))[:40]
            if not written:
                raise Invalid("number", "Write the inventory number of the piece beside the device.")
            adoption.tied(session, look, assets.asset_seen(session, written, who.scope), by=who, at=at)


def _given(form: dict[str, str], number: int) -> Adoption:
    def said(name: str, most: int) -> str:
        return line(form.get(f"{name}-{number}", ""))[:most]

    kinds = {kind.value: kind for kind in Kind}
    return Adoption(
        kind=kinds.get(said("kind", 24)), maker=said("maker", 120), model=said("model", 120),
        inventory_no=said("number", 40), room_id=row_id(said("room", 12)),
    )  # fmt: skip


def _parts(session: Session, view: View, visitor: Visitor, outcome: str, after: int | None) -> dict[str, Any]:
    known = {one.value: one for one in Outcome if one is not Outcome.MATCHED}
    chosen = [known[outcome]] if outcome in known else list(WAITING)
    statement = waiting.devices(visitor.scope, chosen).order_by(col(Sighting.device_id))
    if after is not None:
        statement = statement.where(col(Sighting.device_id) > after)
    found = session.execute(statement.limit(ROWS_ON_A_PAGE + 1)).all()
    rows = _rows(session, visitor, found[:ROWS_ON_A_PAGE])
    return {
        "rows": rows, "outcome": outcome if outcome in known else "", "outcomes": words_equipment.OUTCOMES,
        "choices": known, "more": rows[-1].device.id if len(found) > len(rows) else None,
        "makers": catalogue.makers(session), **bits(view, visitor.who.may),
    }  # fmt: skip


def _rows(session: Session, visitor: Visitor, found: Any) -> list[Waiting]:
    makers = catalogue.makers(session)
    schools = {row[0].school_id for row in found}
    rooms: dict[int, list[tuple[int, str]]] = {}
    for room in session.exec(select(Room).where(col(Room.school_id).in_(schools), col(Room.closed_on).is_(None))):
        rooms.setdefault(room.school_id, []).append((room.id or 0, room.name))
    rivals = waiting.numbers(session, {r for row in found for r in row[0].rivals}, visitor.scope)
    out = []
    for sighting, device, emis, school in found:
        maker = catalogue.maker_spelled(makers, device.vendor)
        model = catalogue.model_spelled(session, makers, device.vendor, device.model)
        out.append(Waiting(
            sighting, device, emis, school, [model.kind] if model else adoption.kinds_of(device.kind),
            maker.name if maker else device.vendor, model.name if model else device.model, model is not None,
            [rivals[r] for r in sighting.rivals if r in rivals], rooms.get(sighting.school_id, []),
        ))  # fmt: skip
    return out


@router.get("/equipment/duplicates")
def duplicates(view: SignedView, visitor: VisitorDep, engine: EngineDep) -> Response:
    with db.reading(engine) as session:
        groups = waiting.doubles(session, visitor.scope)
        return view.page("equipment_duplicates.html", fault="", groups=groups, **bits(view, visitor.who.may))


@router.post("/equipment/duplicates", dependencies=[auth.OwnForm])
def told(
    view: SignedView, visitor: VisitorDep, engine: EngineDep, first: Cell = "", second: Cell = "", do: Cell = "",
    reason: Cell = "",
) -> Response:  # fmt: skip
    """`do`: apart, or same: then the second is shown no more."""
    try:
        with db.writing(engine) as session:
            one = assets.asset_seen(session, line(first), visitor.scope)
            other = assets.asset_seen(session, line(second), visitor.scope)
            decide = adoption.made_one if do == "same" else adoption.told_apart
            decide(session, one, other, by=visitor.who, at=view.now, reason=line(reason))
    except (Invalid, Conflict) as error:
        with db.reading(engine) as session:
            groups = waiting.doubles(session, visitor.scope)
            return view.page(
                "equipment_duplicates.html", 422, fault=view.told(error), groups=groups, **bits(view, visitor.who.may)
            )
    return RedirectResponse("/equipment/duplicates", 303)
