"""Contracts, their lots, and deliveries with a pasted or scanned list of serial numbers."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query
from sqlmodel import Session, col, select
from starlette.responses import RedirectResponse, Response

from inventory import catalogue, purchases, scoping
from inventory.equipment import Kind
from inventory.errors import Conflict, Invalid
from inventory.identities import LineFault
from inventory.tables import Contract, Delivery, Lot, Maker, Model, School
from server import auth, db
from server.auth import Visitor, VisitorDep
from server.deps import EngineDep
from server.pages import words_equipment
from server.pages.equipment import bits
from server.pages.forms import day, whole
from server.pages.typed import line, row_id
from server.pages.view import SignedView, View

MOST_SHOWN: Final = 300
Cell = Annotated[str, Form(max_length=300)]
Text = Annotated[str, Form(max_length=200_000)]

router = APIRouter(include_in_schema=False)


@router.get("/equipment/contracts")
def contracts(
    view: SignedView, visitor: VisitorDep, engine: EngineDep, after: Annotated[str, Query(max_length=60)] = ""
) -> Response:
    with db.reading(engine) as session:
        return view.page("equipment_contracts.html", fault="", typed={}, **_list(session, view, visitor, line(after)))


@router.post("/equipment/contracts", dependencies=[auth.OwnForm])
def signed(
    view: SignedView, visitor: VisitorDep, engine: EngineDep, number: Cell = "", supplier: Cell = "",
    signed_on: Cell = "", programme: Cell = "",
) -> Response:  # fmt: skip
    try:
        with db.writing(engine) as session:
            row = purchases.contract_signed(
                session, line(number), line(supplier), signed_on=day(signed_on, "signed_on"), programme=line(programme),
                by=visitor.who, at=view.now,
            )  # fmt: skip
            address = f"/equipment/contracts/{row.id}"
    except (Invalid, Conflict) as error:
        typed = {"number": number, "supplier": supplier, "signed_on": signed_on, "programme": programme}
        with db.reading(engine) as session:
            parts = _list(session, view, visitor, "")
            return view.page("equipment_contracts.html", 422, fault=view.told(error), typed=typed, **parts)
    return RedirectResponse(address, 303)


@router.get("/equipment/contracts/{number}")
def contract(number: str, view: SignedView, visitor: VisitorDep, engine: EngineDep) -> Response:
    with db.reading(engine) as session:
        parts = _contract(session, view, visitor, number)
        return view.page("equipment_contract.html", fault="", faults=[], typed={}, **parts)


@router.post("/equipment/contracts/{number}/lots", dependencies=[auth.OwnForm])
def lot_entered(
    number: str, view: SignedView, visitor: VisitorDep, engine: EngineDep, kind: Cell = "", maker: Cell = "",
    model: Cell = "", quantity: Cell = "", price: Cell = "", warranty_months: Cell = "",
) -> Response:  # fmt: skip
    """`price`: of one piece, in manat with at most two decimals."""
    try:
        with db.writing(engine) as session:
            row = purchases.contract_with_id(session, row_id(number) or 0)
            kinds = {one.value: one for one in Kind}
            if kind not in kinds:
                raise Invalid("kind", "Choose a kind.")
            meant = catalogue.model_named(session, line(maker), line(model), kinds[kind], by=visitor.who, at=view.now)
            purchases.lot_entered(
                session, row, meant, whole(quantity, "quantity") or 0, price_qepik=_qepik(price),
                warranty_months=whole(warranty_months, "warranty_months") or 0, by=visitor.who, at=view.now,
            )  # fmt: skip
    except (Invalid, Conflict) as error:
        typed = {"kind": kind, "maker": maker, "model": model, "quantity": quantity, "price": price,
                 "warranty_months": warranty_months}  # fmt: skip
        return _again(number, view, visitor, engine, view.told(error), [], typed)
    return RedirectResponse(f"/equipment/contracts/{number}", 303)


@router.post("/equipment/contracts/{number}/deliveries", dependencies=[auth.OwnForm])
def delivered(
    number: str, view: SignedView, visitor: VisitorDep, engine: EngineDep, lot: Cell = "", school: Cell = "",
    delivered_on: Cell = "", waybill: Cell = "", quantity: Cell = "", serials: Text = "",
) -> Response:  # fmt: skip
    """All pieces of the list or none; bad lines are shown by their number."""
    faults: list[LineFault] = []
    try:
        with db.writing(engine) as session:
            row = purchases.lot_with_id(session, row_id(lot) or 0)
            where = scoping.school_seen(session, line(school), visitor.scope)
            _, faults = purchases.serials_checked(session, serials)
            came = day(delivered_on, "delivered_on")
            if came is None:
                raise Invalid("delivered_on", "Say on which day they came.")
            purchases.delivered(
                session, row, where, delivered_on=came, waybill=line(waybill), serials=serials,
                quantity=whole(quantity, "quantity"), by=visitor.who, at=view.now,
            )  # fmt: skip
            emis = where.emis
    except (Invalid, Conflict) as error:
        typed = {"lot": lot, "school": school, "delivered_on": delivered_on, "waybill": waybill, "quantity": quantity,
                 "serials": serials}  # fmt: skip
        return _again(number, view, visitor, engine, view.told(error), faults, typed)
    return RedirectResponse(f"/equipment?school={emis}&state=delivered", 303)


@router.get("/equipment/contracts/{number}/lots")
@router.get("/equipment/contracts/{number}/deliveries")
def form_left(number: str, visitor: VisitorDep) -> Response:
    """Where a refused form leaves the browser: its address asked for anew is the contract, where the form stands."""
    return RedirectResponse(f"/equipment/contracts/{row_id(number) or 0}", 303)


def _again(
    number: str, view: View, visitor: Visitor, engine: Any, fault: str, faults: list[LineFault], typed: dict[str, str]
) -> Response:  # fmt: skip
    with db.reading(engine) as session:
        parts = _contract(session, view, visitor, number)
        return view.page("equipment_contract.html", 422, fault=fault, faults=faults, typed=typed, **parts)


def _list(session: Session, view: View, visitor: Visitor, after: str) -> dict[str, Any]:
    wanted = select(Contract).where(Contract.number > after).order_by(col(Contract.number)).limit(101)
    rows = session.exec(wanted).all()
    return {"rows": rows[:100], "more": rows[99].number if len(rows) > 100 else "", **bits(view, visitor.who.may)}


def _contract(session: Session, view: View, visitor: Visitor, number: str) -> dict[str, Any]:
    row = purchases.contract_with_id(session, row_id(number) or 0)
    lots = session.exec(
        select(Lot, Model, Maker)
        .join(Model, col(Model.id) == col(Lot.model_id))
        .join(Maker, col(Maker.id) == col(Model.maker_id))
        .where(Lot.contract_id == row.id)
        .order_by(col(Lot.id))
    ).all()
    came = (
        select(Delivery, School)
        .join(School, col(School.id) == col(Delivery.school_id))
        .where(col(Delivery.lot_id).in_([lot.id for lot, _, _ in lots]))
        .order_by(col(Delivery.id).desc())
        .limit(MOST_SHOWN)
    )
    return {
        "contract": row, "lots": [(lot, model, maker, purchases.pieces_of(session, lot)) for lot, model, maker in lots],
        "deliveries": session.execute(scoping.within(came, visitor.scope)).all(),
        "today": view.formats.local(view.now).strftime("%Y-%m-%d"),
        "makers": catalogue.makers(session), "fault_words": words_equipment.FAULTS, **bits(view, visitor.who.may),
    }  # fmt: skip


def _qepik(text: str) -> int | None:
    """`720` or `720,50` manat in 1/100 manat."""
    whole_part, _, rest = text.strip().replace(",", ".").partition(".")
    if not whole_part and not rest:
        return None
    if not (whole_part.isascii() and whole_part.isdecimal()) or len(whole_part) > 8 or len(rest) > 2:
        raise Invalid("price", "This is no price; right is for example 720,50.")
    if rest and not (rest.isascii() and rest.isdecimal()):
        raise Invalid("price", "This is no price; right is for example 720,50.")
    return int(whole_part) * 100 + int(rest.ljust(2, "0") or 0)
