"""One piece of equipment: both columns of its facts, where it was, what was done to it, the forms that change it."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form
from sqlmodel import Session, col, select
from starlette.responses import RedirectResponse, Response

from inventory import assets, facts, lifecycle
from inventory.equipment import ENDS_LINKS, Kind, may_pair
from inventory.errors import Conflict, HouseError, Invalid
from inventory.lifecycle import AssetState
from inventory.roles import Permission
from inventory.tables import (
    Act,
    ActLine,
    Asset,
    Contact,
    Contract,
    Delivery,
    Link,
    Lot,
    Maker,
    Model,
    Room,
    School,
    Trace,
)
from server import auth, db, pieces, seen_now, traces
from server.auth import Visitor, VisitorDep
from server.deps import EngineDep
from server.pages import words_equipment, words_register
from server.pages.equipment import bits
from server.pages.forms import day, unchanged, whole
from server.pages.typed import line, row_id
from server.pages.view import SignedView, View

MOST_CHANGES: Final = 30
Cell = Annotated[str, Form(max_length=600)]

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact in two columns. `differs`: a person has to say what holds."""

    name: str
    word: str
    declared: str
    observed: str
    differs: bool


@router.get("/equipment/{inventory_no}")
def card(inventory_no: str, view: SignedView, visitor: VisitorDep, engine: EngineDep) -> Response:
    with db.reading(engine) as session:
        asset = assets.asset_seen(session, inventory_no, visitor.scope)
        return view.page("equipment_card.html", fault="", **_parts(session, view, visitor, asset))


@router.post("/equipment/{inventory_no}", dependencies=[auth.OwnForm])
def changed(
    inventory_no: str, view: SignedView, visitor: VisitorDep, engine: EngineDep, version: Cell = "",
    room_id: Cell = "", custodian_id: Cell = "", paired_id: Cell = "", link_id: Cell = "", in_service_on: Cell = "",
    warranty_until: Cell = "", programme: Cell = "", note: Cell = "", serial: Cell = "", mac: Cell = "",
    hostname: Cell = "", os: Cell = "", cpu: Cell = "", memory_mb: Cell = "", disk_gb: Cell = "", reason: Cell = "",
) -> Response:  # fmt: skip
    places = {"room_id": room_id, "custodian_id": custodian_id, "paired_id": paired_id, "link_id": link_id}
    texts = {"serial": serial, "mac": mac, "hostname": hostname, "os": os, "cpu": cpu}
    sizes = {"memory_mb": memory_mb, "disk_gb": disk_gb}

    def act(session: Session, asset: Asset) -> None:
        unchanged(version, asset.version)
        cells: dict[str, Any] = {name: row_id(text) for name, text in places.items()}
        cells |= {"in_service_on": day(in_service_on, "in_service_on"), "note": line(note),
                  "warranty_until": day(warranty_until, "warranty_until"), "programme": line(programme)}  # fmt: skip
        declared: dict[str, Any] = {name: line(text) for name, text in texts.items()}
        declared |= {name: whole(text, name) for name, text in sizes.items()}
        said = {name: value for name, value in declared.items() if (asset.declared.get(name) or "") != (value or "")}
        assets.changed(session, asset, cells, said, by=visitor.who, at=view.now, reason=line(reason))

    return _acted(inventory_no, view, visitor, engine, act, f"/equipment/{inventory_no}")


@router.post("/equipment/{inventory_no}/state", dependencies=[auth.OwnForm])
def stepped(
    inventory_no: str, view: SignedView, visitor: VisitorDep, engine: EngineDep, state: Cell = "", version: Cell = "",
    reason: Cell = "",
) -> Response:  # fmt: skip
    def act(session: Session, asset: Asset) -> None:
        unchanged(version, asset.version)
        if state not in {s.value for s in AssetState}:
            raise Invalid("state", "There is no such state.")
        assets.stepped(session, asset, AssetState(state), by=visitor.who, at=view.now, reason=line(reason))

    return _acted(inventory_no, view, visitor, engine, act, f"/equipment/{inventory_no}")


@router.post("/equipment/{inventory_no}/facts", dependencies=[auth.OwnForm])
def decided(
    inventory_no: str, view: SignedView, visitor: VisitorDep, engine: EngineDep, name: Cell = "", take: Cell = "",
    version: Cell = "", back: Cell = "",
) -> Response:  # fmt: skip
    """Take the seen value, or keep the declared one."""

    def act(session: Session, asset: Asset) -> None:
        unchanged(version, asset.version)
        assets.decided(session, asset, name, take_seen=take == "seen", by=visitor.who, at=view.now)

    way = auth.way_back(back) if back else f"/equipment/{inventory_no}"
    return _acted(inventory_no, view, visitor, engine, act, way)


@router.get("/equipment/{inventory_no}/state")
@router.get("/equipment/{inventory_no}/facts")
def form_left(inventory_no: str, visitor: VisitorDep, engine: EngineDep) -> Response:
    """Where a refused form leaves the browser: its address asked for anew is the card, where the form stands."""
    with db.reading(engine) as session:
        asset = assets.asset_seen(session, inventory_no, visitor.scope)
        return RedirectResponse(f"/equipment/{asset.inventory_no}", 303)


def _acted(
    inventory_no: str, view: View, visitor: Visitor, engine: Any, act: Any, way: str
) -> Response:  # fmt: skip
    """Run a change; where it is refused, the card once more with what was wrong above."""
    try:
        with db.writing(engine) as session:
            act(session, assets.asset_seen(session, inventory_no, visitor.scope))
    except (Invalid, Conflict) as error:
        return _again(inventory_no, view, visitor, engine, error)
    return RedirectResponse(way, 303)


def _again(inventory_no: str, view: View, visitor: Visitor, engine: Any, error: HouseError) -> Response:
    with db.reading(engine) as session:
        asset = assets.asset_seen(session, inventory_no, visitor.scope)
        return view.page("equipment_card.html", 422, fault=view.told(error), **_parts(session, view, visitor, asset))


def _parts(session: Session, view: View, visitor: Visitor, asset: Asset) -> dict[str, Any]:
    school, model = session.get_one(School, asset.school_id), session.get_one(Model, asset.model_id)
    double = session.get(Asset, asset.same_as_id) if asset.same_as_id is not None else None
    pair = session.get(Asset, asset.paired_id) if asset.paired_id is not None else None
    room = session.get(Room, asset.room_id) if asset.room_id is not None else None
    seen_school = session.get(School, asset.seen_school_id) if asset.seen_school_id is not None else None
    may_trace = visitor.who.may(Permission.SEE_TRACE) or visitor.who.may(Permission.KEEP_EQUIPMENT)
    return {
        "piece": asset, "school": school, "model": model, "maker": session.get_one(Maker, model.maker_id),
        "double": double, "pair": pair, "room": room,
        "seen_school": seen_school if seen_school is not None and seen_school.id != school.id else None,
        "seen_school_mine": seen_school is not None and visitor.scope.covers(seen_school.district_code, seen_school.id),
        "facts": facts_of(view, asset), "seen_facts": _seen_facts(view, asset),
        "nexts": [state for state in lifecycle.nexts(asset.state) if state is not AssetState.DELIVERED],
        "devices": seen_now.devices_of(session, asset, view.now), "evidence": words_equipment.EVIDENCE,
        "sites": pieces.sites_of(session, asset), "acts": _acts(session, asset), "bought": _bought(session, asset),
        "changes": _changes(session, view, visitor, asset) if may_trace else None, "verbs": words_equipment.VERBS,
        "choices": _choices(session, visitor, asset),
        **bits(view, visitor.who.may),
    }  # fmt: skip


def facts_of(view: View, asset: Asset) -> list[Fact]:
    """Both columns, those facts of which either says something."""
    differing = {d.name for d in facts.disagreements(asset.declared, asset.observed, asset.kept)}
    out = []
    for name, word in words_equipment.FACTS.items():
        mine, seen = asset.declared.get(name, ""), asset.observed.get(name, "")
        if mine or seen:
            out.append(Fact(name, view._(word), str(mine), str(seen), name in differing))
    return out


def _seen_facts(view: View, asset: Asset) -> list[tuple[str, str]]:
    return [(view._(word), str(asset.observed[name])) for name, word in words_equipment.SEEN_FACTS.items()
            if asset.observed.get(name)]  # fmt: skip


def _acts(session: Session, asset: Asset) -> list[Act]:
    lines = select(ActLine.act_id).where(ActLine.asset_id == asset.id)
    return list(session.exec(select(Act).where(col(Act.id).in_(lines)).order_by(col(Act.id).desc())))


def _bought(session: Session, asset: Asset) -> tuple[Contract, Lot, Delivery | None] | None:
    lot = session.get(Lot, asset.lot_id) if asset.lot_id is not None else None
    if lot is None:
        return None
    delivery = session.get(Delivery, asset.delivery_id) if asset.delivery_id is not None else None
    return session.get_one(Contract, lot.contract_id), lot, delivery


Told = tuple[str, str, str]  # a cell in words, what it was, what it became


def _changes(session: Session, view: View, visitor: Visitor, asset: Asset) -> list[tuple[Trace, list[Told]]]:
    wanted = traces.changes(visitor.scope, traces.Wanted(noun="asset", key=asset.inventory_no))
    newest = wanted.order_by(col(Trace.number).desc()).limit(MOST_CHANGES)
    return [(row[0], _told(view, row[0].before or {}, row[0].after or {})) for row in session.execute(newest)]


def _told(view: View, before: dict[str, Any], after: dict[str, Any]) -> list[Told]:
    """The cells of a change in words; of declared facts only those that changed. An id of a row says nothing."""
    out = []
    for name, value in after.items():
        if name == "declared" or name in words_equipment.FACTS:
            was = before.get(name) if name == "declared" else {name: before.get(name)}
            now = value if name == "declared" else {name: value}
            for fact in sorted({*(was or {}), *now}):
                old, new = (was or {}).get(fact), now.get(fact)
                if old != new:
                    out.append((view._(words_equipment.FACTS.get(fact, fact)), str(old or ""), str(new or "")))
        elif name in words_equipment.CELLS and not name.endswith("_id"):
            out.append((view._(words_equipment.CELLS[name]), _said(view, before.get(name)), _said(view, value)))
        elif name in words_equipment.CELLS:
            out.append((view._(words_equipment.CELLS[name]), "", view._(words_equipment.OTHER)))
    return out


def _said(view: View, value: Any) -> str:
    known = {state.value: word for state, word in words_register.STATES.items()}
    known |= {kind.value: word for kind, word in words_register.EQUIPMENT.items()}
    return "" if value is None else view._(known[value]) if value in known else str(value)


def _choices(session: Session, visitor: Visitor, asset: Asset) -> dict[str, list[tuple[int, str]]]:
    """What the form offers, of this school alone; people only to whom their names may be shown."""
    here = asset.school_id
    rooms = session.exec(select(Room).where(Room.school_id == here, col(Room.closed_on).is_(None)))
    people = session.exec(select(Contact).where(Contact.school_id == here, col(Contact.active)))
    links = session.exec(select(Link).where(Link.school_id == here, col(Link.until_on).is_(None)))
    kinds = [kind for kind in Kind if may_pair(asset.kind, kind)]
    pairs = session.exec(
        select(Asset)
        .where(Asset.school_id == here, col(Asset.kind).in_(kinds), col(Asset.same_as_id).is_(None))
        .order_by(col(Asset.inventory_no))
        .limit(200)
    )
    may_see = visitor.who.may(Permission.SEE_CONTACTS)
    return {
        "room_id": [(room.id or 0, room.name) for room in rooms],
        "custodian_id": [(person.id or 0, person.name) for person in people] if may_see else [],
        "paired_id": [(one.id or 0, one.inventory_no) for one in pairs] if kinds else [],
        "link_id": [(link.id or 0, link.code) for link in links] if asset.kind in ENDS_LINKS else [],
    }
