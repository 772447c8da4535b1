"""/api/v1/contracts, lots and deliveries: how equipment was bought, and the pieces that came."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field
from sqlmodel import Session, col, select
from starlette.responses import Response

from inventory import catalogue, purchases, scoping
from inventory.identities import LineFault
from inventory.tables import Contract, Delivery, Lot, School
from server import db
from server.api.core import Answer, AskedDep, BodyDep, Plain, WhoDep, answered, changing, matched, page_of
from server.deps import EngineDep

router = APIRouter(prefix="/api/v1", tags=["purchases"])
Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
LONGEST_LIST = 200_000


class ContractFacts(BaseModel):
    supplier: Annotated[str, Field(min_length=1, max_length=200), Plain]
    signed_on: date | None = None
    programme: Annotated[str, Field(max_length=60), Plain] = ""


class ContractIn(ContractFacts):
    number: Annotated[str, Field(min_length=1, max_length=60), Plain]


class ContractEdit(BaseModel):
    """What is left out stays as it is; null empties `signed_on`."""

    supplier: Annotated[str, Field(min_length=1, max_length=200), Plain] | None = None
    signed_on: date | None = None
    programme: Annotated[str, Field(max_length=60), Plain] | None = None


class LotIn(BaseModel):
    """`price_qepik`: of one piece, 1/100 manat. The warranty runs from each delivery."""

    model_id: Annotated[int, Field(ge=1, le=2**31 - 1)]
    quantity: Annotated[int, Field(ge=1, le=1_000_000)]
    price_qepik: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    warranty_months: Annotated[int, Field(ge=0, le=purchases.LONGEST_WARRANTY)] = 0


class DeliveryIn(BaseModel):
    """`serials`: one a line, as pasted or scanned; `quantity` alone where the pieces have none.

    `check_only`: say what is wrong with the list, line by line, and enter nothing.
    """

    school: Annotated[str, Field(min_length=1, max_length=32), Plain]
    delivered_on: date
    waybill: Annotated[str, Field(max_length=60), Plain] = ""
    serials: Annotated[str, Field(max_length=LONGEST_LIST), Plain] = ""
    quantity: Annotated[int, Field(ge=1, le=purchases.MOST_PIECES)] | None = None
    check_only: bool = False


@router.get("/contracts")
def contracts(request: Request, who: WhoDep, asked: AskedDep, engine: EngineDep) -> Response:
    """By number."""
    with db.reading(engine) as session:
        return page_of(
            request, session, select(Contract), (col(Contract.number),), asked, lambda row: contract_json(row[0]),
            key_of=lambda row: (row[0].number,),
        )  # fmt: skip


@router.post("/contracts", status_code=201)
def signed(request: Request, form: ContractIn, who: WhoDep, body: BodyDep) -> Response:
    def act(session: Session) -> Answer:
        row = purchases.contract_signed(
            session, form.number, form.supplier, signed_on=form.signed_on, programme=form.programme, by=who,
            at=datetime.now(UTC),
        )  # fmt: skip
        return Answer(201, contract_json(row), row.version, f"/api/v1/contracts/{row.id}")

    return changing(request, who, body, act)


@router.get("/contracts/{contract_id}")
def contract(contract_id: Id, who: WhoDep, engine: EngineDep) -> Response:
    """With its lots, and how many pieces of each have come so far."""
    with db.reading(engine) as session:
        row = purchases.contract_with_id(session, contract_id)
        lots = session.exec(select(Lot).where(Lot.contract_id == row.id).order_by(col(Lot.id)))
        body = contract_json(row) | {"lots": [lot_json(session, lot) for lot in lots]}
        return answered(Answer(200, body, row.version))


@router.patch("/contracts/{contract_id}")
def contract_changed(request: Request, contract_id: Id, form: ContractEdit, who: WhoDep, body: BodyDep) -> Response:
    given = form.model_dump(exclude_unset=True)
    cells = {name: value for name, value in given.items() if value is not None or name == "signed_on"}

    def act(session: Session) -> Answer:
        row = purchases.contract_with_id(session, contract_id)
        matched(request, row.version)
        purchases.contract_changed(session, row, cells, by=who, at=datetime.now(UTC))
        return Answer(200, contract_json(row), row.version)

    return changing(request, who, body, act)


@router.post("/contracts/{contract_id}/lots", status_code=201)
def lot_entered(request: Request, contract_id: Id, form: LotIn, who: WhoDep, body: BodyDep) -> Response:
    def act(session: Session) -> Answer:
        row = purchases.lot_entered(
            session, purchases.contract_with_id(session, contract_id), catalogue.model_with_id(session, form.model_id),
            form.quantity, price_qepik=form.price_qepik, warranty_months=form.warranty_months, by=who,
            at=datetime.now(UTC),
        )  # fmt: skip
        return Answer(201, lot_json(session, row), row.version, f"/api/v1/lots/{row.id}")

    return changing(request, who, body, act)


@router.get("/lots/{lot_id}")
def lot(lot_id: Id, who: WhoDep, engine: EngineDep) -> Response:
    with db.reading(engine) as session:
        row = purchases.lot_with_id(session, lot_id)
        return answered(Answer(200, lot_json(session, row), row.version))


@router.get("/lots/{lot_id}/deliveries")
def deliveries(request: Request, lot_id: Id, who: WhoDep, asked: AskedDep, engine: EngineDep) -> Response:
    """Those to the schools that the asker sees."""
    statement = (
        select(Delivery, School.emis)
        .join(School, col(School.id) == col(Delivery.school_id))
        .where(Delivery.lot_id == lot_id)
    )
    with db.reading(engine) as session:
        purchases.lot_with_id(session, lot_id)
        return page_of(
            request, session, scoping.within(statement, who.scope), (col(Delivery.id),), asked,
            lambda row: delivery_json(row[0], row[1]), key_of=lambda row: (row[0].id,),
        )  # fmt: skip


@router.post("/lots/{lot_id}/deliveries", status_code=201)
def delivered(
    request: Request, lot_id: Id, form: DeliveryIn, who: WhoDep, engine: EngineDep, body: BodyDep
) -> Response:  # fmt: skip
    """All pieces of the list, or none: 422 names every bad line under `lines`."""
    with db.reading(engine) as session:
        scoping.school_seen(session, form.school, who.scope)
        good, faults = purchases.serials_checked(session, form.serials)
    if form.check_only:
        return answered(Answer(200, {"good": len(good), "lines": [fault_json(f) for f in faults]}))
    if faults:
        return _bad_lines(faults)

    def act(session: Session) -> Answer:
        school = scoping.school_seen(session, form.school, who.scope)
        done = purchases.delivered(
            session, purchases.lot_with_id(session, lot_id), school, delivered_on=form.delivered_on,
            waybill=form.waybill, serials=form.serials, quantity=form.quantity, by=who, at=datetime.now(UTC),
        )  # fmt: skip
        pieces = [{"inventory_no": piece.inventory_no, "serial": piece.declared.get("serial", "")}
                  for piece in done.pieces]  # fmt: skip
        return Answer(201, delivery_json(done.delivery, school.emis) | {"pieces": pieces})

    return changing(request, who, body, act)


def _bad_lines(faults: list[LineFault]) -> Response:
    """An RFC 9457 problem with all lines, not only the first."""
    body = {"type": "about:blank", "title": "Invalid", "status": 422, "field": "serials",
            "detail": f"{len(faults)} lines of the list cannot be used; nothing was entered.",
            "lines": [fault_json(fault) for fault in faults]}  # fmt: skip
    return Response(msgspec.json.encode(body), 422, media_type="application/problem+json")


def fault_json(fault: LineFault) -> dict[str, Any]:
    return {"line": fault.number, "serial": fault.serial, "fault": fault.fault, "other": fault.other}


def contract_json(row: Contract) -> dict[str, Any]:
    names = ("id", "number", "supplier", "signed_on", "programme", "version")
    return {name: getattr(row, name) for name in names}


def lot_json(session: Session, row: Lot) -> dict[str, Any]:
    names = ("id", "contract_id", "model_id", "quantity", "price_qepik", "warranty_months", "version")
    return {name: getattr(row, name) for name in names} | {"delivered": purchases.pieces_of(session, row)}


def delivery_json(row: Delivery, emis: str) -> dict[str, Any]:
    names = ("id", "lot_id", "waybill", "delivered_on", "quantity")
    return {name: getattr(row, name) for name in names} | {"school": emis}
