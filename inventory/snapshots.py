"""What an act says on paper, frozen on its submission: everything that is printed, and the hash that it is known by."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from sqlmodel import Session, col, select

from inventory.commissions import members_of
from inventory.papers import PAPERS
from inventory.tables import (
    Act,
    ActLine,
    Asset,
    Commission,
    Contact,
    Contract,
    Delivery,
    District,
    Lot,
    Maker,
    Model,
    Room,
    School,
)

FORM = 1  # version of what stands in a snapshot
_encoder = msgspec.json.Encoder(order="deterministic")


def frozen(session: Session, act: Act, lines: Sequence[ActLine], *, on: date, drawn_by: str) -> dict[str, Any]:
    """Plain JSON: text, whole numbers (money in qəpik, 1/100 manat), lists and None. Dates in ISO 8601."""
    school = session.get_one(School, act.school_id)
    other = session.get(School, act.to_school_id) if act.to_school_id else None
    commission = session.get(Commission, act.commission_id) if act.commission_id else None
    written = [_line(session, line, lines) for line in lines]
    out = [line for line in written if line["direction"] != "in"]
    return {
        "form": FORM,
        "number": act.number,
        "kind": act.kind.value,
        "layout": act.layout,
        "on": on.isoformat(),
        "school": _school(session, school),
        "to_school": _school(session, other) if other else None,
        "commission": _commission(session, commission) if commission else None,
        "sides": [side.value for side in PAPERS[act.kind].sides],
        "reason": act.reason,
        "basis": act.basis,
        "note": act.note,
        "drawn_by": drawn_by,
        "check_code": act.check_code,
        "lines": written,
        "value_qepik": _sum(out, "value_qepik"),
        "residual_qepik": _sum(out, "residual_qepik"),
    }


def hash_of(snapshot: Mapping[str, Any]) -> str:
    """SHA-256 of the snapshot as canonical JSON (sorted keys, UTF-8), 64 hex digits."""
    return hashlib.sha256(_encoder.encode(snapshot)).hexdigest()


def _sum(lines: Sequence[Mapping[str, Any]], name: str) -> int | None:
    """None where any of them is not known: a sum of what is known alone would be a lie."""
    values = [line[name] for line in lines]
    return None if None in values else sum(values)


def _school(session: Session, school: School) -> dict[str, Any]:
    district = session.get_one(District, school.district_code)
    names = {"az": district.name_az, "en": district.name_en, "ru": district.name_ru}
    return {"emis": school.emis, "name": school.name, "district": names, "address": school.address}


def _commission(session: Session, commission: Commission) -> dict[str, Any]:
    members = members_of(session, commission.id or 0)
    return {
        "order_no": commission.order_no,
        "order_on": commission.order_on.isoformat(),
        "quorum": commission.quorum,
        "members": [{"name": m.name, "position": m.position, "role": m.role} for m in members],
    }


def _line(session: Session, line: ActLine, lines: Sequence[ActLine]) -> dict[str, Any]:
    asset = session.get_one(Asset, line.asset_id)
    model = session.get_one(Model, asset.model_id)
    room = session.get(Room, asset.room_id) if asset.room_id else None
    custodian = session.get(Contact, asset.custodian_id) if asset.custodian_id else None
    replaced = next((other.place for other in lines if other.id == line.replaces_id), None)
    return {
        "place": line.place,
        "direction": line.direction,
        "replaces": replaced,
        "inventory_no": asset.inventory_no,
        "kind": asset.kind.value,
        "maker": session.get_one(Maker, model.maker_id).name,
        "model": model.name,
        "serial": asset.serial,
        "state": asset.state.value,
        "room": room.name if room else "",
        "custodian": custodian.name if custodian else "",
        "delivery": _delivery(session, asset),
        "in_service_on": asset.in_service_on.isoformat() if asset.in_service_on else None,
        "quantity": 1,
        "value_qepik": line.value_qepik,
        "residual_qepik": line.residual_qepik,
        "condition": line.condition,
        "reason": line.reason,
        "salvage": list(line.salvage),
        "challenges": [dict(challenge) for challenge in line.challenges],
        "answered": line.answered,
    }


def _delivery(session: Session, asset: Asset) -> dict[str, Any] | None:
    """By which contract and waybill it came."""
    statement = (
        select(Contract.number, Contract.supplier, Delivery.waybill)
        .select_from(Lot)
        .join(Contract, col(Contract.id) == Lot.contract_id)
        .outerjoin(Delivery, col(Delivery.id) == asset.delivery_id)
        .where(Lot.id == asset.lot_id)
    )
    found = session.exec(statement).first()
    return {"contract": found[0], "supplier": found[1], "waybill": found[2] or ""} if found else None
