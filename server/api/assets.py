"""/api/v1/assets: the pieces of equipment, what people declare and agents observe of them, and where they were."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, Field
from sqlmodel import Session, col, select
from starlette.responses import Response

from inventory import assets, catalogue, facts, lifecycle, scoping
from inventory.equipment import Kind
from inventory.errors import Conflict
from inventory.identities import serial_evidence
from inventory.lifecycle import AssetState
from inventory.tables import Asset, Model, School
from server import db, pieces
from server.api.core import Answer, AskedDep, BodyDep, Plain, WhoDep, answered, changing, matched, page_of
from server.deps import EngineDep
from server.pieces import Filter

router = APIRouter(prefix="/api/v1", tags=["assets"])
Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
Number = Annotated[str, Path(max_length=40)]
Text = Annotated[str, Field(max_length=120), Plain]
Size = Annotated[int, Field(ge=1, le=99_999_999)]
Days = Annotated[int | None, Query(ge=0, le=3650)]


class Declared(BaseModel):
    """Facts that people say; null empties one. Memory in MB, disk in GB."""

    serial: Text | None = None
    mac: Annotated[str, Field(max_length=40), Plain] | None = None
    hostname: Text | None = None
    os: Text | None = None
    cpu: Text | None = None
    memory_mb: Size | None = None
    disk_gb: Size | None = None


class Cells(BaseModel):
    """`paired_id`: the piece that it works with; `link_id`: the line that it ends. Money in 1/100 manat."""

    room_id: Id | None = None
    custodian_id: Id | None = None
    paired_id: Id | None = None
    link_id: Id | None = None
    in_service_on: date | None = None
    warranty_until: date | None = None
    value_qepik: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    programme: Annotated[str, Field(max_length=60), Plain] = ""
    note: Annotated[str, Field(max_length=500), Plain] = ""
    declared: Declared = Declared()


class AssetIn(Cells):
    """`inventory_no` left out: the next one of the district and year. `uid`: chosen by the client, 32 hex digits."""

    school: Annotated[str, Field(min_length=1, max_length=32), Plain]
    model_id: Id
    state: Literal["delivered", "in_store", "installed"] = "installed"
    inventory_no: Annotated[str, Field(max_length=40), Plain] = ""
    uid: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")] | None = None


class AssetEdit(Cells):
    """What is left out stays as it is. Where it is and how it is change by acts and by steps, not here."""

    inventory_no: Annotated[str, Field(min_length=1, max_length=40), Plain] | None = None
    model_id: Id | None = None
    reason: Annotated[str, Field(max_length=300), Plain] = ""


class StepIn(BaseModel):
    state: AssetState
    reason: Annotated[str, Field(max_length=300), Plain] = ""


class DecisionIn(BaseModel):
    """`take`: whose value of the fact holds from now on."""

    take: Literal["seen", "declared"]


def asked_filter(
    district: Annotated[str, Query(max_length=12), Plain] = "",
    school: Annotated[str, Query(max_length=32), Plain] = "",
    kind: Kind | None = None, maker: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    model: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None, state: AssetState | None = None,
    room: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    older_than: Annotated[int | None, Query(ge=0, le=100)] = None, seen: Days = None, unseen: Days = None,
    conflict: bool = False, warranty: Literal["", "valid", "soon", "over", "unknown"] = "",
    programme: Annotated[str, Query(max_length=60), Plain] = "",
    contract: Annotated[str, Query(max_length=60), Plain] = "", q: Annotated[str, Query(max_length=80), Plain] = "",
) -> Filter:  # fmt: skip
    """`older_than`: years in service; `seen`, `unseen`: by an agent within so many days, or not; `q`: beginnings of
    words of the inventory number, serial number, card, host name, maker and model."""
    return Filter(district, school, kind, maker, model, state, room, older_than, seen, unseen, conflict, warranty,
                  programme, contract, q)  # fmt: skip


FilterDep = Annotated[Filter, Depends(asked_filter)]


@router.get("/assets")
def found(request: Request, who: WhoDep, asked: AskedDep, wanted: FilterDep, engine: EngineDep) -> Response:
    """By inventory number."""
    with db.reading(engine) as session:
        return page_of(
            request, session, pieces.chosen(who.scope, wanted, datetime.now(UTC)), (col(Asset.inventory_no),), asked,
            row_json, key_of=lambda key: (key[0],), whole=lambda keys: pieces.filled(session, keys),
        )  # fmt: skip


@router.post("/assets", status_code=201)
def entered(request: Request, form: AssetIn, who: WhoDep, body: BodyDep) -> Response:
    """A piece that exists already. New ones come by a delivery, which may bring thousands."""

    def act(session: Session) -> Answer:
        school = scoping.school_seen(session, form.school, who.scope)
        model = catalogue.model_with_id(session, form.model_id)
        declared = form.declared.model_dump(exclude_none=True)
        key = serial_evidence(declared.get("serial", ""))
        known = select(Asset.inventory_no).where(Asset.serial == key, Asset.kind == model.kind) if key else None
        if known is not None and (number := session.exec(known.limit(1)).first()):
            raise Conflict("This serial number is in the register already, as %(number)s.", number=number)
        cells = {name: value for name, value in form.model_dump(include=set(assets.CELLS)).items() if value is not None}
        number = cells.pop("inventory_no", "")
        cells.pop("model_id", None)
        new = assets.New(model, school, AssetState(form.state), number, declared, cells, uid=form.uid or "")
        asset = assets.entered(session, [new], by=who, at=datetime.now(UTC))[0]
        return Answer(201, as_json(session, asset), asset.version, f"/api/v1/assets/{asset.inventory_no}")

    return changing(request, who, body, act)


@router.get("/assets/{inventory_no}")
def asset(inventory_no: Number, who: WhoDep, engine: EngineDep) -> Response:
    """One piece with both columns of its facts, what they disagree about, and where it was."""
    with db.reading(engine) as session:
        row = assets.asset_seen(session, inventory_no, who.scope)
        return answered(Answer(200, as_json(session, row), row.version))


@router.patch("/assets/{inventory_no}")
def changed(request: Request, inventory_no: Number, form: AssetEdit, who: WhoDep, body: BodyDep) -> Response:
    given = form.model_dump(exclude_unset=True)
    declared = given.pop("declared", {})
    reason = given.pop("reason", "")
    cells = {n: v for n, v in given.items() if v is not None or n not in ("inventory_no", "model_id")}

    def act(session: Session) -> Answer:
        row = assets.asset_seen(session, inventory_no, who.scope)
        matched(request, row.version)
        assets.changed(session, row, cells, declared, by=who, at=datetime.now(UTC), reason=reason)
        return Answer(200, as_json(session, row), row.version)

    return changing(request, who, body, act)


@router.post("/assets/{inventory_no}/state")
def stepped(request: Request, inventory_no: Number, form: StepIn, who: WhoDep, body: BodyDep) -> Response:
    """A step that needs no act: into repair and back, into store, missing. 409 names what a step needs."""

    def act(session: Session) -> Answer:
        row = assets.asset_seen(session, inventory_no, who.scope)
        matched(request, row.version)
        assets.stepped(session, row, form.state, by=who, at=datetime.now(UTC), reason=form.reason)
        return Answer(200, as_json(session, row), row.version)

    return changing(request, who, body, act)


@router.post("/assets/{inventory_no}/facts/{name}")
def decided(
    request: Request, inventory_no: Number, name: Annotated[str, Path(max_length=24)], form: DecisionIn, who: WhoDep,
    body: BodyDep,
) -> Response:  # fmt: skip
    """What holds of a fact whose columns disagree."""

    def act(session: Session) -> Answer:
        row = assets.asset_seen(session, inventory_no, who.scope)
        matched(request, row.version)
        assets.decided(session, row, name, take_seen=form.take == "seen", by=who, at=datetime.now(UTC))
        return Answer(200, as_json(session, row), row.version)

    return changing(request, who, body, act)


def row_json(row: pieces.Row) -> dict[str, Any]:
    """A piece as a list shows it."""
    names = ("inventory_no", "uid", "kind", "state", "serial", "conflict", "programme", "in_service_on",
             "warranty_until", "value_qepik", "seen_at", "version")  # fmt: skip
    out = {name: getattr(row.asset, name) for name in names}
    out["serial"] = row.asset.declared.get("serial", "")
    out["hostname"] = row.asset.declared.get("hostname") or row.asset.observed.get("hostname", "")
    return out | {"maker": row.maker, "model": row.model, "model_id": row.asset.model_id, "school": row.emis,
                  "school_name": row.school, "district": row.district, "room": row.room}  # fmt: skip


def as_json(session: Session, asset: Asset) -> dict[str, Any]:
    school, model = session.get_one(School, asset.school_id), session.get_one(Model, asset.model_id)
    names = (*assets.CELLS, "uid", "kind", "state", "declared", "observed", "seen_at", "lot_id", "delivery_id",
             "created_at", "demo", "version")  # fmt: skip
    out = {name: getattr(asset, name) for name in names}
    double = session.get(Asset, asset.same_as_id) if asset.same_as_id is not None else None
    seen_at = session.get(School, asset.seen_school_id) if asset.seen_school_id is not None else None
    return out | {
        "school": school.emis, "district": school.district_code, "model": model.name,
        "same_as": double.inventory_no if double else None, "seen_school": seen_at.emis if seen_at else None,
        "conflicts": [
            {"name": d.name, "declared": d.declared, "observed": d.observed}
            for d in facts.disagreements(asset.declared, asset.observed, asset.kept)
        ],
        "next_states": lifecycle.nexts(asset.state),
        "sites": [
            {"school": emis, "from_on": site.from_on, "until_on": site.until_on, "act_id": site.act_id}
            for site, emis, _ in pieces.sites_of(session, asset)
        ],
    }  # fmt: skip
