"""/api/v1/sightings and /api/v1/doubles: what waits for a person, because evidence alone decides nothing there."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field
from sqlmodel import Session, col
from starlette.responses import Response

from inventory import adoption, assets
from inventory.equipment import Kind
from inventory.lifecycle import AssetState
from inventory.matching import Outcome
from inventory.roles import Scope
from inventory.tables import Sighting
from server import db, waiting
from server.api.assets import Declared
from server.api.core import Answer, AskedDep, BodyDep, Plain, WhoDep, answered, changing, page_of
from server.deps import EngineDep

router = APIRouter(prefix="/api/v1", tags=["matching"])
Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
No = Annotated[str, Field(min_length=1, max_length=40), Plain]


class AdoptIn(BaseModel):
    """`model_id`, or `maker` and `model` by name: what is not in the catalogue is entered there.

    `inventory_no` left out: the next one. What was seen (serial number, card, host name) is declared unless said here.
    """

    kind: Kind | None = None
    model_id: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    maker: Annotated[str, Field(max_length=120), Plain] = ""
    model: Annotated[str, Field(max_length=120), Plain] = ""
    inventory_no: Annotated[str, Field(max_length=40), Plain] = ""
    room_id: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    state: AssetState = AssetState.INSTALLED
    declared: Declared = Declared()


class TieIn(BaseModel):
    inventory_no: No


class DoubleIn(BaseModel):
    """`same`: the second is the first's double and is shown no more. Otherwise the two are told apart for good."""

    first: No
    second: No
    same: bool
    reason: Annotated[str, Field(max_length=300), Plain] = ""


@router.get("/sightings")
def sightings(
    request: Request, who: WhoDep, asked: AskedDep, engine: EngineDep, outcome: Outcome | None = None
) -> Response:  # fmt: skip
    """Devices of agents and what was concluded of each, by id; without `outcome` those that wait for a person."""
    with db.reading(engine) as session:
        return page_of(
            request, session, waiting.devices(who.scope, [outcome] if outcome else waiting.WAITING),
            (col(Sighting.device_id),), asked, lambda row: waiting_json(session, row, who.scope),
            key_of=lambda row: (row[1].id,),
        )  # fmt: skip


@router.post("/sightings/{device_id}/adopt", status_code=201)
def adopted(request: Request, device_id: Id, form: AdoptIn, who: WhoDep, body: BodyDep) -> Response:
    def act(session: Session) -> Answer:
        now = datetime.now(UTC)
        look, school = waiting.look_seen(session, device_id, who)
        given = waiting.Adoption(form.kind, form.model_id, form.maker, form.model, form.inventory_no, form.room_id,
                                 form.state, form.declared.model_dump(exclude_none=True))  # fmt: skip
        asset = adoption.adopted(session, look, waiting.as_new(session, look, school, given, who, now), by=who, at=now)
        location = f"/api/v1/assets/{asset.inventory_no}"
        return Answer(201, {"inventory_no": asset.inventory_no, "state": asset.state}, asset.version, location)

    return changing(request, who, body, act)


@router.post("/sightings/{device_id}/tie")
def tied(request: Request, device_id: Id, form: TieIn, who: WhoDep, body: BodyDep) -> Response:
    """The device is this piece, whatever its serial number says."""

    def act(session: Session) -> Answer:
        look, _ = waiting.look_seen(session, device_id, who)
        asset = assets.asset_seen(session, form.inventory_no, who.scope)
        adoption.tied(session, look, asset, by=who, at=datetime.now(UTC))
        return Answer(200, {"inventory_no": asset.inventory_no, "device_id": device_id})

    return changing(request, who, body, act)


@router.post("/sightings/{device_id}/set-aside")
def set_aside(request: Request, device_id: Id, who: WhoDep, body: BodyDep) -> Response:
    """It does not belong into the register."""

    def act(session: Session) -> Answer:
        look, _ = waiting.look_seen(session, device_id, who)
        adoption.set_aside(session, look, by=who, at=datetime.now(UTC))
        return Answer(200, {"device_id": device_id, "outcome": Outcome.SET_ASIDE})

    return changing(request, who, body, act)


@router.post("/sightings/{device_id}/take-back")
def taken_back(request: Request, device_id: Id, who: WhoDep, body: BodyDep) -> Response:
    """It waits for a person again."""

    def act(session: Session) -> Answer:
        look, _ = waiting.look_seen(session, device_id, who)
        adoption.set_aside(session, look, by=who, at=datetime.now(UTC), back=True)
        return Answer(200, {"device_id": device_id})

    return changing(request, who, body, act)


@router.get("/doubles")
def doubles(who: WhoDep, engine: EngineDep) -> Response:
    """Groups of pieces with a serial number or a card in common."""
    with db.reading(engine) as session:
        groups = waiting.doubles(session, who.scope)
        items = [[{"inventory_no": row.asset.inventory_no, "kind": row.asset.kind, "school": row.emis,
                   "serial": row.asset.serial, "mac": row.asset.mac} for row in group] for group in groups]  # fmt: skip
        return answered(Answer(200, {"items": items, "next": None}))


@router.post("/doubles")
def decided(request: Request, form: DoubleIn, who: WhoDep, body: BodyDep) -> Response:
    def act(session: Session) -> Answer:
        first = assets.asset_seen(session, form.first, who.scope)
        second = assets.asset_seen(session, form.second, who.scope)
        decide = adoption.made_one if form.same else adoption.told_apart
        decide(session, first, second, by=who, at=datetime.now(UTC), reason=form.reason)
        return Answer(200, {"first": first.inventory_no, "second": second.inventory_no, "same": form.same})

    return changing(request, who, body, act)


def waiting_json(session: Session, row: Any, scope: Scope) -> dict[str, Any]:
    sighting, device, emis = row[0], row[1], row[2]
    names = ("kind", "key", "name", "vendor", "model", "serial", "address", "first_seen_at")
    told = {name: getattr(device, name) for name in names}
    return told | {"device_id": device.id, "school": emis, "outcome": sighting.outcome, "seen_at": sighting.seen_at,
                   "rivals": list(waiting.numbers(session, sighting.rivals, scope).values())}  # fmt: skip
