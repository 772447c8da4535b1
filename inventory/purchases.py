"""How equipment was bought: contract, its lots, deliveries, and the pieces that came with each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from inventory import assets, identities, placing, trace
from inventory.errors import Conflict, Invalid, NotFound
from inventory.identities import Fault, LineFault
from inventory.lifecycle import AssetState
from inventory.roles import Permission, Who
from inventory.scoping import NO_SUCH_PAGE
from inventory.tables import Asset, Contract, Delivery, Lot, Model, School

MOST_PIECES: Final = 5000
LONGEST_WARRANTY: Final = 240  # months
BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Delivered:
    delivery: Delivery
    pieces: list[Asset]


def contract_signed(
    session: Session, number: str, supplier: str, *, signed_on: date | None, programme: str, by: Who, at: datetime
) -> Contract:
    by.must(Permission.KEEP_EQUIPMENT)
    trace.held(session)
    row = Contract(number=_line("number", number, 60), supplier=_line("supplier", supplier, 200))
    row.signed_on, row.programme = _not_later(signed_on, "signed_on", at), _line("programme", programme, 60, empty=True)
    if session.exec(select(Contract.id).where(Contract.number == row.number)).first():
        raise Conflict("A contract %(number)s is there already.", number=row.number)
    session.add(row)
    session.flush()
    trace.changed(session, "entered", "contract", row.number, by=by, at=at, after=_of_contract(row))
    return row


def contract_changed(session: Session, row: Contract, cells: Mapping[str, Any], *, by: Who, at: datetime) -> Contract:
    """`cells`: of supplier, signed_on, programme. Its number stands on papers and stays."""
    by.must(Permission.KEEP_EQUIPMENT)
    trace.held(session)
    before = _of_contract(row)
    row.supplier = _line("supplier", cells.get("supplier", row.supplier), 200)
    row.programme = _line("programme", cells.get("programme", row.programme), 60, empty=True)
    row.signed_on = _not_later(cells.get("signed_on", row.signed_on), "signed_on", at)
    was, becomes = trace.difference(before, _of_contract(row))
    if becomes:
        row.version += 1
        session.add(row)
        session.flush()
        trace.changed(session, "changed", "contract", row.number, by=by, at=at, before=was, after=becomes)
    return row


def lot_entered(
    session: Session, contract: Contract, model: Model, quantity: int, *, price_qepik: int | None,
    warranty_months: int, by: Who, at: datetime,
) -> Lot:  # fmt: skip
    by.must(Permission.KEEP_EQUIPMENT)
    trace.held(session)
    if not 1 <= quantity <= 1_000_000:
        raise Invalid("quantity", "A lot has at least one piece and at most a million.")
    if price_qepik is not None and not 0 <= price_qepik < 2**31:
        raise Invalid("price_qepik", "This cannot be a price.")
    if not 0 <= warranty_months <= LONGEST_WARRANTY:
        raise Invalid("warranty_months", "A warranty lasts 0 to %(most)s months.", most=LONGEST_WARRANTY)
    row = Lot(contract_id=contract.id or 0, model_id=model.id or 0, quantity=quantity, price_qepik=price_qepik,
              warranty_months=warranty_months)  # fmt: skip
    session.add(row)
    session.flush()
    after = {"contract": contract.number, "model": model.name, "quantity": quantity, "price_qepik": price_qepik,
             "warranty_months": warranty_months}  # fmt: skip
    trace.changed(session, "entered", "lot", row.id or 0, by=by, at=at, after=after)
    return row


def serials_checked(session: Session, text: str) -> tuple[list[identities.Line], list[LineFault]]:
    """A pasted or scanned list, and what is wrong with it line by line: fillers, doubles, numbers known already."""
    lines, faults = identities.read(text)
    known: dict[str, str] = {}
    for start in range(0, len(lines), BATCH):
        keys = [line.key for line in lines[start : start + BATCH]]
        here = select(Asset.serial, Asset.inventory_no).where(col(Asset.serial).in_(keys))
        known.update(dict(session.exec(here).all()))
    faults += [LineFault(n.number, n.serial, Fault.KNOWN, known[n.key]) for n in lines if n.key in known]
    return [line for line in lines if line.key not in known], sorted(faults, key=lambda fault: fault.number)


def delivered(
    session: Session, lot: Lot, school: School, *, delivered_on: date, waybill: str, serials: str, quantity: int | None,
    by: Who, at: datetime,
) -> Delivered:  # fmt: skip
    """Pieces of a lot came to a school: each is in the register as delivered, its warranty running from that day.

    `serials`: one to a line; `quantity` alone where they have none (headphones), or to be checked against the list.
    Invalid for a list with a single bad line, Conflict for more pieces than the lot has left: then nothing is done.
    """
    by.must(Permission.KEEP_EQUIPMENT)
    if not by.scope.covers(school.district_code, school.id):
        raise NotFound(NO_SUCH_PAGE)
    trace.held(session)
    lines, faults = serials_checked(session, serials)
    if faults:
        raise Invalid(
            "serials", "%(count)s lines of the list cannot be used; the first is line %(line)s, %(serial)s. Nothing "
            "was entered.", count=len(faults), line=faults[0].number, serial=faults[0].serial,
        )  # fmt: skip
    count = len(lines) or quantity or 0
    if quantity is not None and quantity != count:
        raise Invalid("quantity", "The list has %(listed)s serial numbers, the waybill says %(said)s pieces.",
                      listed=count, said=quantity)  # fmt: skip
    if not 1 <= count <= MOST_PIECES:
        raise Invalid("quantity", "A delivery has 1 to %(most)s pieces.", most=MOST_PIECES)
    session.refresh(lot)
    left = lot.quantity - pieces_of(session, lot)
    if count > left:
        raise Conflict("The lot has %(left)s pieces left, and %(count)s are said to have come.", left=left, count=count)
    if _not_later(delivered_on, "delivered_on", at) is None or delivered_on.year < 1990:
        raise Invalid("delivered_on", "A delivery was on a day that is over, from 1990 on.")
    contract = session.get_one(Contract, lot.contract_id)
    model = session.get_one(Model, lot.model_id)
    row = Delivery(lot_id=lot.id or 0, waybill=_line("waybill", waybill, 60, empty=True), delivered_on=delivered_on,
                   school_id=school.id or 0, quantity=count)  # fmt: skip
    session.add(row)
    session.flush()
    cells: dict[str, Any] = {"value_qepik": lot.price_qepik, "programme": contract.programme}
    if lot.warranty_months:
        cells["warranty_until"] = months_later(delivered_on, lot.warranty_months)
    pieces = [
        assets.New(model, school, AssetState.DELIVERED, declared={"serial": serial} if serial else {}, cells=cells,
                   lot=lot, delivery=row, demo=school.demo)
        for serial in ([line.serial for line in lines] or [""] * count)
    ]  # fmt: skip
    made = assets.entered(session, pieces, by=by, at=at, verb="delivered", reason=f"{contract.number} {row.waybill}")
    after = {"contract": contract.number, "lot": lot.id, "waybill": row.waybill, "delivered_on": delivered_on,
             "quantity": count}  # fmt: skip
    trace.changed(session, "entered", "delivery", row.id or 0, by=by, at=at, after=after, school_id=school.id)
    return Delivered(row, made)


def pieces_of(session: Session, lot: Lot) -> int:
    """How many pieces of the lot have come so far."""
    here = select(func.coalesce(func.sum(Delivery.quantity), 0)).where(col(Delivery.lot_id) == lot.id)
    return int(session.exec(here).one())


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last: 31 January and one month is 28 or 29 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise Invalid("delivered_on", "This day cannot be counted on from.")


def contract_with_id(session: Session, contract_id: int) -> Contract:
    row = session.get(Contract, contract_id)
    if row is None:
        raise NotFound("There is no such contract.")
    return row


def lot_with_id(session: Session, lot_id: int) -> Lot:
    row = session.get(Lot, lot_id)
    if row is None:
        raise NotFound("There is no such lot.")
    return row


def _of_contract(row: Contract) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("number", "supplier", "signed_on", "programme")}


def _not_later(day: date | None, field: str, at: datetime) -> date | None:
    if day is not None and day > placing.day_of(at):
        raise Invalid(field, "This day has not come yet.")
    return day


def _line(field: str, text: str, most: int, *, empty: bool = False) -> str:
    clean = " ".join(text.split())
    if (not clean and not empty) or len(clean) > most or not (clean.isprintable() or not clean):
        raise Invalid(field, "This is missing, or too long; right are 1 to %(most)s characters.", most=most)
    return clean
